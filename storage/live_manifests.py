"""Which manifests are live (`screening.ports.LiveSource`): those that a list change would have screened again.

Each reader is told of those whose events come to it. Readers of the outbox hold partitions of the store's own making; Kafka
spreads flights otherwise, and there the flight's key says whose it is.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

import asyncpg

from schemas.live_manifests import LiveIds
from storage.database import Database
from storage.kafka_stream import KafkaStream
from storage.outbox import LIVE_AFTER_ARRIVAL, SCREENED
from storage.outbox_stream import OutboxStream
from storage.partitions import PARTITIONS
from storage.sql import queries


def _now() -> datetime:
    return datetime.now(UTC)


class StoredLive:
    """Live manifests of the partitions that `stream` holds; without a stream, of all."""

    def __init__(self, database: Database, stream: OutboxStream | None = None, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._stream = stream
        self._clock = clock

    @property
    def served(self) -> frozenset[int]:
        """The partitions that `live` tells of."""
        return frozenset(range(PARTITIONS)) if self._stream is None else self._stream.partitions

    async def live(self) -> LiveIds:
        """Those that are live now. Raises StoreUnavailableError."""
        rows = await _rows(self._database, self._clock(), self.served)
        return LiveIds([row["manifest_id"] for row in rows], ours=self._stream is not None)


class KafkaLive:
    """Live manifests of the flights whose messages come to `stream`."""

    def __init__(self, database: Database, stream: KafkaStream, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._stream = stream
        self._clock = clock

    @property
    def served(self) -> frozenset[int]:
        """The topic's partitions that `live` tells of."""
        return self._stream.partitions

    async def live(self) -> LiveIds:
        """Those that are live now. Raises StoreUnavailableError."""
        rows = await _rows(self._database, self._clock(), range(PARTITIONS))
        return LiveIds(await asyncio.to_thread(self._held, rows))

    def _held(self, rows: Sequence[asyncpg.Record]) -> list[str]:
        return [row["manifest_id"] for row in rows if self._stream.holds(row["flight_key"])]


async def _rows(database: Database, now: datetime, partitions: Collection[int]) -> Sequence[asyncpg.Record]:
    async with database.reading() as work:
        return await work.fetch(queries("outbox")["list_live"], now, LIVE_AFTER_ARRIVAL, SCREENED, sorted(partitions))
