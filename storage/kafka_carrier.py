"""Carrying a chunk of the outbox to Kafka: read, send, wait for the acknowledgements, move the cursor.

Order: a flight's next message leaves only after the one before was acknowledged. The messages of a chunk therefore go out in
waves, the first of every flight, then the second of every flight, and so on; there is rarely more than one wave.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.delivery import Cursor
from schemas.identifiers import derive
from storage.database import Connection, Work, vault_of
from storage.kafka_feeds import Feed, Message
from storage.kafka_topics import (
    MANIFEST_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    REQUEST_MILLISECONDS_MAX,
    RETRY_MILLISECONDS,
    KafkaSettings,
)
from storage.sql import queries

ROWS_MAX = 200
"""Sent before the cursor moves: more would repeat more after a crash, fewer would wait for the database more often."""
ROW_BYTES_MAX = 4 * 1024 * 1024
"""The same, in bytes at rest: some 40 MB as JSON."""
BATCH_BYTES_MAX = 256 * 1024
"""Compressed as one: some ten manifests."""
DELIVERY_SECONDS_MAX = 30.0
"""For one wave. Kafka that takes longer has lost the topic or itself: start over, which makes sure of the topics."""
CLOSE_SECONDS_MAX = 2.0
"""To say goodbye to Kafka. What it had not acknowledged is sent again by the next relay."""
TOO_LARGE = f"larger than a topic takes ({MANIFEST_BYTES_MAX} bytes as JSON)"

log = structlog.get_logger()


class Carrier:
    """Carries over one database connection and one producer, both of the active relay alone."""

    def __init__(self, connection: Connection | Work, producer: AIOKafkaProducer) -> None:
        self._connection = connection
        self._producer = producer
        self._cursors: dict[str, Cursor] = {}

    async def carry(self, feed: Feed) -> int:
        """One chunk of one feed. Returns how many rows. Raises KafkaError; the cursor then stands where it stood."""
        if feed.reader not in self._cursors:
            self._cursors[feed.reader] = await cursor_of(self._connection, feed)
        after = self._cursors[feed.reader]
        rows = await self._connection.fetch(queries("kafka_relay")[feed.query], *after, ROWS_MAX, ROW_BYTES_MAX)
        if rows:
            messages = [feed.message(row, vault_of(self._connection)) for row in rows]
            await self._deliver(feed, messages)
            await self.advance(feed, messages[-1].cursor)
        return len(rows)

    async def advance(self, feed: Feed, cursor: Cursor) -> None:
        """Remember that everything up to here is with Kafka."""
        await self._connection.execute(queries("kafka_relay")["advance"], feed.reader, *cursor)
        self._cursors[feed.reader] = cursor

    async def _deliver(self, feed: Feed, messages: Sequence[Message]) -> None:
        fitting = [message for message in messages if len(message.value) <= MANIFEST_BYTES_MAX]
        for message in messages:
            if len(message.value) > MANIFEST_BYTES_MAX:
                await self._put_aside(feed, message)
        for wave in waves(fitting):
            await self._send(feed, wave)

    async def _send(self, feed: Feed, wave: Sequence[Message]) -> None:
        try:
            async with asyncio.timeout(DELIVERY_SECONDS_MAX):
                await asyncio.gather(*[await self._enqueue(feed, message) for message in wave])
        except TimeoutError as error:
            raise KafkaError(f"no acknowledgement of {len(wave)} messages within {DELIVERY_SECONDS_MAX} s") from error

    async def _enqueue(self, feed: Feed, message: Message) -> "asyncio.Future[object]":
        sent: asyncio.Future[object] = await self._producer.send(
            feed.topic.value, message.value, message.key.encode("utf-8"), headers=list(message.headers)
        )
        return sent

    async def _put_aside(self, feed: Feed, message: Message) -> None:
        known = derive("qua", feed.reader, str(message.cursor.major), str(message.cursor.minor))
        row = (known, feed.reader, *message.cursor, message.manifest_id, TOO_LARGE)
        await self._connection.execute(queries("kafka_relay")["put_aside"], *row)
        log.error("message too large for its topic", topic=feed.topic.value, quarantine_id=known)


async def cursor_of(connection: Connection | Work, feed: Feed) -> Cursor:
    """How far a feed is carried."""
    row = await connection.fetchrow(queries("kafka_relay")["cursor"], feed.reader)
    return Cursor(row["major"], row["minor"]) if row else Cursor(0, 0)


def waves(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """Cut into waves with no key twice; the waves one after the other keep the order of every key."""
    cut: defaultdict[int, list[Message]] = defaultdict(list)
    seen: defaultdict[str, int] = defaultdict(int)
    for message in messages:
        cut[seen[message.key]].append(message)
        seen[message.key] += 1
    yield from cut.values()


@asynccontextmanager
async def producer_of(settings: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    """A producer whose retries neither double nor reorder. Raises KafkaError."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        enable_idempotence=True,
        acks="all",
        compression_type="lz4",
        max_request_size=MESSAGE_BYTES_MAX,
        max_batch_size=BATCH_BYTES_MAX,
        request_timeout_ms=REQUEST_MILLISECONDS_MAX,
        retry_backoff_ms=RETRY_MILLISECONDS,
    )
    try:
        await producer.start()
        yield producer
    except BaseException:
        await _abandon(producer)
        raise
    await _stop(producer)


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            await producer.stop()
    except TimeoutError:
        await _abandon(producer)


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Close without waiting. An idempotent producer never gives a message up, and its own `stop` waits for all of them; what
    Kafka has not acknowledged, the outbox still has."""
    producer._closed = True
    await producer._sender.close()
    with suppress(KafkaError, OSError):
        await producer.client.close()
