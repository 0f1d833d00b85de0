"""Escalation over the real database: once each, however many look at once; seen in lists, feeds, the audit trail and metrics."""

import asyncio
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from api_service.escalation import escalate
from schemas.alert import Alert, Command
from schemas.alert_step import Step, advance
from schemas.roles import Role
from schemas.watchlist import AlertSeverity
from storage import alert_rows, escalations
from storage.database import Database
from tests.sample_alerts import CREATED, place, sample_alert


class Clock:
    """A time that the test moves on."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def stored(database: Database, alert: Alert) -> Alert:
    async with database.reading() as work:
        found = await alert_rows.load(work, alert.alert_id)
    assert found is not None
    return found


async def test_many_processes_tell_each_stage_once(make_service: Any, database: Database) -> None:
    alerts = [sample_alert(number, severity=AlertSeverity.HIGH) for number in range(1, 31)]
    await place(database, *alerts)
    clock = Clock(CREATED)
    services = [make_service(clock) for _ in range(4)]
    for minutes in range(0, 300, 20):
        clock.now = CREATED + timedelta(minutes=minutes)
        await asyncio.gather(*(escalate(service.context) for service in services for _ in range(2)))
    expected = {f"{name}_{percent}" for name in ("due", "arrival") for percent in (50, 80, 100)}
    for alert in alerts:
        found = await stored(database, alert)
        codes = [entry.reason_code for entry in found.history if entry.command == Command.ESCALATE]
        assert (sorted(codes), found.version, found.escalation) == (sorted(expected), 7, 100)
    async with database.reading() as work:
        events = await work.fetch(
            "SELECT alert_id, array_agg(alert_version ORDER BY transaction_id, position) v FROM alert_outbox GROUP BY 1"
        )
        lines = await work.fetch(
            "SELECT subject_id, actor, details->>'reason_code' AS code FROM audit WHERE action = 'alert.escalate'"
        )
    assert all(row["v"] == list(range(1, 8)) for row in events)
    assert set(Counter((row["subject_id"], row["code"]) for row in lines).values()) == {1}
    assert (len(lines), {row["actor"] for row in lines}) == (30 * 6, {"kulla"})


async def test_only_one_transaction_leads(database: Database) -> None:
    async with database.unit_of_work() as first, database.unit_of_work() as second:
        assert await escalations.leads(first)
        assert not await escalations.leads(second)
    async with database.unit_of_work() as third:
        assert await escalations.leads(third)


async def test_whoever_decides_at_the_same_time_loses_nothing(make_service: Any, database: Database) -> None:
    alert = sample_alert()
    await place(database, alert)
    service = make_service(lambda: CREATED + timedelta(hours=2))
    async with database.unit_of_work() as work:
        held = await alert_rows.load(work, alert.alert_id, for_update=True)
        assert held is not None
        assert await escalate(service.context) == 0  # it is in somebody's hand: the next round
        decided = advance(held, Step(Command.START_REVIEW, "ana", CREATED))
        assert decided is not None
        await alert_rows.save(work, decided, expected_version=1)
    assert await escalate(service.context) == 1
    found = await stored(database, alert)
    assert [entry.command for entry in found.history] == ["start_review", *["escalate"] * 3]


async def test_an_alert_from_an_older_release_finds_its_time(make_service: Any, database: Database) -> None:
    await place(database, sample_alert())
    async with database.unit_of_work() as work:
        await work.execute("UPDATE alerts SET next_escalation_at = created_at")
    service = make_service(lambda: CREATED + timedelta(minutes=2))
    assert [await escalate(service.context) for _ in range(2)] == [1, 0]
    async with database.reading() as work:
        assert await work.fetchval("SELECT next_escalation_at FROM alerts") == CREATED + timedelta(minutes=31)
        assert await work.fetchval("SELECT max(alert_version) FROM alert_outbox") == 1


async def test_lists_and_metrics_show_it(make_service: Any, database: Database) -> None:
    short = sample_alert(3, severity=AlertSeverity.LOW, created_at=CREATED + timedelta(minutes=100))
    await place(database, sample_alert(1), sample_alert(2), short)
    service = make_service(lambda: CREATED + timedelta(minutes=140))
    await escalate(service.context)
    async with service.client(await service.key(Role.ANALYST)) as client:

        async def found(**query: Any) -> list[str]:
            items = (await client.get("/v1/alerts", params=query)).json()["items"]
            return [item["record"]["record_id"] for item in items]

        assert await found(escalation="100") == ["R2", "R1"]
        assert await found(escalation="50,80") == ["R3"]
        assert (await found(sort="-escalation"))[2] == "R3"
        assert (await client.get("/v1/alerts", params={"escalation": 60})).status_code == 422
        text = (await client.get("/metrics")).text
    assert 'kulla_alert_escalations_total{clock="due",percent="100"} 2.0' in text
    assert 'kulla_alerts_open{escalation="100",queue="standard",severity="medium"} 2.0' in text
    assert re.search(r'^kulla_alerts_open\{escalation="50",queue="standard",severity="low"\} 1\.0$', text, re.MULTILINE)


async def test_outcomes_that_are_overdue_are_listed(make_service: Any, database: Database) -> None:
    handed = sample_alert(1)
    await place(database, handed, sample_alert(2))
    for command in (Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM, Command.HAND_OVER):
        after = advance(handed, Step(command, "ana", CREATED, "why"))
        assert after is not None
        async with database.unit_of_work() as work:
            await alert_rows.save(work, after, expected_version=handed.version)
        handed = after
    arrival = CREATED + timedelta(hours=4)
    for hours, overdue in ((3, 0.0), (5, 1.0)):
        service = make_service(lambda hours=hours: arrival + timedelta(hours=hours))
        async with service.client(await service.key(Role.ANALYST)) as client:
            assert f"kulla_outcomes_overdue {overdue}" in (await client.get("/metrics")).text
            cutoff = (arrival + timedelta(hours=hours - 4)).isoformat()
            listed = (await client.get("/v1/alerts", params={"outcome_due_before": cutoff})).json()["items"]
            assert len(listed) == overdue
