"""Searching what is held: found by name or document, for a purpose, noticed, and no way to trawl."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from test_flights import ARTA, CORRECTED, DRITA, EVA, KEY, message, person

from schemas.roles import Role
from storage import held_travellers
from tests.held_world import HeldWorld, held_world


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[HeldWorld]:
    async with held_world(database_url, tmp_path) as made:
        await made.push(message(1, "745", ARTA, DRITA, EVA), message(10, "745+CP", CORRECTED))
        yield made


async def _search(world: HeldWorld, q: str, role: Role = Role.ANALYST, **params: str):
    return await world.call(role, "GET", "/v1/travellers", params={"q": q, "purpose": "border_check"} | params)


@pytest.mark.parametrize(
    ("q", "given"),
    [
        ("berisha", {"ARTA"}),
        ("KRASHTAJ dri", {"DRITA"}),
        ("KRASHTAJ", {"DRITA", "EVA", "EVE"}),
        ("ba1000003", {"EVA", "EVE"}),
        ("ASHTAJ", set()),
        ("BA100000", set()),
        ("NOBODY", set()),
    ],
)
async def test_people_are_found(world: HeldWorld, q: str, given: set[str]) -> None:
    answer = (await _search(world, q)).json()
    assert {item["traveller"]["given_names"] for item in answer["items"]} <= given
    assert bool(answer["items"]) == bool(given)
    assert (answer["looked_through"], answer["complete"]) == (2, True)


async def test_the_newest_description_counts_and_alerts_are_named(world: HeldWorld) -> None:
    document = {"type": "P", "number": "BA1000003", "issuing_country": "ALB"}
    await world.list_record(
        {"record_id": "R1", "category": "c", "action": "inform", "names": [], "documents": [document]}, kind="document"
    )
    await world.screen()
    (eva,) = (await _search(world, "KRASHTAJ BA1000003")).json()["items"]
    assert eva["traveller"]["given_names"] == "EVE"
    assert len(eva["manifest_ids"]) == 2
    assert eva["alert_ids"] == [alert["alert_id"] for alert in await world.alerts(state="new")]


@pytest.mark.parametrize(
    ("q", "params"),
    [
        ("AB", {}),
        ("KRASHTAJ %%%", {}),
        ("KRA*", {}),
        ("a b c", {}),
        ("one two three four five six seven", {}),
        ("KRASHTAJ", {"purpose": "curiosity"}),
        ("KRASHTAJ", {"purpose": "other"}),
        ("KRASHTAJ", {"purpose": "legal_order", "note": "order about Krashtaj"}),
    ],
)
async def test_trawling_and_searching_without_a_purpose_are_refused(world: HeldWorld, q: str, params: dict[str, str]) -> None:
    answer = await _search(world, q, **params)
    assert answer.status_code == 422
    assert "KRASHTAJ" not in answer.text.upper()


async def test_every_search_is_in_the_trail_without_the_name(world: HeldWorld) -> None:
    await _search(world, "Krashtaj drita", purpose="legal_order", note="17/2026", flight=KEY, port="TIA")
    (line,) = (await world.call(Role.AUDITOR, "GET", "/v1/audit", params={"action": "traveller.search"})).json()["items"]
    details = line["details"]
    assert (details["purpose"], details["note"], details["found"]) == ("legal_order", "17/2026", 1)
    assert details["narrowed"] == ["flight", "port"]
    assert details["searched"] == world.context.audit_key.hidden("krashtaj  DRITA")
    assert len(details["travellers"]) == 1
    assert "KRASHTAJ" not in str(line).upper()


async def test_a_crowd_is_refused_but_noticed(world: HeldWorld) -> None:
    crowd = [person("CROWDOVA", f"N{number:03}", "800101", abo=f"C{number}") for number in range(51)]
    await world.push(message(20, "745", *crowd))
    assert (await _search(world, "CROWDOVA")).status_code == 422
    assert len((await _search(world, "CROWDOVA N01")).json()["items"]) == 10
    page = (await world.call(Role.AUDITOR, "GET", "/v1/audit", params={"action": "traveller.search"})).json()["items"]
    assert [line["details"]["found"] for line in page] == [10, 51]


async def test_work_is_bounded(world: HeldWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_travellers, "MANIFESTS_MAX", 1)
    monkeypatch.setattr(held_travellers, "_BATCH", 1)
    answer = (await _search(world, "KRASHTAJ")).json()
    assert (answer["looked_through"], answer["complete"]) == (1, False)
    narrowed = (await _search(world, "KRASHTAJ", flight="OR999-AMS-2026-03-01")).json()
    assert (narrowed["items"], narrowed["complete"]) == ([], True)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR, Role.CARRIER, Role.OFFICER, Role.LIST_OWNER])
async def test_nobody_else_searches(world: HeldWorld, role: Role) -> None:
    assert (await _search(world, "KRASHTAJ", role)).status_code == 403
