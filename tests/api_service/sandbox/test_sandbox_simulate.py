"""Traffic over HTTP: order within a flight, patience, idempotent repetition, and an honest summary."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from api_service.sandbox.journeys import JourneyMessage, MessageKind, make_journeys
from api_service.sandbox.lists import sandbox_lists
from api_service.sandbox.planting import plantation
from api_service.sandbox.simulate import (
    ATTEMPTS_MAX,
    Pacer,
    Progress,
    Sender,
    Simulation,
    carrier_client,
    percentile,
    push_messages,
    simulate,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Answer = Callable[[httpx.Request], httpx.Response]


def client_of(answer: Answer) -> httpx.AsyncClient:
    return carrier_client("http://kulla.test", "secret", httpx.MockTransport(answer))


async def test_every_message_of_every_flight_arrives_in_its_flights_order() -> None:
    received: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/manifests"
        assert request.headers["Authorization"] == "Bearer secret"
        assert request.headers["Content-Type"] == "application/edifact"
        received.append(request.content)
        return httpx.Response(202, json={})

    seen: list[int] = []
    planting = plantation(7, sandbox_lists(7, NOW.date()), 1.0, NOW.date())
    simulation = Simulation(seed=7, now=NOW, flights=range(6), connections_max=3, planting=planting)
    async with client_of(answer) as client:
        summary = await simulate(client, simulation, lambda progress: seen.append(progress.accepted))
    expected = list(make_journeys(7, NOW, range(6), planting))
    bodies = [message.body for journey in expected for message in journey.messages]
    assert sorted(received) == sorted(bodies)
    order = defaultdict(list)
    for journey in expected:
        for message in journey.messages:
            order[message.flight_key].append(received.index(message.body))
    assert all(places == sorted(places) for places in order.values())
    assert summary.sent == summary.accepted == len(bodies)
    assert summary.failed == summary.replayed == summary.retries == 0
    assert summary.travellers == sum(message.travellers for journey in expected for message in journey.messages)
    assert sorted(truth.passenger for truth in summary.planted) == sorted(t.passenger for j in expected for t in j.planted)
    assert len(summary.planted) == 6
    assert seen == list(range(1, len(bodies) + 1))
    assert summary.latencies.p99 is not None


def message(body: bytes = b"UNB") -> JourneyMessage:
    return JourneyMessage("OR260-AMS-2026-03-01", MessageKind.CHECK_IN, body, 170, NOW)


class Waits(list[float]):
    """Stands in for sleeping: remembers for how long."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


async def sent_to(answer: Answer, waits: Waits) -> Progress:
    async with client_of(answer) as client:
        sender = Sender(client, Pacer(None), lambda _: None, waits)
        await sender.push(message())
        return sender.progress


@pytest.mark.parametrize("status", [429, 503])
async def test_later_means_the_same_bytes_again_after_the_named_time(status: int) -> None:
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return httpx.Response(202) if len(bodies) == 3 else httpx.Response(status, headers={"Retry-After": "7"})

    waits = Waits()
    progress = await sent_to(answer, waits)
    assert bodies == [b"UNB"] * 3
    assert waits == [7.0, 7.0]
    assert (progress.accepted, progress.retries, progress.failed) == (1, 2, 0)
    assert len(progress.latencies) == 1


async def test_a_broken_connection_is_tried_again_with_growing_waits() -> None:
    calls = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        if calls < 4:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200)

    waits = Waits()
    progress = await sent_to(answer, waits)
    assert waits == [0.25, 0.5, 1.0]
    assert (progress.replayed, progress.accepted) == (1, 0)


async def test_patience_ends() -> None:
    waits = Waits()
    progress = await sent_to(lambda _: httpx.Response(503, headers={"Retry-After": "9999"}), waits)
    assert progress.failed == 1
    assert progress.failures == {503: 1}
    assert waits == [30.0] * (ATTEMPTS_MAX - 1)


async def test_a_refusal_is_final() -> None:
    waits = Waits()
    progress = await sent_to(lambda _: httpx.Response(422), waits)
    assert progress.failures == {422: 1}
    assert progress.travellers == 0
    assert waits == []


async def test_prepared_messages_can_be_pushed_for_measuring() -> None:
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return httpx.Response(202)

    prepared = [message(str(number).encode()) for number in range(25)]
    async with client_of(answer) as client:
        summary = await push_messages(client, prepared, None, 4)
    assert sorted(bodies) == sorted(one.body for one in prepared)
    assert summary.travellers == 25 * 170


async def test_the_pacer_spaces_messages_evenly() -> None:
    waits = Waits()
    pacer = Pacer(10, waits)
    for _ in range(5):
        await pacer.turn()
    assert len(waits) == 4
    assert waits == sorted(waits)
    assert 0.3 < waits[-1] <= 0.4


def test_percentiles() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 0.99)) == (50.0, 95.0, 99.0)
    assert percentile([3.0], 0.99) == 3.0
    assert percentile([], 0.5) is None
