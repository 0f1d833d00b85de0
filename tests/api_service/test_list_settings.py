"""A list's own fields are changed: seen version first, in force like a change of records, and never past four eyes."""

from typing import Any

import asyncpg
import httpx
import pytest

from schemas.roles import Role
from screening.lists_in_force import InForce
from screening.worker import lists_in_memory
from storage.database import Database
from storage.list_source import PostgresListSource
from tests.screened_flights import ARTA, WANTED, alerts_of, put_records, screen_waiting, send_flight

PATH = "/v1/watchlists/wanted"
SEEN = {"If-Match": '"1"'}


@pytest.fixture
async def owner(service: Any) -> Any:
    async with service.client(await service.key(Role.LIST_OWNER)) as client:
        yield client


@pytest.fixture
async def second(service: Any) -> Any:
    async with service.client(await service.key(Role.LIST_OWNER)) as client:
        yield client


async def change(client: httpx.AsyncClient, seen: int = 1, **fields: Any) -> httpx.Response:
    return await client.patch(PATH, json=fields, headers={"If-Match": f'"{seen}"'})


async def open_states(service: Any) -> list[tuple[str, str]]:
    return sorted((alert["state"], alert["severity"]) for alert in await alerts_of(service))


async def test_a_change_is_a_version_with_its_reason_and_what_was_before(
    service: Any, owner: httpx.AsyncClient, database: Database
) -> None:
    await put_records(service)
    assert (await owner.get(PATH)).headers["etag"] == '"1"'
    done = await change(owner, title="Sought", legal_basis="Act 7", note="renamed by decree")
    assert (done.status_code, done.headers["etag"], done.json()["title"]) == (200, '"2"', "Sought")
    newest = (await owner.get(f"{PATH}/versions")).json()["items"][0]
    assert newest["note"] == "renamed by decree"
    assert newest["settings"]["title"] == {"before": "Wanted", "after": "Sought"}
    assert done.json()["record_count"] == 1
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'watchlist.change'") == 1


async def test_a_change_of_what_somebody_else_has_changed_is_refused(service: Any, owner: httpx.AsyncClient) -> None:
    await put_records(service)
    assert (await owner.patch(PATH, json={"title": "Sought"})).status_code == 428
    assert (await change(owner, 1, authority="Police")).status_code == 200
    stale = await change(owner, 1, authority="Customs")
    assert (stale.status_code, (await owner.get(PATH)).json()["authority"]) == (412, "Police")
    assert (await change(owner, 2, authority="Police")).headers["etag"] == '"2"', "nothing is changed, nothing is published"
    assert (await change(owner, 2, authority=None)).json()["authority"] is None
    assert (await owner.patch("/v1/watchlists/nowhere", json={}, headers=SEEN)).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"title": None},
        {"title": "  "},
        {"severity": None},
        {"severity": "urgent"},
        {"four_eyes": None},
        {"kind": "document"},
        {"threshold_bits": 3, "false_alerts_per_1000": 1},
        {"false_alerts_per_1000": 0},
        {"title": "a\u0000b"},
    ],
)
async def test_what_makes_no_sense_changes_nothing(service: Any, owner: httpx.AsyncClient, fields: dict[str, Any]) -> None:
    await put_records(service)
    before = (await owner.get(PATH)).json()
    assert (await change(owner, 1, **fields)).status_code == 422
    assert (await owner.get(PATH)).json() == before


@pytest.fixture
def long_lived(service: Any, database: Database) -> InForce:
    """A screener that does not start anew with every batch: it has an index already when the list changes."""
    return lists_in_memory(PostgresListSource(database, service.context.clock))


async def test_a_threshold_withdraws_and_raises_again(
    service: Any, owner: httpx.AsyncClient, database: Database, long_lived: InForce
) -> None:
    await put_records(service, [ARTA | {"documents": []}])
    await send_flight(service)
    await screen_waiting(database, service.context.clock, long_lived)
    assert await open_states(service) == [("new", "medium")]
    assert (await change(owner, 1, threshold_bits=900.0)).json()["threshold"]["bits"] == 900.0
    await screen_waiting(database, service.context.clock, long_lived)
    await screen_waiting(database, service.context.clock, long_lived)
    assert [state for state, _ in await open_states(service)] == ["withdrawn"]
    assert (await change(owner, 2, threshold_bits=None)).status_code == 200
    await screen_waiting(database, service.context.clock, long_lived)
    await screen_waiting(database, service.context.clock, long_lived)
    assert [state for state, _ in await open_states(service)] == ["new", "withdrawn"]


async def test_a_severity_reaches_alerts_that_nobody_has_touched(
    service: Any, owner: httpx.AsyncClient, database: Database, long_lived: InForce
) -> None:
    await put_records(service)
    await send_flight(service)
    await screen_waiting(database, service.context.clock, long_lived)
    assert (await change(owner, 1, severity="high")).status_code == 200
    await screen_waiting(database, service.context.clock, long_lived)
    await screen_waiting(database, service.context.clock, long_lived)
    assert await open_states(service) == [("new", "high"), ("withdrawn", "medium")]
    [new] = [alert for alert in await alerts_of(service) if alert["state"] == "new"]
    async with service.client(await service.key(Role.ANALYST)) as analyst:
        started = await analyst.post(
            f"/v1/alerts/{new['alert_id']}/decisions", json={"decision": "start_review"}, headers={"If-Match": '"1"'}
        )
    assert started.status_code == 200
    assert (await change(owner, 2, severity="low")).status_code == 200
    await screen_waiting(database, service.context.clock, long_lived)
    await screen_waiting(database, service.context.clock, long_lived)
    assert ("in_review", "high") in await open_states(service), "nobody's work is taken away"


async def test_four_eyes_are_switched_off_by_two_people_only(
    service: Any, owner: httpx.AsyncClient, second: httpx.AsyncClient, database: Database
) -> None:
    await put_records(service)
    assert (await change(owner, 1, four_eyes=True)).json()["four_eyes"] is True
    proposed = await change(owner, 2, four_eyes=False, title="Sought", note="one is enough")
    assert (proposed.status_code, (await owner.get(PATH)).json()["four_eyes"]) == (202, True)
    path = f"{PATH}/proposals/{proposed.json()['proposal_id']}"
    [waiting] = (await second.get(f"{PATH}/proposals", params={"state": "open"})).json()["items"]
    assert waiting["settings"] == {"four_eyes": False, "title": "Sought"}
    assert (await owner.post(f"{path}/approval", json={})).status_code == 403
    assert (await second.post(f"{path}/approval", json={})).status_code == 200
    after = (await owner.get(PATH)).json()
    assert (after["four_eyes"], after["title"], after["settings_version"]) == (False, "Sought", 3)
    [version, *_] = (await owner.get(f"{PATH}/versions")).json()["items"]
    assert version["approved_by"] is not None
    assert (await owner.put(f"{PATH}/records/R1", json=ARTA | {"sex": "F"})).status_code == 200


async def test_a_rejected_change_leaves_the_list_as_it_is(
    service: Any, owner: httpx.AsyncClient, second: httpx.AsyncClient
) -> None:
    await put_records(service, [])
    assert (await change(owner, 1, four_eyes=True)).status_code == 200
    proposed = (await change(owner, 2, severity="low")).json()["proposal_id"]
    assert (await second.post(f"{PATH}/proposals/{proposed}/rejection", json={"note": "no"})).status_code == 200
    assert (await owner.get(PATH)).json()["severity"] == WANTED["severity"]


async def test_the_database_takes_four_eyes_off_no_list_by_itself(
    service: Any, owner: httpx.AsyncClient, database: Database
) -> None:
    await put_records(service, [])
    assert (await change(owner, 1, four_eyes=True)).status_code == 200
    with pytest.raises(asyncpg.CheckViolationError):
        async with database.unit_of_work() as work:
            await work.execute("UPDATE watchlists SET four_eyes = false WHERE list_id = 'wanted'")
