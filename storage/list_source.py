"""The lists as the screeners read them (`screening.ports.WatchlistSource`): one version, in one consistent read."""

from schemas.watchlist import Record, VersionedRecord, Watchlist, WatchlistSnapshot
from storage.database import Database, Work
from storage.sql import queries

_ROWS_PER_FETCH = 2_000
"""Some two megabytes on the way at a time, whatever the size of the lists."""


class PostgresListSource:
    """Reads watchlists, list_versions and records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest_version(self) -> int:
        """The newest published version; 0 before the first."""
        async with self._database.snapshot() as work:
            return await _newest_version(work)

    async def load(self) -> WatchlistSnapshot:
        """All current records of all lists. Which of them are valid on a day is for the policy, which knows the day."""
        async with self._database.snapshot() as work:
            version = await _newest_version(work)
            rows = await work.fetch(queries("list_source")["list_watchlists"])
            lists = {row["list_id"]: Watchlist.model_validate(dict(row)) for row in rows}
            return WatchlistSnapshot(version, tuple(lists.values()), await _records(work, lists))


async def _newest_version(work: Work) -> int:
    return int(await work.fetchval(queries("list_source")["newest_version"]))


async def _records(work: Work, lists: dict[str, Watchlist]) -> tuple[VersionedRecord, ...]:
    cursor = work.cursor(queries("list_source")["list_current_records"], prefetch=_ROWS_PER_FETCH)
    return tuple(
        [
            VersionedRecord(
                watchlist=lists[row["list_id"]],
                record=Record.model_validate_json(row["body"]),
                record_version=row["record_version"],
                list_version=row["from_version"],
            )
            async for row in cursor
        ]
    )
