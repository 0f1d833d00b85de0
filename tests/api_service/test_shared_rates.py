"""The rate of a key: counted for all processes, without the database where it is not needed, and told with Retry-After."""

import asyncio
from typing import Any

import pytest

from api_service import shared_rates
from api_service.shared_rates import SharedRates
from schemas.roles import Role
from storage import rate_buckets
from storage.database import Database


@pytest.fixture
def leases(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys for which the database was asked, in order."""
    asked: list[str] = []
    real = rate_buckets.lease

    async def counted(work: Any, key_id: str, *rest: Any) -> rate_buckets.Lease:
        asked.append(key_id)
        return await real(work, key_id, *rest)

    monkeypatch.setattr(shared_rates.rate_buckets, "lease", counted)
    return asked


async def test_processes_share_a_bucket(database: Database, leases: list[str]) -> None:
    """Three of them, a thousand requests each at one moment: a burst in all, and a tenth more for each."""
    processes = [SharedRates(database, 0.001, 200) for _ in range(3)]

    async def ask(process: SharedRates) -> int:
        return sum([await process.take("k", 0.0) == 0.0 for _ in range(1000)])

    allowed = await asyncio.gather(*(ask(process) for process in processes))
    assert sum(allowed) == 200 + 3 * 20
    assert len(leases) <= 200 / 10 + 3, "some at a time, and not again where none is left"


async def test_who_asks_seldom_costs_no_query(database: Database, leases: list[str]) -> None:
    rates = SharedRates(database, 200.0, 400)
    for number in range(500):
        assert [await rates.take(f"console {number}", second * 5.0) for second in range(4)] == [0.0] * 4
    assert leases == []


async def test_the_bucket_fills_again(database: Database) -> None:
    async with database.reading() as work:
        assert (await rate_buckets.lease(work, "k", 10, 0.001, 10)).granted == 10
        assert (await rate_buckets.lease(work, "k", 10, 0.001, 10)).granted == 0
        await work.execute("UPDATE rate_buckets SET at = at - interval '1 hour'")
        later = await rate_buckets.lease(work, "k", 2, 0.001, 10)
        assert later.granted == 2, "3.6 came in an hour"
        assert later.tokens_left == pytest.approx(1.6, abs=0.1)
        await work.execute("UPDATE rate_buckets SET at = at + interval '1 hour'")
        assert (await rate_buckets.lease(work, "k", 2, 0.001, 10)).granted == 1, "a clock that goes back takes nothing"
        assert (await rate_buckets.lease(work, "other", 2, 0.001, 10)).granted == 2


async def test_over_http(make_service: Any) -> None:
    """Two applications over one database, and every endpoint counts."""
    one, other = (make_service(requests_per_second_max=0.01, requests_burst_max=3) for _ in range(2))
    key, second = await one.key(Role.CARRIER, carrier="OR"), await one.key(Role.CARRIER, carrier="OR")
    async with one.client(key) as first_process, other.client(key) as second_process, one.client(second) as unhindered:
        answers = [await client.get("/v1/submissions") for client in (first_process, second_process) * 3]
        assert (await unhindered.get("/v1/submissions")).status_code == 200
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 100
    assert answers[-1].headers["content-type"] == "application/problem+json"
