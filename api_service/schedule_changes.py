"""Open alerts follow a schedule that changes: where an import says another time of a flight than the schedule did before.

A schedule that says the same as before moves nothing: what a message has said of today's flight since is nearer to the truth
than a plan of the season. A flight whose time nobody has said yet gets the schedule's.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from schemas.alert import Alert
from schemas.alert_clocks import DueTerms
from schemas.alert_step import MACHINE
from schemas.alert_times import rescheduled
from schemas.flight_times import FlightTimes
from schemas.schedule import ScheduledLeg, flights_between
from storage import alert_rows, audit, outbox, schedules
from storage.alert_flights import OpenFlight, open_flights
from storage.database import Work

_DAYS_AROUND = timedelta(days=5)
"""Days of flights with open alerts: they are reported days before at the earliest, and their alerts looked after for days."""

_Times = Mapping[OpenFlight, FlightTimes]


@dataclass(frozen=True, slots=True)
class FollowedSchedule:
    """The flights with alerts that follow, and what the schedules of their carriers said of them."""

    flights: Sequence[OpenFlight]
    times: _Times
    now: datetime

    @classmethod
    async def before(cls, work: Work, carriers: Collection[str], now: datetime) -> "FollowedSchedule":
        """As the schedules of these carriers are now."""
        flights = await open_flights(work, carriers)
        return cls(flights, await _times(work, flights, now), now)

    async def after(self, work: Work, terms: DueTerms) -> int:
        """The schedules have been replaced: alerts follow, in this transaction. How many."""
        moved = 0
        for flight, times in (await _times(work, self.flights, self.now)).items():
            if self._says_something_new(flight, times):
                moved += await _move(work, flight, times, (terms, self.now))
        return moved

    def _says_something_new(self, flight: OpenFlight, times: FlightTimes) -> bool:
        return flight.untimed or self.times.get(flight, times) != times


async def _times(work: Work, flights: Sequence[OpenFlight], now: datetime) -> _Times:
    since, until = (now.astimezone(UTC) - _DAYS_AROUND).date(), (now.astimezone(UTC) + _DAYS_AROUND).date()
    known: dict[OpenFlight, FlightTimes] = {}
    for carrier in sorted({flight.carrier for flight in flights}):
        legs = await schedules.of_carrier(work, carrier, since, until)
        known |= await asyncio.to_thread(_expanded, legs, flights, (since, until))
    return known


def _expanded(legs: Sequence[ScheduledLeg], flights: Sequence[OpenFlight], days: tuple[date, date]) -> _Times:
    """Only legs of flights that are asked about are expanded: a handful of thousands."""
    asked = {(flight.flight_key, flight.departure_port, flight.arrival_port): flight for flight in flights}
    designators = {flight.flight_key.partition("-")[0] for flight in flights}
    found: dict[OpenFlight, FlightTimes] = {}
    meant = (leg for leg in legs if f"{leg.carrier}{leg.number}{leg.suffix or ''}" in designators)
    for one in (flight for leg in meant for flight in flights_between(leg, *days)):
        for key in one.flight_keys:
            flight = asked.get((key, one.departure_port, one.arrival_port))
            if flight is not None:
                found[flight] = FlightTimes(one.scheduled_departure, one.scheduled_arrival)
    return found


async def _move(work: Work, flight: OpenFlight, times: FlightTimes, at: tuple[DueTerms, datetime]) -> int:
    terms, now = at
    before = await alert_rows.lock_all(work, flight.alert_ids)
    moved = [after for one in before.values() if (after := rescheduled(one, times, terms, now)) is not None]
    if not moved:
        return 0
    await alert_rows.save_all(work, moved, {alert.alert_id: alert.version - 1 for alert in moved})
    await outbox.publish_alerts(work, moved)
    for alert in moved:
        await audit.append(work, _line(alert))
    return len(moved)


def _line(alert: Alert) -> audit.Line:
    details = {"version": alert.version, "to": alert.state, "reason_code": alert.history[-1].reason_code}
    return audit.Line(alert.updated_at, MACHINE, "alert.reschedule", "alert", alert.alert_id, details)
