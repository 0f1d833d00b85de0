"""What officers of a port still have to do: overdue outcomes, protection work, open cards. And what they are never told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from schemas.alert import Alert, AlertState, Command, OtherRecord, queue_of
from schemas.alert_step import Step, advance
from schemas.evidence import Lane
from schemas.roles import Role
from schemas.watchlist import Action, ListKind
from storage import alert_rows
from storage.database import Database
from tests.interchanges import Sent, interchange
from tests.sample_alerts import CREATED, place, sample_alert
from tests.screened_flights import send_flight

NOW = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # the flight of samples arrived at 12:00; outcomes are due four hours later
HAND_OVER = (Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM, Command.HAND_OVER)


def protecting(number: int) -> Alert:
    """Somebody to be protected, who is on lists for other reasons as well; every field that might say why says SECRET."""
    alert = sample_alert(number)
    secrets = {"category": "SECRET A", "reason": "SECRET B", "legal_basis": "SECRET C", "warnings": ("SECRET D",)}
    wanted = dict(alert.record) | secrets | {"action": Action.SEIZE_DOCUMENT, "record_id": "SECRET E", "list_id": "SECRET F"}
    returned = wanted | {"list_kind": ListKind.READMISSION, "record_id": "SECRET G", "list_title": "SECRET H"}
    record = alert.record.model_copy(update=secrets | {"action": Action.PROTECT})
    others = (OtherRecord(**wanted), OtherRecord(**returned, lanes=(Lane.READMISSION,)))
    lanes = (Lane.NAME, Lane.READMISSION)
    queue = queue_of([record, *others])
    return alert.model_copy(update={"record": record, "other_records": others, "queue": queue, "lanes": lanes})


async def step(database: Database, alert: Alert, *commands: Command, at: datetime = CREATED) -> Alert:
    for command in commands:
        after = advance(alert, Step(command, "ana", at, "SECRET REASON", "SECRET COMMENT"))
        assert after is not None, command
        async with database.unit_of_work() as work:
            await alert_rows.save(work, after, expected_version=alert.version)
        alert = after
    return alert


@pytest.fixture
def evening(make_service: Any) -> Any:
    return make_service(lambda: NOW)


async def officer(service: Any, port: str = "TIA") -> httpx.AsyncClient:
    return service.client(await service.key(Role.OFFICER, port=port))  # type: ignore[no-any-return]  # any service


async def overdue(client: httpx.AsyncClient, port: str = "TIA", **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/ports/{port}/outcomes-overdue", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_overdue_outcomes_of_the_own_port_are_listed(evening: Any, database: Database) -> None:
    alerts = [sample_alert(1), sample_alert(2), sample_alert(3, port="SKP"), sample_alert(4), sample_alert(5)]
    await place(database, *alerts)
    first = await step(database, alerts[0], *HAND_OVER)
    await step(database, alerts[1], *HAND_OVER, Command.ACKNOWLEDGE)
    await step(database, alerts[2], *HAND_OVER)
    late = NOW - timedelta(hours=1)
    await step(database, alerts[3], *HAND_OVER, at=late)  # handed over after the arrival: owed from then
    async with await officer(evening) as client:
        items = (await overdue(client))["items"]
        assert {item["alert_id"] for item in items} == {alert.alert_id for alert in alerts[:2]}
        assert {datetime.fromisoformat(item["outcome_due_at"]) for item in items} == {CREATED + timedelta(hours=8)}
        page = await overdue(client, limit=1)
        rest = await overdue(client, limit=1, cursor=page["next_cursor"])
        assert [one["items"][0]["alert_id"] for one in (page, rest)] == [item["alert_id"] for item in items]
        assert rest["next_cursor"] is None
        assert (await client.get("/v1/ports/SKP/outcomes-overdue")).status_code == 403
        assert (await client.get("/v1/ports/TIA/outcomes-overdue", params={"cursor": "x"})).status_code == 422
        await client.post(f"/v1/alerts/{first.alert_id}/acknowledgement")
        await client.post(f"/v1/alerts/{first.alert_id}/outcome", json={"outcome": "not_found"})
        assert {item["alert_id"] for item in (await overdue(client))["items"]} == {alerts[1].alert_id}
    async with database.reading() as work:
        lines = await work.fetch("SELECT subject_id FROM audit WHERE action = 'alert.list' AND subject_kind = 'port'")
    assert {row["subject_id"] for row in lines} == {"TIA"}


async def test_nothing_is_overdue_before_its_time(make_service: Any, database: Database) -> None:
    alert = sample_alert()
    await place(database, alert)
    await step(database, alert, *HAND_OVER)
    for minutes, listed in ((0, 0), (1, 1)):
        service = make_service(
            lambda minutes=minutes: CREATED + timedelta(hours=4, minutes=30 + minutes), outcome_due_minutes=30
        )
        async with await officer(service) as client:
            assert len((await overdue(client))["items"]) == listed


async def test_arrivals_tell_protection_apart(evening: Any, database: Database) -> None:
    await send_flight(evening, interchange(Sent(arrival="2603011300")))
    flight = "OR260-AMS-2026-03-01"
    samples = [sample_alert(1), sample_alert(2), protecting(3), sample_alert(4)]
    await place(database, *samples)
    await step(database, samples[0], *HAND_OVER)
    await step(database, samples[3], Command.START_REVIEW, Command.NO_MATCH)
    async with await officer(evening) as client:
        await client.post("/v1/ports/TIA/referrals", json={"kind": "medical"})
        board = (await client.get("/v1/ports/TIA/arrivals")).json()
    [row] = [one for one in board["items"] if one["flight_key"] == flight]
    told = {name: row[name] for name in ("open_alerts", "open_protection_alerts", "outcomes_overdue")}
    assert told == {"open_alerts": 3, "open_protection_alerts": 1, "outcomes_overdue": 1}
    assert board["open_referrals"] == 1
    async with await officer(evening, "SKP") as client:
        assert (await client.get("/v1/ports/SKP/arrivals")).json() == {"items": [], "open_referrals": 0}


async def test_arrivals_show_a_flight_when_it_comes_in_now(make_service: Any) -> None:
    now = [datetime(2026, 3, 1, 9, 0, tzinfo=UTC)]
    service = make_service(lambda: now[-1])
    await send_flight(service, interchange(Sent(arrival="2603011355")))
    now.append(now[0] + timedelta(minutes=1))
    await send_flight(service, interchange(Sent(arrival="2603011255"), reference="REF002"))
    async with await officer(service) as client:
        [row] = (await client.get("/v1/ports/TIA/arrivals")).json()["items"]
        after = {"from": "2026-03-01T12:30:00Z"}
        assert (await client.get("/v1/ports/TIA/arrivals", params=after)).json()["items"] == []
    assert (row["manifests"], datetime.fromisoformat(row["scheduled_arrival"])) == (2, datetime(2026, 3, 1, 11, 55, tzinfo=UTC))


async def test_no_answer_to_an_officer_says_why_or_on_whose_list(evening: Any, database: Database) -> None:
    alert = protecting(1)
    await place(database, alert)
    handed = await step(database, alert, *HAND_OVER)
    assert handed.state is AlertState.HANDED_OVER
    assert "SECRET" in handed.model_dump_json()
    async with await officer(evening) as client:
        answers = [
            await client.get("/v1/ports/TIA/alerts"),
            await client.get("/v1/ports/TIA/outcomes-overdue"),
            await client.get("/v1/ports/TIA/arrivals"),
            await client.get("/v1/ports/TIA/protection-contacts"),
            await client.post(f"/v1/alerts/{alert.alert_id}/acknowledgement"),
            await client.post(f"/v1/alerts/{alert.alert_id}/acknowledgement"),
            await client.post(f"/v1/alerts/{alert.alert_id}/outcome", json={"outcome": "protection_referral"}),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 409, 200]
    assert [answer.url.path for answer in answers if "SECRET" in answer.text] == []
    for item in (answers[0].json()["items"][-1], answers[1].json()["items"][0], answers[4].json(), answers[6].json()):
        assert (item["record"]["record_id"], item["other_records"], item["evidence"]) == ("R1", [], [])
        assert item["lanes"] == ["name"], "that she is a readmission case is told to nobody at the gate"
        hidden = {"reason", "category", "list_id", "list_title", "authority", "legal_basis", "warnings", "readmission"}
        assert hidden.isdisjoint(item["record"])
        text = orjson.dumps(item).decode()
        assert "readmission" not in text
        assert "seize" not in text
