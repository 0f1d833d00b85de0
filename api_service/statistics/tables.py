"""Use case: a statistics table of one month, as JSON or as a table for a spreadsheet.

There are no filters and no sums over months: each table is always shown whole, with the same cells withheld for everybody, so
that no two answers can be subtracted from each other.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from api_service.alert_export import csv_line
from api_service.problems import InvalidRequestError
from api_service.settings import Settings
from api_service.statistics.gathering import closed
from api_service.statistics.withholding import FLOOR, Table, protected
from storage import statistics
from storage.database import Database, Work

Rows = Sequence[tuple[Mapping[str, str], int]]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, and by which properties it may be shown (one or two of them)."""

    load: Callable[[Work, date], Awaitable[Rows]]
    properties: tuple[str, ...]


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "travellers": Measure(statistics.travellers, ("route", "nationality", "age_band")),
        "alerts": Measure(statistics.alerts, ("list", "outcome", "route", "nationality", "age_band")),
    }
)


@dataclass(frozen=True, slots=True)
class Question:
    """Which table: `by` one or two properties of the measure."""

    measure: str
    month: date
    by: tuple[str, ...]


async def months(database: Database, now: datetime) -> list[str]:
    """Months that are closed, and may be asked for."""
    async with database.reading() as work:
        return [f"{month:%Y-%m}" for month in await statistics.months(work) if closed(month, now)]


async def table(database: Database, question: Question, now: datetime) -> Table:
    """The table as it may be shown. Raises InvalidRequestError."""
    measure = MEASURES[question.measure]
    if len(question.by) not in (1, 2) or len({*question.by}) != len(question.by) or not {*question.by} <= {*measure.properties}:
        raise InvalidRequestError(f"Ask `by` one or two of: {', '.join(measure.properties)}.")
    if not closed(question.month, now):
        raise InvalidRequestError("This month is not closed yet: three days after its end it is.")
    async with database.reading() as work:
        rows = await measure.load(work, question.month)
    counts: Counter[tuple[str, ...]] = Counter()
    for properties, persons in rows:
        counts[tuple(properties[name] for name in question.by)] += persons
    return protected(counts, len(question.by))


def as_json(question: Question, found: Table) -> dict[str, Any]:
    """The table with its totals."""
    margins = zip(question.by, found.margins, strict=False)
    return {
        "measure": question.measure,
        "month": f"{question.month:%Y-%m}",
        "by": list(question.by),
        "floor": FLOOR,
        "total": found.total,
        "totals": {
            name: [{name: value, "count": count} for value, count in sorted(margin.items())] for name, margin in margins
        },
        "cells": [dict(zip(question.by, key, strict=True)) | {"count": count} for key, count in sorted(found.cells.items())],
    }


def as_csv(question: Question, found: Table) -> bytes:
    """A header, the cells, and the totals, in which the property that was summed over is empty."""
    lines = [csv_line(["month", *question.by, "count"])]
    month = f"{question.month:%Y-%m}"
    lines += [csv_line([month, *key, count]) for key, count in sorted(found.cells.items())]
    for at, margin in enumerate(found.margins):
        for value, count in sorted(margin.items()):
            key = ["", ""]
            key[at] = value
            lines.append(csv_line([month, *key, count]))
    if found.total is not None:
        lines.append(csv_line([month, *("" for _ in question.by), found.total]))
    return b"".join(lines)


def capacities(settings: Settings) -> dict[str, int]:
    """Registration centres of the settings: name and how many people they have room for."""
    parts = [part.strip().partition("=") for part in settings.reception_places.split(",") if part.strip()]
    return {name: int(capacity) for name, _, capacity in parts}


async def reception(database: Database, settings: Settings) -> list[dict[str, Any]]:
    """How full each centre is. Occupancy below the floor is withheld, and so is the room left, which would tell it.

    No sum over centres is shown, so that nothing has to be withheld beside it.
    """
    async with database.reading() as work:
        reported = await statistics.places(work)
    return [_place(name, capacity, reported.get(name)) for name, capacity in capacities(settings).items()]


def _place(name: str, capacity: int, report: statistics.Occupancy | None) -> dict[str, Any]:
    shown = report is not None and report.occupied >= FLOOR
    return {
        "place_id": name,
        "capacity": capacity,
        "occupied": report.occupied if report is not None and shown else None,
        "free": max(0, capacity - report.occupied) if report is not None and shown else None,
        "reported_at": None if report is None else report.reported_at,
    }
