"""A source of lists in which every list has its threshold in bits: as its owner said, or as its length has it.

Length is that of the version asked for, in whole bits a doubling, so that a base and its delta agree, and a list's threshold
moves only when it has doubled or halved; the next base then has it for every record.
"""

from collections.abc import AsyncIterator, Mapping, Sequence

from schemas.stored_records import StoredRow
from schemas.watchlist import ListChanges, VersionedRecord, Watchlist
from screening.model import Model
from screening.ports import WatchlistSource
from screening.thresholds import threshold_in_force


class ThresholdedSource:
    """Satisfies `screening.ports.WatchlistSource`."""

    def __init__(self, source: WatchlistSource, model: Model) -> None:
        """`source`: lists as their owners wrote them."""
        self._source = source
        self._model = model
        self.newest_version = source.newest_version
        self.published_version = source.published_version
        self.put_in_force = source.put_in_force
        self.publish_recount = source.publish_recount
        self.count = source.count
        self.people = source.people
        self.sizes = source.sizes
        self.unnamed_ended = source.unnamed_ended
        self.changed_between = source.changed_between
        self.record_version = source.record_version
        self.rarity = source.rarity
        self.find_rarity = source.find_rarity
        self.keep_rarity = source.keep_rarity

    async def lists(self) -> Sequence[Watchlist]:
        """All lists, as of the newest published version."""
        return tuple((await self._thresholded(await self._source.published_version())).values())

    async def records(self, version: int) -> AsyncIterator[Sequence[VersionedRecord]]:
        """See the port."""
        lists = await self._thresholded(version)
        async for chunk in self._source.records(version):
            yield tuple(_on(record, lists) for record in chunk)

    async def named(self, version: int) -> AsyncIterator[Sequence[StoredRow]]:
        """See the port."""
        lists = await self._thresholded(version)
        async for chunk in self._source.named(version):
            yield tuple(row._replace(watchlist=lists[row.watchlist.list_id]) for row in chunk)

    async def unnamed(self, version: int, since: int) -> AsyncIterator[Sequence[StoredRow]]:
        """See the port."""
        lists = await self._thresholded(version)
        async for chunk in self._source.unnamed(version, since):
            yield tuple(row._replace(watchlist=lists[row.watchlist.list_id]) for row in chunk)

    async def changes(self, since: int, records_max: int) -> ListChanges | None:
        """See the port."""
        found = await self._source.changes(since, records_max)
        if found is None:
            return None
        lists = await self._thresholded(found.version)
        changed = tuple(_on(record, lists) for record in found.changed)
        return ListChanges(found.version, tuple(lists.values()), changed, found.removed)

    async def _thresholded(self, version: int) -> dict[str, Watchlist]:
        sizes, lists = await self._source.sizes(version), await self._source.lists()
        bits = {one.list_id: threshold_in_force(one, sizes.get(one.list_id, 0), self._model) for one in lists}
        return {one.list_id: one.model_copy(update={"threshold_bits": bits[one.list_id]}) for one in lists}


def _on(record: VersionedRecord, lists: Mapping[str, Watchlist]) -> VersionedRecord:
    return record.model_copy(update={"watchlist": lists[record.watchlist.list_id]})
