"""The standing schedule at rest: periods, a row a leg."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.schedule import ScheduledLeg, ScheduledTime, TimeMode
from storage.database import Work
from storage.sql import queries

LEGS_MAX = 100_000
"""Legs read for one question; a schedule that has more for one port or carrier was imported wrongly."""
_PLAIN = ("carrier", "number", "suffix", "variation", "leg", "service_type", "first_day", "last_day", "days", "weeks", "mode")
_TIMES = ("departure", "arrival", "origin")
_COLUMNS = (
    *_PLAIN,
    *(f"{name}_{part}" for name in _TIMES for part in ("port", "minutes", "day", "offset_minutes")),
    "expected",
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a schedule comes from."""

    at: datetime
    by: str
    format: str


@dataclass(frozen=True, slots=True)
class KnownSchedule:
    """The schedule of one carrier, in sums."""

    carrier: str
    imported_at: datetime
    imported_by: str
    format: str
    legs: int


async def replace(work: Work, legs: Sequence[ScheduledLeg], provenance: Provenance) -> Mapping[str, int]:
    """Put these legs in the place of everything their carriers had; how many legs each carrier has now."""
    counts = Counter(leg.carrier for leg in legs)
    carriers = sorted(counts)
    await work.execute(queries("schedules")["lock"])
    await work.execute(queries("schedules")["remove"], carriers)
    await work.copy_records_to_table("schedule_legs", records=map(_record, legs), columns=_COLUMNS)
    values = (carriers, provenance.at, provenance.by, provenance.format, [counts[carrier] for carrier in carriers])
    await work.execute(queries("schedules")["register"], *values)
    return {carrier: counts[carrier] for carrier in carriers}


async def every(work: Work) -> Sequence[KnownSchedule]:
    """The schedules there are, by carrier."""
    return [KnownSchedule(**row) for row in await work.fetch(queries("schedules")["every"])]


async def has_schedule(work: Work, carrier: str) -> bool:
    """Whether a schedule of this carrier was ever imported."""
    return bool(await work.fetchval(queries("schedules")["has_schedule"], carrier))


async def of_carrier(work: Work, carrier: str, since: date, until: date) -> Sequence[ScheduledLeg]:
    """Legs of the carrier of which passenger lists are expected, whose period meets these days (both included)."""
    return [_leg(dict(row)) for row in await work.fetch(queries("schedules")["of_carrier"], carrier, since, until, LEGS_MAX)]


async def into_port(work: Work, port: str, since: date, until: date) -> Sequence[ScheduledLeg]:
    """The same for everybody's legs into this port."""
    return [_leg(dict(row)) for row in await work.fetch(queries("schedules")["into_port"], port, since, until, LEGS_MAX)]


def _record(leg: ScheduledLeg) -> tuple[object, ...]:
    times = (part for name in _TIMES for part in getattr(leg, name))
    return (*(getattr(leg, name) for name in _PLAIN), *times, leg.expected)


def _leg(row: Mapping[str, Any]) -> ScheduledLeg:
    fields: dict[str, Any] = {name: row[name] for name in _PLAIN} | {name: _time(row, name) for name in _TIMES}
    return ScheduledLeg(**fields | {"mode": TimeMode(row["mode"])})


def _time(row: Mapping[str, Any], name: str) -> ScheduledTime:
    return ScheduledTime(row[f"{name}_port"], row[f"{name}_minutes"], row[f"{name}_day"], row[f"{name}_offset_minutes"])
