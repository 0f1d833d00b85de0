"""The real Kafka broker of a test session, started when the first test asks for it.

It never skips: where Java or Maven cannot be had, the tests that need Kafka fail with what to install.
"""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from schemas.events import Topic

_DEPLOY = Path(__file__).resolve().parent.parent / "deploy" / "kafka"


class KafkaBroker:
    """`bootstrap` is where clients connect; it stays the same over `kill` and `restart`."""

    def __init__(self, broker: Any) -> None:
        self._broker = broker
        self.bootstrap: str = broker.start(with_parent=True)

    def kill(self) -> None:
        """SIGKILL, as the kernel or a power cut would."""
        self._broker.kill()

    def stop(self) -> None:
        """End it in good order."""
        self._broker.stop()

    def restart(self) -> None:
        """Start it again on the same data and port, and wait until it answers. Harmless when it runs."""
        restarted = self._broker.start(with_parent=True)
        assert restarted == self.bootstrap, "somebody took the broker's port while it was down"


@pytest.fixture(scope="session")
def kafka_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """One broker for all tests."""
    if str(_DEPLOY) not in sys.path:
        sys.path.append(str(_DEPLOY))
    broker = importlib.import_module("broker").Broker(tmp_path_factory.mktemp("kafka"))
    try:
        yield KafkaBroker(broker)
    finally:
        broker.stop()


@pytest.fixture
def kafka_broker(kafka_session: KafkaBroker) -> KafkaBroker:
    """The session's broker, running, whatever the test before did to it."""
    kafka_session.restart()
    return kafka_session


@pytest.fixture
async def fresh_topics(kafka_broker: KafkaBroker) -> KafkaBroker:
    """The same broker without Kulla's topics, so that offsets begin at 0."""
    await delete_topics(kafka_broker.bootstrap)
    return kafka_broker


async def delete_topics(bootstrap: str) -> None:
    """Remove Kulla's topics with all they hold, and wait until they are gone."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        while present := sorted(set(Topic) & set(await admin.list_topics())):
            await admin.delete_topics(present)
    finally:
        await admin.close()
