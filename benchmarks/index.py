"""How fast, how big and how right the packed index is, on lists of made-up persons (`benchmarks.people`).

    python -m benchmarks.index [--persons 10000 100000 1000000] [--travellers N] [--live N] [--seed N] [--keep DIRECTORY]
    python -m benchmarks.index --persons 1000000 --build-only --keep DIRECTORY
    python -m benchmarks.index --equality 100000x1000 [--processes N]       index against oracle, and nothing else

For each size: making up the list (kept, with the index, where --keep says); building from that list alone, as the service does
from JSON in its store (`benchmarks.index_build`; wall and processor time, peak memory of all processes); size of the file, time
to open it, travellers/s of a stream of different travellers on one and on two processes from cold caches (wall, and per second
of processor time, which a busy machine does not change), the time of one traveller alone, memory of the asking processes (PSS:
shared pages counted once), the compiled kernel against the portable one, and whether both find what the oracle finds: on a
sample of travellers, half of them listed persons, against a sample of records.

The threshold is the default for a list of that length (`screening.thresholds`).
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

import psutil

from benchmarks import equality
from benchmarks.equality import DAY
from benchmarks.index_build import PROCESSES, report_build, the_list
from benchmarks.people import LIST, flights, records
from benchmarks.people.travellers import TRAVELLERS_PER_FLIGHT
from schemas.traveller import Sex, Traveller
from schemas.watchlist import VersionedRecord, WatchlistSnapshot
from screening.engine import matches_of, screen
from screening.index.live.travellers import LiveTravellers
from screening.index.packed.compiled import kernel_library
from screening.index.packed.layout import PackedContent
from screening.index.packed.packed_index import KernelKind, PackedIndex
from screening.model import MODEL
from screening.prepared import prepare_list, prepare_traveller
from screening.scoring import match

SIZES = (10_000, 100_000, 1_000_000)
SAMPLE_TRAVELLERS, SAMPLE_RECORDS, PORTABLE_TRAVELLERS = 40, 5_000, 20
LIVE_RECORDS = 40
MIB = 1 << 20


def report_file(path: Path) -> None:
    start = time.perf_counter()
    index = PackedIndex.open(path)
    seconds = time.perf_counter() - start
    content = PackedContent.open(path)
    words = {name: len(content.array(name)) for name in ("part_bits", "entry_at", "posting", "join_posting", "date_key")}
    texts = int(content.array("text_at")[-1])
    print(f"file: {path.stat().st_size / MIB:.0f} MiB, of which records' text {texts / MIB:.0f} MiB; opened in {seconds:.3f} s")
    print(f"  {len(index):,} records, {content.header['names']:,} names, {words}")


class Asked(NamedTuple):
    travellers: int
    matches: int
    seconds: float
    processor_seconds: float
    pss_mib: float


def ask(path: Path, travellers: Sequence[Sequence[Traveller]]) -> Asked:
    """Flight by flight, in a fresh process: no cache is warm but the system's pages."""
    index = PackedIndex.open(path)
    start, processor = time.perf_counter(), time.process_time()
    found = sum(len(screen(flight, index, DAY)) for flight in travellers)
    taken, used = time.perf_counter() - start, time.process_time() - processor
    return Asked(sum(map(len, travellers)), found, taken, used, psutil.Process().memory_full_info().pss / MIB)


def report_stream(path: Path, aboard: Sequence[Sequence[Traveller]], processes: int) -> None:
    shares = [aboard[number::processes] for number in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        asked = list(pool.map(partial(ask, path), shares))
    travellers, used = sum(one.travellers for one in asked), sum(one.processor_seconds for one in asked)
    rate = sum(one.travellers / one.seconds for one in asked)
    matches, memory = sum(one.matches for one in asked), sum(one.pss_mib for one in asked)
    print(
        f"{processes} process(es): {rate:,.0f} travellers/s, {travellers / used:,.0f} per processor second; "
        f"{travellers:,} asked, {1000 * matches / travellers:.2f} alerts per 1,000; memory {memory:.0f} MiB"
    )


def report_alone(path: Path, aboard: Sequence[Sequence[Traveller]]) -> None:
    index = PackedIndex.open(path)
    taken, used, candidates = [], [], 0
    for one in (one for flight in aboard for one in flight):
        start, processor = time.perf_counter(), time.thread_time()
        prepared = prepare_traveller(one)
        list(matches_of(prepared, index, DAY))
        used.append(1000 * (time.thread_time() - processor))
        taken.append(1000 * (time.perf_counter() - start))
        candidates += len(index.rows(prepared, None))
    print(f"one traveller alone, of {len(taken):,}: {1000 * candidates / len(taken):.2f} candidates per 1,000")
    for clock, times in (("wall", taken), ("processor", used)):
        cut = statistics.quantiles(times, n=1000)
        print(f"  {clock}: p50 {cut[499]:.2f} ms, p99 {cut[989]:.2f} ms, p99.9 {cut[998]:.2f} ms, most {max(times):.1f} ms")


def sample_of(index: PackedIndex, aboard: Sequence[Sequence[Traveller]], random: Random) -> list[Traveller]:
    """Half innocents, half listed persons who travel under one of their names."""
    innocents = [one for flight in aboard for one in flight]
    listed = [
        _as_traveller(index.records[random.randrange(len(index))].versioned, random) for _ in range(SAMPLE_TRAVELLERS // 2)
    ]
    return [*random.sample(innocents, SAMPLE_TRAVELLERS // 2), *listed]


def _as_traveller(versioned: VersionedRecord, random: Random) -> Traveller:
    record = versioned.record
    name = random.choice(record.names)
    return Traveller(
        traveller_id=record.record_id,
        surname=name.surname,
        given_names=name.given_names,
        birth_date=random.choice([*record.birth_dates, None]),
        nationality=next(iter(record.nationalities), None),
        sex=Sex(record.sex or "U"),
    )


def report_equality(path: Path, aboard: Sequence[Sequence[Traveller]], seed: int) -> None:
    """Every record that the oracle would return, of the sampled ones, must be a candidate of each kernel."""
    random = Random(seed)
    index, portable = PackedIndex.open(path), PackedIndex.open(path, MODEL, KernelKind.PORTABLE)
    sample = [prepare_traveller(one) for one in sample_of(index, aboard, random)]
    chosen = set(random.sample(range(len(index)), min(SAMPLE_RECORDS, len(index))))
    chosen.update(row for one in sample for row in index.rows(one, the_list(len(index)).threshold_bits - 6))
    lost, matches = 0, 0
    for one in sample:
        found = [set(which.rows(one, None)) for which in (index, portable)]
        for row in chosen:
            if match(one, index.records[row], MODEL, index.records[row].threshold_bits) is not None:
                matches += 1
                lost += sum(row not in rows for rows in found)
    print(f"oracle: {len(sample)} travellers x {len(chosen):,} records: {matches} matches, {lost} lost by a kernel")


def report_kernels(path: Path, aboard: Sequence[Sequence[Traveller]]) -> None:
    some = [prepare_traveller(one) for one in aboard[0][:PORTABLE_TRAVELLERS]]
    taken = {}
    for kind in (KernelKind.COMPILED, KernelKind.PORTABLE):
        index = PackedIndex.open(path, MODEL, kind)
        start = time.perf_counter()
        for one in some:
            index.rows(one, None)
        taken[kind] = (time.perf_counter() - start) / len(some)
    compiled, portable = taken[KernelKind.COMPILED], taken[KernelKind.PORTABLE]
    ratio = portable / compiled
    print(f"kernels, cold: compiled {compiled * 1e3:.2f} ms, portable {portable * 1e3:.1f} ms a traveller (x {ratio:.0f})")


def measure(path: Path, persons: int, travellers: int, seed: int) -> None:
    print(f"--- {persons:,} persons, seed {seed}, threshold {the_list(persons).threshold_bits} bits")
    if not path.exists():
        report_build(path, persons, seed)
    report_file(path)
    aboard = list(flights(max(travellers // 150, 2), seed + 1))
    for processes in range(1, PROCESSES + 1):
        report_stream(path, aboard, processes)
    report_alone(path, aboard)
    if kernel_library() is not None:
        report_kernels(path, aboard)
    report_equality(path, aboard, seed)


def measure_live(travellers: int, seed: int) -> None:
    """The other direction: changed records against everybody on the way."""
    live, taken, read = LiveTravellers(), 0.0, 0.0
    for number, flight in enumerate(flights(travellers // TRAVELLERS_PER_FLIGHT, seed + 2)):
        start = time.process_time()
        prepared = [prepare_traveller(one) for one in flight]
        middle = time.process_time()
        live.insert(f"man_{number}", prepared)
        read, taken = read + middle - start, taken + time.process_time() - middle
    print(f"--- {len(live):,} live travellers, seed {seed}: read in {read:.1f} s, inserted in {taken:.1f} s of processor time")
    print(f"  resident memory {psutil.Process().memory_info().rss / MIB:.0f} MiB")
    changed = prepare_list(WatchlistSnapshot(1, (LIST,), tuple(records(LIVE_RECORDS, seed, 0, the_list(1_000_000)))), MODEL)
    times, found = [], 0
    for record in changed.records:
        start = time.process_time()
        found += len(live.concerned_by(record, MODEL))
        times.append(time.process_time() - start)
    print(
        f"  a changed record against all of them, of {len(times)}: median {statistics.median(times):.3f} s, "
        f"most {max(times):.3f} s of processor time; {found} travellers to screen"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.index", description=__doc__)
    arguments.add_argument("--persons", type=int, nargs="*", default=SIZES)
    arguments.add_argument("--travellers", type=int, default=30_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=Path, help="a directory where built indexes are kept, and found the next time")
    arguments.add_argument("--build-only", action="store_true", help="build, even where an index stands, and ask nothing")
    arguments.add_argument("--live", type=int, default=0, help="live travellers against whom changed records are put")
    arguments.add_argument("--equality", metavar="RECORDSxTRAVELLERS", help="index against oracle, and nothing else")
    arguments.add_argument("--processes", type=int, default=PROCESSES, help="for --equality")
    options = arguments.parse_args()
    if options.equality:
        raise SystemExit(1 if equality.report(options.equality, options.seed, options.processes) else 0)
    if options.live:
        measure_live(options.live, options.seed)
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep or Path(temporary)
        for persons in options.persons:
            path = directory / f"persons-{persons}-{options.seed}.index"
            if options.build_only:
                print(f"--- {persons:,} persons, seed {options.seed}")
                report_build(path, persons, options.seed)
                report_file(path)
            else:
                measure(path, persons, options.travellers, options.seed)


if __name__ == "__main__":
    main()
