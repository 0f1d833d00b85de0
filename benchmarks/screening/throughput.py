"""How many travellers a second one process screens, against made-up lists of several sizes. Not a figure of quality.

Lists and flights come from `benchmarks.people`: 2.45 names a person, different travellers, flight by flight, nothing cached
at the start. Each size is run in a process of its own, so that memory is its own.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.people import LIST, flights, records
from benchmarks.screening.kulla import speed
from screening.index.packed.building import Listing, build
from screening.index.packed.packed_index import PackedIndex
from screening.model import MODEL
from screening.thresholds import default_bits

NAMES_PER_PERSON = 2.45
SIZES = (10_000, 100_000, 1_000_000, 3_000_000)
"""Names."""

SECONDS = 10.0
SEED = 1
FLIGHTS_PER_SECOND_MAX = 150
"""Made before the clock starts; more than 22,000 travellers a second would use them up early, which only shortens the run."""


class Throughput(NamedTuple):
    """One size."""

    names: int
    persons: int
    threshold_bits: float
    build_seconds: float
    build_peak_megabytes: float
    file_megabytes: float
    open_seconds: float
    travellers: int
    seconds: float
    matches: int
    resident_megabytes: float


def measured(names: int, seconds: float) -> Throughput:
    """In a process of its own."""
    command = [sys.executable, "-m", "benchmarks.screening.throughput", str(names), str(seconds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Throughput(**json.loads(done.stdout))


def _measure(names: int, seconds: float) -> Throughput:
    import resource

    persons = round(names / NAMES_PER_PERSON)
    threshold = default_bits(LIST, persons, MODEL)
    watchlist = LIST.model_copy(update={"threshold_bits": threshold})
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "index"
        start = time.perf_counter()
        build(path, records(persons, SEED, watchlist=watchlist), Listing(MODEL, 1))
        built = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        before = psutil.Process().memory_info().rss
        start = time.perf_counter()
        index = PackedIndex.open(path)
        opened = time.perf_counter() - start
        ahead = list(flights(round(seconds * FLIGHTS_PER_SECOND_MAX), SEED))
        travellers, took, matches = speed(index, iter(ahead), seconds)
        grown = (psutil.Process().memory_info().rss - before) / 1e6
        size = path.stat().st_size / 1e6
    return Throughput(names, persons, threshold, built, peak, size, opened, travellers, took, matches, grown)


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]), float(sys.argv[2]))._asdict()))
