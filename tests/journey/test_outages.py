"""What stands behind the service goes away for a while: what carriers are told meanwhile, and that nothing is missing afterwards."""

import time
from pathlib import Path

import httpx
import pytest
from kafka_broker import KafkaBroker
from traffic import Expected, alerts, journeys, push_all, push_with_patience, wait_until_screened

from storage.embedded import EmbeddedPostgres
from tests.running_service import RunningService, running_service

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

EDIFACT = {"Content-Type": "application/edifact"}


def test_with_kafka_down_carriers_get_receipts_and_screening_catches_up(tmp_path: Path, fresh_topics_now: KafkaBroker) -> None:
    flights = journeys(seed=61, flights=3)
    bodies = [message.body for flight in flights for message in flight.messages]
    with (
        EmbeddedPostgres(tmp_path / "external") as external,
        running_service(
            tmp_path / "kulla",
            KULLA_DATABASE_URL=external.url,
            KULLA_KAFKA_BOOTSTRAP_SERVERS=fresh_topics_now.bootstrap,
        ) as service,
    ):
        push_all(service, bodies[:2])
        wait_until_screened(service)
        fresh_topics_now.stop()
        with service.client("carrier") as client:
            answers = [client.post("/v1/manifests", content=body, headers=EDIFACT).status_code for body in bodies[2:]]
        assert set(answers) == {202}
        assert httpx.get(f"{service.url}/health/ready").json()["stream"]["age_seconds"] > 0
        fresh_topics_now.restart()
        wait_until_screened(service)
        Expected([one for flight in flights for one in flight.planted]).check(alerts(service))


def test_with_the_database_down_carriers_are_told_to_come_again(tmp_path: Path) -> None:
    flights = journeys(seed=67, flights=1)
    bodies = [message.body for message in flights[0].messages]
    with (
        EmbeddedPostgres(tmp_path / "external") as external,
        running_service(tmp_path / "kulla", KULLA_DATABASE_URL=external.url) as service,
    ):
        push_all(service, bodies[:1])
        external.stop()
        _is_told_to_come_again(service, bodies[1])
        external.start()
        with service.client("carrier") as client:
            assert not push_with_patience(client, bodies[1])["replayed"], "it was stored although the carrier was told 503"
        push_all(service, bodies[2:])
        wait_until_screened(service)
        Expected(flights[0].planted).check(alerts(service))


def _is_told_to_come_again(service: RunningService, body: bytes) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        answer = httpx.post(
            f"{service.url}/v1/manifests",
            content=body,
            headers=EDIFACT | {"Authorization": f"Bearer {service.keys()['carrier']}"},
            timeout=30,
        )
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Content-Type"] == "application/problem+json"
        if httpx.get(f"{service.url}/health/ready", timeout=30).status_code == 503:
            return
        time.sleep(0.2)
    raise AssertionError("the service never noticed")
