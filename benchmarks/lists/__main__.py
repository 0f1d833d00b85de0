"""Read the arguments, run, print one figure a line. See the top of the package."""

import argparse
import asyncio
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.lists import flights
from benchmarks.lists.changes import one_record
from benchmarks.lists.phases import Phases
from benchmarks.lists.world import World, resident_mb, world

SEEDED_ALIKE = 5
"""Seeded flights with the same travellers: making up a million persons takes longer than anything that is measured."""
SEEDS_SEED = 9
ALONE_SECONDS = 15.0
RESCREENING_SECONDS_MAX = 20.0
"""With new flights as fast as the worker takes them; it then has little time for anything else, and the rest is done alone."""


class Sizes(NamedTuple):
    """Of what is measured, in records and travellers."""

    listed: int
    imported: int
    live: int
    seeded: int


async def measure(bench: World, sizes: Sizes) -> None:
    """Print one figure a line."""
    await asyncio.to_thread(bench.prepare)
    await _first_lists(bench, sizes.listed)
    before = resident_mb()
    if sizes.seeded:
        await _seeded(bench, sizes.seeded)
    running = asyncio.create_task(bench.worker.run())
    if sizes.seeded:
        await _filled(bench, sizes.seeded, before)
    await _live_travellers(bench, sizes.live)
    await one_record(bench)
    if sizes.imported:
        await _import(bench, sizes)
    bench.worker.stop()
    await running
    print(f"resident at the end: {resident_mb():.0f} MB")


async def _first_lists(bench: World, listed: int) -> None:
    await bench.order(listed, 0)
    started = time.perf_counter()
    await bench.begin()
    await bench.heard("publishing")
    staged = time.perf_counter() - started
    await bench.heard("done")
    print(f"list of {listed}: staged in {staged:.1f} s, imported in {time.perf_counter() - started:.1f} s")
    started = time.perf_counter()
    await bench.lists.newest()
    print(f"first base stands, and is in force, after {time.perf_counter() - started:.1f} s")


async def _seeded(bench: World, travellers: int) -> None:
    started, version = time.perf_counter(), await bench.source.newest_version()
    stored = await flights.seed_store(bench.database, flights.ready(SEEDS_SEED, SEEDED_ALIKE), travellers, version)
    print(f"{travellers} travellers on {stored} flights seeded in {time.perf_counter() - started:.0f} s")


async def _filled(bench: World, seeded: int, before_mb: float) -> None:
    started, flights_kept = time.perf_counter(), -1
    while flights_kept < bench.worker.manifests_kept or not flights_kept:
        flights_kept = bench.worker.manifests_kept
        await asyncio.sleep(3.0)
    seconds, grown = time.perf_counter() - started - 3.0, resident_mb() - before_mb
    print(f"the travellers of {flights_kept} flights read into memory at {seeded / seconds:.0f} travellers/s", end="")
    print(f", {grown:.0f} MB: {grown * 2**20 / seeded:.0f} bytes each, allocators' reserves included")


async def _live_travellers(bench: World, live: int) -> None:
    """The first flight has somebody whom a list will name."""
    started, travellers = time.perf_counter(), await bench.send()
    feeding = asyncio.create_task(bench.feed())
    while sum(one.travellers for one in bench.ledger.seen) + travellers < live:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)
    await _ended(feeding)
    await bench.settled()
    travellers = sum(one.travellers for one in bench.ledger.seen)
    print(f"{travellers} live travellers, screened at {travellers / (time.perf_counter() - started):.0f} travellers/s")


async def _import(bench: World, sizes: Sizes) -> None:
    await bench.order(sizes.imported, sizes.listed)
    feeding = asyncio.create_task(bench.feed())
    phases = Phases(bench)
    await phases.run("alone", asyncio.sleep(ALONE_SECONDS))
    await bench.begin()
    await phases.run("staging", bench.heard("publishing"))
    await phases.run("publishing", bench.heard("done"))
    version = await bench.source.published_version()
    await phases.run("building", _in_force(bench, version))
    await phases.run("swapping", _swapped(bench, version))
    with suppress(TimeoutError):
        async with asyncio.timeout(RESCREENING_SECONDS_MAX):
            await phases.run("re-screening", _screened_again(bench))
    await _ended(feeding)
    started = time.perf_counter()
    await _screened_again(bench)
    print(f"what was still to be screened again then took {time.perf_counter() - started:.1f} s, with nothing new to screen")
    feeding = asyncio.create_task(bench.feed())
    await phases.run("alone", asyncio.sleep(ALONE_SECONDS))
    await _ended(feeding)
    phases.tell()


async def _in_force(bench: World, version: int) -> None:
    while await bench.source.newest_version() < version:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.1)


async def _swapped(bench: World, version: int) -> None:
    while (bench.worker.list_version or 0) < version:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)


async def _screened_again(bench: World) -> None:
    while await bench.rescreens_waiting():  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.1)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _run(sizes: Sizes, directory: Path) -> None:
    async with world(directory) as bench:
        await measure(bench, sizes)


def main() -> None:
    """Read the arguments, run, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--listed", type=int, default=20_000)
    arguments.add_argument("--imported", type=int, default=20_000)
    arguments.add_argument("--live", type=int, default=30_000)
    arguments.add_argument("--seeded", type=int, default=0)
    options = arguments.parse_args()
    sizes = Sizes(options.listed, options.imported, options.live, options.seeded)
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(_run(sizes, Path(directory)))


if __name__ == "__main__":
    main()
