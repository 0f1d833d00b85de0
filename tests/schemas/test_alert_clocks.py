"""Clocks of alerts: which stages there are, when they are told, and that none is told twice."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Alert, AlertState, Command, Queue
from schemas.alert_clocks import DueTerms, escalated, next_escalation_at, open_stages, stages
from schemas.alert_step import Step, advance
from schemas.watchlist import AlertSeverity
from tests.sample_alerts import CREATED, sample_alert

START = CREATED + timedelta(minutes=1)  # of sample 1; due an hour later, the flight arrives 3 h 59 min later


def told(alert: Alert) -> list[str | None]:
    return [entry.reason_code for entry in alert.history if entry.command == Command.ESCALATE]


def at(alert: Alert, moment: datetime) -> Alert:
    return (alert, *escalated(alert, moment))[-1]


def done(alert: Alert, *commands: Command, moment: datetime = START) -> Alert:
    for command in commands:
        after = advance(alert, Step(command, "ana", moment, "why"))
        assert after is not None, command
        alert = after
    return alert


def test_both_clocks_are_told_stage_by_stage() -> None:
    alert = sample_alert()
    stages_told = []
    while (moment := next_escalation_at(alert)) is not None:
        assert not escalated(alert, moment - timedelta(microseconds=1))
        [alert] = escalated(alert, moment)
        stages_told.append((alert.history[-1].reason_code, (moment - START) / timedelta(minutes=1), alert.escalation))
    assert stages_told == [
        ("due_50", 30, 50),
        ("due_80", 48, 80),
        ("due_100", 60, 100),
        ("arrival_50", 119.5, 100),
        ("arrival_80", 191.2, 100),
        ("arrival_100", 239, 100),
    ]
    assert (alert.version, alert.state) == (7, AlertState.NEW)


def test_what_was_slept_through_is_told_once_each_in_order() -> None:
    versions = escalated(sample_alert(), START + timedelta(hours=2))
    assert told(versions[-1]) == ["due_50", "due_80", "due_100", "arrival_50"]
    assert [version.version for version in versions] == [2, 3, 4, 5]
    assert not escalated(versions[-1], START + timedelta(hours=2))


def test_a_decision_stops_the_first_clock_and_the_officer_the_second() -> None:
    reviewed = done(sample_alert(), Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM)
    assert {stage.clock for stage in open_stages(reviewed)} == {"arrival"}
    handed = done(reviewed, Command.HAND_OVER)
    assert told(at(handed, START + timedelta(days=1))) == ["arrival_50", "arrival_80", "arrival_100"]
    assert next_escalation_at(done(handed, Command.ACKNOWLEDGE)) is None
    assert next_escalation_at(done(sample_alert(), Command.START_REVIEW, Command.NO_MATCH)) is None


def test_an_escalation_decides_nothing() -> None:
    waiting = done(sample_alert(severity=AlertSeverity.HIGH), Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM)
    later = at(waiting, START + timedelta(hours=1))
    assert (later.state, later.awaiting_approval, later.disposition) == (waiting.state, True, waiting.disposition)


def test_reopening_winds_the_clocks_up_again() -> None:
    late = done(at(sample_alert(), START + timedelta(hours=1)), Command.START_REVIEW, Command.NO_MATCH)
    again, due = START + timedelta(hours=2), START + timedelta(hours=2, minutes=10)
    reopened = advance(late, Step(Command.REOPEN, "ana", again, "new facts", due_at=due))
    assert reopened is not None
    assert (reopened.escalation, reopened.due_at) == (0, due)
    assert next_escalation_at(reopened) == again + timedelta(minutes=5)
    assert told(at(reopened, due))[3:] == ["due_50", "due_80", "due_100"]


def test_a_clock_without_time_has_only_its_end() -> None:
    assert [stage.percent for stage in stages("due", START, START)] == [100]
    assert stages("arrival", START, START - timedelta(seconds=1)) == ()


@pytest.mark.parametrize(
    ("queue", "severity", "arrival_minutes", "due_minutes"),
    [
        (Queue.STANDARD, AlertSeverity.HIGH, None, 15),
        (Queue.STANDARD, AlertSeverity.LOW, 600, 240),
        (Queue.STANDARD, AlertSeverity.LOW, 100, 70),
        (Queue.STANDARD, AlertSeverity.LOW, 20, 0),
        (Queue.PROTECTION, AlertSeverity.LOW, 600, 10),
        (Queue.PROTECTION, AlertSeverity.HIGH, 35, 5),
    ],
)
def test_due_by_queue_and_severity_and_half_an_hour_before_arrival(
    queue: Queue, severity: AlertSeverity, arrival_minutes: int | None, due_minutes: int
) -> None:
    arrival = None if arrival_minutes is None else START + timedelta(minutes=arrival_minutes)
    terms = DueTerms(protection_after=timedelta(minutes=10))
    assert terms.due_at(queue, severity, arrival, START) == START + timedelta(minutes=due_minutes)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["look", *Command]), st.integers(0, 90)), max_size=25))
def test_no_stage_is_told_twice_whatever_happens(doings: list[tuple[str, int]]) -> None:
    alert, moment = sample_alert(severity=AlertSeverity.HIGH), START
    for doing, minutes in doings:
        moment += timedelta(minutes=minutes)
        if doing == "look":
            alert = at(alert, moment)
            assert next_escalation_at(alert) is None or next_escalation_at(alert) > moment  # type: ignore[operator]  # not None
        else:
            alert = advance(alert, Step(Command(doing), "ana", moment, None, due_at=moment + timedelta(minutes=15))) or alert
    since_reopened: list[str | None] = []
    for entry in alert.history:
        if entry.command == Command.REOPEN:
            since_reopened.clear()
        elif entry.command == Command.ESCALATE and entry.reason_code is not None:
            assert entry.reason_code not in since_reopened
            since_reopened.append(entry.reason_code)
