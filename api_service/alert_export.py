"""Alerts as a file: newline-delimited JSON, or a table for a spreadsheet. Written page by page, however many there are."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from typing import Any

import orjson

from storage import alerts
from storage.alerts import PAGE_MAX, Filters, Place, Sort
from storage.database import Database

CSV_COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((name, (name,)) for name in ("alert_id", "version", "state", "severity", "score", "band")),
    *((name, (name,)) for name in ("created_at", "updated_at", "due_at", "assignee")),
    *((name, ("flight", name)) for name in ("flight_key", "departure_port", "arrival_port", "scheduled_arrival")),
    *((name, ("traveller", name)) for name in ("surname", "given_names", "birth_date", "nationality")),
    *((name, ("record", name)) for name in ("list_id", "record_id", "record_version", "category", "action")),
)
"""Columns of the table, and where in the alert each is found."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


async def ndjson(database: Database, filters: Filters, sort: Sort) -> AsyncIterator[bytes]:
    """An alert a line."""
    async for body in _bodies(database, filters, sort):
        yield body.encode() + b"\n"


async def table(database: Database, filters: Filters, sort: Sort) -> AsyncIterator[bytes]:
    """A header, and an alert a row."""
    yield csv_line([name for name, _ in CSV_COLUMNS])
    async for body in _bodies(database, filters, sort):
        alert = orjson.loads(body)
        yield csv_line([_found(alert, path) for _, path in CSV_COLUMNS])


async def _bodies(database: Database, filters: Filters, sort: Sort) -> AsyncIterator[str]:
    """Page by page, a connection for each: a slow reader holds none."""
    after: Place | None = None
    while True:
        async with database.reading() as work:
            page = await alerts.search(work, filters, sort, after, PAGE_MAX)
        for body in page.items:
            yield body
        if page.next_place is None:
            return
        after = page.next_place


def _found(alert: Any, path: tuple[str, ...]) -> object:
    for name in path:
        alert = alert.get(name)
    return alert


def csv_line(cells: Iterable[object]) -> bytes:
    """A row; text that a spreadsheet would take for a formula gets an apostrophe before it."""
    line = io.StringIO()
    texts = ["" if cell is None else str(cell) for cell in cells]
    csv.writer(line).writerow([f"'{text}" if text.startswith(_FORMULA_STARTS) else text for text in texts])
    return line.getvalue().encode()
