"""Lists and their current records, as their owners see them. Changes go through `storage.publications`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from schemas.watchlist import Record, Watchlist
from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class ListState:
    """A list, with how many current records it has and its newest publication (None = never published)."""

    watchlist: Watchlist
    record_count: int
    list_version: int | None
    published_at: datetime | None
    created_at: datetime
    created_by: str
    settings_version: int


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The current version of a record. `record_version` counts its changes from 1; `list_version` published it."""

    record: Record
    record_version: int
    list_version: int


async def add(work: Work, watchlist: Watchlist, by: str, now: datetime) -> bool:
    """Keep a new list; False when its id is taken."""
    row = await work.fetchval(
        queries("watchlists")["add"],
        *(watchlist.list_id, watchlist.kind, watchlist.title, watchlist.authority, watchlist.legal_basis),
        *(watchlist.severity, watchlist.threshold_bits, now, by, watchlist.four_eyes, watchlist.false_alerts_per_1000),
    )
    return row is not None


async def change(work: Work, watchlist: Watchlist) -> None:
    """Write a list's own fields; `publications.publish_settings` gives it the version that belongs to it."""
    await work.execute(
        queries("watchlists")["change"],
        *(watchlist.list_id, watchlist.title, watchlist.authority, watchlist.legal_basis, watchlist.severity),
        *(watchlist.threshold_bits, watchlist.false_alerts_per_1000, watchlist.four_eyes),
    )


async def every(work: Work) -> Sequence[ListState]:
    """All lists, in the order of their ids."""
    return [_state(row) for row in await work.fetch(queries("watchlists")["all"], None)]


async def find(work: Work, list_id: str) -> ListState | None:
    """One list."""
    row = await work.fetchrow(queries("watchlists")["all"], list_id)
    return None if row is None else _state(row)


async def record(work: Work, list_id: str, record_id: str) -> StoredRecord | None:
    """The current version of one record; None when there is none (any more)."""
    row = await work.fetchrow(queries("watchlists")["record"], list_id, record_id)
    return None if row is None else _record(row)


async def page(work: Work, list_id: str, after: str, limit: int) -> Sequence[StoredRecord]:
    """Current records behind the id `after` ("" = from the first), in the order of their ids."""
    return [_record(row) for row in await work.fetch(queries("watchlists")["page"], list_id, after, limit)]


def _state(row: asyncpg.Record) -> ListState:
    watchlist = Watchlist.model_validate({name: row[name] for name in Watchlist.model_fields})
    return ListState(
        watchlist,
        *(
            row[name]
            for name in ("record_count", "list_version", "published_at", "created_at", "created_by", "settings_version")
        ),
    )


def _record(row: asyncpg.Record) -> StoredRecord:
    return StoredRecord(Record.model_validate_json(row["body"]), row["record_version"], row["from_version"])
