"""One database, one worker, one importer; and what is seen of them."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import psutil

from api_service.lists_on_disk import lists_in_force
from api_service.processes import be_nice, die_with_parent
from api_service.settings import Settings
from benchmarks.lists.flights import Stored, ready, renumbered, send
from benchmarks.people import LIST
from benchmarks.people.travellers import TRAVELLERS_PER_FLIGHT
from schemas.delivery import Cursor
from schemas.ledger import AlertChanges
from schemas.traveller import Traveller
from screening.worker import Worker, WorkerSettings
from storage import watchlists
from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.ledger import PostgresLedger
from storage.list_source import PostgresListSource
from storage.live_manifests import StoredLive
from storage.migrate import migrate
from storage.outbox_stream import OutboxStream

READER = "benchmark"
SEED = 8
PREPARED = 300
"""Flights whose bodies are made beforehand, some 5 MB; after the last one comes the first again, under a new number."""
WAITING = 6
"""Flights that are stored and not screened yet, at most: the worker never idles, and what a flight waits is its doing."""
SCREENER_NICENESS = 5
"""As `kulla up` starts a screener."""
TARGET = Traveller(traveller_id="x", surname="QERIMAXHIU", given_names="BLEDAR ARTUR", birth_date="1979-05-17")


class Seen(NamedTuple):
    """A flight that was screened: how many travellers, how long it waited, and when."""

    travellers: int
    waited_seconds: float
    at: float


class WatchedLedger(PostgresLedger):
    """Notes which of the flights that were sent are done."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, READER)
        self.sent: dict[str, tuple[int, float]] = {}
        self.seen: list[Seen] = []
        self.rescreened = self.travellers_rescreened = 0
        self._sizes: dict[str, int] = {}

    async def record(self, changes: Sequence[AlertChanges], progress: Mapping[int, Cursor]) -> int:
        """See PostgresLedger."""
        alerts = await super().record(changes, progress)
        now = time.perf_counter()
        for change in changes:
            found = self.sent.pop(change.manifest_id, None)
            if found is None:
                self.rescreened += 1
                self.travellers_rescreened += self._sizes.get(change.manifest_id, TRAVELLERS_PER_FLIGHT)
            else:
                self._sizes[change.manifest_id] = found[0]
                self.seen.append(Seen(found[0], now - found[1], now))
        return alerts


class World:
    """What is measured."""

    def __init__(self, database: Database, settings: Settings, importer: asyncio.subprocess.Process) -> None:
        self.database = database
        self.importer = importer
        self.source = PostgresListSource(database)
        self.lists = lists_in_force(settings, self.source)
        self.ledger = WatchedLedger(database)
        stream = OutboxStream(database, READER)
        worker_settings = WorkerSettings(live_source=StoredLive(database, stream))
        self.worker = Worker(stream, self.lists, self.ledger, worker_settings, lambda: datetime.now(UTC))
        self._flights = ready(SEED, 1, (TARGET,))
        self._prepared: list[Stored] = []
        self._number = 0

    def prepare(self) -> None:
        """Make the bodies of the flights to come."""
        self._prepared = list(islice(self._flights, PREPARED))

    async def feed(self) -> None:
        """Keep the worker busy until cancelled."""
        while True:
            while len(self.ledger.sent) < WAITING:
                await self.send()
            await asyncio.sleep(0.01)

    async def send(self) -> int:
        """One flight more; how many travellers it has."""
        one = self._prepared[self._number % PREPARED]
        turn, self._number = self._number // PREPARED, self._number + 1
        if turn:
            one = renumbered(one, self._number)
        self.ledger.sent[one.manifest_id] = one.travellers, time.perf_counter()
        async with self.database.unit_of_work() as work:
            await send(work, one)
        return one.travellers

    async def waiting(self) -> bool:
        """Whether rows of the outbox wait."""
        async with self.database.reading() as work:
            return bool(
                await work.fetchval(
                    "SELECT EXISTS (SELECT FROM manifest_outbox o LEFT JOIN stream_progress p ON p.partition = o.partition"
                    " AND p.reader = $1 WHERE (o.transaction_id, o.position) > (coalesce(p.major, 0), coalesce(p.minor, 0)))",
                    READER,
                )
            )

    async def rescreens_waiting(self) -> bool:
        """Whether live flights are still to be screened again."""
        async with self.database.reading() as work:
            return bool(
                await work.fetchval(
                    "SELECT EXISTS (SELECT FROM manifest_outbox o LEFT JOIN stream_progress p ON p.partition = o.partition"
                    " AND p.reader = $1 WHERE o.occasion = 'rescreen'"
                    " AND (o.transaction_id, o.position) > (coalesce(p.major, 0), coalesce(p.minor, 0)))",
                    READER,
                )
            )

    async def settled(self) -> None:
        """Wait until nothing is to be screened."""
        while await self.waiting():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)

    async def alerts(self) -> int:
        """How many there are."""
        async with self.database.reading() as work:
            return int(await work.fetchval("SELECT count(*) FROM alerts"))

    async def order(self, number: int, first: int) -> None:
        """Have the importer make its file of so many records."""
        assert self.importer.stdin is not None
        self.importer.stdin.write(f"{number} {first}\n".encode())
        await self.heard("ready")

    async def begin(self) -> None:
        """Have it taken in."""
        assert self.importer.stdin is not None
        self.importer.stdin.write(b"go\n")
        await self.heard("staging")

    async def heard(self, word: str) -> None:
        """Wait until the importer says so."""
        assert self.importer.stdout is not None
        said = (await self.importer.stdout.readline()).decode().strip()
        assert said == word, f"the importer said {said!r} and not {word!r}"


def resident_mb(pid: int | None = None) -> float:
    """Of a process; this one without a number."""
    return float(psutil.Process(pid).memory_info().rss / 2**20)


@asynccontextmanager
async def world(directory: Path) -> AsyncIterator[World]:
    """Everything started; ended in reverse."""
    with EmbeddedPostgres(directory) as server:
        await migrate(server.url)
        database = await Database.connect(server.url)
        settings = Settings(_env_file=None, data_dir=directory, database_url=server.url)
        importer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.lists.importing", server.url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        be_nice(SCREENER_NICENESS)
        made = World(database, settings, importer)
        try:
            async with database.unit_of_work() as work:
                await watchlists.add(work, LIST, "bench", datetime.now(UTC))
            yield made
        finally:
            importer.terminate()
            await importer.wait()
            await made.lists.close()
            await database.close()
