"""The standing schedule: which flights a carrier means to fly, so that one that nobody reports is missed.

A schedule names periods, not flights: "every Monday and Friday from 29 March to 24 October". They are expanded into flights
only for the days somebody asks about.

Times are either local to the port or UTC (IATA Standard Schedules Information Manual, chapter 2: time mode). In local mode
the port's time zone says the offset of each day; the offset that a record carries counts only where the port is not known to
us, because it holds for the whole period of the record.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import NamedTuple

from schemas.airports import find
from schemas.flight import flight_key

MINUTES_A_DAY = 24 * 60
DAYS_AHEAD_MAX = 4
"""A departure that is days after the flight began, an arrival a day after that: more no itinerary has."""
PASSENGER_SERVICES = frozenset("JSUQGBRCLO")
"""Service types with passengers aboard (SSIM appendix C): scheduled J S U Q, additional G B R, charter C L O. Cargo and mail
(F V M A H), positioning (P), training, military and the like bring no passenger list."""


class TimeMode(StrEnum):
    """How the times, and with them the dates and weekdays, of a record are meant."""

    LOCAL = "L"
    UTC = "U"


class ScheduledTime(NamedTuple):
    """A time at a port: minutes since midnight, days after the flight's day, and the port's offset from UTC in minutes."""

    port: str
    minutes: int
    day: int = 0
    utc_offset_minutes: int | None = None


class ScheduledLeg(NamedTuple):
    """One leg over a period. `days` are ISO weekdays (1 Monday) of the flight's first departure; `weeks` 2 = every other one.

    `origin` is the departure of the flight's first leg; for the first leg itself, its own.
    """

    carrier: str
    number: str
    suffix: str | None
    variation: str
    leg: int
    service_type: str
    first_day: date
    last_day: date
    days: str
    weeks: int
    mode: TimeMode
    departure: ScheduledTime
    arrival: ScheduledTime
    origin: ScheduledTime

    @property
    def expected(self) -> bool:
        """Whether a passenger list is expected: people fly, and across a border (a port nobody knows may be abroad)."""
        start, end = find(self.departure.port), find(self.arrival.port)
        abroad = start is None or end is None or start.country != end.country
        return abroad and self.service_type in PASSENGER_SERVICES


class ExpectedFlight(NamedTuple):
    """One leg on one day. `flight_keys`: under which keys its manifests may come, counted from the first leg or from this."""

    carrier: str
    designator: str
    departure_port: str
    arrival_port: str
    scheduled_departure: datetime
    scheduled_arrival: datetime
    flight_keys: tuple[str, ...]


def flights_between(leg: ScheduledLeg, since: date, until: date) -> Iterator[ExpectedFlight]:
    """The flights of this leg whose day lies between these two, both included."""
    day, last = max(since, leg.first_day), min(until, leg.last_day)
    while day <= last:
        if str(day.isoweekday()) in leg.days and _in_week(leg, day):
            yield _flight(leg, day)
        day += timedelta(days=1)


def departing(leg: ScheduledLeg, since: datetime, until: datetime) -> Iterator[ExpectedFlight]:
    """The flights of this leg that depart then, `since` inclusive, `until` exclusive."""
    for flight in flights_between(leg, *_days_around(since, until, leg.departure)):
        if since <= flight.scheduled_departure < until:
            yield flight


def arriving(leg: ScheduledLeg, since: datetime, until: datetime) -> Iterator[ExpectedFlight]:
    """The flights of this leg that arrive then, `since` inclusive, `until` exclusive."""
    for flight in flights_between(leg, *_days_around(since, until, leg.arrival)):
        if since <= flight.scheduled_arrival < until:
            yield flight


def _days_around(since: datetime, until: datetime, at: ScheduledTime) -> tuple[date, date]:
    """Days of flights that may have their time then: no clock of the world is a whole day from UTC."""
    first = since.astimezone(UTC).date() - timedelta(days=at.day + 1)
    return first, until.astimezone(UTC).date() - timedelta(days=at.day - 1)


def _in_week(leg: ScheduledLeg, day: date) -> bool:
    monday = leg.first_day - timedelta(days=leg.first_day.weekday())
    return (day - monday).days // 7 % leg.weeks == 0


def _flight(leg: ScheduledLeg, day: date) -> ExpectedFlight:
    departure, arrival = _instant(leg.mode, leg.departure, day), _instant(leg.mode, leg.arrival, day)
    origin = departure if leg.origin == leg.departure else _instant(leg.mode, leg.origin, day)
    keys = (
        flight_key(leg.carrier, leg.number, leg.suffix, port, at.date().isoformat())
        for port, at in ((leg.origin.port, origin), (leg.departure.port, departure))
    )
    return ExpectedFlight(
        carrier=leg.carrier,
        designator=f"{leg.carrier}{leg.number}{leg.suffix or ''}",
        departure_port=leg.departure.port,
        arrival_port=leg.arrival.port,
        scheduled_departure=departure,
        scheduled_arrival=arrival,
        flight_keys=tuple(dict.fromkeys(keys)),
    )


def _instant(mode: TimeMode, at: ScheduledTime, day: date) -> datetime:
    """The instant, in the port's clock. An hour that does not exist or exists twice is taken as the reader of PAXLST does."""
    clock = datetime.combine(day, time()) + timedelta(days=at.day, minutes=at.minutes)
    airport = find(at.port)
    zone = airport.zone() if airport else timezone(timedelta(minutes=at.utc_offset_minutes or 0))
    if mode is TimeMode.UTC:
        return clock.replace(tzinfo=UTC).astimezone(zone)
    offset = clock.replace(tzinfo=zone).utcoffset()
    assert offset is not None
    return clock.replace(tzinfo=timezone(offset))
