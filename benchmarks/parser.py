"""How long a PAXLST takes from bytes to validated manifest, beside pydifact, which only tokenises it.

python -m benchmarks.parser

Prints the best of several runs on one core: the machine's noise only ever adds. The garbage collector looks seldom, as in the
service's reading processes (`api_service.reading_pool.collect_seldom`), for both sides alike. With Python's own setting it
takes about a fifth of the time for 5,000 travellers, and the ratio there is some 9.5.
"""

import gc
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api_service.reading_pool import collect_seldom
from benchmarks.message_maker import paxlst
from parsers import read_manifests

SIZES = (2, 10, 150, 5_000)
"""Travellers: an interactive message, a part of one, a list, and far more than any aircraft holds."""


def best_ms(work: Callable[[], object], seconds: float = 2.0) -> float:
    """The quickest of as many runs as fit into the time (at least three), in milliseconds."""
    best, until, runs = float("inf"), time.perf_counter() + seconds, 0
    while runs < 3 or time.perf_counter() < until:
        begin = time.perf_counter()
        work()
        best, runs = min(best, time.perf_counter() - begin), runs + 1
    return best * 1e3


def read(data: bytes) -> None:
    """Bytes to validated manifest."""
    messages = list(read_manifests(data))
    assert len(messages) == 1
    assert messages[0].manifest is not None


def tokenise(data: bytes) -> None:
    """What pydifact needs merely to split the same message."""
    from pydifact.segmentcollection import RawSegmentCollection

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        list(RawSegmentCollection.from_str(data.decode("ascii")).segments)


def bytes_per_traveller(data: bytes, travellers: int) -> float:
    """Memory that the manifest keeps, per traveller."""
    gc.collect()
    tracemalloc.start()
    messages = list(read_manifests(data))
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert messages
    return kept / travellers


def main() -> None:
    """Print the table."""
    collect_seldom()  # as in the processes that read for the service; it helps both
    read(paxlst(2))  # reads the lists of airports and countries
    print(f"{'travellers':>10} {'bytes':>9} {'kulla ms':>9} {'pydifact ms':>12} {'ratio':>6} {'kB/traveller':>13}")
    for travellers in SIZES:
        data = paxlst(travellers)
        ours, theirs = best_ms(lambda data=data: read(data)), best_ms(lambda data=data: tokenise(data))
        kept = bytes_per_traveller(data, travellers) / 1024
        print(f"{travellers:>10} {len(data):>9} {ours:>9.2f} {theirs:>12.1f} {theirs / ours:>6.1f} {kept:>13.2f}")


if __name__ == "__main__":
    main()
