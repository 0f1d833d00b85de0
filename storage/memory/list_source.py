"""Lists in memory (`screening.ports.WatchlistSource`)."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.stored_records import StoredRow
from schemas.watchlist import KeptRarity, ListChanges, Record, RecordKey, VersionedRecord, Watchlist, WatchlistSnapshot


@dataclass(slots=True)
class _Row:
    """A version of a record. `until`: the first list version without it."""

    record: VersionedRecord
    until: int | None = None

    @property
    def key(self) -> RecordKey:
        return self.record.watchlist.list_id, self.record.record.record_id

    def stands(self, version: int) -> bool:
        """Whether it is on its list as of a version."""
        return self.record.list_version <= version and (self.until is None or self.until > version)


class MemoryListSource:
    """Publish replaces a list whole; a record that did not change keeps its version."""

    def __init__(self) -> None:
        self._version = 0
        self._in_force = 0
        self._lists: dict[str, Watchlist] = {}
        self._rows: list[_Row] = []
        self._rarities: list[KeptRarity] = []
        self._resets: set[int] = set()
        self._recount = 0

    def publish(self, watchlist: Watchlist, records: Sequence[Record], in_force: bool = True) -> int:
        """Make these the records of a list; returns the new version."""
        self._version += 1
        if self._lists.get(watchlist.list_id, watchlist) != watchlist:
            self._resets.add(self._version)
        self._lists[watchlist.list_id] = watchlist
        current = {row.key: row for row in self._rows if row.until is None and row.key[0] == watchlist.list_id}
        wanted = {(watchlist.list_id, record.record_id): record for record in records}
        for key, row in current.items():
            if wanted.get(key) != row.record.record:
                row.until = self._version
        for key, record in wanted.items():
            if key not in current or current[key].until is not None:
                self._open(watchlist, record)
        if in_force:
            self._in_force = self._version
        return self._version

    def _open(self, watchlist: Watchlist, record: Record) -> None:
        number = 1 + sum(row.key == (watchlist.list_id, record.record_id) for row in self._rows)
        opened = VersionedRecord(watchlist=watchlist, record=record, record_version=number, list_version=self._version)
        self._rows.append(_Row(opened))

    async def newest_version(self) -> int:
        """The newest version in force; 0 before the first."""
        return self._in_force

    async def published_version(self) -> int:
        """The newest published version."""
        return self._version

    async def put_in_force(self, version: int) -> None:
        """Versions up to this one are in force."""
        self._in_force = max(self._in_force, version)

    async def publish_recount(self) -> int:
        """A version in which rarity is counted anew; it waits."""
        if self._recount <= self._in_force:
            self._version += 1
            self._recount = self._version
            self._resets.add(self._version)
        return self._version

    async def count(self, version: int) -> int:
        """How many records stand."""
        return sum(row.stands(version) for row in self._rows)

    async def people(self, version: int) -> int:
        """How many of them have a name."""
        return sum(row.stands(version) and bool(row.record.record.names) for row in self._rows)

    async def sizes(self, version: int) -> Mapping[str, int]:
        """How many of each list."""
        return Counter(row.key[0] for row in self._rows if row.stands(version))

    async def lists(self) -> Sequence[Watchlist]:
        """All lists."""
        return tuple(self._lists[key] for key in sorted(self._lists))

    async def load(self) -> WatchlistSnapshot:
        """All records in force."""
        return WatchlistSnapshot(self._in_force, tuple(await self.lists()), tuple(self._as_of(self._in_force)))

    async def records(self, version: int) -> AsyncIterator[Sequence[VersionedRecord]]:
        """The records as of a version, one by one: the smallest of chunks."""
        for record in tuple(self._as_of(version)):
            yield (record,)

    async def named(self, version: int) -> AsyncIterator[Sequence[StoredRow]]:
        """Of these, the ones with a name, as a store would keep them."""
        for one in tuple(self._as_of(version)):
            if one.record.names:
                yield (_stored(one),)

    async def unnamed(self, version: int, since: int) -> AsyncIterator[Sequence[StoredRow]]:
        """Of these, the ones without a name that are newer than a version, as a store would keep them."""
        for one in tuple(self._as_of(version)):
            if not one.record.names and one.list_version > since:
                yield (_stored(one),)

    async def unnamed_ended(self, since: int, version: int, records_max: int) -> Sequence[RecordKey] | None:
        """Records without a name that stood at one version, and not at a later one."""
        ended = (row for row in self._rows if row.stands(since) and not row.stands(version))
        keys = tuple(row.key for row in ended if not row.record.record.names)
        return keys if len(keys) <= records_max else None

    async def changed_between(self, since: int, version: int) -> int:
        """How many records began or ended in between."""
        began = sum(since < row.record.list_version <= version for row in self._rows)
        return began + sum(row.until is not None and since < row.until <= version for row in self._rows)

    async def changes(self, since: int, records_max: int) -> ListChanges | None:
        """What has changed since a version; None where it is more than `records_max` records, or more than records."""
        if any(since < version <= self._in_force for version in self._resets):
            return None
        before = {row.key for row in self._rows if row.stands(since)}
        now = {(one.watchlist.list_id, one.record.record_id) for one in self._as_of(self._in_force)}
        changed = tuple(one for one in self._as_of(self._in_force) if one.list_version > since)
        removed = tuple(sorted(before - now))
        if len(changed) + len(removed) > records_max:
            return None
        return ListChanges(self._in_force, tuple(await self.lists()), changed, removed)

    async def record_version(self, key: RecordKey, number: int) -> VersionedRecord | None:
        """One version of one record."""
        found = (row.record for row in self._rows if row.key == key and row.record.record_version == number)
        return next(found, None)

    async def rarity(self, model_version: str) -> KeptRarity | None:
        """The newest rarity of a model."""
        return next((one for one in reversed(self._rarities) if one.model_version == model_version), None)

    async def find_rarity(self, digest_start: str) -> KeptRarity | None:
        """A rarity by the beginning of its digest."""
        return next((one for one in self._rarities if one.digest.startswith(digest_start)), None)

    async def keep_rarity(self, rarity: KeptRarity) -> None:
        """Keep a rarity; the same again changes nothing."""
        if all(one.digest != rarity.digest for one in self._rarities):
            self._rarities.append(rarity)

    def _as_of(self, version: int) -> Iterator[VersionedRecord]:
        rows = sorted((row for row in self._rows if row.stands(version)), key=lambda row: row.key)
        return (row.record.model_copy(update={"watchlist": self._lists[row.key[0]]}) for row in rows)


def _stored(one: VersionedRecord) -> StoredRow:
    return StoredRow(one.watchlist, one.record.model_dump_json(), one.record_version, one.list_version)
