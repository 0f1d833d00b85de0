"""The distributed arrangement under the contract suite: outbox, relay, a real broker, the consumer group."""

import asyncio

from storage_makers import store_manifest
from stream_worlds import StreamWorld

from schemas.manifest import Manifest
from screening.ports import ManifestStream
from storage import outbox
from storage.database import Database
from storage.kafka_relay import Relay
from storage.kafka_stream import KafkaStream
from storage.kafka_topics import KafkaSettings
from storage.ledger import PostgresLedger

READER = "screener"


class KafkaWorld(StreamWorld):
    def __init__(self, database: Database, bootstrap: str) -> None:
        super().__init__()
        self.database = database
        self.settings = KafkaSettings(bootstrap)
        self.ledger = PostgresLedger(database, READER)
        self._stopping = asyncio.Event()
        self._relay = asyncio.create_task(Relay(database, self.settings, READER).run(self._stopping))

    async def close(self) -> None:
        await super().close()
        self._stopping.set()
        await self._relay

    async def _publish(self, manifest: Manifest) -> None:
        async with self.database.unit_of_work() as work:
            await store_manifest(work, manifest)
            await outbox.publish_manifest(work, manifest.manifest_id, manifest.flight.flight_key)

    def _make_stream(self) -> KafkaStream:
        return KafkaStream(self.settings, self.ledger.progress, "contract", session_milliseconds_max=2000)

    async def crash(self, stream: ManifestStream) -> None:
        assert isinstance(stream, KafkaStream)
        consumer, stream._consumer = stream._consumer, None
        if consumer is not None:

            async def leave_without_a_word() -> None:
                """The group learns it from the silence."""

            consumer._coordinator._maybe_leave_group = leave_without_a_word
            await consumer.stop()
