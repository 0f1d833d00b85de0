"""Counting, in the background: flights that are over and alerts that are decided become counts before they are purged.

Each is counted once, under the month of its departure. A month closes CLOSED_AFTER its end and never changes again, because who
could ask before and after somebody was added would see that one; what is counted later belongs to the month then current.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial

from api_service.context import Clock
from api_service.rounds import Round
from schemas.flight_life import fold, report_of
from schemas.manifest import Manifest
from storage import flight_bodies, statistics
from storage.database import Database
from storage.statistics import AlertCell, DecidedAlert, TravellerCell

FLIGHT_OVER_AFTER = timedelta(hours=12)
"""After departure: closures and late corrections have come."""
PURGE_AHEAD = timedelta(hours=6)
"""What will be purged this soon is counted now, over or not."""
ALERT_RESTS = timedelta(days=1)
"""A decision that stands for a day is rarely taken back."""
CLOSED_AFTER = timedelta(days=3)
"""After the end of a month; the flights of its last days are over by then."""
ROUND_SECONDS = 300.0
FLIGHTS_AT_ONCE = 5
"""Inflating and folding five flights takes some 100 ms, in a thread."""
ALERTS_AT_ONCE = 500
UNKNOWN = "unknown"

_BANDS = ((14, "0-13"), (18, "14-17"), (25, "18-24"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"))
_OLDEST = "65+"
_AGE_MAX = 120


def age_band(birth_date: str | None, on: date) -> str:
    """The band of somebody born then (YYYY, YYYY-MM or YYYY-MM-DD). Where the day is not known, as if it had not been yet."""
    if birth_date is None:
        return UNKNOWN
    year, month, day = (*(int(part) for part in birth_date.split("-")), 12, 31)[:3]
    if len(birth_date) == len("YYYY-MM"):
        day = 31
    age = on.year - year - ((on.month, on.day) < (month, day))
    if not 0 <= age <= _AGE_MAX:
        return UNKNOWN
    return next((name for below, name in _BANDS if age < below), _OLDEST)


def month_of(departed_at: datetime, now: datetime) -> date:
    """The month something counts under: that of the departure, unless that is closed (or still to come)."""
    month = _month(departed_at)
    return month if not closed(month, now) and month <= _month(now) else _month(now)


def closed(month: date, now: datetime) -> bool:
    """Whether a month never changes any more."""
    return now >= datetime(*_next(month), tzinfo=now.tzinfo) + CLOSED_AFTER


def _month(at: datetime) -> date:
    return date(at.year, at.month, 1)


def _next(month: date) -> tuple[int, int, int]:
    return (month.year + month.month // 12, month.month % 12 + 1, 1)


def route(departure: str | None, arrival: str | None) -> str:
    """AMS-TIA; a port nobody said is `?`."""
    return f"{departure or '?'}-{arrival or '?'}"


def travellers_of(manifests: Sequence[Manifest], now: datetime) -> Counter[TravellerCell]:
    """Passengers who were, or may have been, on the flight of these manifests."""
    state = fold([report_of(manifest) for manifest in manifests])
    by_id = {manifest.manifest_id: manifest for manifest in manifests}
    flight = by_id[state.reports[-1].manifest_id].flight
    departed_at = flight.scheduled_departure or now
    place = (month_of(departed_at, now), route(flight.departure_port, flight.arrival_port))
    counts: Counter[TravellerCell] = Counter()
    for person in state.people.values():
        if person.live and not person.crew:
            traveller = by_id[person.place.manifest_id].travellers[person.place.position]
            band = age_band(traveller.birth_date, departed_at.date())
            counts[TravellerCell(*place, traveller.nationality or UNKNOWN, band)] += 1
    return counts


async def count_flights(database: Database, now: datetime) -> int:
    """Count some flights; how many were due.

    The work is done before the transaction, which would hold back every reader of the outbox meanwhile. Where another process
    was quicker, it was for nothing.
    """
    async with database.reading() as work:
        due = await statistics.due_flights(work, now - FLIGHT_OVER_AFTER, now + PURGE_AHEAD, FLIGHTS_AT_ONCE)
        found = await flight_bodies.of_flights(work, due)
    for flight_id in due:
        manifests = found.get(flight_id, [])
        counts = await asyncio.to_thread(travellers_of, manifests, now) if manifests else Counter[TravellerCell]()
        async with database.unit_of_work() as work:
            if await statistics.mark_flight(work, flight_id, now):
                await statistics.add_travellers(work, counts)
    return len(due)


def alert_cell(alert: DecidedAlert, now: datetime) -> AlertCell:
    """What an alert is counted under. Its outcome is the officer's where there is one, else how it ended."""
    return AlertCell(
        month=month_of(alert.departed_at, now),
        list=alert.list_id,
        outcome=alert.outcome or alert.state,
        route=route(alert.departure_port, alert.arrival_port),
        nationality=alert.nationality or UNKNOWN,
        age_band=age_band(alert.birth_date, alert.departed_at.date()),
    )


async def count_alerts(database: Database, now: datetime) -> int:
    """Count some decided alerts; how many."""
    async with database.unit_of_work() as work:
        due = await statistics.due_alerts(work, now - ALERT_RESTS, ALERTS_AT_ONCE)
        if due:
            cells = Counter(alert_cell(alert, now) for alert in due)
            await statistics.add_alerts(work, cells, [alert.alert_id for alert in due], now)
    return len(due)


async def _work(database: Database, clock: Clock) -> bool:
    now = clock()
    counted = await count_flights(database, now), await count_alerts(database, now)
    return counted[0] == FLIGHTS_AT_ONCE or counted[1] == ALERTS_AT_ONCE


def counting(database: Database, clock: Clock) -> Round:
    """The work that comes round."""
    return Round(
        partial(_work, database, clock), ROUND_SECONDS, "statistics wait for the database", "statistics could not be counted"
    )
