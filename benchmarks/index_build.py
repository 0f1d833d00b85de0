"""Building an index from a list that exists: JSON as the store keeps it, in a file made beforehand.

What is timed is what the service does (`api_service.lists_on_disk`), from the stored text of a record on: decoding, reading
names, packing, forcing the file to disk; not the database that the text comes from.
"""

import multiprocessing
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from api_service.lists_on_disk.readers import read_chunks
from benchmarks.people import LIST, records
from schemas.stored_records import StoredRow, decode_record
from schemas.watchlist import Record, Watchlist
from screening.index.packed.building import CHUNK_RECORDS, Listing, build_from_chunks
from screening.model import MODEL
from screening.thresholds import default_bits

PROCESSES = 2
DECODED = 20_000
"""Records that are decoded alone, to tell what of the building that is."""
MIB = 1 << 20


def the_list(persons: int) -> Watchlist:
    return LIST.model_copy(update={"threshold_bits": default_bits(LIST, persons, MODEL)})


def made_up(first: int, persons: int, seed: int) -> bytes:
    """A chunk of the list, one record a line."""
    some = records(min(CHUNK_RECORDS, persons - first), seed, first)
    return b"".join(one.record.model_dump_json().encode() + b"\n" for one in some)


def make_list(path: Path, persons: int, seed: int) -> None:
    """Write the list, unless it stands."""
    if path.exists():
        return
    start, unfinished = time.perf_counter(), path.with_suffix(".unfinished")
    with ProcessPoolExecutor(PROCESSES) as pool, unfinished.open("wb") as file:
        for lines in pool.map(partial(made_up, persons=persons, seed=seed), range(0, persons, CHUNK_RECORDS)):
            file.write(lines)
    unfinished.rename(path)
    print(f"list: made up in {time.perf_counter() - start:.0f} s, {path.stat().st_size / MIB:.0f} MiB of JSON")


def stored(path: Path, persons: int) -> Iterator[StoredRow]:
    watchlist = the_list(persons)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield StoredRow(watchlist, line, 1, 1)


class Built(NamedTuple):
    """Seconds on the wall; of processor time in the readers, and in the process that packs; MiB."""

    seconds: float
    reading: float
    packing: float
    peak_mib: float


def build(path: Path, list_path: Path, persons: int, told: "multiprocessing.Queue[Built]") -> None:
    """In a process of its own, so that its memory is its own."""
    start = time.perf_counter()
    build_from_chunks(path, read_chunks(stored(list_path, persons), MODEL, PROCESSES), Listing(MODEL, 1))
    seconds, packing = time.perf_counter() - start, time.process_time()
    own, readers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = (own.ru_maxrss + PROCESSES * readers.ru_maxrss) / 1024
    told.put(Built(seconds, readers.ru_utime + readers.ru_stime, packing, peak))


def report_decoding(list_path: Path, persons: int) -> None:
    with list_path.open(encoding="utf-8") as file:
        lines = list(islice(file, DECODED))
    for what, decode in (("structs", decode_record), ("nouns of pydantic, for comparison", Record.model_validate_json)):
        start = time.process_time()
        for line in lines:
            decode(line)
        seconds = (time.process_time() - start) * persons / len(lines)
        print(f"  of which decoding to {what}: {seconds:.1f} s (from {len(lines):,} records)")


def report_build(path: Path, persons: int, seed: int) -> None:
    list_path = path.with_suffix(".jsonl")
    make_list(list_path, persons, seed)
    told: multiprocessing.Queue[Built] = multiprocessing.Queue()
    worker = multiprocessing.Process(target=build, args=(path, list_path, persons, told))
    worker.start()
    built = told.get()
    worker.join()
    total = built.reading + built.packing
    print(
        f"build, from JSON as stored: {built.seconds:.1f} s wall on {PROCESSES} + 1 processes, {built.peak_mib:.0f} MiB at most"
    )
    print(f"  processor time {total:.1f} s: readers {built.reading:.1f} s, feeding them and packing {built.packing:.1f} s")
    report_decoding(list_path, persons)
