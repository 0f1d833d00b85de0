"""Deciding over HTTP: versions, four eyes, idempotency, suppression, and what each decision leaves behind."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from schemas.alert import Alert, AlertState
from schemas.roles import Role
from schemas.watchlist import AlertSeverity
from screening.policy import suppression_fingerprints
from storage import alert_rows
from storage.database import Database
from tests.sample_alerts import place, sample_alert


@pytest.fixture
async def analyst(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.ANALYST)) as client:
        yield client


@pytest.fixture
async def supervisor(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.SUPERVISOR)) as client:
        yield client


@pytest.fixture
async def officer(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.OFFICER, port="TIA")) as client:
        yield client


@pytest.fixture
async def alert(database: Database) -> Alert:
    placed = sample_alert(severity=AlertSeverity.HIGH)
    await place(database, placed)
    return placed


async def decide(client: httpx.AsyncClient, alert: Alert, decision: str, version: int, **more: Any) -> httpx.Response:
    headers = {"If-Match": f'"{version}"', **more.pop("headers", {})}
    body = {"decision": decision, "reason_code": "compared", **more}
    return await client.post(f"/v1/alerts/{alert.alert_id}/decisions", json=body, headers=headers)


async def decide_all(client: httpx.AsyncClient, alert: Alert, *decisions: str, version: int = 1) -> dict[str, Any]:
    for number, decision in enumerate(decisions, version):
        answer = await decide(client, alert, decision, number)
        assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_alert_is_read_and_decided(analyst: httpx.AsyncClient, alert: Alert, database: Database) -> None:
    read = await analyst.get(f"/v1/alerts/{alert.alert_id}")
    assert (read.status_code, read.headers["ETag"]) == (200, '"1"')
    assert Alert.model_validate_json(read.content) == alert
    answer = await decide(analyst, alert, "start_review", 1, comment="looking")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json()["state"], answer.json()["version"]) == ("in_review", 2)
    [entry] = answer.json()["history"]
    assert (entry["from"], entry["to"], entry["reason_code"], entry["comment"]) == ("new", "in_review", "compared", "looking")
    assert (await analyst.get(f"/v1/alerts/{alert.alert_id}")).json() == answer.json()
    async with database.reading() as work:
        row = await work.fetchrow("SELECT actor, details FROM audit WHERE action = 'alert.start_review'")
        assert row is not None
        assert row["actor"] == entry["by"]
        assert "PERSON" not in row["details"]
        assert await work.fetchval("SELECT max(alert_version) FROM alert_outbox") == 2


async def test_nothing_is_decided_without_saying_which_version(analyst: httpx.AsyncClient, alert: Alert) -> None:
    url = f"/v1/alerts/{alert.alert_id}/decisions"
    assert (await analyst.post(url, json={"decision": "start_review"})).status_code == 428
    for header, status in {"*": 428, '"7"': 412, '"x"': 412, '"99999999999999"': 412}.items():
        answer = await analyst.post(url, json={"decision": "start_review"}, headers={"If-Match": header})
        assert (header, answer.status_code) == (header, status)
    assert (await analyst.get(f"/v1/alerts/{alert.alert_id}")).json()["version"] == 1


async def test_what_makes_no_sense_is_refused(analyst: httpx.AsyncClient, alert: Alert) -> None:
    assert (await decide(analyst, alert, "confirm", 1)).status_code == 409
    assert (await decide(analyst, alert, "withdraw", 1)).status_code == 422
    assert (await decide(analyst, alert, "dance", 1)).status_code == 422
    assert (await decide(analyst, alert, "start_review", 1, comment="nul \x00")).status_code == 422
    assert (await decide(analyst, alert, "start_review", 1, suppress=True)).status_code == 422
    half = '{"decision": "start_review", "comment": "half \\ud800"}'
    url, headers = f"/v1/alerts/{alert.alert_id}/decisions", {"If-Match": '"1"', "Content-Type": "application/json"}
    assert (await analyst.post(url, content=half, headers=headers)).status_code == 422
    await decide_all(analyst, alert, "start_review")
    assert (await decide(analyst, alert, "no_match", 2, reason_code=None)).status_code == 422
    nobody = sample_alert(99)
    assert (await decide(analyst, nobody, "start_review", 1)).status_code == 404
    assert (await analyst.get("/v1/alerts/a%00b")).status_code == 422


async def test_four_eyes(analyst: httpx.AsyncClient, supervisor: httpx.AsyncClient, alert: Alert, service: Any) -> None:
    waiting = await decide_all(supervisor, alert, "start_review", "possible", "confirm")
    assert (waiting["state"], waiting["awaiting_approval"], waiting["version"]) == ("possible", True, 4)
    assert (await decide(supervisor, alert, "approve", 4)).status_code == 403
    assert (await decide(analyst, alert, "approve", 4)).status_code == 403
    assert (await decide(analyst, alert, "hand_over", 4)).status_code == 409
    async with service.client(await service.key(Role.SUPERVISOR)) as second:
        approved = await decide(second, alert, "approve", 4)
    assert (approved.status_code, approved.json()["state"], approved.json()["awaiting_approval"]) == (200, "confirmed", False)


async def test_of_two_who_decide_at_once_one_is_told_so(
    analyst: httpx.AsyncClient, supervisor: httpx.AsyncClient, alert: Alert
) -> None:
    answers = await asyncio.gather(*(decide(client, alert, "start_review", 1) for client in (analyst, supervisor)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_command_sent_again_is_not_done_again(analyst: httpx.AsyncClient, alert: Alert, database: Database) -> None:
    headers = {"Idempotency-Key": "console-7/1"}
    both = await asyncio.gather(*(decide(analyst, alert, "start_review", 1, headers=headers) for _ in range(2)))
    third = await decide(analyst, alert, "start_review", 1, headers=headers)
    assert [answer.status_code for answer in (*both, third)] == [200, 200, 200]
    assert both[0].content == both[1].content == third.content
    assert third.headers["ETag"] == '"2"'
    other = await decide(analyst, alert, "possible", 2, headers=headers)
    assert other.status_code == 422
    async with database.reading() as work:
        assert await work.fetchval("SELECT max(version) FROM alerts") == 2
        assert await work.fetchval("SELECT count(*) FROM audit WHERE subject_kind = 'alert'") == 1


async def test_the_same_name_of_another_key_is_another_command(
    analyst: httpx.AsyncClient, supervisor: httpx.AsyncClient, alert: Alert
) -> None:
    headers = {"Idempotency-Key": "1"}
    assert (await decide(analyst, alert, "start_review", 1, headers=headers)).status_code == 200
    assert (await decide(supervisor, alert, "start_review", 1, headers=headers)).status_code == 412


async def test_a_refused_command_may_be_sent_again(analyst: httpx.AsyncClient, alert: Alert) -> None:
    headers = {"Idempotency-Key": "1"}
    assert (await decide(analyst, alert, "start_review", 9, headers=headers)).status_code == 412
    assert (await decide(analyst, alert, "start_review", 1, headers=headers)).status_code == 200


async def test_a_false_match_is_remembered_narrowly(analyst: httpx.AsyncClient, alert: Alert, database: Database) -> None:
    await decide_all(analyst, alert, "start_review")
    assert (await decide(analyst, alert, "no_match", 2, suppress=True)).status_code == 200
    async with database.reading() as work:
        row = await work.fetchrow("SELECT * FROM suppressions")
    assert row is not None
    assert set(row["fingerprints"]) == set(suppression_fingerprints(alert.traveller))
    assert (row["list_id"], row["record_id"], row["record_version"]) == ("wanted", "R1", 1)
    assert 364 <= (row["expires_at"] - row["created_at"]).days <= 366
    assert row["reason_code"] == "compared"


async def test_nobody_is_silenced_who_cannot_be_told_apart(analyst: httpx.AsyncClient, database: Database) -> None:
    vague = sample_alert(5, documents=(), birth_date=None)
    await place(database, vague)
    await decide_all(analyst, vague, "start_review")
    assert (await decide(analyst, vague, "no_match", 2, suppress=True)).status_code == 422
    assert (await decide(analyst, vague, "no_match", 2)).status_code == 200


async def test_the_officer_of_the_port_takes_over(
    analyst: httpx.AsyncClient, officer: httpx.AsyncClient, service: Any, database: Database
) -> None:
    alert = sample_alert(2)
    await place(database, alert)
    await decide_all(analyst, alert, "start_review", "possible", "confirm")
    acknowledge, report = f"/v1/alerts/{alert.alert_id}/acknowledgement", f"/v1/alerts/{alert.alert_id}/outcome"
    assert (await officer.post(acknowledge)).status_code == 409
    await decide_all(analyst, alert, "hand_over", version=4)
    async with service.client(await service.key(Role.OFFICER, port="SKP")) as elsewhere:
        assert (await elsewhere.post(acknowledge)).status_code == 404
    assert (await officer.post(report, json={"outcome": "right_person"})).status_code == 409
    first = await officer.post(acknowledge, headers={"Idempotency-Key": "a1"})
    again = await officer.post(acknowledge, headers={"Idempotency-Key": "a1"})
    assert (first.status_code, again.status_code, first.content == again.content) == (200, 200, True)
    assert b"SECRET" not in first.content
    assert (await officer.post(report, json={"outcome": "guilty"})).status_code == 422
    assert (await officer.post(report, json={"outcome": "right_person"}, headers={"If-Match": '"3"'})).status_code == 412
    done = await officer.post(report, json={"outcome": "right_person"}, headers={"Idempotency-Key": "a2"})
    assert (done.status_code, done.json()["state"], done.json()["disposition"]["outcome"]) == (200, "closed", "right_person")
    async with database.reading() as work:
        stored = await alert_rows.load(work, alert.alert_id)
    assert stored is not None
    assert stored.state is AlertState.CLOSED
    assert [entry.command for entry in stored.history][-3:] == ["hand_over", "acknowledge", "outcome"]


ANALYSTS = {Role.ANALYST, Role.SUPERVISOR}
CALLS = [
    ("GET", "/v1/alerts", ANALYSTS),
    ("GET", "/v1/alerts/export", ANALYSTS),
    ("GET", "/v1/alerts/x", ANALYSTS),
    ("POST", "/v1/alerts/x/decisions", ANALYSTS),
    ("POST", "/v1/alerts/x/acknowledgement", {Role.OFFICER}),
    ("POST", "/v1/alerts/x/outcome", {Role.OFFICER}),
    ("GET", "/v1/ports/TIA/alerts", {Role.OFFICER}),
    ("GET", "/v1/ports/TIA/arrivals", {Role.OFFICER}),
]


async def test_each_role_reaches_its_own_endpoints_only(service: Any) -> None:
    for role in Role:
        async with service.client(await service.key(role)) as client:
            for method, url, allowed in CALLS:
                status = (await client.request(method, url)).status_code
                assert (status != 403) == (role in allowed), (role, method, url, status)
    async with service.client() as nobody:
        assert [(await nobody.request(method, url)).status_code for method, url, _ in CALLS] == [401] * len(CALLS)
