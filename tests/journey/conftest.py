"""The whole service in both arrangements, each in processes of its own."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from kafka_broker import KafkaBroker, delete_topics

from storage.embedded import EmbeddedPostgres
from tests.leak_scan import check, watch_all
from tests.running_service import RunningService, running_service

ARRANGEMENTS = ("embedded", "distributed")


@pytest.fixture(autouse=True)
def leak_scan(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever is pushed in any of these tests is looked for afterwards in logs, metrics, audit lines and refusals."""
    watched = watch_all(monkeypatch)
    yield
    check(watched)


@pytest.fixture(params=ARRANGEMENTS)
def arrangement(request: pytest.FixtureRequest) -> str:
    """`embedded`: child PostgreSQL, outbox read directly, one screener. `distributed`: PostgreSQL by URL, real Kafka, two screeners."""
    return str(request.param)


@pytest.fixture
def service(arrangement: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunningService]:
    """A started service that nobody has sent anything to yet."""
    if arrangement == "embedded":
        with running_service(tmp_path / "kulla") as running:
            yield running
        return
    broker: KafkaBroker = request.getfixturevalue("fresh_topics_now")
    with EmbeddedPostgres(tmp_path / "external") as external, _distributed(tmp_path, external, broker) as running:
        yield running


def _distributed(tmp_path: Path, external: EmbeddedPostgres, broker: KafkaBroker) -> AbstractContextManager[RunningService]:
    return running_service(
        tmp_path / "kulla",
        KULLA_DATABASE_URL=external.url,
        KULLA_KAFKA_BOOTSTRAP_SERVERS=broker.bootstrap,
        KULLA_SCREENER_PROCESSES="2",
    )


@pytest.fixture
def fresh_topics_now(kafka_broker: KafkaBroker) -> KafkaBroker:
    """The broker, running, without Kulla's topics."""
    import asyncio

    with asyncio.Runner() as runner:
        runner.run(delete_topics(kafka_broker.bootstrap))
    return kafka_broker
