"""Reconciliation: what Kafka lost is found and sent again.

The store is the truth; Kafka only carries. A topic can be deleted, a disk can be lost, a retention can pass before anybody
read. The relay therefore compares: it notes how far it has carried the outbox and, then, where each partition of a topic ends.
As soon as the screeners are past those ends (or the partitions no longer hold that much), everything carried by then must have
been screened. Manifests that were not are put into the outbox again, a bounded number at a time, each at growing intervals, so
that one that cannot be screened at all does not go round for ever.

A backlog is thereby never mistaken for a loss: as long as the screeners are behind, nothing is sent again.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.delivery import Cursor
from schemas.events import Topic
from storage.database import Connection, Work
from storage.kafka_feeds import MANIFESTS
from storage.kafka_topics import REQUEST_MILLISECONDS_MAX, KafkaSettings
from storage.sql import queries

LOOK_SECONDS = 10.0
"""Between two comparisons."""
AGE_SECONDS_MIN = 60.0
"""A manifest sent this recently may be in a screener's hands. It doubles with every attempt."""
ATTEMPTS_MAX = 5
"""The last after a quarter of an hour. What cannot be screened then needs people; each attempt put it into quarantine."""
MANIFESTS_MAX = 500
"""Sent again at a time, so that what carriers send now is not kept waiting by what was lost."""
CLOSE_SECONDS_MAX = 2.0


@dataclass(frozen=True, slots=True)
class _Mark:
    """Everything up to `carried` lies before `ends`."""

    carried: Cursor
    ends: Mapping[TopicPartition, int]


class Reconciliation:
    """Part of the active relay. `screener` is the reader whose progress the screeners record."""

    def __init__(self, settings: KafkaSettings, screener: str, age_seconds: float = AGE_SECONDS_MIN) -> None:
        self._settings = settings
        self._screener = screener
        self._age = timedelta(seconds=age_seconds)
        self._consumer: AIOKafkaConsumer | None = None
        self._mark: _Mark | None = None
        self._next_look = 0.0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Connected to Kafka while the block lasts. Raises KafkaError."""
        self._mark = None
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap_servers, request_timeout_ms=REQUEST_MILLISECONDS_MAX
        )
        try:
            await self._consumer.start()
            yield
        finally:
            consumer, self._consumer = self._consumer, None
            with suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS_MAX):
                    await consumer.stop()

    async def look(self, connection: Connection | Work) -> int:
        """Compare, if it is time to. Returns how many manifests were put into the outbox again. Raises KafkaError."""
        if time.monotonic() < self._next_look:
            return 0
        self._next_look = time.monotonic() + LOOK_SECONDS
        return await self.compare(connection)

    async def compare(self, connection: Connection | Work) -> int:
        """Compare now. The first comparison only notes where things stand."""
        if self._mark is None:
            self._mark = await self._stand(connection)
            return 0
        if not await self._screened(connection, self._mark):
            return 0
        carried, self._mark = self._mark.carried, None
        limits = (self._age, ATTEMPTS_MAX, MANIFESTS_MAX)
        done = await connection.execute(queries("kafka_relay")["republish"], *carried, *limits)
        return int(done.rpartition(" ")[2])

    async def _stand(self, connection: Connection | Work) -> _Mark:
        row = await connection.fetchrow(queries("kafka_relay")["cursor"], MANIFESTS.reader)
        carried = Cursor(row["major"], row["minor"]) if row else Cursor(0, 0)
        return _Mark(carried, await self._ends())  # the ends are asked after the cursor, never before

    async def _screened(self, connection: Connection | Work, mark: _Mark) -> bool:
        rows = await connection.fetch(queries("kafka_relay")["progress"], self._screener)
        done: dict[int, int] = {row["partition"]: row["minor"] for row in rows}
        assert self._consumer is not None
        first, end = await self._consumer.beginning_offsets(mark.ends), await self._ends()
        return all(
            done.get(place.partition, -1) + 1 >= marked  # screened
            or first.get(place, 0) >= marked  # forgotten by Kafka before it was
            or end.get(place, 0) < marked  # another topic by now
            for place, marked in mark.ends.items()
        )

    async def _ends(self) -> Mapping[TopicPartition, int]:
        assert self._consumer is not None
        topic = Topic.MANIFESTS.value
        await self._consumer._client._wait_on_metadata(topic)
        partitions = self._consumer.partitions_for_topic(topic) or set()
        ends: Mapping[TopicPartition, int] = await self._consumer.end_offsets([TopicPartition(topic, at) for at in partitions])
        return ends
