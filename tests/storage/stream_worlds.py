"""Worlds in which a stream can be tested: something to publish to, streams to open, a ledger, and accidents."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from storage_makers import make_manifest, store_manifest

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from schemas.ledger import AlertChanges
from schemas.manifest import Manifest
from screening.ports import AlertLedger, ManifestStream
from storage import outbox
from storage.database import Database
from storage.ledger import PostgresLedger
from storage.memory import MemoryLedger, MemoryOutbox, MemoryStream
from storage.outbox_stream import OutboxStream


class StreamWorld(ABC):
    """What the suite needs of an arrangement. Add one by subclassing, a fixture that yields it, and its name in STREAM_WORLDS."""

    ledger: AlertLedger

    def __init__(self) -> None:
        self._opened: list[ManifestStream] = []
        self._numbers = 0

    async def publish(self, flight_key: str) -> str:
        """Publish one manifest of this flight; returns its id."""
        self._numbers += 1
        manifest = make_manifest(flight_key, self._numbers)
        await self._publish(manifest)
        return manifest.manifest_id

    async def open_stream(self) -> ManifestStream:
        """One more started reader."""
        stream = self._make_stream()
        self._opened.append(stream)
        await stream.start()
        return stream

    async def record(self, deliveries: Sequence[Delivery]) -> None:
        """What a worker does when it found nothing: mark the manifests, move progress."""
        await self.ledger.record([AlertChanges(manifest_id_of(one), 1, "m1") for one in deliveries], progress_of(deliveries))

    async def close(self) -> None:
        for stream in self._opened:
            await stream.close()

    @abstractmethod
    async def _publish(self, manifest: Manifest) -> None: ...

    @abstractmethod
    def _make_stream(self) -> ManifestStream: ...

    @abstractmethod
    async def crash(self, stream: ManifestStream) -> None:
        """Let the reader vanish without a word, as SIGKILL would."""


class MemoryWorld(StreamWorld):
    def __init__(self) -> None:
        super().__init__()
        self.ledger = MemoryLedger()
        self._outbox = MemoryOutbox()

    async def _publish(self, manifest: Manifest) -> None:
        self._outbox.publish(manifest.flight.flight_key, manifest.model_dump_json().encode(), Occasion.RECEIVED)

    def _make_stream(self) -> MemoryStream:
        return MemoryStream(self._outbox, self.ledger)

    async def crash(self, stream: ManifestStream) -> None:
        await stream.close()


class OutboxWorld(StreamWorld):
    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.ledger = PostgresLedger(database, "screener")

    async def _publish(self, manifest: Manifest) -> None:
        async with self.database.unit_of_work() as work:
            await store_manifest(work, manifest)
            await outbox.publish_manifest(work, manifest.manifest_id, manifest.flight.flight_key)

    def _make_stream(self) -> OutboxStream:
        return OutboxStream(self.database, "screener")

    async def crash(self, stream: ManifestStream) -> None:
        assert isinstance(stream, OutboxStream)
        stream._live_connection().terminate()


def manifest_id_of(delivery: Delivery) -> str:
    return Manifest.model_validate_json(delivery.body).manifest_id


def progress_of(deliveries: Sequence[Delivery]) -> dict[int, Cursor]:
    """The last cursor of each partition: deliveries come in order within one."""
    return {delivery.partition: delivery.cursor for delivery in deliveries}
