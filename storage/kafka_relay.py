"""The relay: carries the outbox to Kafka, in its order, at least once.

One relay is active at a time, by a lock that its database session holds; others wait, ready to take over. It reads a few rows
behind its cursor, sends them, waits until Kafka has acknowledged all, and only then moves the cursor. Whatever kills it between
the two makes it send the rows again.

With Kafka or the database down it tries again, each time a little later. With Kafka down nothing is lost: the outbox waits.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from storage.database import Connection, Database, StoreUnavailableError, store_errors
from storage.kafka_carrier import Carrier, producer_of
from storage.kafka_feeds import FEEDS
from storage.kafka_topics import KafkaSettings, ensure_topics
from storage.outbox import ALERT_CHANNEL, MANIFEST_CHANNEL
from storage.reconciliation import Reconciliation
from storage.sql import queries

IDLE_SECONDS = 0.25
"""Between two looks at an empty outbox when nobody wakes us. A commit does, but what was held back by an older one does not."""
STANDBY_SECONDS = 1.0
"""Between two attempts to become the active relay."""
RETRY_SECONDS_MIN = 0.2
RETRY_SECONDS_MAX = 5.0
"""An outage of minutes is not made longer by more than this."""
STOP_SECONDS_MAX = 2.0
"""To end the chunk in hand. If Kafka is down that would last; the outbox keeps it."""

log = structlog.get_logger()


class Relay:
    """The role of the process that carries the outbox to Kafka. `screener`: the reader whose progress the screeners record."""

    def __init__(self, database: Database, settings: KafkaSettings, screener: str) -> None:
        self._database = database
        self._settings = settings
        self._reconciliation = Reconciliation(settings, screener)
        self._retry_seconds = RETRY_SECONDS_MIN

    async def run(self, stopping: asyncio.Event) -> None:
        """Carry until `stopping` is set. Outages of Kafka and of the database are waited out, not raised."""
        work = asyncio.create_task(self._keep_leading(stopping))
        stop = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({work}, timeout=STOP_SECONDS_MAX)
        finally:
            for task in (work, stop):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def _keep_leading(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self._lead(stopping)
            except (KafkaError, StoreUnavailableError) as error:
                log.warning("relay waits", error=type(error).__name__, seconds=self._retry_seconds)
                await _pause(stopping, self._retry_seconds)
                self._retry_seconds = min(self._retry_seconds * 2, RETRY_SECONDS_MAX)

    async def _lead(self, stopping: asyncio.Event) -> None:
        async with _session(self._database) as connection:
            while not await connection.fetchval(queries("kafka_relay")["try_lead"]):
                await _pause(stopping, STANDBY_SECONDS)
                if stopping.is_set():
                    return
            await ensure_topics(self._settings)
            async with producer_of(self._settings) as producer, self._reconciliation.opened(), _woken(connection) as wake:
                await self._carry(connection, Carrier(connection, producer), (stopping, wake))

    async def _carry(self, connection: Connection, carrier: Carrier, events: tuple[asyncio.Event, asyncio.Event]) -> None:
        stopping, wake = events
        while not stopping.is_set():
            wake.clear()
            carried = [await carrier.carry(feed) for feed in FEEDS]
            self._retry_seconds = RETRY_SECONDS_MIN
            if republished := await self._reconciliation.look(connection):
                log.warning("manifests that Kafka lost are sent again", count=republished)
            if not any(carried):
                await _pause(wake, IDLE_SECONDS)


@asynccontextmanager
async def _session(database: Database) -> AsyncIterator[Connection]:
    """A connection of the relay's own. The lock of the one that leads lives and ends with it; in a pool it would live on."""
    connection = await database.connect_alone("kulla relay")
    try:
        with store_errors(connection):
            yield connection
    finally:
        with suppress(OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            await connection.close(timeout=STOP_SECONDS_MAX)


@asynccontextmanager
async def _woken(connection: Connection) -> AsyncIterator[asyncio.Event]:
    """An event that every commit to the outbox sets."""
    wake = asyncio.Event()

    def called(*_notification: object) -> None:
        wake.set()

    channels = (MANIFEST_CHANNEL, ALERT_CHANNEL)
    for channel in channels:
        await connection.add_listener(channel, called)
    try:
        yield wake
    finally:
        for channel in channels:
            if not connection.is_closed():
                await connection.remove_listener(channel, called)


async def _pause(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
