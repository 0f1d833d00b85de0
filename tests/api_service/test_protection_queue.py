"""Whoever is to be protected is met as such: an own queue, own words, and nothing that says why."""

from typing import Any

import httpx
import orjson
import pytest

from api_service.officer_view import officer_view
from api_service.wording import INSTRUCTIONS, NEVER_SAID, instruction_for
from schemas.alert import Alert, OtherRecord, Queue, queue_of
from schemas.roles import Role
from schemas.watchlist import Action
from storage import alert_rows, outbox
from storage.database import Database
from tests.sample_alerts import place, sample_alert


def protecting(number: int = 1, others: tuple[OtherRecord, ...] = ()) -> Alert:
    alert = sample_alert(number)
    record = alert.record.model_copy(update={"action": Action.PROTECT, "warnings": ("SECRET: SOLD BY HER UNCLE",)})
    queue = queue_of([record])
    return alert.model_copy(update={"record": record, "queue": queue, "other_records": others})


def other(alert: Alert, action: Action) -> OtherRecord:
    fields = dict(alert.record) | {"action": action, "record_id": "OTHER", "list_id": "wanted", "warnings": ()}
    return OtherRecord(**fields)


def seen(alert: Alert) -> dict[str, Any]:
    return officer_view(orjson.loads(alert.model_dump_json()))


async def found(client: httpx.AsyncClient, **query: Any) -> list[str]:
    return [item["record"]["record_id"] for item in (await client.get("/v1/alerts", params=query)).json()["items"]]


async def test_an_own_queue(service: Any, database: Database) -> None:
    await place(database, protecting(1), sample_alert(2))
    async with service.client(await service.key(Role.ANALYST)) as analyst:
        assert await found(analyst, queue="protection") == ["R1"]
        assert await found(analyst, queue="standard") == ["R2"]
        assert await found(analyst) == ["R2", "R1"]
        assert (await analyst.get("/v1/alerts", params={"queue": "victims"})).status_code == 422


async def test_the_console_says_whom_to_call_and_not_why(service: Any, database: Database) -> None:
    await place(database, protecting())
    async with service.client(await service.key(Role.OFFICER, port="TIA")) as officer:
        [item] = (await officer.get("/v1/ports/TIA/alerts")).json()["items"]
        contacts = await officer.get(item["contacts"])
    assert (item["queue"], item["record"]["action"]) == ("protection", "protect")
    assert "protection contact" in item["instruction"]
    assert contacts.status_code == 200
    text = orjson.dumps(item).decode()
    assert "SECRET" not in text
    assert not [word for word in NEVER_SAID if word in text.lower()]


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_its_sentence_and_accuses_nobody(action: Action) -> None:
    sentence = INSTRUCTIONS[action]
    assert not [word for word in NEVER_SAID if word in sentence.lower()]
    assert (
        seen(sample_alert().model_copy(update={"record": sample_alert().record.model_copy(update={"action": action})}))[
            "instruction"
        ]
        == sentence
        or action is Action.PROTECT
    )
    assert "Ask the analysts" in instruction_for("an action of a newer release")


def test_a_victim_who_is_listed_elsewhere_is_met_as_a_victim() -> None:
    """Whichever list matched best: what else is on lists is for analysts."""
    second = protecting(others=(other(sample_alert(), Action.SEIZE_DOCUMENT),))
    assert seen(second)["other_records"] == []
    base = sample_alert()
    record = other(base, Action.PROTECT)
    first = base.model_copy(update={"other_records": (record,), "queue": queue_of([base.record, record])})
    assert first.queue is Queue.PROTECTION
    view = seen(first)
    assert (view["record"]["record_id"], view["other_records"]) == ("OTHER", [])
    assert view["instruction"] == INSTRUCTIONS[Action.PROTECT]


async def test_an_alert_of_before_the_queue_is_still_read(database: Database) -> None:
    alert = sample_alert()
    body = orjson.loads(alert.model_dump_json())
    for name in ("queue", "escalation"):
        del body[name]
    old = Alert.model_validate(body)
    assert (old.queue, old.escalation) == (Queue.STANDARD, 0)
    assert officer_view(body)["instruction"] == INSTRUCTIONS[Action.REFER_SECOND_LINE]
    async with database.unit_of_work() as work:
        await alert_rows.insert_all(work, [old])
        await outbox.publish_alert(work, old)


def test_nothing_else_moves_an_alert_to_the_queue() -> None:
    assert {
        action
        for action in Action
        if queue_of([sample_alert().record.model_copy(update={"action": action})]) is Queue.PROTECTION
    } == {Action.PROTECT}
    assert queue_of([]) is Queue.STANDARD
