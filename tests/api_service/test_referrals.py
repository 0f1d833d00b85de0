"""Protection referrals: cards without alerts and names, whom to call, clocks, scopes, and a retention of their own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api_service.escalation import ROUNDS
from api_service.protection_plan import ProtectionPlan, read_plan
from api_service.referring import escalate_cards
from schemas.referral import (
    Deadline,
    Referral,
    ReferralCommand,
    ReferralEntry,
    ReferralKind,
    ReferralOutcome,
    ReferralState,
    advance_referral,
)
from schemas.roles import Role
from storage.database import Database
from storage.retention import purge

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PLAN = """
[[contacts]]
name = "National helpline"
telephone = "116 006"

[[contacts]]
port = "TIA"
kind = "unaccompanied_child"
name = "Child protection unit, Rinas"
telephone = "+355 4 000 0001"
hours = "always"
languages = ["sq", "en"]

[[contacts]]
port = "SKP"
name = "Elsewhere"

[[deadlines]]
name = "taken_over"
minutes = 30

[[deadlines]]
kind = "unaccompanied_child"
name = "guardian_informed"
minutes = 120
"""
CHILD = {
    "kind": "unaccompanied_child",
    "language": "ps",
    "children": 1,
    "needs": ["interpreter", "child_care"],
    "place": "gate 4",
}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def planned(make_service: Any, clock: Clock, tmp_path: Path) -> Any:
    (tmp_path / "protection.toml").write_text(PLAN, "utf-8")
    return make_service(clock, protection_file=tmp_path / "protection.toml", retention_referral_hours=48)


@pytest.fixture
async def officer(planned: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with planned.client(await planned.key(Role.OFFICER, port="TIA")) as client:
        yield client


async def asked(client: httpx.AsyncClient, body: dict[str, Any] = CHILD, port: str = "TIA", **headers: str) -> dict[str, Any]:
    answer = await client.post(f"/v1/ports/{port}/referrals", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    card: dict[str, Any] = answer.json()
    return card


async def test_a_card_says_whom_to_call_and_what_is_due(officer: httpx.AsyncClient) -> None:
    card = await asked(officer)
    assert (card["state"], card["version"], card["port"], card["language"]) == ("open", 1, "TIA", "ps")
    assert [contact["name"] for contact in card["contacts"]] == ["Child protection unit, Rinas", "National helpline"]
    assert card["contacts"][0]["telephone"] == "+355 4 000 0001"
    due = {one["name"]: datetime.fromisoformat(one["due_at"]) - NOW for one in card["deadlines"]}
    assert due == {"taken_over": timedelta(minutes=30), "guardian_informed": timedelta(minutes=120)}
    medical = await asked(officer, {"kind": "medical"})
    assert [one["name"] for one in medical["deadlines"]] == ["taken_over"]
    assert [one["name"] for one in medical["contacts"]] == ["National helpline"]
    answer = await officer.get("/v1/ports/TIA/protection-contacts")
    assert [one["name"] for one in answer.json()["items"]] == ["National helpline"]


async def test_sent_again_it_is_one_card(officer: httpx.AsyncClient, database: Database) -> None:
    headers = {"Idempotency-Key": "console-3/17"}
    both = await asyncio.gather(*(asked(officer, **headers) for _ in range(3)))
    assert both[0] == both[1] == both[2]
    other = await officer.post("/v1/ports/TIA/referrals", json={"kind": "asylum"}, headers=headers)
    assert other.status_code == 422
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM referrals") == 1


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "smuggler"},
        {"name": "PERSON"},
        {"surname": "PERSON"},
        {"note": "she says that"},
        {"document_number": "X1"},
        {"language": "Pashto, please"},
        {"people": 0},
        {"needs": ["money"]},
        {"place": "x" * 41},
    ],
)
async def test_there_is_no_field_for_a_name_or_a_story(officer: httpx.AsyncClient, more: dict[str, Any]) -> None:
    assert (await officer.post("/v1/ports/TIA/referrals", json={**CHILD, **more})).status_code == 422


async def test_nothing_of_the_people_reaches_the_audit_trail(officer: httpx.AsyncClient, database: Database) -> None:
    await asked(officer)
    async with database.reading() as work:
        [row] = await work.fetch("SELECT action, details FROM audit WHERE subject_kind = 'referral'")
    assert row["action"] == "referral.open"
    assert set(orjson.loads(row["details"])) == {"version", "kind", "port", "state", "detail"}


async def test_a_card_is_taken_over_and_closed_with_an_outcome(officer: httpx.AsyncClient, clock: Clock) -> None:
    card = await asked(officer)
    url = f"/v1/referrals/{card['referral_id']}"
    clock.now += timedelta(minutes=10)
    stale = await officer.post(f"{url}/takeover", json={"service": "Child protection"}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    taken = (await officer.post(f"{url}/takeover", json={"service": "Child protection"}, headers={"If-Match": '"1"'})).json()
    assert (taken["state"], taken["service"]) == ("taken_over", "Child protection")
    assert [(one["name"], one["met_at"] is not None) for one in taken["deadlines"]] == [
        ("taken_over", True),
        ("guardian_informed", False),
    ]
    assert (await officer.post(f"{url}/takeover", json={"service": "Again"})).status_code == 409
    met = await officer.post(f"{url}/deadlines", json={"deadline": "guardian_informed"}, headers={"Idempotency-Key": "g"})
    again = await officer.post(f"{url}/deadlines", json={"deadline": "guardian_informed"}, headers={"Idempotency-Key": "g"})
    assert (met.status_code, again.content) == (200, met.content)
    assert (await officer.post(f"{url}/deadlines", json={"deadline": "guardian_informed"})).status_code == 409
    assert (await officer.post(f"{url}/deadlines", json={"deadline": "sent_back"})).status_code == 409
    assert (await officer.post(f"{url}/closure", json={})).status_code == 422
    closed = (await officer.post(f"{url}/closure", json={"outcome": "transferred_to_care"})).json()
    assert (closed["state"], closed["outcome"], closed["version"]) == ("closed", "transferred_to_care", 4)
    assert [entry["command"] for entry in closed["history"]] == ["take_over", "meet", "close"]
    assert (await officer.post(f"{url}/closure", json={"outcome": "treated"})).status_code == 409
    assert (await officer.get(url)).json() == closed


async def test_clocks_start_with_the_card_and_are_told_once(
    officer: httpx.AsyncClient, planned: Any, clock: Clock, database: Database
) -> None:
    card = await asked(officer)
    for minutes in (0, 16, 25, 29, 31, 59, 61, 100, 121, 500):
        clock.now = NOW + timedelta(minutes=minutes)
        await asyncio.gather(*(escalate_cards(planned.context) for _ in range(3)))
        if minutes == 31:
            assert (await officer.get(f"/v1/referrals/{card['referral_id']}")).json()["escalation"] == 100
            await officer.post(f"/v1/referrals/{card['referral_id']}/takeover", json={"service": "S"})
    late = (await officer.get(f"/v1/referrals/{card['referral_id']}")).json()
    told = [entry["detail"] for entry in late["history"] if entry["command"] == "escalate"]
    assert told == [f"{name}_{percent}" for name in ("taken_over", "guardian_informed") for percent in (50, 80, 100)]
    items = (await officer.get("/v1/ports/TIA/referrals", params={"escalation": "100"})).json()["items"]
    assert [item["referral_id"] for item in items] == [card["referral_id"]]
    assert (await officer.get("/v1/ports/TIA/referrals", params={"escalation": "50"})).json()["items"] == []
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'referral.escalate'") == 6
    assert escalate_cards in ROUNDS


async def test_who_sees_which_cards(officer: httpx.AsyncClient, planned: Any) -> None:
    card = await asked(officer)
    url = f"/v1/referrals/{card['referral_id']}"
    async with planned.client(await planned.key(Role.OFFICER, port="SKP")) as elsewhere:
        assert (await elsewhere.get(url)).status_code == 404
        assert (await elsewhere.post(f"{url}/takeover", json={"service": "S"})).status_code == 404
        assert (await elsewhere.get("/v1/ports/TIA/referrals")).status_code == 403
        assert (await elsewhere.post("/v1/ports/TIA/referrals", json=CHILD)).status_code == 403
        assert (await elsewhere.get("/v1/ports/SKP/referrals")).json()["items"] == []
    key = await planned.key(Role.ANALYST)
    async with planned.client(key) as analyst, planned.client(await planned.key(Role.OPERATOR)) as operator:
        for path in ("/v1/referrals", "/v1/ports/TIA/referrals", url):
            assert (await analyst.get(path)).status_code == 403
        scope = f"/v1/protection-scope/{key.split('_')[1]}"
        assert [(await operator.put(scope)).status_code for _ in range(2)] == [204, 204]
        assert [one["person"] for one in (await operator.get("/v1/protection-scope")).json()["items"]] == [key.split("_")[1]]
        assert (await analyst.get("/v1/referrals")).json()["items"] == [card]
        assert (await analyst.get(url)).json() == card
        assert (await operator.get("/v1/referrals")).status_code == 403
        assert [(await operator.delete(scope)).status_code for _ in range(2)] == [204, 404]
        assert (await analyst.get("/v1/referrals")).status_code == 403


async def test_pages_and_filters(officer: httpx.AsyncClient, clock: Clock) -> None:
    for kind in ("asylum", "medical", "asylum", "medical", "asylum"):
        clock.now += timedelta(minutes=1)
        await asked(officer, {"kind": kind})
    found = (await officer.get("/v1/ports/TIA/referrals", params={"kind": "asylum", "state": "open,closed"})).json()["items"]
    assert [item["kind"] for item in found] == ["asylum"] * 3
    assert (await officer.get("/v1/ports/TIA/referrals", params={"state": "closed"})).json()["items"] == []
    first = (await officer.get("/v1/ports/TIA/referrals", params={"limit": 3})).json()
    second = (await officer.get("/v1/ports/TIA/referrals", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    ids = [item["referral_id"] for item in (*first["items"], *second["items"])]
    assert (len(ids), len(set(ids)), second["next_cursor"]) == (5, 5, None)


async def test_a_card_is_forgotten_in_its_own_time(officer: httpx.AsyncClient, planned: Any, clock: Clock) -> None:
    card, policy, database = await asked(officer), planned.context.settings.retention_policy, planned.context.database
    for hours, due in ((47, {}), (48, {"referrals": 1})):
        clock.now = NOW + timedelta(hours=hours)
        counted = await purge(database, policy, clock.now, "test", dry_run=True)
        assert counted.counts == due
        assert (await officer.get(f"/v1/referrals/{card['referral_id']}")).status_code == 200
        done = await purge(database, policy, clock.now, "test")
        assert (done.counts, done.total) == (due, len(due))
    assert (await officer.get(f"/v1/referrals/{card['referral_id']}")).status_code == 404
    async with database.reading() as work:
        [row] = await work.fetch(
            "SELECT action, details FROM audit WHERE subject_kind IN ('retention', 'referral') AND at = $1", clock.now
        )
    assert (row["action"], orjson.loads(row["details"])) == ("retention.purged", {"referrals": 1})


def test_a_plan_that_makes_no_sense_stops_the_start(tmp_path: Path) -> None:
    for text in ('[[contacts]]\nname = ""', '[[deadlines]]\nname = "X"\nminutes = 5', '[[contact]]\nname = "x"', "[[contacts"):
        (tmp_path / "plan.toml").write_text(text, "utf-8")
        with pytest.raises((ValidationError, ValueError)):
            read_plan(tmp_path / "plan.toml")
    with pytest.raises(FileNotFoundError):
        read_plan(tmp_path / "none.toml")
    rules = {rule.name: rule.minutes for rule in ProtectionPlan().deadlines_for(ReferralKind.UNACCOMPANIED_CHILD)}
    assert rules == {"taken_over": 60, "guardian_informed": 60, "transferred_to_care": 1440}


@given(
    st.lists(st.tuples(st.sampled_from(ReferralCommand), st.sampled_from(["a", "b_50", "treated", "taken_over"])), max_size=12)
)
def test_no_order_of_steps_breaks_a_card(steps: list[tuple[ReferralCommand, str]]) -> None:
    later = NOW + timedelta(hours=1)
    deadlines = (Deadline(name="a", due_at=later), Deadline(name="taken_over", due_at=later))
    card = Referral(
        referral_id="r",
        port="TIA",
        kind=ReferralKind.ASYLUM,
        opened_at=NOW,
        opened_by="o",
        updated_at=NOW,
        purge_at=later,
        deadlines=deadlines,
    )
    for command, detail in steps:
        if command is ReferralCommand.ESCALATE and not detail.endswith("_50"):
            continue
        after = advance_referral(card, ReferralEntry(at=later, by="x", command=command, detail=detail))
        if after is None:
            assert card.state is ReferralState.CLOSED or command is not ReferralCommand.ESCALATE
            continue
        assert card.state is not ReferralState.CLOSED
        assert after.version == card.version + 1 == 1 + len(after.history)
        assert (
            (after.state is ReferralState.CLOSED)
            == (after.outcome in set(ReferralOutcome))
            == (command is ReferralCommand.CLOSE)
        )
        card = after
