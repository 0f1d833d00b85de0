"""Suppressions: who silenced what, why and until when; lifted, expired and re-armed ones silence nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from schemas.alert import Alert
from schemas.identifiers import flight_id
from schemas.roles import Role
from screening.fingerprints import suppression_fingerprints
from storage import suppressions
from storage.database import Database
from storage.ledger import PostgresLedger
from storage.suppressions import StoredSuppression
from tests.sample_alerts import place, sample_alert

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
RECORD = {"record_id": "R1", "names": [{"surname": "PERSON1", "given_names": "SAMPLE"}], "birth_dates": ["1980-01-02"]}


@pytest.fixture
async def analyst(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.ANALYST)) as client:
        yield client


async def proven_false(client: httpx.AsyncClient, database: Database, **more: Any) -> Alert:
    """An alert that an analyst dismissed and asked to remember."""
    alert = sample_alert()
    await place(database, alert)
    url = f"/v1/alerts/{alert.alert_id}/decisions"
    for version, body in enumerate(({"decision": "start_review"}, {"decision": "no_match", "suppress": True, **more}), 1):
        answer = await client.post(url, json={"reason_code": "other_person", **body}, headers={"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text
    return alert


async def listed(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/suppressions", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def silenced(database: Database, now: datetime = NOW) -> int:
    """How many suppressions the screener is told of."""
    history = await PostgresLedger(database, "test", lambda: now).history([flight_id("any")])
    return sum(len(flight.suppressions) for flight in history.values())


@pytest.fixture
async def list_owner(service: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(Role.LIST_OWNER)) as client:
        await client.post("/v1/watchlists", json={"list_id": "wanted", "kind": "person", "title": "T"})
        assert (await client.put("/v1/watchlists/wanted/records/R1", json=RECORD)).status_code == 201
        yield client


@pytest.mark.usefixtures("list_owner")
async def test_the_list_says_who_when_why_and_until(analyst: httpx.AsyncClient, database: Database) -> None:
    alert = await proven_false(analyst, database, comment="born elsewhere", suppress_days=30)
    [item] = await listed(analyst)
    assert (item["alert_id"], item["list_id"], item["record_id"], item["record_version"]) == (alert.alert_id, "wanted", "R1", 1)
    assert (item["reason_code"], item["comment"], item["standing"]) == ("other_person", "born elsewhere", "active")
    created, expires = (datetime.fromisoformat(item[name]) for name in ("created_at", "expires_at"))
    assert (created, expires - created) == (NOW, timedelta(days=30))
    assert item["created_by"]
    assert "fingerprints" not in item
    assert await silenced(database) == 1


@pytest.mark.parametrize("days", [0, 366, -1])
async def test_never_longer_than_twelve_months(analyst: httpx.AsyncClient, database: Database, days: int) -> None:
    alert = sample_alert()
    await place(database, alert)
    body = {"decision": "no_match", "reason_code": "x", "suppress": True, "suppress_days": days}
    answer = await analyst.post(f"/v1/alerts/{alert.alert_id}/decisions", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 422


def _suppression(**changes: Any) -> StoredSuppression:
    base = StoredSuppression(frozenset({"fgp"}), "wanted", "R1", 1, "alr", "why", None, "ana", NOW, NOW + timedelta(days=365))
    return replace(base, **changes)


@pytest.mark.parametrize("changes", [{"expires_at": NOW + timedelta(days=367)}, {"reason_code": ""}])
async def test_the_database_refuses_it_too(database: Database, changes: dict[str, Any]) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with database.unit_of_work() as work:
            await suppressions.add(work, _suppression(**changes))
    async with database.unit_of_work() as work:
        await suppressions.add(work, _suppression())


@pytest.mark.usefixtures("list_owner")
async def test_lifting_says_why_and_is_remembered(analyst: httpx.AsyncClient, service: Any, database: Database) -> None:
    await proven_false(analyst, database)
    [item] = await listed(analyst)
    url = f"/v1/suppressions/{item['suppression_id']}"
    assert (await analyst.delete(url)).status_code == 422
    assert (await analyst.delete("/v1/suppressions/sup_none", params={"reason_code": "x"})).status_code == 404
    async with service.client(await service.key(Role.AUDITOR)) as auditor:
        assert (await auditor.delete(url, params={"reason_code": "x"})).status_code == 403
    for _ in range(2):
        assert (await analyst.delete(url, params={"reason_code": "mistaken"})).status_code == 204
    assert await listed(analyst, standing="active") == []
    [lifted] = await listed(analyst, standing="lifted")
    assert (lifted["lifted_reason_code"], lifted["lifted_by"]) == ("mistaken", item["created_by"])
    assert await silenced(database) == 0
    async with database.reading() as work:
        rows = await work.fetch(
            "SELECT actor, subject_id, details->>'reason_code' AS why FROM audit WHERE action = 'suppression.lift'"
        )
    assert [tuple(row) for row in rows] == [(item["created_by"], item["suppression_id"], "mistaken")]


async def test_a_changed_record_arms_it_again(
    analyst: httpx.AsyncClient, list_owner: httpx.AsyncClient, database: Database
) -> None:
    await proven_false(analyst, database)
    assert [item["standing"] for item in await listed(analyst)] == ["active"]
    changed = {**RECORD, "birth_dates": ["1981-01-02"]}
    assert (await list_owner.put("/v1/watchlists/wanted/records/R1", json=changed)).status_code == 200
    [item] = await listed(analyst, standing="rearmed")
    assert (item["record_version"], item["current_record_version"]) == (1, 2)
    await list_owner.delete("/v1/watchlists/wanted/records/R1")
    [item] = await listed(analyst, standing="rearmed")
    assert item["current_record_version"] is None


async def test_a_changed_traveller_is_another_one(analyst: httpx.AsyncClient, database: Database) -> None:
    alert = await proven_false(analyst, database)
    async with database.reading() as work:
        remembered = set(await work.fetchval("SELECT fingerprints FROM suppressions"))
    same = suppression_fingerprints(alert.traveller)
    document = alert.traveller.documents[0].model_copy(update={"number": "XX000002"})
    changed = alert.traveller.model_copy(update={"birth_date": "1980-01-03", "documents": (document,)})
    assert remembered & same
    assert not remembered & suppression_fingerprints(changed)


async def test_an_expired_one_silences_nothing(analyst: httpx.AsyncClient, database: Database, make_service: Any) -> None:
    await proven_false(analyst, database, suppress_days=1)
    later = NOW + timedelta(days=1)
    assert (await silenced(database), await silenced(database, later)) == (1, 0)
    tomorrow = make_service(lambda: later)
    async with tomorrow.client(await tomorrow.key(Role.SUPERVISOR)) as client:
        assert [item["standing"] for item in await listed(client)] == ["expired"]


async def test_auditors_see_everything_but_the_words(analyst: httpx.AsyncClient, service: Any, database: Database) -> None:
    await proven_false(analyst, database, comment="PERSON1 is his cousin")
    async with service.client(await service.key(Role.AUDITOR)) as auditor:
        [item] = await listed(auditor)
    assert (item["comment"], item["reason_code"]) == (None, "other_person")


async def test_pages_and_filters(analyst: httpx.AsyncClient, database: Database) -> None:
    async with database.unit_of_work() as work:
        for number in range(5):
            made = {"created_at": NOW + timedelta(minutes=number), "alert_id": f"alr_{number}", "record_id": f"R{number % 2}"}
            await suppressions.add(work, _suppression(**made))
    assert len(await listed(analyst, record="R1", by="ana", list="wanted")) == 2
    seen, cursor = [], None
    while True:
        page = (await analyst.get("/v1/suppressions", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        seen += [item["alert_id"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [f"alr_{number}" for number in (4, 3, 2, 1, 0)]
