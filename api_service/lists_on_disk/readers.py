"""Reading names, most of the work of building an index, by several processes: a few chunks on their way at a time.

They inherit the builder's low priority, and end with it. What is carried to them is JSON as the store keeps it, and back come
arrays: both cost little beside the reading.
"""

import gc
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import starmap
from multiprocessing import get_context
from typing import Any

from api_service.processes import die_with_parent
from schemas.stored_records import StoredRow
from screening.index.packed.building import CHUNK_RECORDS
from screening.index.packed.chunk import Chunk, in_chunks, read_stored
from screening.model import Model

READERS_MAX = 4
"""Processes that read names: the one that takes their columns over keeps up with no more."""
CORES_PER_READER = 2
"""The others screen. Whoever has nothing to screen yet may say more (`index_processes`, `kulla index-lists --processes`)."""


def default_processes() -> int:
    """How many processes read names where nobody says how many; 1: the builder itself."""
    return max(1, min(READERS_MAX, len(os.sched_getaffinity(0)) // CORES_PER_READER))


def read_chunks(rows: Iterable[StoredRow], model: Model, readers: int) -> Iterator[Chunk]:
    """Chunks in the order of the records. Raises BrokenProcessPool where a reader was killed."""
    if readers == 1:
        yield from (read_stored(some, model) for some in in_chunks(rows, CHUNK_RECORDS))
        return
    # Started anew and not forked: this process has threads, whose locks a copy would hold for ever.
    with ProcessPoolExecutor(readers, get_context("spawn"), initializer=_prepare_reader) as pool:
        reading: deque[Future[Chunk]] = deque()
        for some in in_chunks(rows, CHUNK_RECORDS):
            reading.append(pool.submit(_read, tuple(zip(*some, strict=True)), model))
            if len(reading) > readers + 1:
                yield reading.popleft().result()
        while reading:
            yield reading.popleft().result()


def _read(columns: Sequence[Sequence[Any]], model: Model) -> Chunk:
    """Rows were turned into columns on the way: a few objects to hand over, and not one a record."""
    return read_stored(starmap(StoredRow, zip(*columns, strict=True)), model)


def _prepare_reader() -> None:
    """Reading makes no cycles of objects, and looking for them takes a tenth of its time."""
    die_with_parent()
    gc.disable()
