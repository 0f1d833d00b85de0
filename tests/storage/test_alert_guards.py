"""The second wall: what the database itself refuses, whatever program writes."""

import asyncpg
import pytest

from schemas.alert import TRANSITIONS, Alert, AlertState, Command, Outcome
from schemas.alert_step import Step, advance
from schemas.watchlist import AlertSeverity
from storage import alert_rows
from storage.database import Database
from tests.sample_alerts import CREATED, place, sample_alert

WAY = (
    (Command.START_REVIEW, "ana"),
    (Command.POSSIBLE, "ana"),
    (Command.CONFIRM, "ana"),
    (Command.APPROVE, "bob"),
    (Command.HAND_OVER, "ana"),
    (Command.ACKNOWLEDGE, "off"),
    (Command.OUTCOME, "off"),
)


def after(alert: Alert, command: Command, by: str) -> Alert:
    stepped = advance(alert, Step(command, by, CREATED, "why", outcome=Outcome.RIGHT_PERSON))
    assert stepped is not None, command
    return stepped


async def lived(database: Database, steps: int, severity: AlertSeverity = AlertSeverity.HIGH) -> Alert:
    """An alert that went so many steps of the way of severity high, each in a transaction of its own."""
    alert = sample_alert(severity=severity)
    await place(database, alert)
    for command, by in WAY[:steps]:
        alert = after(alert, command, by)
        async with database.unit_of_work() as work:
            await alert_rows.save(work, alert, expected_version=alert.version - 1)
    return alert


async def refused(database: Database, statement: str) -> str:
    """The constraint that stops this statement."""
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        async with database.unit_of_work() as work:
            await work.execute(statement)
    return str(caught.value.constraint_name)


async def test_the_whole_way_is_open_to_two(database: Database) -> None:
    assert (await lived(database, len(WAY))).state is AlertState.CLOSED


async def test_the_table_of_the_database_is_the_table_of_the_program(database: Database) -> None:
    async with database.reading() as work:
        rows = await work.fetch("SELECT source, target FROM alert_transitions")
    assert {tuple(row) for row in rows} == {(row.source, row.target) for row in TRANSITIONS if row.source != row.target}


_SET = "UPDATE alerts SET version = version + 1, "


@pytest.mark.parametrize(
    ("steps", "changes", "constraint"),
    [
        (2, "state = 'confirmed'", "four_eyes"),
        (2, "state = 'confirmed', confirmed_by = 'ana'", "four_eyes"),
        (2, "state = 'confirmed', confirmed_by = 'ana', approved_by = 'ana'", "four_eyes"),
        (2, "state = 'confirmed', approved_by = 'bob'", "four_eyes"),
        # Both names in one stroke: the first signature was never there before.
        (2, "state = 'confirmed', confirmed_by = 'ana', approved_by = 'bob'", "four_eyes"),
        (3, "state = 'confirmed', approved_by = confirmed_by", "four_eyes"),
        (3, "state = 'confirmed', confirmed_by = 'eve', approved_by = 'bob'", "four_eyes"),
        (3, "state = 'confirmed', severity = 'low'", "four_eyes"),
        (4, "severity = 'low', approved_by = NULL", "alert_signatures"),
        (5, "confirmed_by = 'eve'", "alert_signatures"),
        (0, "state = 'confirmed', confirmed_by = 'ana', approved_by = 'bob'", "alert_transition"),
        (4, "state = 'closed', outcome = 'right_person'", "alert_transition"),
        (6, "state = 'closed'", "outcome_of_closed"),
        (6, "state = 'closed', outcome = 'guilty'", "alerts_outcome_check"),
    ],
)
async def test_no_statement_gets_round_the_rules(database: Database, steps: int, changes: str, constraint: str) -> None:
    await lived(database, steps)
    assert await refused(database, _SET + changes) == constraint


async def test_a_second_person_may_sign_by_sql_too(database: Database) -> None:
    await lived(database, 3)
    async with database.unit_of_work() as work:
        await work.execute(_SET + "state = 'confirmed', approved_by = 'bob', awaiting_approval = false")


async def test_below_high_still_needs_a_named_person(database: Database) -> None:
    await lived(database, 2, AlertSeverity.LOW)
    assert await refused(database, _SET + "state = 'confirmed'") == "named_person"


async def test_an_older_version_never_overwrites(database: Database) -> None:
    await lived(database, 2)
    assert await refused(database, "UPDATE alerts SET assignee = 'eve'") == "alert_version"
    assert await refused(database, "UPDATE alerts SET version = 1, state = 'new'") == "alert_version"


async def test_an_alert_is_not_born_confirmed(database: Database) -> None:
    alert = sample_alert()
    for command, by in WAY[:3]:
        alert = after(alert, command, by)
    with pytest.raises(asyncpg.CheckViolationError):
        await place(database, alert)
