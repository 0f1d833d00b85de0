"""The newest lists, as an index: a base that is seldom built, and a small delta of what has changed since.

    newest version moved on -> what has changed since the last look -> a new delta -> layered over the same base
    the delta has grown     -> a newer base is ordered from the shelf, in the background; screening goes on with base and delta
    a newer base stands     -> the delta is what has changed since that base

A change of one record is therefore there for the next traveller in milliseconds, however long the lists are. Who asks gets a
new index or the one he had: a swap happens between two batches, never within one.

Rarity is frozen in a base: its delta is weighed with the base's. Whoever builds a base counts anew only where the lists have
grown or shrunk by more than `RECOUNTED_SHARE` since the rarity in force was counted: scores do not move with every import.
A recount is a version of its own: it is published, a base of it is built, and live travellers are then screened again.

What holds for a whole list (its threshold, its severity) stands in every prepared record. A version that changes it, like a
recount, is no matter for a delta: `changes` knows no way over it, and a base is built.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from schemas.watchlist import KeptRarity, ListChanges, RecordKey, VersionedRecord, WatchlistSnapshot
from screening.index.layered import LayeredIndex
from screening.index.packed.packed_index import PackedIndex
from screening.index.port import Index
from screening.index.pruned import PrunedIndex
from screening.model import Model
from screening.ports import WatchlistSource
from screening.prepared import PreparedList, PreparedRecord, count_rarity, prepare_list, prepare_record
from screening.rarity import Rarity
from screening.recent import RecentChanges

DELTA_SHARE_MAX = 0.1
DELTA_RECORDS_WANTED_MAX = 1_000
"""A delta of more than a tenth of its base, or of more records than these, is merged: it costs every traveller some 0.5 ms for
a thousand records."""
DELTA_DOCUMENTS_WANTED_MAX = 20_000
"""Of records without a name so many: they are found by a look into a table, and cost a traveller nothing."""
DELTA_RECORDS_MAX = 50_000
"""A delta in memory is built in some seconds; more changed records than these are waited for as a base."""
RECOUNTED_SHARE = 0.1
"""How far the number of listed persons may move before rarity is counted anew: a tenth is 0.14 bits for every name."""

InThread = Callable[[Callable[[], Index]], Awaitable[Index]]
"""Builds an index off the event loop."""


class ListsBehindError(Exception):
    """A version is in force that this process does not have an index of yet. It is being built: try again soon."""


class BaseShelf(Protocol):
    """Where bases stand. A base is an index over all records as of one version, with the rarity of that version."""

    async def newest(self) -> Index:
        """The newest base that is ready; builds the first one. Cheap: asked whenever the lists have moved on."""

    async def order(self) -> Index | None:
        """A base of the newest published version is wanted, and that this be put in force. Returns the newest that is ready."""

    async def close(self) -> None:
        """Stop building."""


class InForce(Protocol):
    """What the worker asks between any two batches."""

    async def newest(self) -> Index:
        """An index of the newest version in force, or of a newer one. Raises ListsBehindError where there is none yet."""

    @property
    def recent(self) -> RecentChanges | None:
        """What has changed of late, up to the index that was given last."""

    async def close(self) -> None:
        """Stop what is being built in the background."""


@dataclass(slots=True)
class _Delta:
    """What has changed since a base; None = on no list any more."""

    base: Index
    version: int
    records: dict[RecordKey, PreparedRecord | None] = field(default_factory=dict)
    added: int = 0
    """How many records there are more than in the base; one too few for a record that was off the lists when that was built."""
    recent: dict[RecordKey, tuple[int, PreparedRecord | None]] = field(default_factory=dict)
    """What has changed after `recent_since`, and in which version; it outlives a base that the next one was merged from."""
    recent_since: int = 0

    @classmethod
    def over(cls, base: Index, before: "_Delta | None") -> "_Delta":
        """Nothing but the base yet. `before`: of the base that this one takes the place of."""
        delta = cls(base, base.listed.version, recent_since=base.listed.version)
        if before is not None and before.version >= delta.version and before.may_be_carried_over(base):
            delta.recent, delta.recent_since = before.recent, before.recent_since
        return delta

    def may_be_carried_over(self, base: Index) -> bool:
        """Whether what is known of late changes holds over another base: it was weighed alike, and is not too much."""
        same = self.base.listed.rarity.digest == base.listed.rarity.digest
        return same and len(self.recent) <= DELTA_RECORDS_WANTED_MAX

    @property
    def too_big(self) -> bool:
        named = sum(one is not None and bool(one.names) for one in self.records.values())
        wanted_max = min(DELTA_DOCUMENTS_WANTED_MAX, DELTA_SHARE_MAX * self.base.listed.record_count)
        return named > DELTA_RECORDS_WANTED_MAX or len(self.records) > wanted_max

    def take(self, changes: ListChanges) -> None:
        """Note what has changed, weighed as the base is."""
        listed = self.base.listed
        for one in changes.changed:
            prepared = prepare_record(one, listed.model, listed.rarity)
            self.added += self.records.get(prepared.key, prepared) is None or _is_first(one, self.records)
            self.records[prepared.key] = prepared
            self.recent[prepared.key] = one.list_version, prepared
        self.records |= dict.fromkeys(changes.removed)
        self.recent |= dict.fromkeys(changes.removed, (changes.version, None))
        self.added -= len(changes.removed)
        self.version = changes.version

    def index(self) -> Index:
        """Base and delta as one."""
        listed = self.base.listed
        records = tuple(one for _, one in sorted(self.records.items()) if one is not None)
        delta = PrunedIndex(PreparedList(self.version, records, listed.model, listed.rarity))
        return LayeredIndex(self.base, delta, frozenset(self.records), listed.record_count + self.added)


def _is_first(one: VersionedRecord, known: Mapping[RecordKey, object]) -> bool:
    return one.record_version == 1 and (one.watchlist.list_id, one.record.record_id) not in known


class ListsInForce:
    """One process's index of the lists. Satisfies `InForce`."""

    def __init__(self, source: WatchlistSource, shelf: BaseShelf, in_thread: InThread) -> None:
        self._source = source
        self._shelf = shelf
        self._in_thread = in_thread
        self._delta: _Delta | None = None
        self._index: Index | None = None
        self._recent: RecentChanges | None = None

    async def close(self) -> None:
        """Stop what is being built in the background."""
        await self._shelf.close()

    async def newest(self) -> Index:
        """See `InForce`. Nothing is done where neither lists nor base have moved on.

        What is published is asked for first: what comes and is in force between the two questions waits for no base.
        """
        published = await self._source.published_version()
        version = await self._source.newest_version()
        if published > version:
            await self._shelf.order()
            version = await self._source.newest_version()
        base = await self._shelf.newest()
        if self._index is None or self._delta is None or base is not self._delta.base:
            self._delta = await self._over(base)
            self._index = base
        if version > self._index.listed.version:
            self._index = await self._moved_on(self._delta)
        if self._recent is None or self._recent.listed is not self._index.listed:
            self._recent = RecentChanges(self._delta.recent_since, self._index.listed, dict(self._delta.recent))
        return self._index

    @property
    def recent(self) -> RecentChanges | None:
        """See `InForce`."""
        return self._recent

    async def _over(self, base: Index) -> _Delta:
        """A delta over another base, which may be ahead of all we know: then what has changed up to it is asked for, so that
        live travellers need not all be screened again."""
        before = self._delta
        if before is not None and before.version < base.listed.version and before.may_be_carried_over(base):
            changes = await self._source.changes(before.version, DELTA_RECORDS_WANTED_MAX)
            if changes is not None:
                await self._in_thread(lambda: _taken(before, changes))
        return _Delta.over(base, before)

    async def _moved_on(self, delta: _Delta) -> Index:
        changes = await self._source.changes(delta.version, DELTA_RECORDS_MAX)
        if changes is not None:
            await self._in_thread(lambda: _taken(delta, changes))
        if changes is None or delta.too_big:
            base = await self._shelf.order()
            if base is not None and base is not delta.base:
                self._delta = await self._over(base)
                return base
        if changes is None:
            raise ListsBehindError("the lists have changed by more than a delta holds; a new base is being built")
        return await self._in_thread(delta.index)


def _taken(delta: _Delta, changes: ListChanges) -> Index:
    delta.take(changes)
    return delta.base


class MemoryShelf:
    """Bases in the memory of this process, built off the loop when they are ordered. For short lists, tests and benchmarks."""

    def __init__(self, source: WatchlistSource, model: Model, in_thread: InThread) -> None:
        self._source = source
        self._model = model
        self._in_thread = in_thread
        self._base: Index | None = None

    async def newest(self) -> Index:
        """The base; the first is built now."""
        return await self.order() if self._base is None else self._base

    @property
    def standing(self) -> Index | None:
        """The base that was built last."""
        return self._base

    async def order(self) -> Index:
        """Build one of the newest published version, wait for it, and put it in force."""
        version = await version_to_build(self._source, self._model)
        records = [record async for chunk in self._source.records(version) for record in chunk]
        snapshot = WatchlistSnapshot(version, tuple(await self._source.lists()), tuple(records))
        rarity = await frozen_rarity(self._source, self._model, snapshot)
        self._base = await self._in_thread(lambda: PackedIndex.of(prepare_list(snapshot, self._model, rarity)))
        await self._source.put_in_force(version)
        return self._base

    async def close(self) -> None:
        """Nothing is built in the background."""


async def frozen_rarity(source: WatchlistSource, model: Model, snapshot: WatchlistSnapshot) -> Rarity:
    """The rarity in force, or, where the lists have outgrown it, one that is counted now and put in force."""
    kept = await source.rarity(model.version)
    if kept is not None and still_good(kept, sum(bool(one.record.names) for one in snapshot.records)):
        return Rarity.from_bytes(kept.body, model.rarity)
    counted = count_rarity(snapshot.records, model)
    await source.keep_rarity(kept_rarity(counted, model, snapshot.version))
    return counted


async def version_to_build(source: WatchlistSource, model: Model) -> int:
    """The newest published version; where its lists have outgrown the rarity in force, that of the recount that is due."""
    version = await source.published_version()
    kept = await source.rarity(model.version)
    if kept is None or still_good(kept, await source.people(version)):
        return version
    return await source.publish_recount()


def still_good(kept: KeptRarity, people: int) -> bool:
    """Whether lists of so many records with a name may go on with a rarity."""
    return abs(people - kept.people) <= RECOUNTED_SHARE * kept.people


def kept_rarity(rarity: Rarity, model: Model, list_version: int) -> KeptRarity:
    """A rarity, to be kept."""
    return KeptRarity(rarity.digest, model.version, list_version, rarity.people, rarity.to_bytes())
