"""Traffic of the journey tests: seeded flights with planted travellers, pushed with patience, and what must become of them."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from api_service.sandbox.journeys import Journey, make_journeys
from api_service.sandbox.lists import sandbox_lists
from api_service.sandbox.planting import Planted, PlantedKind, plantation
from api_service.sandbox_setup import SANDBOX_SEED
from schemas.alert import LIVE_STATES
from tests.running_service import RunningService

SETTLE_SECONDS_MAX = 60.0
SURE = frozenset({PlantedKind.EXACT, PlantedKind.SWAPPED, PlantedKind.DOCUMENT, PlantedKind.READMISSION})
"""Kinds every matcher worth its name finds. How many variants are found is measured by the benchmarks, not here."""


def journeys(seed: int, flights: int, per_flight: float = 2.0) -> list[Journey]:
    """Flights of the next hours, with travellers planted from the sandbox's lists."""
    now = datetime.now(UTC)
    planting = plantation(seed, sandbox_lists(SANDBOX_SEED, now.date()), per_flight, now.date())
    return list(make_journeys(seed, now, range(flights), planting))


def push_with_patience(client: httpx.Client, body: bytes, seconds_max: float = 60.0) -> dict[str, Any]:
    """Send the same bytes until they are received, as a carrier would. The receipt."""
    until = time.monotonic() + seconds_max
    while time.monotonic() < until:
        try:
            response = client.post("/v1/manifests", content=body, headers={"Content-Type": "application/edifact"})
        except httpx.HTTPError:
            time.sleep(0.1)
            continue
        if response.status_code in (200, 202):
            receipt: dict[str, Any] = response.json()
            return receipt
        assert response.status_code in (429, 500, 502, 503), response.text[:500]
        assert response.status_code != 500, response.text[:500]
        time.sleep(0.1)
    raise AssertionError("no receipt in time")


def push_all(service: RunningService, bodies: Iterable[bytes]) -> list[dict[str, Any]]:
    """Send everything, one after the other; the receipts."""
    with service.client("carrier") as client:
        return [push_with_patience(client, body) for body in bodies]


def alerts(service: RunningService) -> list[dict[str, Any]]:
    """Every alert there is, page by page."""
    return list(_pages(service))


def _pages(service: RunningService) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    with service.client("analyst") as client:
        while True:
            response = client.get("/v1/alerts", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
            response.raise_for_status()
            yield from response.json()["items"]
            cursor = response.json()["next_cursor"]
            if cursor is None:
                return


def wait_until_screened(service: RunningService) -> None:
    """Until nothing that was received waits to be screened."""
    until = time.monotonic() + SETTLE_SECONDS_MAX
    while time.monotonic() < until:
        try:
            answer = httpx.get(f"{service.url}/health/ready", timeout=5).json()
            if answer.get("stream", {}).get("age_seconds") == 0:
                return
        except (httpx.HTTPError, ValueError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"something still waits to be screened:\n{service.log()[-3000:]}")


@dataclass(frozen=True)
class Expected:
    """The truth of what was planted."""

    planted: Sequence[Planted]

    def check(self, found: Sequence[dict[str, Any]]) -> None:
        """Planted travellers alerted, each once; those who must not alert did not; nothing doubled."""
        assert not [name for name, count in Counter(map(_ground, found)).items() if count > 1], "an alert was doubled"
        live = [alert for alert in found if alert["state"] in LIVE_STATES]
        by_person = Counter((alert["flight"]["flight_key"], _passenger(alert), alert["record"]["record_id"]) for alert in live)
        for planted in self.planted:
            count = by_person[planted.flight_key, planted.passenger, planted.record_id]
            if not planted.expects_alert:
                assert count == 0, f"a {planted.kind} case raised an alert"
            elif planted.kind in SURE:
                assert count == 1, f"a planted {planted.kind} traveller has {count} alerts"
            else:
                assert count <= 1, "an alert was doubled"


def _passenger(alert: dict[str, Any]) -> str | None:
    passenger: str | None = alert["traveller"]["references"]["passenger"]
    return passenger


def _ground(alert: dict[str, Any]) -> tuple[str, ...]:
    """What an alert is about: the same ground twice would be a doubled alert."""
    traveller, record = alert["traveller"], alert["record"]
    return (
        traveller["traveller_id"],
        traveller["version_id"],
        record["list_id"],
        record["record_id"],
        str(record["record_version"]),
    )
