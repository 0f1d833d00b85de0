"""Lists in memory (`screening.ports.WatchlistSource`)."""

from collections.abc import Sequence

from schemas.watchlist import Record, VersionedRecord, Watchlist, WatchlistSnapshot


class MemoryListSource:
    """Publish replaces a list whole; a record that did not change keeps its version."""

    def __init__(self) -> None:
        self._snapshot = WatchlistSnapshot(0, (), ())
        self._last: dict[tuple[str, str], VersionedRecord] = {}

    def publish(self, watchlist: Watchlist, records: Sequence[Record]) -> int:
        """Make these the records of a list; returns the new version."""
        version = self._snapshot.version + 1
        current = [self._version(watchlist, record, version) for record in records]
        self._last |= {(watchlist.list_id, record.record.record_id): record for record in current}
        others = [record for record in self._snapshot.records if record.watchlist.list_id != watchlist.list_id]
        lists = {known.list_id: known for known in self._snapshot.lists} | {watchlist.list_id: watchlist}
        ordered = sorted([*others, *current], key=lambda row: (row.watchlist.list_id, row.record.record_id))
        self._snapshot = WatchlistSnapshot(version, tuple(lists[key] for key in sorted(lists)), tuple(ordered))
        return version

    def _version(self, watchlist: Watchlist, record: Record, version: int) -> VersionedRecord:
        last = self._last.get((watchlist.list_id, record.record_id))
        if last is not None and last.record == record and last in self._snapshot.records:
            return last.model_copy(update={"watchlist": watchlist})
        number = 1 if last is None else last.record_version + 1
        return VersionedRecord(watchlist=watchlist, record=record, record_version=number, list_version=version)

    async def newest_version(self) -> int:
        """The newest published version; 0 before the first."""
        return self._snapshot.version

    async def load(self) -> WatchlistSnapshot:
        """All current records."""
        return self._snapshot
