"""Which manifests are live (`screening.ports.LiveSource`): those that a list change would have screened again.

Readers of the outbox are told of their own partitions. Kafka spreads flights otherwise, so its readers are told of all: they
then forget what is over, and know the travellers of whatever they have screened themselves.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from schemas.live_manifests import LiveIds
from storage.database import Database
from storage.outbox import LIVE_AFTER_ARRIVAL, SCREENED
from storage.outbox_stream import OutboxStream
from storage.partitions import PARTITIONS
from storage.sql import queries


class StoredLive:
    """Live manifests of the partitions that `stream` holds; without a stream, of all."""

    def __init__(
        self, database: Database, stream: OutboxStream | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._stream = stream
        self._clock = clock

    async def live(self) -> LiveIds:
        """Those that are live now. Raises StoreUnavailableError."""
        partitions = frozenset(range(PARTITIONS)) if self._stream is None else self._stream.partitions
        async with self._database.reading() as work:
            rows = await work.fetch(
                queries("outbox")["list_live"], self._clock(), LIVE_AFTER_ARRIVAL, SCREENED, sorted(partitions)
            )
        return LiveIds([row["manifest_id"] for row in rows], ours=self._stream is not None)
