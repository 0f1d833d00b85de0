"""What a change of the lists costs: how soon a record is in force, and what an import does to a worker that goes on screening.

    python -m benchmarks.lists                          a list of 20,000, an import of 20,000, 30,000 live travellers
    python -m benchmarks.lists --listed 100000 --imported 100000 --live 100000
    python -m benchmarks.lists --seeded 1000000         so many more live travellers, put into the store as screened already

Everything runs on an embedded PostgreSQL in a temporary directory: publications, the outbox, a worker in this process, and the
builder of bases in its own. All people are made up (`benchmarks.people`).
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from api_service.lists_on_disk import lists_in_force
from api_service.settings import Settings
from benchmarks.people import LIST, flights, records
from schemas.flight import Flight
from schemas.identifiers import flight_id, manifest_id, submission_id
from schemas.manifest import Function, Manifest
from schemas.traveller import Traveller
from schemas.watchlist import Record, RecordName
from screening.worker import SilentObserver, Worker, WorkerSettings
from storage import publications, watchlists
from storage.bodies import deflate
from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.ledger import PostgresLedger
from storage.list_source import PostgresListSource
from storage.live_manifests import StoredLive
from storage.migrate import migrate
from storage.outbox_stream import OutboxStream
from storage.publications import Import, StagedRecord

SEED, READER = 7, "benchmark"
STAGED_AT_ONCE = 500
"""As an import over HTTP does."""
SEEDED_ALIKE = 5
"""Seeded flights with the same travellers: making up a million persons takes longer than anything that is measured."""
FED_AT_ONCE = 4
"""Flights stored while the worker still has some: it never idles."""


class Counting(SilentObserver):
    """How many travellers were screened."""

    def __init__(self) -> None:
        self.travellers = 0

    def batch_done(self, events: int, travellers: int, alerts: int, seconds: float) -> None:  # noqa: ARG002 - only one is counted
        """See Observer."""
        self.travellers += travellers


class Bench:
    """One database, one worker."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.source = PostgresListSource(database)
        self.lists = lists_in_force(settings, self.source)
        self.seen = Counting()
        ledger = PostgresLedger(database, READER)
        stream = OutboxStream(database, READER)
        worker_settings = WorkerSettings(events_max=8, observer=self.seen, live_source=StoredLive(database, stream))
        self.worker = Worker(stream, self.lists, ledger, worker_settings, lambda: datetime.now(UTC))
        self._numbers = count()
        self._flights = flights(1_000_000, SEED + 1)

    async def publish(self, rows: Iterable[Record], name: str) -> float:
        """Import records; returns how many seconds the publishing transaction took."""
        staged, stream = 0, iter(rows)
        while some := list(islice(stream, STAGED_AT_ONCE)):
            numbered = [StagedRecord(one.record_id, one, staged + place) for place, one in enumerate(some, 1)]
            async with self.database.unit_of_work() as work:
                await publications.stage(work, name, numbered, datetime.now(UTC))
            staged += len(some)
        started = time.perf_counter()
        async with self.database.unit_of_work() as work:
            await publications.publish(work, Import(name, LIST.list_id, False, staged), "bench", datetime.now(UTC))
        seconds = time.perf_counter() - started
        async with self.database.unit_of_work() as work:
            await publications.discard(work, name, datetime.now(UTC))
        return seconds

    async def store_flights(self, number: int, extra: Sequence[Traveller] = ()) -> int:
        """Store flights to be screened; returns how many travellers they have."""
        travellers = 0
        for people in islice(self._flights, number):
            travellers += len(people) + len(extra)
            await self._store(_manifest(next(self._numbers), (*people, *extra)))
        return travellers

    async def _store(self, manifest: Manifest, occasion: str | None = "received") -> None:
        now, purge = datetime.now(UTC), datetime.now(UTC) + timedelta(days=1)
        key, body = manifest.flight.flight_key, deflate(manifest.model_dump_json().encode())
        async with self.database.unit_of_work() as work:
            await work.execute(
                "INSERT INTO submissions VALUES ($1, 'XX', 'key', $2, $3, 'text/plain', '', '', true, $4)",
                *(manifest.submission_id, now, str(manifest.submission_id).encode(), purge),
            )
            await work.execute(
                "INSERT INTO manifests (manifest_id, submission_id, message_index, flight_id, flight_key, function,"
                " traveller_count, test, received_at, purge_at, body) VALUES ($1, $2, 0, $3, $4, $5, 0, false, $6, $7, $8)",
                *(manifest.manifest_id, manifest.submission_id, flight_id(key), key, manifest.function, now, purge, body),
            )
            if occasion is not None:
                await work.execute(
                    "INSERT INTO manifest_outbox (flight_key, manifest_id, occasion) VALUES ($1, $2, $3)",
                    *(key, manifest.manifest_id, occasion),
                )

    async def seed_flights(self, travellers: int) -> int:
        """Store flights that count as screened with the lists in force, each `SEEDED_ALIKE` times; returns how many flights."""
        version, now, stored = await self.source.newest_version(), datetime.now(UTC), 0
        for people in self._flights:
            for _ in range(SEEDED_ALIKE):
                manifest = _manifest(next(self._numbers), people)
                await self._store(manifest, occasion=None)
                async with self.database.unit_of_work() as work:
                    await work.execute(
                        "INSERT INTO manifest_screenings VALUES ($1, $2, $3, 'seeded')", manifest.manifest_id, now, version
                    )
                stored += 1
            if stored * len(people) >= travellers:
                return stored
        raise AssertionError("flights do not end")

    async def alerts(self) -> int:
        """How many there are."""
        async with self.database.reading() as work:
            return int(await work.fetchval("SELECT count(*) FROM alerts"))

    async def until_screened(self, travellers: int) -> None:
        """Wait until the worker has seen so many."""
        while self.seen.travellers < travellers:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


def _manifest(number: int, people: Sequence[Traveller]) -> Manifest:
    submission = submission_id("XX", str(number).encode())
    named = [one.model_copy(update={"traveller_id": f"{number}-{place}"}) for place, one in enumerate(people)]
    return Manifest(
        manifest_id=manifest_id(submission, 0),
        submission_id=submission,
        function=Function.PASSENGER_LIST,
        flight=Flight(flight_key=f"XX{number}"),
        travellers=tuple(named),
    )


def _records(number: int, first: int = 0) -> Iterator[Record]:
    return (versioned.record for versioned in records(number, SEED, first))


TARGET = Traveller(traveller_id="x", surname="QERIMAXHIU", given_names="BLEDAR ARTUR", birth_date="1979-05-17")


def _target(place: int) -> Record:
    name = RecordName(surname="QERIMAXHIU", given_names="BLEDAR ARTUR")
    return Record(record_id=f"TARGET{place}", names=(name,), birth_dates=("1979-05-17",))


class Sizes(NamedTuple):
    """Of what is measured, in records and travellers."""

    listed: int
    imported: int
    live: int
    seeded: int


async def measure(bench: Bench, sizes: Sizes) -> None:
    """Print one figure a line."""
    listed, imported, live, seeded = sizes
    async with bench.database.unit_of_work() as work:
        await watchlists.add(work, LIST, "bench", datetime.now(UTC))
    started = time.perf_counter()
    seconds = await bench.publish(_records(listed), "first")
    print(f"list of {listed}: imported in {time.perf_counter() - started:.1f} s, published in {seconds:.2f} s")
    started = time.perf_counter()
    await bench.lists.newest()
    print(f"first base stands, and is in force, after {time.perf_counter() - started:.1f} s")
    if seeded:
        print(f"{await bench.seed_flights(seeded)} flights seeded")
    running = asyncio.create_task(bench.worker.run())
    if seeded:
        await _filled(bench, seeded)
    await _live_travellers(bench, live)
    await _one_record(bench)
    await _import(bench, listed, imported)
    bench.worker.stop()
    await running
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory: this process {peak:.0f} MB, the builder {_children_mb():.0f} MB")


async def _filled(bench: Bench, seeded: int) -> None:
    started, kept = time.perf_counter(), -1
    while kept < bench.worker.manifests_kept:
        kept = bench.worker.manifests_kept
        await asyncio.sleep(3.0)
    seconds = time.perf_counter() - started
    print(f"the travellers of {kept} flights read into memory at {seeded / seconds:.0f} travellers/s")


async def _live_travellers(bench: Bench, live: int) -> None:
    started = time.perf_counter()
    travellers = await bench.store_flights(1, (TARGET,))
    while travellers < live:
        travellers += await bench.store_flights(FED_AT_ONCE)
        await bench.until_screened(travellers - 2_000)
    await bench.until_screened(travellers)
    print(f"{travellers} live travellers, screened at {travellers / (time.perf_counter() - started):.0f} travellers/s")


async def _one_record(bench: Bench) -> None:
    for place in range(3):
        before, started = await bench.alerts(), time.perf_counter()
        await bench.publish([_target(place)], f"target {place}")
        await bench.lists.newest()
        visible = time.perf_counter() - started
        while await bench.alerts() == before:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
        alerted = time.perf_counter() - started
        while await _waiting(bench):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
        done = time.perf_counter() - started
        print(f"one changed record: visible {visible:.2f} s, its alert {alerted:.2f} s, all re-screened {done:.2f} s")


async def _waiting(bench: Bench) -> bool:
    async with bench.database.reading() as work:
        return bool(
            await work.fetchval(
                "SELECT EXISTS (SELECT FROM manifest_outbox o LEFT JOIN stream_progress p ON p.partition = o.partition"
                " AND p.reader = $1 WHERE (o.transaction_id, o.position) > (coalesce(p.major, 0), coalesce(p.minor, 0)))",
                READER,
            )
        )


async def _import(bench: Bench, listed: int, imported: int) -> None:
    quiet = await _rate(bench, asyncio.create_task(asyncio.sleep(15)))
    print(f"worker alone: {quiet:.0f} travellers/s")
    busy = await _rate(bench, asyncio.create_task(_in_force(bench, listed, imported)))
    print(f"worker during import and indexing of {imported}: {busy:.0f} travellers/s ({busy / quiet:.2f} of alone)")


async def _in_force(bench: Bench, listed: int, imported: int) -> None:
    started = time.perf_counter()
    seconds = await bench.publish(_records(imported, listed), "import")
    read, version = time.perf_counter() - started, await bench.source.published_version()
    while await bench.source.newest_version() < version:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.1)
    total = time.perf_counter() - started
    print(f"import of {imported}: staged in {read:.1f} s, publishing transaction {seconds:.2f} s, in force after {total:.1f} s")


async def _rate(bench: Bench, until: "asyncio.Task[None]") -> float:
    """Travellers a second while a task runs; the worker always has something to do."""
    first, started = bench.seen.travellers, time.perf_counter()
    fed = first
    while not until.done():
        fed += await bench.store_flights(FED_AT_ONCE)
        while bench.seen.travellers < fed - 1_000 and not until.done():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    await until
    return (bench.seen.travellers - first) / (time.perf_counter() - started)


def _children_mb() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


async def _run(sizes: Sizes, directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        await migrate(server.url)
        database = await Database.connect(server.url)
        settings = Settings(_env_file=None, data_dir=directory, database_url=server.url)
        bench = Bench(database, settings)
        try:
            await measure(bench, sizes)
        finally:
            await bench.lists.close()
            await database.close()


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
