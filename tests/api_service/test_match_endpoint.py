"""Travellers against the lists now: what the screener would find, to the bit, for those who may ask and say why."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from api_service import matching
from schemas.roles import Role
from storage.database import Database
from tests.screened_flights import ARTA, alerts_of, put_records, screen_waiting, send_flight

PERSON = {
    "surname": "BERISHA",
    "given_names": "ARTA",
    "birth_date": "1970-01-10",
    "sex": "F",
    "nationality": "NLD",
    "documents": [{"type": "p", "number": "NX-0000 000", "issuing_country": "nld"}],
}
NOBODY = {"surname": "MUELLER", "given_names": "EVA", "birth_date": "1980-05-05"}


@pytest.fixture
async def analyst(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.ANALYST)) as client:
        yield client


async def ask(client: httpx.AsyncClient, **order: Any) -> httpx.Response:
    return await client.post("/v1/match", json={"purpose": "border_check"} | order)


async def test_what_the_screener_found_is_found_to_the_bit(
    service: Any, analyst: httpx.AsyncClient, database: Database
) -> None:
    await put_records(service)
    await send_flight(service)
    await screen_waiting(database, service.context.clock)
    [alert] = await alerts_of(service)
    answer = (await ask(analyst, traveller=PERSON)).json()
    [item] = answer["items"]
    [found] = item["matches"]
    for name in ("score", "band", "lanes", "evidence", "severity"):
        assert found[name] == alert[name]
    assert found["record"] == alert["record"]
    assert (answer["matcher_version"], answer["list_version"]) == (alert["matcher_version"], alert["list_version"])


async def test_many_at_once_in_their_order_against_the_newest_lists(service: Any, analyst: httpx.AsyncClient) -> None:
    people = [NOBODY | {"reference": "first"}, PERSON | {"reference": "second"}] + [NOBODY] * 60
    before = (await ask(analyst, travellers=people)).json()
    assert [len(item["matches"]) for item in before["items"]] == [0] * 62
    await put_records(service, [ARTA, ARTA | {"record_id": "R2"}])
    after = (await ask(analyst, travellers=people)).json()
    assert [item["reference"] for item in after["items"][:3]] == ["first", "second", None]
    assert [len(item["matches"]) for item in after["items"][:3]] == [0, 2, 0]


async def test_a_record_must_be_valid_on_the_day(service: Any, analyst: httpx.AsyncClient) -> None:
    await put_records(service, [ARTA | {"valid_from": "2026-06-01"}])
    days = {"2026-05-31": 0, "2026-06-01": 1}
    for day, matches in days.items():
        [item] = (await ask(analyst, traveller=PERSON, day=day)).json()["items"]
        assert len(item["matches"]) == matches


async def test_who_asked_and_why_is_in_the_audit_trail_and_the_person_is_not(
    service: Any, analyst: httpx.AsyncClient, database: Database
) -> None:
    await put_records(service)
    await ask(analyst, traveller=PERSON, purpose="investigation", case="2026/17")
    async with database.reading() as work:
        row = await work.fetchrow("SELECT actor, details FROM audit WHERE action = 'traveller.match'")
    assert row is not None
    details = orjson.loads(row["details"])
    assert (details["purpose"], details["case"], details["travellers"], details["matches"]) == (
        "investigation",
        "2026/17",
        1,
        1,
    )
    assert "BERISHA" not in row["details"]
    assert "BERISHA" not in service.log.getvalue()


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"purpose": "curiosity", "traveller": PERSON},
        {"traveller": PERSON, "travellers": [PERSON]},
        {"travellers": [NOBODY] * 1001},
        {"traveller": PERSON | {"birth_date": "yesterday"}},
        {"traveller": PERSON | {"surname": "A" * 501}},
        {"traveller": PERSON | {"documents": [{"number": "A1"}] * 21}},
        {"traveller": PERSON | {"seat": "12A"}},
    ],
)
async def test_an_order_that_makes_no_sense(analyst: httpx.AsyncClient, order: dict[str, Any]) -> None:
    answer = await ask(analyst, **order)
    assert answer.status_code == 422
    assert "BERISHA" not in answer.text


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ANALYST, Role.SUPERVISOR}])
async def test_nobody_else_may_ask(service: Any, role: Role) -> None:
    scope = {Role.CARRIER: {"carrier": "OR"}, Role.OFFICER: {"port": "TIA"}}.get(role, {})
    async with service.client(await service.key(role, **scope)) as client:
        assert (await ask(client, traveller=PERSON)).status_code == 403


async def test_only_a_few_wait_for_their_turn(
    service: Any, analyst: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "WAITING_MAX", 2)
    await put_records(service)
    answers = await asyncio.gather(*(ask(analyst, travellers=[PERSON] * 100) for _ in range(6)))
    assert sorted({answer.status_code for answer in answers}) == [200, 503]
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 503)
    assert (await ask(analyst, traveller=PERSON)).status_code == 200
