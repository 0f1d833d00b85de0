"""An alert follows its flight: times, due time and clocks, whatever was told before."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Alert, Command
from schemas.alert_clocks import DUE_AFTER, DUE_BEFORE_ARRIVAL, DueTerms, escalated, next_escalation_at, open_stages
from schemas.alert_step import MACHINE, Step, advance
from schemas.alert_times import rescheduled
from schemas.flight_times import FlightTimes
from schemas.watchlist import AlertSeverity
from tests.sample_alerts import CREATED, sample_alert

START = CREATED + timedelta(minutes=1)  # of sample 1, whose flight arrives at CREATED + 4 h
ARRIVAL = CREATED + timedelta(hours=4)
TERMS = DueTerms()


def moved(alert: Alert, arrival: datetime, now: datetime) -> Alert:
    after = rescheduled(alert, FlightTimes(None, arrival), TERMS, now)
    assert after is not None
    return after


def told(alert: Alert) -> list[str | None]:
    return [entry.reason_code for entry in alert.history if entry.command == Command.ESCALATE]


def test_the_same_times_again_change_nothing() -> None:
    alert = sample_alert()
    assert rescheduled(alert, FlightTimes(None, ARRIVAL), TERMS, START) is None
    assert rescheduled(alert, FlightTimes(), TERMS, START) is None
    later = moved(alert, ARRIVAL + timedelta(hours=1), START)
    assert rescheduled(later, FlightTimes(None, ARRIVAL + timedelta(hours=1)), TERMS, START) is None


def test_a_delay_moves_the_arrival_clock_and_not_the_due_time() -> None:
    later = moved(sample_alert(), ARRIVAL + timedelta(hours=2), START)
    assert later.due_at == START + DUE_AFTER[AlertSeverity.MEDIUM]
    ends = {stage.clock: stage.at for stage in open_stages(later)}
    assert ends == {"due": later.due_at, "arrival": ARRIVAL + timedelta(hours=2)}
    entry = later.history[-1]
    assert (entry.command, entry.by, entry.reason_code) == ("reschedule", MACHINE, "flight_times_changed")
    assert (entry.from_state, entry.to_state, later.version, later.state) == (later.state, later.state, 2, "new")
    assert entry.comment is not None
    assert ARRIVAL.isoformat() in entry.comment


@pytest.mark.parametrize(("arrival_minutes", "due_minutes"), [(60, 30), (40, 10), (20, 0), (500, 60)])
def test_who_comes_early_is_due_half_an_hour_before(arrival_minutes: int, due_minutes: int) -> None:
    earlier = moved(sample_alert(), START + timedelta(minutes=arrival_minutes), START)
    assert earlier.due_at == START + timedelta(minutes=due_minutes)


def test_what_is_due_at_once_is_due_now_and_not_in_the_past() -> None:
    now = START + timedelta(minutes=40)
    assert moved(sample_alert(), now + timedelta(minutes=10), now).due_at == now
    late = START + timedelta(minutes=90)
    assert moved(sample_alert(), late + timedelta(minutes=10), late).due_at == START + timedelta(hours=1), "it was due already"


def test_a_due_time_that_the_arrival_cut_short_grows_back_to_what_the_severity_allows() -> None:
    short = moved(sample_alert(), START + timedelta(minutes=50), START)
    assert short.due_at == START + timedelta(minutes=20)
    long = moved(short, START + timedelta(hours=9), START + timedelta(minutes=5))
    assert long.due_at == START + timedelta(hours=1)


def test_stages_that_were_told_are_not_told_again() -> None:
    half = escalated(sample_alert(), START + timedelta(minutes=130))[-1]
    assert told(half) == ["due_50", "due_80", "due_100", "arrival_50"]
    delayed = moved(half, ARRIVAL + timedelta(hours=6), START + timedelta(minutes=130))
    assert {stage.code for stage in open_stages(delayed)} == {"arrival_80", "arrival_100"}
    rest = escalated(delayed, ARRIVAL + timedelta(hours=6))
    assert told(rest[-1]) == [*told(half), "arrival_80", "arrival_100"]


def test_a_decided_alert_keeps_when_it_was_due_and_a_closed_one_its_flight() -> None:
    alert = sample_alert()
    for command in (Command.START_REVIEW, Command.NO_MATCH):
        after = advance(alert, Step(command, "ana", START, "why"))
        assert after is not None
        alert = after
    followed = moved(alert, START + timedelta(minutes=45), START)
    assert (followed.due_at, followed.disposition, followed.state) == (alert.due_at, alert.disposition, alert.state)
    assert next_escalation_at(followed) is None
    withdrawn = advance(sample_alert(), Step(Command.WITHDRAW, MACHINE, START))
    assert withdrawn is not None
    assert rescheduled(withdrawn, FlightTimes(None, START), TERMS, START) is None


def test_a_signature_that_waits_goes_on_waiting() -> None:
    alert = sample_alert(severity=AlertSeverity.HIGH)
    for command in (Command.START_REVIEW, Command.POSSIBLE, Command.CONFIRM):
        after = advance(alert, Step(command, "ana", START, "why"))
        assert after is not None
        alert = after
    followed = moved(alert, ARRIVAL + timedelta(hours=1), START)
    assert (followed.awaiting_approval, followed.disposition) == (True, alert.disposition)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["look", "move"]), st.integers(0, 90), st.integers(-60, 600)), max_size=15))
def test_never_later_than_severity_and_arrival_allow_and_nothing_twice(doings: list[tuple[str, int, int]]) -> None:
    alert, now = sample_alert(), START
    for doing, minutes, arrival_in in doings:
        now += timedelta(minutes=minutes)
        if doing == "look":
            alert = (alert, *escalated(alert, now))[-1]
        else:
            before = alert.due_at
            alert = rescheduled(alert, FlightTimes(None, now + timedelta(minutes=arrival_in)), TERMS, now) or alert
            assert alert.flight.scheduled_arrival is not None
            assert alert.due_at is not None
            assert before is not None
            assert alert.due_at <= START + DUE_AFTER[AlertSeverity.MEDIUM]
            assert alert.due_at <= max(alert.flight.scheduled_arrival - DUE_BEFORE_ARRIVAL, now)
            assert alert.due_at >= min(before, now), "not moved into the past"
    codes = told(alert)
    assert len(set(codes)) == len(codes)
