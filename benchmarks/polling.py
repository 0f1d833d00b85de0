"""Consoles that poll, measured over HTTP on the whole service (embedded), and what they cost while nothing happens.

    python -m benchmarks.polling [--consoles 500] [--every 5] [--rate 60] [--seconds 20]

Phases, each on the same freshly started service, with a key and a connection for each console:

    nobody       what the service costs by itself
    polling      every console polls once in `every` seconds, at moments of its own; nothing changes
    waiting      every console waits (`wait=25`) instead; nothing changes
    busy         polling consoles, while manifests of 170 travellers come at a fixed rate (each fifteenth a flight with planted
                 people, whose alerts the consoles get) and an analyst decides. All count from the moment each was due

CPU is what the service's processes used, in percent of one core; the load comes from this process, on the same machine and the
same cores, and is not counted.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from pathlib import Path

import httpx
import orjson
import psutil

from api_service.sandbox.journeys import one_flight_message, record_day_messages
from api_service.sandbox.lists import sandbox_lists
from api_service.sandbox.planting import plantation
from api_service.sandbox_setup import SANDBOX_SEED
from benchmarks.journey import PORT, arranged, client_of, drained, milliseconds, push
from tests.running_service import RunningService

ROLES = ("api", "screener", "postgres", "up")
DECISION_RATE = 5.0
PLANTED_EVERY = 15
STOCK = 80
SETTLE_SECONDS = 3.0
WAITING_SECONDS = 40.0
"""So that each wait ends once, and begins twice."""


class Console:
    """One connection that polls. It speaks HTTP by hand, because a library would cost more than the service does."""

    def __init__(self, service: RunningService, key: str) -> None:
        self._service, self._key = service, key
        self._cursor = self._etag = ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.changes = 0

    async def poll(self, wait: float = 0.0) -> int:
        """Ask for news; the status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._service.port)
        reader, writer = self._streams
        place = f"&cursor={self._cursor}" if self._cursor else ""
        known = f"If-None-Match: {self._etag}\r\n" if self._etag else ""
        writer.write(
            f"GET /v1/ports/{PORT}/alerts?limit=100&wait={wait:.0f}{place} HTTP/1.1\r\nHost: kulla\r\n"
            f"Authorization: Bearer {self._key}\r\n{known}\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        lines = (line.partition(": ") for line in head.split("\r\n")[1:])
        headers = {name.lower(): value for name, _, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", 0))) if status != 304 else b""
        if status == 200:
            page = orjson.loads(body)
            self._cursor, self._etag = page["cursor"], headers["etag"]
            self.changes += len(page["items"])
        return status

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


@dataclass
class Figures:
    """Times in seconds, CPU in percent of a core."""

    polls: list[float] = field(default_factory=list)
    decisions: list[float] = field(default_factory=list)
    receipts: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    cpu: dict[str, float] = field(default_factory=dict)


def cpu_seconds(service: RunningService) -> dict[str, float]:
    """What each role has used so far."""
    assert service.process is not None
    up = psutil.Process(service.process.pid)
    used = {role: sum(_seconds(process) for process in service.roles(role)) for role in ("api", "screener")}
    backends = [process for process in up.children(recursive=True) if process.name() == "postgres"]
    return used | {"postgres": sum(map(_seconds, backends)), "up": _seconds(up)}


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


@asynccontextmanager
async def measured(service: RunningService, figures: Figures) -> AsyncIterator[None]:
    """Fills in the CPU of what happens inside."""
    before, started = cpu_seconds(service), time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    figures.cpu = {role: 100 * (used - before[role]) / seconds for role, used in cpu_seconds(service).items()}


async def keys(service: RunningService, count: int) -> list[str]:
    """A key for each console."""
    async with client_of(service, "operator") as operator:
        order = {"role": "officer", "ports": [PORT]}
        made = [await operator.post("/v1/keys", json=order, headers={"Content-Type": "application/json"}) for _ in range(count)]
    assert made[-1].status_code == 201, made[-1].text
    return [answer.json()["key"] for answer in made]


async def polling(consoles: Sequence[Console], every: float, seconds: float, figures: Figures) -> None:
    """Each console once in `every` seconds, at moments of its own."""
    started = time.perf_counter()

    async def one(console: Console, first: float) -> None:
        due = started + first
        while due < started + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            figures.statuses[await console.poll()] += 1
            figures.polls.append(time.perf_counter() - due)
            due += every

    chance = random.Random(1)
    await asyncio.gather(*(one(console, chance.random() * every) for console in consoles))


async def waiting(consoles: Sequence[Console], seconds: float, figures: Figures) -> None:
    """Each console waits for news, and again when it was told that there is none."""

    async def one(console: Console) -> None:
        while True:
            figures.statuses[await console.poll(wait=25)] += 1

    tasks = [asyncio.create_task(one(console)) for console in consoles]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for console in consoles:
        console.close()


async def ingest(client: httpx.AsyncClient, bodies: Sequence[bytes], rate: float, figures: Figures) -> None:
    """A fixed rate; receipts counted from the moment each message was due."""
    started = time.perf_counter()

    async def one(number: int, body: bytes) -> None:
        due = started + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        answer = await client.post("/v1/manifests", content=body)
        figures.statuses[answer.status_code] += 1
        if answer.status_code == 202:
            figures.receipts.append(time.perf_counter() - due)

    await asyncio.gather(*(one(number, body) for number, body in enumerate(bodies)))


async def deciding(analyst: httpx.AsyncClient, seconds: float, figures: Figures) -> None:
    """An analyst takes new alerts under review, one decision after the other was due."""
    started = time.perf_counter()
    alerts: list[dict[str, object]] = []
    for number in range(int(seconds * DECISION_RATE)):
        due = started + number / DECISION_RATE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if not alerts:
            page = await analyst.get("/v1/alerts", params={"state": "new", "limit": 50})
            figures.statuses[page.status_code] += 1
            alerts = page.json()["items"] if page.status_code == 200 else []
        if not alerts:
            continue
        alert = alerts.pop()
        answer = await analyst.post(
            f"/v1/alerts/{alert['alert_id']}/decisions",
            json={"decision": "start_review"},
            headers={"If-Match": f'"{alert["version"]}"', "Content-Type": "application/json"},
        )
        figures.statuses[answer.status_code] += 1
        if answer.status_code == 200:
            figures.decisions.append(time.perf_counter() - due)


def messages(rate: float, seconds: float) -> tuple[list[bytes], list[bytes]]:
    """Flights with planted people to begin with, and manifests of 170 travellers, each fifteenth again such a flight."""
    now = datetime.now(UTC)
    planting = plantation(5, sandbox_lists(SANDBOX_SEED, now.date()), 1.0, now.date())
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    count = int(rate * seconds)
    planted = [message.body for message in record_day_messages(77, midnight, planting)][: STOCK + count // PLANTED_EVERY]
    stock, planted = planted[:STOCK], planted[STOCK:]
    plain = [one_flight_message(seed, now, 170) for seed in range(1, count - len(planted) + 1)]
    blocks = [plain[at : at + PLANTED_EVERY - 1] for at in range(0, len(plain), PLANTED_EVERY - 1)]
    mixed = zip_longest(([one] for one in planted), blocks, fillvalue=[])
    return stock, list(chain.from_iterable(chain.from_iterable(mixed)))


async def phases(service: RunningService, arguments: argparse.Namespace) -> None:
    """All phases, each reported when it is over."""
    stock, bodies = messages(arguments.rate, arguments.seconds)
    made = await keys(service, arguments.consoles)
    async with client_of(service, "carrier") as carrier, client_of(service, "analyst") as analyst:
        for body in stock:  # there is something to see and to decide, and the lists are loaded
            await push(carrier, body)
        await drained(carrier)
        consoles, sleepers = ([Console(service, key) for key in made] for _ in range(2))
        await silence(service, (consoles, sleepers), arguments)
        figures = Figures()
        for console in consoles:
            console.changes = 0
        async with measured(service, figures):
            await asyncio.gather(
                polling(consoles, arguments.every, arguments.seconds, figures),
                ingest(carrier, bodies, arguments.rate, figures),
                deciding(analyst, arguments.seconds, figures),
            )
        report("busy", figures)
        await settled(consoles)


async def silence(
    service: RunningService, fleet: tuple[Sequence[Console], Sequence[Console]], arguments: argparse.Namespace
) -> None:
    """The phases in which nothing changes."""
    consoles, sleepers = fleet
    figures = Figures()
    async with measured(service, figures):
        await asyncio.sleep(arguments.seconds / 2)
    report("nobody", figures)
    await polling(consoles, arguments.every, 2 * arguments.every, Figures())  # connect, and come to the newest change
    figures = Figures()
    async with measured(service, figures):
        await polling(consoles, arguments.every, arguments.seconds, figures)
    report("polling", figures)
    await polling(sleepers, arguments.every, 2 * arguments.every, Figures())
    figures = Figures()
    async with measured(service, figures):
        await waiting(sleepers, max(arguments.seconds, WAITING_SECONDS), figures)
    report("waiting", figures)


async def settled(consoles: Sequence[Console]) -> None:
    """Let the consoles come to the newest change: they must have seen the same."""
    await asyncio.sleep(SETTLE_SECONDS)
    while 200 in await asyncio.gather(*(console.poll() for console in consoles)):
        pass
    seen = {console.changes for console in consoles}
    assert len(seen) == 1, "every console must have seen the same changes"
    print(f"every console saw the same {seen.pop()} changes", flush=True)
    for console in consoles:
        console.close()


def report(name: str, figures: Figures) -> None:
    """What came of it, in words."""
    used = ", ".join(f"{role} {figures.cpu[role]:.1f}" for role in ROLES)
    answers = ", ".join(f"{count} x {status}" for status, count in sorted(figures.statuses.items()))
    print(f"{name}: CPU {sum(figures.cpu.values()):.1f} % of a core ({used}){'; answers ' if answers else ''}{answers}")
    for what in ("polls", "decisions", "receipts"):
        times = getattr(figures, what)
        if len(times) > 1:
            shown = ", ".join(f"p{percentile} {milliseconds(times, percentile)}" for percentile in (50, 95, 99))
            print(f"  {what}: {shown} ({len(times)})", flush=True)


def main() -> None:
    """Measure, and say what else the machine was doing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--consoles", type=int, default=500)
    parser.add_argument("--every", type=float, default=5.0)
    parser.add_argument("--rate", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    print(f"{psutil.cpu_count()} cores; load before: {', '.join(f'{one:.2f}' for one in psutil.getloadavg())}", flush=True)
    with tempfile.TemporaryDirectory() as folder, arranged("embedded", Path(folder)) as service:
        asyncio.run(phases(service, arguments))
    print(f"load after: {', '.join(f'{one:.2f}' for one in psutil.getloadavg())}")


if __name__ == "__main__":
    main()
