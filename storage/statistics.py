"""Depersonalised counts at rest: by month and a few properties, never a person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import asyncpg

from storage.database import Work
from storage.sql import queries


class TravellerCell(NamedTuple):
    """What a traveller is counted under."""

    month: date
    route: str
    nationality: str
    age_band: str


class AlertCell(NamedTuple):
    """What an alert is counted under."""

    month: date
    list: str
    outcome: str
    route: str
    nationality: str
    age_band: str


@dataclass(frozen=True, slots=True)
class DecidedAlert:
    """What counting reads of an alert."""

    alert_id: str
    list_id: str
    state: str
    nationality: str | None
    departure_port: str | None
    arrival_port: str | None
    outcome: str | None
    birth_date: str | None
    departed_at: datetime


@dataclass(frozen=True, slots=True)
class Occupancy:
    """The last report of a registration centre."""

    place_id: str
    reported_at: datetime
    occupied: int


async def due_flights(work: Work, departed_before: datetime, purged_before: datetime, limit: int) -> Sequence[str]:
    """Flights to be counted, those first that are purged first."""
    rows = await work.fetch(queries("statistics")["due_flights"], departed_before, purged_before, limit)
    return [row["flight_id"] for row in rows]


async def mark_flight(work: Work, flight_id: str, now: datetime) -> bool:
    """Whether it is ours to count."""
    return await work.fetchval(queries("statistics")["mark_flight"], flight_id, now) is not None


async def add_travellers(work: Work, counts: Mapping[TravellerCell, int]) -> None:
    """Add to what is there, in one order, so that two who add wait for each other but never crosswise."""
    cells = sorted(counts)
    columns = [[cell[column] for cell in cells] for column in range(4)]
    await work.execute(queries("statistics")["add_travellers"], *columns, [counts[cell] for cell in cells])


async def due_alerts(work: Work, rested_since: datetime, limit: int) -> Sequence[DecidedAlert]:
    """Decided alerts to be counted, ours until the transaction ends."""
    rows = await work.fetch(queries("statistics")["due_alerts"], rested_since, limit)
    return [DecidedAlert(**row) for row in rows]


async def add_alerts(work: Work, counts: Counter[AlertCell], alert_ids: Sequence[str], now: datetime) -> None:
    """Add to what is there, and mark these alerts as counted."""
    cells = sorted(counts)
    columns = [[cell[column] for cell in cells] for column in range(6)]
    await work.execute(queries("statistics")["mark_alerts"], list(alert_ids), now)
    await work.execute(queries("statistics")["add_alerts"], *columns, [counts[cell] for cell in cells])


async def travellers(work: Work, month: date) -> Sequence[tuple[Mapping[str, str], int]]:
    """A month's travellers: properties, and how many."""
    return _counted(await work.fetch(queries("statistics")["travellers"], month))


async def alerts(work: Work, month: date) -> Sequence[tuple[Mapping[str, str], int]]:
    """A month's alerts: properties, and how many."""
    return _counted(await work.fetch(queries("statistics")["alerts"], month))


def _counted(rows: Sequence[asyncpg.Record]) -> Sequence[tuple[Mapping[str, str], int]]:
    return [({name: str(value) for name, value in row.items() if name != "persons"}, int(row["persons"])) for row in rows]


async def months(work: Work) -> Sequence[date]:
    """Months of which anything was counted."""
    return [row["month"] for row in await work.fetch(queries("statistics")["months"])]


async def report_place(work: Work, occupancy: Occupancy, by: str) -> None:
    """Keep a centre's report."""
    values = (occupancy.place_id, occupancy.reported_at, occupancy.occupied, by)
    await work.execute(queries("statistics")["report_place"], *values)


async def places(work: Work) -> Mapping[str, Occupancy]:
    """The last report of each centre."""
    return {row["place_id"]: Occupancy(**row) for row in await work.fetch(queries("statistics")["places"])}
