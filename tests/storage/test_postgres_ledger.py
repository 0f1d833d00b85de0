"""The ledger on PostgreSQL: columns agree with bodies, two screeners meet, sessions end, few round trips."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import asyncpg
import pytest
from ledger_worlds import PostgresLedgerWorld
from storage_makers import NOW, make_alert, make_manifest

from schemas.alert import Command
from schemas.alert_step import Step, advance
from schemas.delivery import Cursor
from schemas.ledger import AlertChanges
from schemas.watchlist import AlertSeverity
from storage import alert_rows, outbox
from storage.alert_rows import StaleAlertError, alert_row
from storage.database import Database, StoreUnavailableError
from storage.ledger import PostgresLedger


async def test_an_alert_survives_the_store_to_the_letter(postgres_ledger_world: PostgresLedgerWorld) -> None:
    alert = make_alert(surname="O'Néill \\u0000 “x” Ђорђевић")
    await postgres_ledger_world.ledger.record([AlertChanges("man_1", create=(alert,), withdraw={alert.alert_id: "x"})], {})
    withdrawn = advance(alert, Step(Command.WITHDRAW, "kulla", NOW, "x"))
    assert (await postgres_ledger_world.alerts())[alert.alert_id] == withdrawn


async def test_a_zero_byte_costs_a_character_not_the_alert(postgres_ledger_world: PostgresLedgerWorld) -> None:
    alert = make_alert(surname="Hox\0ha")
    assert await postgres_ledger_world.ledger.record([AlertChanges("man_1", create=(alert,))], {}) == 1
    assert (await postgres_ledger_world.alerts())[alert.alert_id].traveller.surname == "Hox\ufffdha"


async def test_columns_say_what_the_body_says(database: Database) -> None:
    alert = make_alert().model_copy(update={"severity": AlertSeverity.HIGH})
    async with database.unit_of_work() as work:
        await alert_rows.insert_all(work, [alert])
    commands = [(Command.START_REVIEW, "a"), (Command.POSSIBLE, "a"), (Command.CONFIRM, "a"), (Command.APPROVE, "b")]
    for minute, (command, by) in enumerate(commands, 1):
        after = advance(alert, Step(command, by, NOW + timedelta(minutes=minute)))
        assert after is not None
        async with database.unit_of_work() as work:
            await alert_rows.save(work, after, alert.version)
        alert = after
    async with database.snapshot() as work:
        row = await work.fetchrow("SELECT * FROM alerts")
        assert await alert_rows.load(work, alert.alert_id) == alert
    assert row is not None
    expected = {key: value for key, value in alert_row(alert).items() if key != "body"}
    assert {key: row[key] for key in expected} == expected | {"lanes": ["name", "document"], "other_records": "[]"}
    assert (row["confirmed_by"], row["approved_by"], row["carrier"], row["traveller_name"]) == ("a", "b", "OR", "HOXHA ARTA")
    assert set(row.keys()) == {*expected, "body"}


async def test_a_stale_save_is_refused_whole(database: Database) -> None:
    first, second = make_alert(), make_alert(surname="Dibra")
    async with database.unit_of_work() as work:
        await alert_rows.insert_all(work, [first, second])
    changed = [advance(alert, Step(Command.START_REVIEW, "a", NOW)) for alert in (first, second)]
    with pytest.raises(StaleAlertError):
        async with database.unit_of_work() as work:
            await alert_rows.save_all(work, [row for row in changed if row], {first.alert_id: 1, second.alert_id: 7})
    async with database.snapshot() as work:
        assert await alert_rows.load(work, first.alert_id) == first


async def test_two_screeners_on_the_same_batch_create_each_alert_once(database: Database) -> None:
    batch = [AlertChanges(f"man_{n}", create=(make_alert(surname=f"Name{n}"),)) for n in range(20)]
    reverse = [AlertChanges("man_r", supersede=(make_alert(surname="Name3").alert_id,)), *reversed(batch)]
    ledgers = [PostgresLedger(database, "screener", lambda: NOW) for _ in range(4)]
    created = await asyncio.gather(*(ledgers[n].record(reverse if n % 2 else batch, {0: Cursor(1, n)}) for n in range(4)))
    assert sum(created) == 20
    assert await ledgers[0].progress(0) == Cursor(1, 3)


async def test_alerts_told_out_of_a_decision_are_fed_by_port(database: Database) -> None:
    alert = make_alert()
    async with database.unit_of_work() as work:
        await outbox.publish_alert(work, alert)
        await outbox.publish_alert(work, alert)
    async with database.snapshot() as work:
        row = await work.fetchrow("SELECT count(*), min(port) AS port, min(flight_key) AS flight_key FROM alert_outbox")
    assert row is not None
    assert tuple(row) == (1, "TIA", alert.flight.flight_key)


async def test_a_session_that_ends_in_the_middle_leaves_nothing(
    database: Database, database_url: str, superuser_url: Callable[[str], str]
) -> None:
    """The alerts are written and the ledger waits to write its progress; there its session is ended."""
    ledger, batch = PostgresLedger(database, "screener"), [AlertChanges("man_1", create=(make_alert(),))]
    operator = await asyncpg.connect(superuser_url(database_url))
    async with operator.transaction():
        await operator.execute("LOCK TABLE stream_progress")
        recording = asyncio.create_task(ledger.record(batch, {0: Cursor(1, 1)}))
        while not await operator.fetchval(END_WAITING):  # noqa: ASYNC110 - the server tells no event
            await asyncio.sleep(0.01)
        with pytest.raises(StoreUnavailableError):
            await recording
    await operator.close()
    assert await ledger.history([make_alert().flight.flight_id]) == {}
    assert await ledger.progress(0) is None
    assert await ledger.record(batch, {0: Cursor(1, 1)}) == 1


END_WAITING = """
    SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""


async def test_of_two_workers_with_the_same_news_one_is_told_that_it_was_overtaken(
    postgres_ledger_world: PostgresLedgerWorld,
) -> None:
    manifest = await postgres_ledger_world.stored(make_manifest("OR1-AMS-2026-03-01", 1))
    news = [AlertChanges(manifest.manifest_id, create=(make_alert(),), manifest=manifest, news=True)]
    ledgers = [PostgresLedger(postgres_ledger_world.database, "screener") for _ in range(4)]
    results = await asyncio.gather(*(one.record(news, {}) for one in ledgers), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["OvertakenError"] * 3 + ["int"]
    assert len(await postgres_ledger_world.alerts()) == 1
