"""Use case: build a base of the newest published lists, and put that version in force.

Records stream from the database, page by page, into the builder in a thread; memory holds its columns, never all records. The
rarity it was weighed with is kept in the database before anybody can open the file.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from api_service.lists_on_disk import files
from schemas.watchlist import VersionedRecord
from screening.index.packed.building import Listing, build
from screening.lists_in_force import kept_rarity, still_good, version_to_build
from screening.model import Model
from screening.ports import WatchlistSource
from screening.rarity import Rarity


async def build_newest(directory: Path, source: WatchlistSource, model: Model) -> int:
    """Build a base of the newest published version where there is none; returns that version.

    Raises StoreUnavailableError, OSError. Waits while another process of this machine builds.
    """
    async with files.building(directory):
        version = await version_to_build(source, model)
        standing = files.open_newest(directory, model)
        if standing is None or standing[1].listed.version < version:
            await _build(files.path_of(directory, version), source, model, version)
            files.remove_older(directory, version)
    await source.put_in_force(version)
    return version


async def _build(path: Path, source: WatchlistSource, model: Model, version: int) -> None:
    frozen = await _rarity_in_force(source, model, version)
    records = _Pulled(source.records(version), asyncio.get_running_loop())
    new = path.with_suffix(".new")
    rarity = await asyncio.to_thread(build, new, iter(records), Listing(model, version, frozen))
    if frozen is None:
        await source.keep_rarity(kept_rarity(rarity, model, version))
    new.rename(path)


async def _rarity_in_force(source: WatchlistSource, model: Model, version: int) -> Rarity | None:
    """The rarity to go on with; None where the lists have outgrown it."""
    kept = await source.rarity(model.version)
    if kept is None or not still_good(kept, await source.count(version)):
        return None
    return Rarity.from_bytes(kept.body, model.rarity)


class _Pulled:
    """Chunks of an event loop, record by record, for a thread beside it."""

    def __init__(self, chunks: AsyncIterator[Sequence[VersionedRecord]], loop: asyncio.AbstractEventLoop) -> None:
        self._chunks = chunks
        self._loop = loop

    def __iter__(self) -> Iterator[VersionedRecord]:
        while chunk := asyncio.run_coroutine_threadsafe(self._next(), self._loop).result():
            yield from chunk

    async def _next(self) -> Sequence[VersionedRecord]:
        async for chunk in self._chunks:
            return chunk
        return ()
