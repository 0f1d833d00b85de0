"""The whole journey, measured over HTTP on the whole service, in both arrangements.

    python -m benchmarks.journey [--rate 60] [--seconds 20] [--arrangement embedded|distributed]

Phases, each on the same freshly started service:

    steady       once a first manifest is screened, a few a second into Tirana with planted travellers; a console long-polls.
                 alert visible = from the receipt to the console's poll that brings the alert
    record day   Tirana's 298 flights with 50,892 travellers, as fast as receipts come.
                 drained = from the first push until every traveller is screened
    load         manifests of 170 travellers at a fixed rate, whether receipts come back or not. A receipt's time is
                 counted from the moment the message was due, so that a stalled service cannot hide behind a waiting client

The load comes from this process, on the same machine and the same cores.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from api_service.sandbox.journeys import JourneyMessage, one_flight_message, record_day_messages
from api_service.sandbox.lists import sandbox_lists
from api_service.sandbox.planting import plantation
from api_service.sandbox_setup import SANDBOX_SEED
from storage.embedded import EmbeddedPostgres
from tests.running_service import RunningService, running_service

PORT = "TIA"
STEADY_RATE = 4.0
STEADY_FLIGHTS = 80
CONNECTIONS = 16
DRAIN_SECONDS_MAX = 600.0
BROKER = Path(__file__).resolve().parent.parent / "deploy" / "kafka" / "broker.py"


@dataclass
class Figures:
    """What one arrangement came to. Times in seconds."""

    receipts: list[float] = field(default_factory=list)
    receipts_per_second: float = 0.0
    visible: list[float] = field(default_factory=list)
    drained_seconds: float = 0.0
    drained_travellers: int = 0


@contextmanager
def arranged(name: str, folder: Path) -> Iterator[RunningService]:
    """A freshly started service in this arrangement."""
    settings = {"KULLA_REQUESTS_PER_SECOND_MAX": "100000", "KULLA_REQUESTS_BURST_MAX": "100000", "KULLA_LOG_LEVEL": "warning"}
    with ExitStack() as stack:
        if name == "distributed":
            external = stack.enter_context(EmbeddedPostgres(folder / "external"))
            bootstrap = stack.enter_context(_broker(folder / "kafka"))
            settings |= {
                "KULLA_DATABASE_URL": external.url,
                "KULLA_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
                "KULLA_SCREENER_PROCESSES": "2",
            }
        yield stack.enter_context(running_service(folder / "kulla", **settings))


@contextmanager
def _broker(data: Path) -> Iterator[str]:
    command = [sys.executable, str(BROKER)]
    started = subprocess.run([*command, "start", "--data", str(data)], check=True, capture_output=True, text=True)
    try:
        yield started.stdout.strip().splitlines()[-1]
    finally:
        subprocess.run([*command, "stop", "--data", str(data)], check=False, capture_output=True)


def client_of(service: RunningService, role: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
    headers = {"Authorization": f"Bearer {service.keys()[role]}", "Content-Type": "application/edifact"}
    return httpx.AsyncClient(base_url=service.url, headers=headers, timeout=120, limits=limits)


async def push(client: httpx.AsyncClient, body: bytes) -> None:
    """One message, received."""
    response = await client.post("/v1/manifests", content=body)
    assert response.status_code == 202, response.text[:300]


async def drained(client: httpx.AsyncClient) -> None:
    """Until everything received is screened."""
    async with asyncio.timeout(DRAIN_SECONDS_MAX):
        while (await client.get("/health/ready")).json()["stream"]["age_seconds"] > 0:  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.05)


async def steady(service: RunningService, messages: Sequence[JourneyMessage], figures: Figures) -> None:
    """Alert visible: each flight's receipt against the first alert of that flight on the console."""
    received: dict[str, float] = {}
    async with AsyncExitStack() as stack:
        carrier = await stack.enter_async_context(client_of(service, "carrier"))
        officer = await stack.enter_async_context(client_of(service, "officer"))
        await push(carrier, one_flight_message(9001, datetime.now(UTC), 10))
        await drained(carrier)  # started: the consumer group has formed, the lists are loaded
        seen: dict[str, float] = {}
        console = asyncio.create_task(_watch(officer, seen))
        for message in messages:
            await push(carrier, message.body)
            received[message.flight_key] = time.perf_counter()
            await asyncio.sleep(1 / STEADY_RATE)
        await drained(carrier)
        await asyncio.sleep(1.0)
        console.cancel()
    figures.visible = [seen[flight] - at for flight, at in received.items() if flight in seen]


async def _watch(officer: httpx.AsyncClient, seen: dict[str, float]) -> None:
    cursor: str | None = None
    while True:
        parameters = {"wait": 25, "limit": 100} | ({"cursor": cursor} if cursor else {})
        response = await officer.get(f"/v1/ports/{PORT}/alerts", params=parameters)
        if response.status_code != 200:
            continue
        answer = response.json()
        now = time.perf_counter()
        for alert in answer["items"]:
            seen.setdefault(alert["flight"]["flight_key"], now)
        cursor = answer["cursor"]


async def record_day(service: RunningService, messages: Sequence[JourneyMessage], figures: Figures) -> None:
    """From the first push to the last traveller screened."""
    waiting = iter(messages)
    async with client_of(service, "carrier") as client:
        started = time.perf_counter()

        async def connection() -> None:
            for message in waiting:
                await push(client, message.body)

        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(connection())
        figures.receipts_per_second = len(messages) / (time.perf_counter() - started)
        await drained(client)
        figures.drained_seconds = time.perf_counter() - started
    figures.drained_travellers = sum(message.travellers for message in messages)


async def load(service: RunningService, bodies: Sequence[bytes], rate: float, figures: Figures) -> None:
    """A fixed rate; receipts counted from the moment each message was due."""
    async with client_of(service, "carrier") as client:
        started = time.perf_counter() + 0.5

        async def one(number: int, body: bytes) -> None:
            due = started + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await push(client, body)
            figures.receipts.append(time.perf_counter() - due)

        await asyncio.gather(*(one(number, body) for number, body in enumerate(bodies)))


def measure(name: str, rate: float, seconds: float) -> Figures:
    """All phases in one arrangement."""
    now = datetime.now(UTC)
    planting = plantation(5, sandbox_lists(SANDBOX_SEED, now.date()), 1.0, now.date())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    quiet = list(record_day_messages(77, midnight, planting))[:STEADY_FLIGHTS]
    day = list(record_day_messages(78, midnight + timedelta(days=1)))
    bodies = [one_flight_message(seed, now, 170) for seed in range(1, int(rate * seconds) + 1)]
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder, arranged(name, Path(folder)) as service:
        asyncio.run(steady(service, quiet, figures))
        asyncio.run(record_day(service, day, figures))
        asyncio.run(load(service, bodies, rate, figures))
    return figures


def milliseconds(values: Sequence[float], percentile: int) -> str:
    """A percentile of seconds, as text."""
    return f"{statistics.quantiles(values, n=100)[percentile - 1] * 1000:.0f} ms"


def report(name: str, figures: Figures, rate: float) -> None:
    """What came of it, in words."""
    speed = figures.drained_travellers / figures.drained_seconds
    lines = (
        f"{name}:",
        f"  receipts at {rate:.0f} manifests/s of 170 travellers: p50 {milliseconds(figures.receipts, 50)}, "
        f"p95 {milliseconds(figures.receipts, 95)}, p99 {milliseconds(figures.receipts, 99)}; {len(figures.receipts)} receipts",
        f"  alert visible on the console at {STEADY_RATE:.0f} manifests/s: p50 {milliseconds(figures.visible, 50)}, "
        f"p95 {milliseconds(figures.visible, 95)} ({len(figures.visible)} flights with alerts)",
        f"  record day: {figures.drained_travellers} travellers received and screened in {figures.drained_seconds:.1f} s, "
        f"{speed:.0f} travellers/s; receipts at full speed {figures.receipts_per_second:.0f}/s",
    )
    print("\n".join(lines), flush=True)


def main() -> None:
    """Measure one arrangement or both, and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--arrangement", choices=("embedded", "distributed"), action="append")
    arguments = parser.parse_args()
    done = {}
    for name in arguments.arrangement or ("embedded", "distributed"):
        done[name] = measure(name, arguments.rate, arguments.seconds)
        report(name, done[name], arguments.rate)
    if len(done) == 2:
        embedded, distributed = done.values()
        print(
            f"distributed / embedded: receipt p95 {_ratio(distributed.receipts, embedded.receipts)}, "
            f"alert visible p95 {_ratio(distributed.visible, embedded.visible)}, "
            f"record day {distributed.drained_seconds / embedded.drained_seconds:.2f}"
        )


def _ratio(first: Sequence[float], second: Sequence[float]) -> str:
    return f"{statistics.quantiles(first, n=100)[94] / statistics.quantiles(second, n=100)[94]:.2f}"


if __name__ == "__main__":
    main()
