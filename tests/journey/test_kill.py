"""Killing any process, at many points, loses no accepted manifest and doubles no alert.

While carriers push (sending the same bytes again until they have a receipt), one process after the other gets SIGKILL, at moments a
seeded generator draws. Then everything that was received must be there, whole, and screened once.
"""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from os import kill
from pathlib import Path
from random import Random

import asyncpg
import pytest
from kafka_broker import KafkaBroker
from traffic import Expected, alerts, journeys, push_with_patience, wait_until_screened

from storage.embedded import EmbeddedPostgres
from storage.embedded.supervisor import running_url
from tests.running_service import RunningService, running_service

pytestmark = [pytest.mark.journey, pytest.mark.timeout(400)]

PUSHERS = 3
PAUSE_SECONDS = (0.05, 1.2)
PATIENCE_SECONDS = 120.0


@dataclass
class World:
    """A service with what it stands on, and the ways to kill each part (and bring it back, where nobody else does)."""

    service: RunningService
    kills: Sequence[tuple[str, Callable[[], None]]]
    database_url: Callable[[], str | None]


def test_embedded_survives_every_kill(tmp_path: Path) -> None:
    with running_service(tmp_path / "kulla") as service:
        kills = [(role, _killing(service, role)) for role in ("api", "screener", "postgres")]
        world = World(service, [*kills, ("up", lambda: _restart_all(service))], lambda: running_url(service.data_dir))
        _kill_while_pushing(world, rounds=5, seed=41)


def test_distributed_survives_every_kill(tmp_path: Path, fresh_topics_now: KafkaBroker) -> None:
    with EmbeddedPostgres(tmp_path / "external") as external, _distributed(tmp_path, external, fresh_topics_now) as service:
        kills: list[tuple[str, Callable[[], None]]] = [(role, _killing(service, role)) for role in ("api", "screener", "relay")]
        kills += [("postgres", lambda: _restart_postgres(external)), ("kafka", lambda: _restart_kafka(fresh_topics_now))]
        _kill_while_pushing(World(service, kills, lambda: external.url), rounds=3, seed=43)


def _distributed(tmp_path: Path, external: EmbeddedPostgres, broker: KafkaBroker) -> AbstractContextManager[RunningService]:
    return running_service(
        tmp_path / "kulla",
        KULLA_DATABASE_URL=external.url,
        KULLA_KAFKA_BOOTSTRAP_SERVERS=broker.bootstrap,
        KULLA_SCREENER_PROCESSES="2",
    )


def _killing(service: RunningService, role: str) -> Callable[[], None]:
    def kill_role() -> None:
        service.kill(role)

    return kill_role


def _restart_all(service: RunningService) -> None:
    service.kill("up")
    service.start()


def _restart_postgres(external: EmbeddedPostgres) -> None:
    kill(external.process_id, signal.SIGKILL)
    while external.alive():
        time.sleep(0.02)
    external.start()


def _restart_kafka(broker: KafkaBroker) -> None:
    broker.kill()
    broker.restart()


def _kill_while_pushing(world: World, rounds: int, seed: int) -> None:
    flights = journeys(seed, flights=6)
    messages = [message for flight in flights for message in flight.messages]
    lanes = [[message.body for flight in flights[lane::PUSHERS] for message in flight.messages] for lane in range(PUSHERS)]
    receipts: list[dict[str, object]] = []
    pushing = [threading.Thread(target=_push, args=(world.service, lane, receipts)) for lane in lanes]
    for thread in pushing:
        thread.start()
    _kill_all(world, Random(seed), rounds)
    for thread in pushing:
        thread.join(PATIENCE_SECONDS)
    assert len(receipts) == len(messages), "a message never got its receipt"
    world.service.wait_ready()
    wait_until_screened(world.service)
    Expected([one for flight in flights for one in flight.planted]).check(alerts(world.service))
    url = world.database_url()
    assert url is not None
    assert asyncio.run(_half_written(url)) == []


def _push(service: RunningService, bodies: Sequence[bytes], receipts: list[dict[str, object]]) -> None:
    for body in bodies:
        with service.client("carrier") as client:
            receipts.append(push_with_patience(client, body, PATIENCE_SECONDS))
        time.sleep(0.6)  # so that the kills fall among the messages, not after them


def _kill_all(world: World, rng: Random, rounds: int) -> None:
    for _ in range(rounds):
        for _name, kill_one in rng.sample(list(world.kills), len(world.kills)):
            time.sleep(rng.uniform(*PAUSE_SECONDS))
            kill_one()


async def _half_written(url: str) -> list[str]:
    """Submissions whose manifests, or manifests whose outbox rows, are not all there."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """
            SELECT s.submission_id FROM submissions s LEFT JOIN manifests m USING (submission_id)
                LEFT JOIN manifest_outbox o ON o.manifest_id = m.manifest_id
            WHERE s.usable AND (m.manifest_id IS NULL OR (o.manifest_id IS NULL AND NOT m.test))
            UNION ALL
            SELECT m.manifest_id FROM manifests m LEFT JOIN manifest_screenings USING (manifest_id)
            WHERE manifest_screenings.manifest_id IS NULL AND NOT m.test
            """
        )
        return [str(row[0]) for row in rows]
    finally:
        await connection.close()
