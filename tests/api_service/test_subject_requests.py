"""Rights of data subjects: everything held on one person is found and handed over, nothing of anybody else; corrections keep what was."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_flights import ARTA, DRITA, EVA, KEY, message, person

from schemas.identifiers import flight_id
from schemas.roles import Role
from storage.retention import purge
from tests.held_world import HeldWorld, held_world

NAMESAKE = person("KRASHTAJ", "DRITA", "990909", abo="N1", document="BA9999999")
DRITA_HERSELF = {"surname": "Krashtaj", "given_names": "Drita", "birth_date": "1981-04-17", "document_number": "BA1234567"}
RECORD = {"record_id": "R1", "category": "wanted", "action": "refer_second_line", "reason": "a secret reason"}
BASE = "/v1/subject-requests"


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[HeldWorld]:
    async with held_world(database_url, tmp_path) as made:
        names = [{"surname": "KRASHTAJ", "given_names": "DRITA"}]
        documents = [{"type": "P", "number": "BA1234567", "issuing_country": "ALB"}]
        await made.list_record(RECORD | {"names": names, "birth_dates": ["1981-04-17"], "documents": documents})
        moved = [line.replace("KRASHTAJ:DRITA", "KRASHTAJ:DRITTA") for line in DRITA]
        await made.push(message(1, "745", ARTA, DRITA, EVA, NAMESAKE), message(10, "745+CP", moved))
        await made.screen()
        yield made


async def _requested(world: HeldWorld, **changes: Any) -> str:
    body = {"kind": "access", "reference": "2026/17", "identity": "passport shown", "subject": DRITA_HERSELF} | changes
    answer = await world.call(Role.SUPERVISOR, "POST", BASE, json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["state"], made["subject"]["surname"]) == ("received", "Krashtaj")
    assert datetime.fromisoformat(made["due_at"]) == world.now + timedelta(days=30)
    request_id: str = made["request_id"]
    return request_id


async def _export(world: HeldWorld, request_id: str) -> dict[str, Any]:
    answer = await world.call(Role.SUPERVISOR, "GET", f"{BASE}/{request_id}/export")
    assert answer.status_code == 200, answer.text
    bundle: dict[str, Any] = answer.json()
    return bundle


async def test_everything_on_one_person_and_nothing_on_others(world: HeldWorld) -> None:
    alert = (await world.alerts(q="Krashtaj", state="new"))[0]
    await world.call(Role.ANALYST, "GET", f"/v1/alerts/{alert['alert_id']}")
    await world.call(Role.ANALYST, "GET", f"/v1/flights/{KEY}")
    request_id = await _requested(world)
    found = (await world.call(Role.SUPERVISOR, "GET", f"{BASE}/{request_id}/findings")).json()["items"]
    assert {item["traveller"]["birth_date"] for item in found} == {"1981-04-17"}
    bundle = await _export(world, request_id)
    assert {one["traveller"]["given_names"] for one in bundle["travellers"]} == {"DRITA", "DRITTA"}
    assert len({one["manifest_id"] for one in bundle["travellers"]}) == 2
    assert {"alert.view", "flight.view", "subject_request.found"} <= {line["action"] for line in bundle["accesses"]}
    text = str(bundle)
    assert [word for word in ("BERISHA", "EVA", "1999-09-09", "BA9999999", "a secret reason") if word in text] == []
    assert {one["record"] for one in bundle["alerts"]} == {"withheld"}
    assert alert["alert_id"] in {one["alert_id"] for one in bundle["alerts"]}


async def test_list_content_needs_a_decision(world: HeldWorld) -> None:
    request_id = await _requested(world)
    path = f"{BASE}/{request_id}/decisions"
    decision = {"decision": "disclose_lists", "reason": "the owner of the list agreed"}
    assert (await world.call(Role.SUPERVISOR, "POST", path, json=decision)).json()["lists"] is True
    bundle = await _export(world, request_id)
    assert "a secret reason" in {one["record"]["reason"] for one in bundle["alerts"]}
    answered = await world.call(Role.SUPERVISOR, "POST", path, json={"decision": "answer", "reason": "sent by letter"})
    assert answered.json()["state"] == "answered"
    assert (await world.call(Role.SUPERVISOR, "GET", f"{BASE}/{request_id}/export")).status_code == 409
    listed = (await world.call(Role.AUDITOR, "GET", BASE, params={"state": "answered"})).json()["items"]
    assert [one["request_id"] for one in listed] == [request_id]
    assert "Krashtaj" not in str(listed)


async def test_an_alert_is_corrected_and_says_what_it_was(world: HeldWorld) -> None:
    request_id = await _requested(world, kind="rectification")
    alert = (await world.alerts(q="Krashtaj", state="new"))[0]
    order = {
        "flight_id": alert["flight"]["flight_id"],
        "traveller_id": alert["traveller"]["traveller_id"],
        "field": "birth_date",
        "value": "1982-04-17",
        "reason": "as in the passport shown",
        "alert_id": alert["alert_id"],
    }
    path = f"{BASE}/{request_id}/corrections"
    made = await world.call(Role.SUPERVISOR, "POST", path, json=order)
    assert made.status_code == 201, made.text
    assert (made.json()["was"], made.json()["value"]) == ("1981-04-17", "1982-04-17")
    after = (await world.call(Role.ANALYST, "GET", f"/v1/alerts/{alert['alert_id']}")).json()
    assert (after["version"], after["state"]) == (alert["version"] + 1, alert["state"])
    assert after["traveller"]["birth_date"] == "1982-04-17"
    assert (after["history"][-1]["command"], after["history"][-1]["comment"]) == ("correct", request_id)
    async with world.database.reading() as work:
        assert await work.fetchval("SELECT max(alert_version) FROM alert_outbox WHERE alert_id = $1", alert["alert_id"]) == 2
    for wrong in ({"field": "seat"}, {"value": "yesterday"}):
        assert (await world.call(Role.SUPERVISOR, "POST", path, json=order | wrong)).status_code == 422
    assert (await world.call(Role.SUPERVISOR, "POST", path, json=order | {"traveller_id": "trv_x"})).status_code == 404


async def test_a_message_is_annotated_and_stays_what_was_sent(world: HeldWorld) -> None:
    request_id = await _requested(world, kind="rectification")
    found = (await world.call(Role.SUPERVISOR, "GET", f"{BASE}/{request_id}/findings")).json()["items"]
    order = {
        "flight_id": flight_id(KEY),
        "traveller_id": found[0]["traveller_id"],
        "field": "nationality",
        "value": "ITA",
        "reason": "naturalised",
    }
    path = f"{BASE}/{request_id}/corrections"
    assert (await world.call(Role.SUPERVISOR, "POST", path, json=order)).status_code == 201
    bundle = await _export(world, request_id)
    assert [(one["field"], one["value"], one["alert_id"]) for one in bundle["corrections"]] == [("nationality", "ITA", None)]
    assert {one["traveller"]["nationality"] for one in bundle["travellers"]} == {"ALB"}


async def test_each_step_is_in_the_trail_without_the_person(world: HeldWorld) -> None:
    request_id = await _requested(world)
    await _export(world, request_id)
    lines = (await world.call(Role.AUDITOR, "GET", "/v1/audit", params={"subject": request_id})).json()["items"]
    assert [line["action"] for line in lines][::-1] == [f"subject_request.{step}" for step in ("received", "view", "exported")]
    assert "KRASHTAJ" not in str(lines).upper()


async def test_who_asked_is_forgotten_in_time(world: HeldWorld) -> None:
    request_id = await _requested(world)
    refusal = {"decision": "refuse", "reason": "identity not proven"}
    await world.call(Role.SUPERVISOR, "POST", f"{BASE}/{request_id}/decisions", json=refusal)
    world.pass_time(days=31)
    await purge(world.database, world.context.settings.retention_policy, world.now, "test")
    kept = (await world.call(Role.SUPERVISOR, "GET", f"{BASE}/{request_id}")).json()
    assert (kept["state"], kept["subject"], kept["decision"]) == ("refused", None, "identity not proven")


@pytest.mark.parametrize("subject", [{}, {"surname": "KRASHTAJ"}, {"given_names": "DRITA"}, {"document_number": "BA1"}])
async def test_a_request_names_somebody(world: HeldWorld, subject: dict[str, str]) -> None:
    body = {"kind": "access", "reference": "2026/17", "identity": "passport shown", "subject": subject}
    assert (await world.call(Role.SUPERVISOR, "POST", BASE, json=body)).status_code == 422


async def test_there_is_no_such_request(world: HeldWorld) -> None:
    for method, path in (("GET", ""), ("GET", "/findings"), ("GET", "/export")):
        assert (await world.call(Role.SUPERVISOR, method, f"{BASE}/none{path}")).status_code == 404
