"""A carrier cannot tell by the clock whether one of its travellers is on a list.

The structural argument: the receipt is written and sent before screening begins, by code that imports nothing of `screening`
for it, and what a carrier reads afterwards (`GET /v1/submissions`) reads no table that screening writes; the database itself
refuses a carrier's session those tables (`tests/storage/test_row_security.py`). The test beside it measures: manifests with
and without a listed traveller, in random order, while a screener works and alerts pile up. What is compared are ranks, not
times: the chance that a manifest with a hit took longer than one without (0.5 = nothing to be learned).
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from interchanges import Sent, interchange

from api_service.context import utc_now
from api_service.logs import make_logger
from api_service.settings import Settings
from api_service.wiring import screener_worker
from schemas.roles import Role
from storage.database import Database

PAIRS = 120
SUSPICIOUS = 0.15
"""Distance from 0.5. With 120 pairs chance alone stays within 0.037 two times in three; this is four times as far. A test that
takes 3 ms longer on 1 of 10 requests would not be seen; one that takes half a millisecond longer on each would."""
LISTED, UNLISTED = b"KRASHTAJ:ARDIT", b"KRUSHKUJ:ALDIN"
SCREENED_SECONDS_MAX = 60.0


def chance_of_longer(first: Sequence[float], second: Sequence[float]) -> float:
    """How often one of `first` exceeds one of `second`, over all pairs (Mann and Whitney's U, scaled)."""
    wins = sum((a > b) + 0.5 * (a == b) for a in first for b in second)
    return wins / (len(first) * len(second))


def body(number: int, name: bytes, travellers: int = 8) -> bytes:
    """The same manifest but for one name and the flight's number."""
    message = interchange(Sent(designator=f"OR{1000 + number}", travellers=travellers), reference=f"R{number:05}")
    return message.replace(b"BERISHA:ARTA", name)


async def _seconds(client: httpx.AsyncClient, method: str, path: str, **request: Any) -> tuple[float, httpx.Response]:
    started = time.perf_counter()
    answer = await client.request(method, path, **request)
    elapsed = time.perf_counter() - started
    assert answer.status_code in (200, 202), answer.text
    return elapsed, answer


async def _push(client: httpx.AsyncClient, content: bytes) -> tuple[float, str]:
    seconds, answer = await _seconds(
        client, "POST", "/v1/manifests", content=content, headers={"Content-Type": "application/edifact"}
    )
    return seconds, answer.json()["submission_id"]


@pytest.fixture
async def screening(database_url: str, tmp_path: Path) -> AsyncIterator[None]:
    """A real screener at work beside the application."""
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=database_url)
    async with screener_worker(settings, make_logger("error")) as worker:
        working = asyncio.create_task(worker.run())
        yield
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def _list_the_traveller(service: Any) -> None:
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        watchlist = {"list_id": "wanted", "kind": "person", "title": "Wanted", "severity": "high"}
        assert (await owner.post("/v1/watchlists", json=watchlist)).status_code == 201
        record = {"action": "refer_second_line", "names": [{"surname": "KRASHTAJ", "given_names": "ARDIT"}]}
        record |= {"birth_dates": ["1970-01-10"], "sex": "F"}
        answer = await owner.put("/v1/watchlists/wanted/records/1", json=record)
        assert answer.status_code == 201, answer.text


async def _alerts(database: Database) -> int:
    async with database.reading() as work:
        return int(await work.fetchval("SELECT count(*) FROM alerts"))


async def test_the_clock_tells_nothing(make_service: Any, database: Database, screening: None) -> None:
    service = make_service(clock=utc_now)
    await _list_the_traveller(service)
    order = [(number, LISTED if number % 2 else UNLISTED) for number in range(2 * PAIRS)]
    Random(7).shuffle(order)
    receipts: dict[bytes, list[float]] = {LISTED: [], UNLISTED: []}
    known: list[tuple[str, bytes]] = []
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as client:
        for number, name in [(9_000 + warm, UNLISTED) for warm in range(10)]:
            await _push(client, body(number % 9000 + 5000, name))
        for number, name in order:
            seconds, submission_id = await _push(client, body(number, name))
            receipts[name].append(seconds)
            known.append((submission_id, name))
        await _screened(database)
        statuses = await _statuses(client, known)
    assert abs(chance_of_longer(receipts[LISTED], receipts[UNLISTED]) - 0.5) < SUSPICIOUS
    assert abs(chance_of_longer(statuses[LISTED], statuses[UNLISTED]) - 0.5) < SUSPICIOUS


async def _screened(database: Database) -> None:
    until = time.monotonic() + SCREENED_SECONDS_MAX
    while await _alerts(database) < PAIRS:
        assert time.monotonic() < until, f"{await _alerts(database)} alerts: nothing was compared"
        await asyncio.sleep(0.1)


async def _statuses(client: httpx.AsyncClient, known: list[tuple[str, bytes]]) -> dict[bytes, list[float]]:
    Random(8).shuffle(known)
    found: dict[bytes, list[float]] = {LISTED: [], UNLISTED: []}
    for submission_id, name in known:
        seconds, answer = await _seconds(client, "GET", f"/v1/submissions/{submission_id}")
        found[name].append(seconds)
        assert answer.json()["messages"][0]["became"] == "received"
    return found


async def test_the_comparison_would_notice(service: Any) -> None:
    """The control: a difference that is there, in the size of the manifests, is seen."""
    small, large = [], []
    async with service.client(await service.key(Role.CARRIER, carrier="OR")) as client:
        for number in range(40):
            for travellers, found in ((2, small), (150, large)):
                seconds, _ = await _push(client, body(number * 100 + travellers, UNLISTED, travellers))
                found.append(seconds)
    assert chance_of_longer(large, small) > 0.5 + SUSPICIOUS


def test_intake_knows_nothing_of_screening() -> None:
    """What makes a receipt, and what shows it later, imports nothing of it. (The database refuses a carrier its tables.)"""
    for name in ("intake", "routes.manifests", "routes.submissions", "message_life", "reading", "reading_pool"):
        source = Path(str(import_module(f"api_service.{name}").__file__)).read_text("utf-8")
        assert "import screening" not in source, name
        assert "from screening" not in source, name
