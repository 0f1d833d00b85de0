"""The lists as the screeners read them (`screening.ports.WatchlistSource`): as of a version, in chunks, without a transaction.

Rows of records never change but for their end, so "as of version n" means the same in every query: a million records are read
page by page, in bounded memory, and no open transaction holds anybody back.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import asyncpg

from schemas.stored_records import StoredRow
from schemas.watchlist import KeptRarity, ListChanges, RecordKey, VersionedRecord, Watchlist, WatchlistSnapshot
from storage import publications
from storage.database import Database
from storage.sql import queries

ROWS_PER_PAGE = 2_000
"""Some two megabytes on the way at a time, whatever the size of the lists."""


class PostgresListSource:
    """Reads watchlists, list_versions, records and rarities."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`clock` dates what is put in force."""
        self._database = database
        self._clock = clock

    async def newest_version(self) -> int:
        """The newest version in force; 0 before the first."""
        async with self._database.reading() as work:
            return int(await work.fetchval(queries("list_source")["newest_version"]))

    async def published_version(self) -> int:
        """The newest published version, in force or not yet."""
        async with self._database.reading() as work:
            return int(await work.fetchval(queries("list_source")["published_version"]))

    async def put_in_force(self, version: int) -> None:
        """Put it, and all before it, in force."""
        async with self._database.unit_of_work() as work:
            await publications.put_in_force(work, version, self._clock())

    async def publish_recount(self) -> int:
        """Publish a version in which rarity is counted anew, unless one waits already. The newest version."""
        async with self._database.unit_of_work() as work:
            return await publications.publish_recount(work, self._clock())

    async def count(self, version: int) -> int:
        """How many records there are as of a version."""
        return sum((await self.sizes(version)).values())

    async def people(self, version: int) -> int:
        """How many of them have a name."""
        async with self._database.reading() as work:
            return int(await work.fetchval(queries("list_source")["count_people"], version))

    async def sizes(self, version: int) -> Mapping[str, int]:
        """How many records each list has, from what each publication said of itself."""
        async with self._database.reading() as work:
            rows = await work.fetch(queries("list_source")["list_sizes"], version)
        return {row["list_id"]: row["records"] for row in rows}

    async def lists(self) -> Sequence[Watchlist]:
        """All lists, in the order of their ids."""
        async with self._database.reading() as work:
            rows = await work.fetch(queries("list_source")["list_watchlists"])
        return tuple(Watchlist.model_validate(dict(row)) for row in rows)

    async def load(self) -> WatchlistSnapshot:
        """All records in force, at once. Which of them are valid on a day is for the policy, which knows the day."""
        version = await self.newest_version()
        records = [record async for chunk in self.records(version) for record in chunk]
        return WatchlistSnapshot(version, tuple(await self.lists()), tuple(records))

    async def records(self, version: int) -> AsyncIterator[Sequence[VersionedRecord]]:
        """The records as of this version, in list order."""
        async for page in self._pages("page_records", version, ("", "")):
            yield tuple(one.versioned() for one in page)

    async def named(self, version: int) -> AsyncIterator[Sequence[StoredRow]]:
        """Of these, the ones with a name, in list order, as they are stored: nobody decodes a million in one process."""
        async for page in self._pages("page_named", version, ("", "")):
            yield page

    async def unnamed(self, version: int, since: int) -> AsyncIterator[Sequence[StoredRow]]:
        """Of these, the ones without a name that came after a version, in the order in which they came, as they are stored."""
        async for page in self._pages("page_unnamed", version, (since + 1, "", "")):
            yield page

    async def _pages(self, query: str, version: int, after: tuple[str | int, ...]) -> AsyncIterator[Sequence[StoredRow]]:
        """`after`: the key behind which the first page begins; the last columns of what the pages are ordered by."""
        lists = await self._lists_by_id()
        while True:
            async with self._database.reading() as work:
                rows = await work.fetch(queries("list_source")[query], version, *after, ROWS_PER_PAGE)
            if not rows:
                return
            yield tuple(_stored(row, lists) for row in rows)
            after = tuple(rows[-1][name] for name in ("from_version", "list_id", "record_id")[-len(after) :])

    async def unnamed_ended(self, since: int, version: int, records_max: int) -> Sequence[RecordKey] | None:
        """Records without a name that stood at one version, and not at a later one; None where they are more."""
        async with self._database.reading() as work:
            rows = await work.fetch(queries("list_source")["unnamed_ended"], since, version, records_max + 1)
        return tuple(map(_key, rows)) if len(rows) <= records_max else None

    async def changed_between(self, since: int, version: int) -> int:
        """How many records the versions in between changed, as they say themselves."""
        async with self._database.reading() as work:
            return int(await work.fetchval(queries("list_source")["changed_between"], since, version))

    async def changes(self, since: int, records_max: int) -> ListChanges | None:
        """What has changed since a version; None where it is more than `records_max` records, or more than records."""
        version, lists = await self.newest_version(), await self._lists_by_id()
        async with self._database.reading() as work:
            if await work.fetchval(queries("list_source")["resets_between"], since, version):
                return None
            changed = await work.fetch(queries("list_source")["list_changed"], since, version, records_max + 1)
            removed = await work.fetch(queries("list_source")["list_removed"], since, version, records_max + 1)
        if len(changed) + len(removed) > records_max:
            return None
        return ListChanges(
            version, tuple(lists.values()), tuple(_versioned(row, lists) for row in changed), tuple(map(_key, removed))
        )

    async def record_version(self, key: RecordKey, number: int) -> VersionedRecord | None:
        """One version of one record, current or not; None where it is not kept any more."""
        lists = await self._lists_by_id()
        async with self._database.reading() as work:
            row = await work.fetchrow(queries("list_source")["record_version"], *key, number)
        return None if row is None else _versioned(row, lists)

    async def rarity(self, model_version: str) -> KeptRarity | None:
        """The rarity in force for this model; None where none was ever counted."""
        async with self._database.reading() as work:
            row = await work.fetchrow(queries("list_source")["newest_rarity"], model_version)
        return None if row is None else KeptRarity(**dict(row))

    async def find_rarity(self, digest_start: str) -> KeptRarity | None:
        """A rarity by the beginning of its digest."""
        async with self._database.reading() as work:
            row = await work.fetchrow(queries("list_source")["find_rarity"], digest_start)
        return None if row is None else KeptRarity(**dict(row))

    async def keep_rarity(self, rarity: KeptRarity) -> None:
        """Keep a rarity, and with it put it in force. The same again changes nothing."""
        row = asdict(rarity)
        values = [row[name] for name in ("digest", "model_version", "list_version", "people", "body")]
        async with self._database.unit_of_work() as work:
            await work.execute(queries("list_source")["keep_rarity"], *values)

    async def _lists_by_id(self) -> dict[str, Watchlist]:
        return {watchlist.list_id: watchlist for watchlist in await self.lists()}


def _key(row: asyncpg.Record) -> RecordKey:
    return row["list_id"], row["record_id"]


def _stored(row: asyncpg.Record, lists: Mapping[str, Watchlist]) -> StoredRow:
    return StoredRow(lists[row["list_id"]], row["body"], row["record_version"], row["from_version"])


def _versioned(row: asyncpg.Record, lists: Mapping[str, Watchlist]) -> VersionedRecord:
    return _stored(row, lists).versioned()
