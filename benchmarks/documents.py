"""How big and how fast the store of listed document numbers is.

    python -m benchmarks.documents [--numbers 100000000] [--directory DIR]                 the store alone
    python -m benchmarks.documents [--numbers 10000000] [--directory DIR] --through index  as a screener asks it

Numbers are made up, of the form and issuers of `benchmarks.people`; the same seed, the same numbers. Printed: time and peak
memory of the build, size of the file, time to open, look-ups/s (hits and misses, in batches of a flight, in batches of 10,000,
and one by one), and the memory the asking process then has. Hits are drawn over the whole store, so that every page is touched:
the worst case for memory.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import psutil

from benchmarks.people.cultures import COUNTRIES
from screening.document_store import build_documents, open_documents
from screening.document_store.number_code import FOLD
from screening.features.documents import ReadDocument

SCATTER = 2_654_435_761  # a prime: neighbours in the list do not have neighbouring numbers
ASKED = 1_000_000
FLIGHT = 180
BATCH = 10_000
_LETTERS = 26 * 26


def number_of(place: int) -> tuple[str, str]:
    """Number and issuer of the document at a place: two letters and seven digits, all different up to 6.7 billion."""
    letters, digits = divmod(place * SCATTER % (_LETTERS * 10**7), 10**7)
    return f"{chr(65 + letters // 26)}{chr(65 + letters % 26)}{digits:07d}", COUNTRIES[letters % len(COUNTRIES)].code


def documents(count: int) -> Iterator[tuple[ReadDocument, int]]:
    """The list."""
    for place in range(count):
        number, issuer = number_of(place)
        yield ReadDocument("P", number, issuer, number.translate(FOLD), number), place


def asked(count: int, first: int, span: int) -> list[str]:
    """Folded numbers from places of a span, at random."""
    random = Random(7)
    return [number_of(first + int(random.random() * span))[0].translate(FOLD) for _ in range(count)]


def rate(numbers: Sequence[str], batch: int, ask: Callable[[Sequence[str]], int]) -> tuple[float, int]:
    """Look-ups a second, and how many were found."""
    start, found = time.perf_counter(), 0
    for place in range(0, len(numbers), batch):
        found += ask(numbers[place : place + batch])
    return len(numbers) / (time.perf_counter() - start), found


def build(directory: Path, count: int) -> None:
    """In a process of its own, so that its memory is its own."""
    path = directory / "documents"
    start = time.perf_counter()
    for _ in documents(min(count, 1_000_000)):
        pass
    making = (time.perf_counter() - start) * count / min(count, 1_000_000)
    start = time.perf_counter()
    build_documents(path, documents(count))
    seconds = time.perf_counter() - start
    peak = _peak_megabytes()
    print(
        f"{count:,} numbers: built in {seconds:.0f} s, of which {making:.0f} s making them up; peak {peak:.0f} MB", flush=True
    )
    print(f"file {path.stat().st_size / 1e6:.0f} MB, {path.stat().st_size / count:.1f} bytes a number", flush=True)


def ask(directory: Path, count: int) -> None:
    """In a process of its own, too."""
    path = directory / "documents"
    process = psutil.Process()
    misses, hits = asked(ASKED, count, 6 * count), asked(ASKED, 0, count)
    before = process.memory_info().rss
    start = time.perf_counter()
    with open_documents(path) as store:
        print(f"opened in {1000 * (time.perf_counter() - start):.1f} ms", flush=True)
        for kind, numbers in (("misses", misses), ("hits", hits)):
            for name, batch in (("batches of 10,000", BATCH), ("a flight of 180", FLIGHT), ("one by one", 1)):
                single = batch == 1
                some = numbers[: 300_000 if single else ASKED]
                quick = (lambda part: len(store.listed(part[0]))) if single else (lambda part: len(store.find(part).documents))
                found = rate(some, batch, quick)
                grown = (process.memory_info().rss - before) / 1e6
                print(
                    f"{kind:7} {name:18} {found[0]:>12,.0f}/s  {found[1]:,} found of {len(some):,}; resident {grown:.0f} MB",
                    flush=True,
                )
        read = rate(hits[:300_000], BATCH, lambda part: sum(1 for _ in store.listed_batch(part)))
        print(f"hits, every document read out: {read[0]:,.0f}/s; resident {(process.memory_info().rss - before) / 1e6:.0f} MB")


def _peak_megabytes() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    """Build, then ask."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--numbers", type=int, default=10_000_000)
    options.add_argument("--directory", type=Path, help="where the file is made; default: a temporary directory")
    options.add_argument("--through", choices=("store", "index"), default="store")
    options.add_argument("--step", choices=("build", "ask"))
    given = options.parse_args()
    if given.step:
        _step(given.through, given.step)(given.directory, given.numbers)
        return
    with tempfile.TemporaryDirectory(dir=given.directory) as directory:
        for step in ("build", "ask"):
            command = [sys.executable, "-m", "benchmarks.documents", "--numbers", str(given.numbers), "--directory", directory]
            subprocess.run([*command, "--through", given.through, "--step", step], check=True)


def _step(through: str, step: str) -> Callable[[Path, int], None]:
    if through == "store":
        return {"build": build, "ask": ask}[step]
    from benchmarks import document_index

    return {"build": document_index.build_base, "ask": document_index.ask}[step]


if __name__ == "__main__":
    main()
