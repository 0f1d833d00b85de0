"""Auditors read the trail and verify it; what others look at is in it, and no name ever is."""

from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import orjson
import pytest
from conftest import NOW, MakeService, Service

from api_service.audit_trail import Sealing, anchor_book
from schemas.roles import Role
from storage import alert_rows, outbox
from tests.sample_alerts import sample_alert


async def _as(service: Service, role: Role, path: str, **params: str) -> httpx.Response:
    async with service.client(await service.key(role)) as client:
        return await client.get(path, params=params)


async def test_who_looked_at_what_is_in_the_trail(service: Service) -> None:
    alert = sample_alert()
    async with service.context.database.unit_of_work() as work:
        await alert_rows.insert_all(work, [alert])
    surname = alert.traveller.surname or ""
    assert (await _as(service, Role.ANALYST, f"/v1/alerts/{alert.alert_id}")).status_code == 200
    assert len((await _as(service, Role.ANALYST, "/v1/alerts", q=surname)).json()["items"]) == 1
    assert (await _as(service, Role.ANALYST, "/v1/alerts/export", q=surname)).status_code == 200
    page = (await _as(service, Role.AUDITOR, "/v1/audit", action="alert")).json()
    assert [line["action"] for line in page["items"]] == ["alert.export", "alert.list", "alert.view"]
    assert page["items"][2]["subject_id"] == alert.alert_id
    assert page["items"][1]["details"] == {
        "filters": ["q"],
        "alerts": 1,
        "searched": service.context.audit_key.hidden(surname.lower()),
    }
    assert surname not in str(page)
    again = (await _as(service, Role.AUDITOR, "/v1/audit", action="audit.read")).json()
    assert [line["details"] for line in again["items"]] == [{"filters": ["action"], "lines": 3}]


async def test_the_trail_is_paged_and_filtered(service: Service) -> None:
    for _ in range(5):
        await service.key(Role.ANALYST)
    seen: list[int] = []
    cursor: str | None = None
    async with service.client(await service.key(Role.AUDITOR)) as auditor:
        while True:
            params = {"limit": "2", "subject": "key"} | ({"cursor": cursor} if cursor else {})
            page = (await auditor.get("/v1/audit", params=params)).json()
            seen += [line["position"] for line in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == sorted(seen, reverse=True)
        assert len(seen) == 6
        nobody = await auditor.get("/v1/audit", params={"actor": "nobody"})
        assert nobody.json()["items"] == []
        later = await auditor.get("/v1/audit", params={"from": (NOW + timedelta(hours=1)).isoformat()})
        assert later.json()["items"] == []
        assert (await auditor.get("/v1/audit", params={"cursor": "nonsense"})).status_code == 422
        assert (await auditor.get("/v1/audit", params={"who": "x"})).status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
async def test_only_auditors_read_the_trail(service: Service, role: Role) -> None:
    assert (await _as(service, role, "/v1/audit")).status_code == 403
    assert (await _as(service, role, "/v1/audit/verification")).status_code == 403


async def test_a_round_seals_and_anchors_and_verification_sees_it(
    make_service: MakeService, superuser_url, database_url: str, tmp_path: Path
) -> None:
    service = make_service()
    await service.key(Role.ANALYST)
    context = service.context
    sealing = Sealing(context.database, anchor_book(context.settings, context.audit_key), context.clock, context.logger)
    assert await sealing.once(timedelta(minutes=5)) is False
    sound = (await _as(service, Role.AUDITOR, "/v1/audit/verification")).json()
    assert (sound["sound"], sound["blocks"], sound["lines"], sound["anchors"], sound["unsealed"]) == (True, 1, 1, 1, 1)
    assert orjson.loads(service.log.getvalue().splitlines()[0])["hash"] == sound["head"]
    connection = await asyncpg.connect(superuser_url(database_url))
    await connection.execute("SET session_replication_role = replica; UPDATE audit SET details = '{}' WHERE position = 1")
    await connection.close()
    broken = (await _as(service, Role.AUDITOR, "/v1/audit/verification")).json()
    assert broken["sound"] is False
    assert broken["faults"] == [{"kind": "edited", "block": 1, "position": 1}]


async def test_what_consoles_were_shown_is_in_the_trail(service: Service) -> None:
    alert = sample_alert()
    async with service.context.database.unit_of_work() as work:
        await alert_rows.insert_all(work, [alert])
        await outbox.publish_alert(work, alert)
    port = alert.flight.arrival_port or ""
    for _ in range(2):
        feed = await _as(service, Role.OFFICER, f"/v1/ports/{port}/alerts")
        assert len(feed.json()["items"]) == 1
    nothing = await _as(service, Role.OFFICER, f"/v1/ports/{port}/alerts", cursor=feed.json()["cursor"])
    assert nothing.json()["items"] == []
    await service.context.deliveries.flush(service.context.database, NOW)
    await service.context.deliveries.flush(service.context.database, NOW)
    page = (await _as(service, Role.AUDITOR, "/v1/audit", action="alert.delivered")).json()["items"]
    assert len({line["actor"] for line in page}) == len(page) == 2
    details = {"changes": 1, "alerts": 1, "alert_ids": [alert.alert_id]}
    assert [(line["subject_id"], line["details"]) for line in page] == [(port, details)] * 2
