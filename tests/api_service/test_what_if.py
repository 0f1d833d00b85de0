"""A threshold against recent traffic: counts in tens, none below ten, and nobody named."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_service.what_if import curve, shown_count
from schemas.roles import Role
from schemas.watchlist import ListKind
from screening.model import MODEL
from storage.database import Database
from tests.interchanges import Sent, interchange
from tests.screened_flights import put_records, screen_waiting, send_flight

GIVEN = ("ARTA", "JAN", "EVA", "LUCA", "ANNA", "NIKOS", "IVAN", "DRITA")
LISTED = [
    {"record_id": f"R{number}", "names": [{"surname": "BERISHA", "given_names": given}]} for number, given in enumerate(GIVEN)
]


@pytest.fixture
async def owner(service: Any) -> Any:
    async with service.client(await service.key(Role.LIST_OWNER)) as client:
        yield client


async def ask(client: httpx.AsyncClient, **order: Any) -> httpx.Response:
    return await client.post("/v1/what-if", json={"list_id": "wanted"} | order)


async def test_counts_in_tens_for_a_curve_of_thresholds(service: Any, owner: httpx.AsyncClient, database: Database) -> None:
    await put_records(service, LISTED)
    await send_flight(service, interchange(Sent(travellers=190)))
    await screen_waiting(database, service.context.clock)
    answer = await ask(owner, threshold_bits=0)
    found = answer.json()
    assert answer.status_code == 200, answer.text
    assert found["travellers"] == 190
    assert found["current"]["threshold_bits"] == MODEL.threshold_bits[ListKind.PERSON]
    assert found["proposed"]["travellers_alerted"] > (found["current"]["travellers_alerted"] or 0), "more of that name would"
    assert found["curve"][-1]["travellers_alerted"] is None, "fewer than ten would alert at the highest threshold"
    counts = [point["travellers_alerted"] or 0 for point in found["curve"]]
    assert counts == sorted(counts, reverse=True)
    assert all(count % 10 == 0 for count in counts)
    assert "BERISHA" not in answer.text
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'watchlist.what_if'") == 1


async def test_a_threshold_said_as_false_alerts(service: Any, owner: httpx.AsyncClient) -> None:
    await put_records(service)
    found = (await ask(owner, false_alerts_per_1000=0.00001)).json()
    assert found["proposed"]["expected_false_alerts_per_1000"] <= 0.00001
    assert found["travellers"] == 0


@pytest.mark.parametrize("order", [{}, {"threshold_bits": 3, "false_alerts_per_1000": 1}, {"threshold_bits": 3, "hours": 1000}])
async def test_an_order_that_makes_no_sense(service: Any, owner: httpx.AsyncClient, order: dict[str, Any]) -> None:
    assert (await ask(owner, **order)).status_code == 422
    assert (await ask(owner, list_id="nowhere", threshold_bits=3)).status_code == 404


@given(st.integers(0, 10_000))
def test_no_small_count_is_ever_shown_nor_told_by_the_difference_of_two(count: int) -> None:
    shown = shown_count(count)
    assert shown is None or (shown >= 10 and shown % 10 == 0 and 0 <= count - shown < 10)


@given(st.floats(0, 60), st.floats(0, 60))
def test_the_curve_holds_both_thresholds(current: float, proposed: float) -> None:
    assert {current, proposed} <= set(curve(current, proposed))
