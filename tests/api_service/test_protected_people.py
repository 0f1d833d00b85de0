"""Over HTTP, from list and manifest to alert: who is never raised, and how somebody to be protected is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.roles import Role
from storage.database import Database
from tests.screened_flights import ARTA, alerts_of, put_records, screen_waiting, send_flight

RETURNS = {"list_id": "returns", "kind": "readmission", "title": "Readmission"}


def case(kind: str, **more: Any) -> dict[str, Any]:
    return ARTA | {"readmission": {"case_kind": kind, "agreement": "EU-ALB", **more}}


@pytest.mark.parametrize(
    ("record", "raised"),
    [
        (case("assisted_voluntary_return"), 0),
        (case("assisted_voluntary_return", decision="accepted") | {"severity": "high", "action": "deny_boarding"}, 0),
        (case("third_country_national", suspended=True), 0),
        (case("third_country_national", decision="appealed"), 0),
        (case("third_country_national", decision="accepted"), 1),
    ],
)
async def test_who_goes_home_of_their_own_will_is_never_raised(
    service: Any, database: Database, record: dict[str, Any], raised: int
) -> None:
    await put_records(service, [record], RETURNS)
    await send_flight(service)
    await screen_waiting(database, service.context.clock)
    assert len(await alerts_of(service)) == raised
    async with service.client(await service.key(Role.OFFICER, port="TIA")) as officer:
        assert len((await officer.get("/v1/ports/TIA/alerts")).json()["items"]) == raised
    if not raised:
        async with database.reading() as work:
            assert await work.fetchval("SELECT count(*) FROM alert_outbox") == 0


async def test_somebody_to_be_protected_comes_into_the_own_queue_with_the_own_time(service: Any, database: Database) -> None:
    await put_records(service, [ARTA | {"action": "protect", "reason": "SECRET REASON", "severity": "low"}])
    await send_flight(service)
    await screen_waiting(database, service.context.clock)
    [alert] = await alerts_of(service)
    assert (alert["queue"], alert["severity"]) == ("protection", "low")
    created, due = (datetime.fromisoformat(alert[name]) for name in ("created_at", "due_at"))
    assert due - created <= timedelta(minutes=15)
    async with service.client(await service.key(Role.OFFICER, port="TIA")) as officer:
        page = await officer.get("/v1/ports/TIA/alerts")
    [item] = page.json()["items"]
    assert "protection contact" in item["instruction"]
    assert "SECRET" not in page.text
