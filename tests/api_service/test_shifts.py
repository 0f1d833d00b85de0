"""Whose an alert is: assignment, and the hand-over of a whole shift."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from schemas.alert import Alert, Command
from schemas.alert_step import Step, advance
from schemas.roles import Role
from schemas.watchlist import AlertSeverity
from storage import alert_rows
from storage.database import Database
from tests.sample_alerts import CREATED, place, sample_alert


class Person:
    """Somebody with a key."""

    def __init__(self, client: httpx.AsyncClient, key: str) -> None:
        self.client = client
        self.id = key.split("_")[1]

    async def assign(self, alert: Alert, assignee: str | None, version: int, **headers: str) -> httpx.Response:
        headers = {"If-Match": f'"{version}"', **headers}
        return await self.client.post(f"/v1/alerts/{alert.alert_id}/assignment", json={"assignee": assignee}, headers=headers)

    async def hand_over(self, to: str, **said: Any) -> httpx.Response:
        headers = said.pop("headers", {})
        return await self.client.post("/v1/shifts/handover", json={"to": to, **said}, headers=headers)


@pytest.fixture
async def people(service: Any) -> AsyncIterator[dict[str, Person]]:
    roles = {"ana": Role.ANALYST, "bea": Role.ANALYST, "sue": Role.SUPERVISOR, "off": Role.OFFICER}
    found = {}
    for name, role in roles.items():
        key = await service.key(role, **({"port": "TIA"} if role is Role.OFFICER else {}))
        found[name] = Person(service.client(key), key)
    yield found
    for person in found.values():
        await person.client.aclose()


async def stored(database: Database, alert: Alert) -> Alert:
    async with database.reading() as work:
        found = await alert_rows.load(work, alert.alert_id)
    assert found is not None
    return found


async def test_an_alert_is_given_taken_and_put_back(people: dict[str, Person], database: Database) -> None:
    alert, ana, bea = sample_alert(), people["ana"], people["bea"]
    await place(database, alert)
    mine = await ana.assign(alert, "me", 1)
    assert (mine.status_code, mine.json()["assignee"], mine.headers["ETag"]) == (200, ana.id, '"2"')
    assert (await ana.client.get("/v1/alerts", params={"assignee": ana.id})).json()["items"] == [mine.json()]
    assert (await ana.assign(alert, bea.id, 1)).status_code == 412
    assert (await ana.client.post(f"/v1/alerts/{alert.alert_id}/assignment", json={"assignee": "me"})).status_code == 428
    given = await ana.assign(alert, bea.id, 2)
    assert given.json()["assignee"] == bea.id
    back = (await bea.assign(alert, None, 3)).json()
    assert (back["assignee"], back["state"], back["version"], back["disposition"]) == (None, "new", 4, None)
    assert [(entry["command"], entry["by"]) for entry in back["history"]] == [
        ("assign", ana.id),
        ("assign", ana.id),
        ("assign", bea.id),
    ]
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'alert.assign'") == 3
        assert await work.fetchval("SELECT count(*) FROM alert_outbox") == 4


async def test_alerts_go_to_people_who_may_decide_them(people: dict[str, Person], service: Any, database: Database) -> None:
    alert = sample_alert()
    await place(database, alert)
    gone = await service.key(Role.ANALYST)
    async with database.unit_of_work() as work:
        await work.execute("UPDATE api_keys SET revoked_at = now() WHERE key_id = $1", gone.split("_")[1])
    for nobody in (people["off"].id, "nobody", gone.split("_")[1]):
        assert (await people["ana"].assign(alert, nobody, 1)).status_code == 422
        assert (await people["ana"].hand_over(nobody)).status_code == 422
    assert (await people["off"].assign(alert, "me", 1)).status_code == 403
    assert (await people["off"].hand_over(people["ana"].id)).status_code == 403
    assert (await stored(database, alert)).version == 1


async def test_assigning_keeps_a_signature_that_waits(people: dict[str, Person], database: Database) -> None:
    alert = sample_alert(severity=AlertSeverity.HIGH)
    await place(database, alert)
    for command in (Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM):
        after = advance(alert, Step(command, "eve", CREATED, "why"))
        assert after is not None
        async with database.unit_of_work() as work:
            await alert_rows.save(work, after, expected_version=alert.version)
        alert = after
    given = (await people["ana"].assign(alert, people["sue"].id, 4)).json()
    assert (given["awaiting_approval"], given["disposition"]["decision"]) == (True, "confirm")
    body = {"decision": "approve", "reason_code": "agreed"}
    url = f"/v1/alerts/{alert.alert_id}/decisions"
    assert (await people["sue"].client.post(url, json=body, headers={"If-Match": '"5"'})).json()["state"] == "confirmed"


async def test_a_closed_alert_is_nobodys(people: dict[str, Person], database: Database) -> None:
    alert = sample_alert()
    await place(database, alert)
    after = advance(alert, Step(Command.WITHDRAW, "kulla", CREATED))
    assert after is not None
    async with database.unit_of_work() as work:
        await alert_rows.save(work, after, expected_version=1)
    assert (await people["ana"].assign(alert, "me", 2)).status_code == 409


async def test_a_shift_hands_over_everything_open_at_once(people: dict[str, Person], database: Database) -> None:
    ana, bea, sue = people["ana"], people["bea"], people["sue"]
    alerts = [sample_alert(number) for number in range(1, 7)]
    await place(database, *alerts)
    for alert in alerts[:5]:
        await ana.assign(alert, "me", 1)
    await bea.assign(alerts[5], "me", 1)
    closed = advance(await stored(database, alerts[4]), Step(Command.WITHDRAW, "kulla", CREATED))
    assert closed is not None
    async with database.unit_of_work() as work:
        await alert_rows.save(work, closed, expected_version=2)
    assert (await bea.hand_over(bea.id)).status_code == 422
    assert (await bea.hand_over("me", **{"from": ana.id})).status_code == 403
    headers = {"Idempotency-Key": "end-of-shift"}
    first = await ana.hand_over(sue.id, note="R1 waits for the embassy", headers=headers)
    again = await ana.hand_over(sue.id, note="R1 waits for the embassy", headers=headers)
    assert (first.status_code, again.content == first.content) == (201, True)
    done = first.json()
    assert (done["from"], done["to"], done["by"], done["alerts"]) == (ana.id, sue.id, ana.id, 4)
    assert done["alert_ids"] == sorted(alert.alert_id for alert in alerts[:4])
    for alert in alerts[:4]:
        found = await stored(database, alert)
        assert (found.assignee, found.version) == (sue.id, 3)
        assert (found.history[-1].reason_code, found.history[-1].comment) == ("shift_handover", "R1 waits for the embassy")
    assert (await stored(database, alerts[4])).assignee == ana.id
    assert (await stored(database, alerts[5])).assignee == bea.id
    async with database.reading() as work:
        lines = await work.fetch("SELECT action, count(*) n FROM audit WHERE at >= (SELECT max(at) FROM handovers) GROUP BY 1")
        assert await work.fetchval("SELECT count(*) FROM alert_outbox WHERE alert_version = 3") == 4
    assert {row["action"]: row["n"] for row in lines}["shift.handover"] == 1
    taken = (await sue.client.get("/v1/shifts/handovers", params={"person": "me"})).json()["items"]
    assert taken == [done]
    assert (await ana.client.get(f"/v1/shifts/handovers/{done['handover_id']}")).json() == done
    assert (await ana.client.get("/v1/shifts/handovers/hnd_none")).status_code == 404
    empty = await sue.hand_over(bea.id, **{"from": ana.id})
    assert (empty.status_code, empty.json()["alert_ids"]) == (201, [])


async def test_the_list_of_hand_overs_has_pages(people: dict[str, Person]) -> None:
    for _ in range(5):
        await people["sue"].hand_over(people["ana"].id, **{"from": "left long ago"})
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await people["bea"].client.get("/v1/shifts/handovers", params=query)).json()
        seen += [item["handover_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


async def test_a_hand_over_and_decisions_at_once_lose_nothing(people: dict[str, Person], database: Database) -> None:
    ana, bea = people["ana"], people["bea"]
    alerts = [sample_alert(number) for number in range(1, 9)]
    await place(database, *alerts)
    for alert in alerts:
        await ana.assign(alert, "me", 1)

    async def review(alert: Alert) -> int:
        url, body = f"/v1/alerts/{alert.alert_id}/decisions", {"decision": "start_review"}
        return (await ana.client.post(url, json=body, headers={"If-Match": '"2"'})).status_code

    handed, *reviewed = await asyncio.gather(ana.hand_over(bea.id), *(review(alert) for alert in alerts))
    assert handed.status_code == 201
    for alert, status in zip(alerts, reviewed, strict=True):
        found = await stored(database, alert)
        assert found.assignee == bea.id
        commands = [entry.command for entry in found.history]
        assert sorted(commands) == sorted(["assign", "assign", *(["start_review"] if status == 200 else [])])
        assert found.version == len(commands) + 1
