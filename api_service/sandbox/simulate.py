"""Traffic: carriers pushing their messages over HTTP.

Messages of one flight go out in their order, one after the other; different flights run side by side, `connections_max` at a
time. Where the service says "later" (429, 503), or the connection breaks, the same bytes are sent again: receiving them is
idempotent, so a repetition can never do harm, and a message counts as failed only when patience is at its end.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx

from api_service.sandbox.flights import PlannedFlight, plan_flights
from api_service.sandbox.journeys import Journey, JourneyMessage, make_journey
from api_service.sandbox.planting import Plantation, Planted

ATTEMPTS_MAX = 8
RETRY_SECONDS_MAX = 30.0  # a server may ask for more; a simulator does not wait longer, it asks again
RETRY_SECONDS_FIRST = 0.25  # doubled with every attempt where the answer names no time
REQUEST_SECONDS_MAX = 30.0
CLOCK_STEP_SECONDS = 900  # runs shorter than this are the same for the same seed; longer ones stay live
KEPT_MAX = 100_000  # latencies and planted travellers remembered: an endless simulation must not grow for ever
CONTENT_TYPE = "application/edifact"
_TRY_LATER = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY})

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to send. `messages_per_second` None = as fast as the answers come. `flights` are indexes: go on with the next."""

    seed: int
    now: datetime
    flights: range
    messages_per_second: float | None = None
    connections_max: int = 16
    planting: Plantation | None = None


@dataclass(frozen=True, slots=True)
class Latencies:
    """Seconds from sending a message to its receipt, the retries not counted; None where nothing was received."""

    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of it. `failures` counts answers by status (0 = no answer at all), for messages that were given up."""

    sent: int
    accepted: int
    replayed: int
    failed: int
    retries: int
    travellers: int
    seconds: float
    latencies: Latencies
    failures: dict[int, int]
    planted: tuple[Planted, ...]


@dataclass(slots=True)
class Progress:
    """Counts while it runs."""

    sent: int = 0
    accepted: int = 0
    replayed: int = 0
    failed: int = 0
    retries: int = 0
    travellers: int = 0
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_MAX))
    failures: dict[int, int] = field(default_factory=dict)
    planted: deque[Planted] = field(default_factory=lambda: deque(maxlen=KEPT_MAX))


OnProgress = Callable[[Progress], None]


def carrier_client(base_url: str, api_key: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client that pushes as the carrier with this key. The caller closes it."""
    headers = {"Authorization": f"Bearer {api_key}"}
    return httpx.AsyncClient(base_url=base_url, headers=headers, timeout=REQUEST_SECONDS_MAX, transport=transport)


async def simulate(client: httpx.AsyncClient, simulation: Simulation, on_progress: OnProgress | None = None) -> Summary:
    """Push every message of the simulation's flights and say what became of them. Cancelling it stops at once."""
    sender = Sender(client, Pacer(simulation.messages_per_second), on_progress or (lambda _: None))
    started = time.perf_counter()
    planned = _live_flights(simulation, started)

    async def connection() -> None:
        for flight in planned:  # shared by all connections: each takes the next flight when it has finished one
            candidates = simulation.planting.for_flight(flight.index) if simulation.planting else ()
            await sender.push_journey(await asyncio.to_thread(make_journey, simulation.seed, flight, candidates))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(simulation.connections_max, max(1, len(simulation.flights)))):
            group.create_task(connection())
    return _summary(sender.progress, time.perf_counter() - started)


def _live_flights(simulation: Simulation, started: float) -> Iterator[PlannedFlight]:
    """The flights one by one, planned when their turn comes: an endless simulation's departures move on with the clock."""
    for index in simulation.flights:
        steps = int(time.perf_counter() - started) // CLOCK_STEP_SECONDS
        now = simulation.now + timedelta(seconds=steps * CLOCK_STEP_SECONDS)
        yield from plan_flights(simulation.seed, now, range(index, index + 1))


async def push_messages(
    client: httpx.AsyncClient, messages: Iterable[JourneyMessage], messages_per_second: float | None, connections_max: int
) -> Summary:
    """Push prepared messages of different flights, for measuring: nothing is generated while it runs."""
    sender = Sender(client, Pacer(messages_per_second), lambda _: None)
    waiting = iter(messages)
    started = time.perf_counter()

    async def connection() -> None:
        for message in waiting:
            await sender.push(message)

    async with asyncio.TaskGroup() as group:
        for _ in range(connections_max):
            group.create_task(connection())
    return _summary(sender.progress, time.perf_counter() - started)


class Pacer:
    """Evenly spaced moments to send at. A late sender does not catch up in a burst."""

    def __init__(self, per_second: float | None, sleep: Sleep = asyncio.sleep) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._sleep = sleep

    async def turn(self) -> None:
        """Wait for the next moment."""
        now = time.monotonic()
        moment = max(self._next, now)
        self._next = moment + self._interval
        if moment > now:
            await self._sleep(moment - now)


class Sender:
    """Sends messages, repeats what was put off, and counts."""

    def __init__(self, client: httpx.AsyncClient, pacer: Pacer, on_progress: OnProgress, sleep: Sleep = asyncio.sleep) -> None:
        self.progress = Progress()
        self._client = client
        self._pacer = pacer
        self._on_progress = on_progress
        self._sleep = sleep

    async def push_journey(self, journey: Journey) -> None:
        """Every message of one flight, in order. Planted travellers count from here on."""
        self.progress.planted.extend(journey.planted)
        for message in journey.messages:
            await self.push(message)

    async def push(self, message: JourneyMessage) -> None:
        """One message, until it is received, refused, or patience is at its end."""
        await self._pacer.turn()
        self.progress.sent += 1
        for attempt in range(ATTEMPTS_MAX):
            status, wait = await self._attempt(message, attempt)
            if wait is None:
                self._count(message, status)
                return
            if attempt + 1 < ATTEMPTS_MAX:
                self.progress.retries += 1
                await self._sleep(wait)
        self._give_up(status)

    async def _attempt(self, message: JourneyMessage, attempt: int) -> tuple[int, float | None]:
        """Status of the answer (0 = none), and how long to wait before asking again (None = this answer is final)."""
        started = time.perf_counter()
        try:
            answer = await self._client.post("/v1/manifests", content=message.body, headers={"Content-Type": CONTENT_TYPE})
        except httpx.TransportError:
            return 0, _backoff(attempt)
        if answer.status_code in _TRY_LATER:
            return answer.status_code, _retry_after(answer, attempt)
        self.progress.latencies.append(time.perf_counter() - started)
        return answer.status_code, None

    def _count(self, message: JourneyMessage, status: int) -> None:
        if status == HTTPStatus.ACCEPTED:
            self.progress.accepted += 1
        elif status == HTTPStatus.OK:
            self.progress.replayed += 1
        else:
            self._give_up(status)
            return
        self.progress.travellers += message.travellers
        self._on_progress(self.progress)

    def _give_up(self, status: int) -> None:
        self.progress.failed += 1
        self.progress.failures[status] = self.progress.failures.get(status, 0) + 1
        self._on_progress(self.progress)


def _backoff(attempt: int) -> float:
    return min(RETRY_SECONDS_MAX, RETRY_SECONDS_FIRST * float(2**attempt))


def _retry_after(answer: httpx.Response, attempt: int) -> float:
    """The seconds of Retry-After where it names them, else a doubling wait."""
    named = answer.headers.get("Retry-After", "")
    return min(RETRY_SECONDS_MAX, float(named)) if named.isdigit() else _backoff(attempt)


def _summary(progress: Progress, seconds: float) -> Summary:
    ordered = sorted(progress.latencies)
    return Summary(
        sent=progress.sent,
        accepted=progress.accepted,
        replayed=progress.replayed,
        failed=progress.failed,
        retries=progress.retries,
        travellers=progress.travellers,
        seconds=seconds,
        latencies=Latencies(percentile(ordered, 0.5), percentile(ordered, 0.95), percentile(ordered, 0.99)),
        failures=dict(progress.failures),
        planted=tuple(progress.planted),
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of them do not exceed; None of nothing."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
