"""Use case: build a base of the newest published lists, and put that version in force.

Records stream from the database, page by page, into the builder in a thread; memory holds its columns, never all records, and
of those without a name (listed documents) nothing: they are set aside, into files of their own (`documents`). The rarity it was
weighed with is kept in the database before anybody can open the file.

Reading names is most of the work: of long lists it is done by several processes, chunk by chunk, a few chunks on their way at a
time, where there are cores to spare. They inherit the builder's low priority, and end with it.
"""

import asyncio
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from api_service.lists_on_disk import files
from api_service.lists_on_disk.documents import set_documents_aside
from api_service.lists_on_disk.layer import Layer
from api_service.lists_on_disk.pulled import pulled
from api_service.processes import die_with_parent
from schemas.watchlist import VersionedRecord
from screening.index.packed.building import CHUNK_RECORDS, Listing, build_from_chunks
from screening.index.packed.chunk import Chunk, in_chunks, read_chunk
from screening.lists_in_force import kept_rarity, still_good, version_to_build
from screening.model import Model
from screening.ports import WatchlistSource
from screening.rarity import Rarity

READERS_MAX = 4
"""Processes that read names: the one that takes their columns over keeps up with no more."""
RECORDS_FOR_SEVERAL_MIN = 100_000
"""Below that, starting processes takes as long as they save."""
CORES_PER_READER = 2
"""The others screen. On two busy cores several readers were measured to be slower than one process: records have to be carried
to them and columns back."""


async def build_newest(directory: Path, source: WatchlistSource, model: Model) -> int:
    """Build a base of the newest published version where there is none; returns that version.

    Raises StoreUnavailableError, OSError. Waits while another process of this machine builds.
    """
    async with files.building(directory):
        version = await version_to_build(source, model)
        standing = files.open_newest(directory, model)
        if standing is None or standing[1].listed.version < version:
            if standing is not None:
                files.remove_others(
                    directory, standing[1].listed.version
                )  # what a builder left that failed: it may be gigabytes
            path, before = files.path_of(directory, version), None if standing is None else standing[0]
            await _build(path, source, model, version, before)
            files.remove_others(directory, version)
    await source.put_in_force(version)
    return version


async def _build(path: Path, source: WatchlistSource, model: Model, version: int, standing: Path | None) -> None:
    """`standing`: the base that stands so far."""
    frozen = await _rarity_in_force(source, model, version)
    documents = await set_documents_aside(path, source, version, standing)
    records = pulled(source.named(version))
    new = path.with_suffix(".new")
    chunks = _read_chunks(records, model, _readers(await source.people(version)))
    rarity = await asyncio.to_thread(build_from_chunks, new, chunks, Listing(model, version, frozen))
    if frozen is None:
        await source.keep_rarity(kept_rarity(rarity, model, version))
    Layer(documents, tuple(await source.lists())).write(path)
    new.rename(path)


async def _rarity_in_force(source: WatchlistSource, model: Model, version: int) -> Rarity | None:
    """The rarity to go on with; None where the lists have outgrown it."""
    kept = await source.rarity(model.version)
    if kept is None or not still_good(kept, await source.people(version)):
        return None
    return Rarity.from_bytes(kept.body, model.rarity)


def _readers(records: int) -> int:
    """How many processes shall read so many records; 1: this one alone."""
    return (
        1 if records < RECORDS_FOR_SEVERAL_MIN else max(1, min(READERS_MAX, len(os.sched_getaffinity(0)) // CORES_PER_READER))
    )


def _read_chunks(records: Iterable[VersionedRecord], model: Model, readers: int) -> Iterator[Chunk]:
    """Chunks in the order of the records. Raises BrokenProcessPool where a reader was killed."""
    if readers == 1:
        yield from (read_chunk(some, model) for some in in_chunks(records, CHUNK_RECORDS))
        return
    # Started anew and not forked: this process has threads, whose locks a copy would hold for ever.
    with ProcessPoolExecutor(readers, get_context("spawn"), initializer=die_with_parent) as pool:
        reading: deque[Future[Chunk]] = deque()
        for some in in_chunks(records, CHUNK_RECORDS):
            reading.append(pool.submit(read_chunk, some, model))
            if len(reading) > readers + 1:
                yield reading.popleft().result()
        while reading:
            yield reading.popleft().result()
