"""From matches to alerts: created once, superseded, withdrawn, never raised again over a person's head."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, ARRIVAL, DAY, FILLERS, NOW, manifest, name, record, snapshot, traveller

from schemas.alert import LIVE_STATES, AlertState
from schemas.events import Occasion
from schemas.flight_life import report_of
from schemas.flight_state import REPORTING
from schemas.ledger import FlightHistory, Suppression
from schemas.manifest import Function
from schemas.traveller import References
from schemas.watchlist import AlertSeverity
from screening.engine import build_index, screen
from screening.flight_step import FlightStep, LastStates, described, flight_steps
from screening.policy import (
    RECORD_CHANGED,
    RECORD_NO_LONGER_MATCHES,
    PolicySettings,
    Screened,
    alert_changes,
    history_after,
    suppression_fingerprints,
)
from screening.same_person import with_people
from screening.versions import traveller_version_id

LISTED = traveller("KRASHTAJ", "ARDIT", "1981-04-17", documents=[("P", "BA1234567", "ALB")])
OTHER = traveller("ZYBERI", "LUAN", "1990-05-05", traveller_id="t2")
SETTINGS = PolicySettings(alert_retention=timedelta(days=30))


class Desk:
    """Plays the ledger: keeps the history that the policy's changes make. Each message was made a minute after the last."""

    def __init__(self, *records, **versions):
        self.history = FlightHistory()
        self.manifests = {}
        self.lists(*records or (ARDIT, *FILLERS), **versions)

    def lists(self, *records, **versions):
        self.index = build_index(snapshot(*records, **versions))

    def take(self, message, occasion=Occasion.RECEIVED, now=NOW):
        number = len(self.manifests) + 1
        message = message.model_copy(update={"manifest_id": f"man_{number}", "prepared_at": NOW + timedelta(minutes=number)})
        self.manifests[message.manifest_id] = message
        step = FlightStep() if message.test else flight_steps(self.history.reports, [report_of(message)], LastStates())[0]
        step = described(step, self.manifests)
        matches = with_people(screen(step.travellers, self.index, DAY), self.index.listed)
        screened = Screened(message, step, matches, self.index.listed.version, "model", occasion)
        changes = alert_changes(screened, self.history, SETTINGS, now)
        self.history = history_after(self.history, changes)
        return changes

    def decided(self, state):
        self.history = FlightHistory(tuple(replace(one, state=state) for one in self.history.alerts))

    @property
    def live(self):
        return [one for one in self.history.alerts if one.state in LIVE_STATES]


def nothing(changes):
    return (changes.create, changes.supersede, dict(changes.withdraw)) == ((), (), {})


def test_an_alert_says_who_what_and_by_when():
    (alert,) = Desk(record_version=7, version=9).take(manifest(LISTED, OTHER)).create
    assert (alert.traveller.traveller_id, alert.traveller.version) == ("t1", 1)
    assert alert.traveller.version_id == traveller_version_id(LISTED)
    assert (alert.record.list_id, alert.record.record_id, alert.record.record_version) == ("persons", "R1", 7)
    assert (alert.list_version, alert.matcher_version, alert.manifest_id) == (9, "model", "man_1")
    assert alert.score == sum(piece.weight for piece in alert.evidence)
    assert (alert.state, alert.severity, alert.version) == (AlertState.NEW, AlertSeverity.MEDIUM, 1)
    assert (alert.created_at, alert.due_at, alert.purge_at) == (NOW, NOW + timedelta(hours=1), NOW + timedelta(days=30))
    assert [(step.by, step.from_state, step.to_state) for step in alert.history] == [("kulla", None, AlertState.NEW)]


def test_changes_say_what_they_were_screened_with_even_when_nothing_came_of_it():
    changes = Desk(version=4).take(manifest(OTHER))
    assert (changes.manifest_id, changes.list_version, changes.matcher_version) == ("man_1", 4, "model")
    assert nothing(changes)


@pytest.mark.parametrize(
    ("severity", "hours_before_arrival", "due_minutes"),
    [(AlertSeverity.HIGH, 4, 15), (AlertSeverity.LOW, 4, 210), (AlertSeverity.LOW, 1, 30), (AlertSeverity.LOW, 0.25, 0)],
)
def test_due_by_severity_and_before_arrival_and_never_in_the_past(severity, hours_before_arrival, due_minutes):
    now = ARRIVAL - timedelta(hours=hours_before_arrival)
    (alert,) = Desk(ARDIT.model_copy(update={"severity": severity})).take(manifest(LISTED), now=now).create
    assert alert.severity is severity
    assert alert.due_at == now + timedelta(minutes=due_minutes)


def test_the_same_again_changes_nothing():
    desk = Desk()
    first = desk.take(manifest(LISTED))
    seat = LISTED.model_copy(update={"references": References(seat="12A")})
    again = desk.take(manifest(seat))
    assert len(first.create) == 1
    assert nothing(again)


def test_a_correction_supersedes_and_says_what_it_supersedes():
    desk = Desk()
    (old,) = desk.take(manifest(LISTED)).create
    corrected = LISTED.model_copy(update={"birth_date": "1981-04-18"})
    changes = desk.take(manifest(corrected, function=Function.PASSENGER_CHANGE))
    (new,) = changes.create
    assert changes.supersede == (old.alert_id,)
    assert (new.supersedes, new.traveller.version) == (old.alert_id, 2)
    assert new.alert_id != old.alert_id


def test_a_correction_that_takes_the_ground_away_only_supersedes():
    desk = Desk()
    (old,) = desk.take(manifest(LISTED)).create
    changes = desk.take(manifest(traveller("BERISHA", "LUAN", "1990-05-05"), function=Function.PASSENGER_CHANGE))
    assert (changes.supersede, changes.create) == ((old.alert_id,), ())


def test_a_correction_taken_back_alerts_again():
    desk = Desk()
    (first,) = desk.take(manifest(LISTED)).create
    desk.take(manifest(traveller("BERISHA", "LUAN", "1990-05-05")))
    (again,) = desk.take(manifest(LISTED)).create
    assert again.alert_id != first.alert_id
    assert [one.alert_id for one in desk.live] == [again.alert_id]
    assert not desk.take(manifest(LISTED)).create


@pytest.mark.parametrize("state", [AlertState.NO_MATCH, AlertState.CLOSED, AlertState.CONFIRMED, AlertState.EXPIRED])
def test_what_a_person_decided_is_not_raised_again(state):
    desk = Desk()
    desk.take(manifest(LISTED))
    desk.decided(state)
    assert not desk.take(manifest(LISTED)).create
    assert not desk.take(manifest(LISTED), Occasion.RESCREEN).withdraw


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (manifest(LISTED, function=Function.PASSENGER_CANCEL), "traveller_left_manifest"),
        (manifest(LISTED, function=Function.PASSENGER_REDUCTION), "traveller_left_manifest"),
        (manifest(function=Function.FLIGHT_CANCEL), "flight_cancelled"),
        (
            manifest(LISTED.model_copy(update={"not_boarded": True}), function=Function.FLIGHT_CLOSE_NOT_ON_BOARD),
            "traveller_not_boarded",
        ),
        (manifest(LISTED.model_copy(update={"not_boarded": True}), function=Function.FLIGHT_CLOSE), "traveller_not_boarded"),
    ],
)
def test_who_does_not_travel_is_withdrawn_and_alerts_again_when_back(message, reason):
    desk = Desk()
    (alert,) = desk.take(manifest(LISTED)).create
    assert desk.take(message).withdraw == {alert.alert_id: reason}
    assert not desk.live
    assert len(desk.take(manifest(LISTED)).create) == 1


@pytest.mark.parametrize(
    "message",
    [
        manifest(OTHER, function=Function.PASSENGER_CANCEL),
        manifest(LISTED.model_copy(update={"not_boarded": False}), function=Function.FLIGHT_CLOSE),
        manifest(LISTED, function=Function.FLIGHT_CLOSE_ON_BOARD),
        manifest(LISTED, function=Function.FLIGHT_CANCEL, test=True),
    ],
)
def test_other_messages_leave_the_alert_alone(message):
    desk = Desk()
    desk.take(manifest(LISTED))
    changes = desk.take(message)
    assert nothing(changes)


def test_test_messages_are_not_screened():
    desk = Desk()
    assert not desk.take(manifest(LISTED, test=True)).create


def test_a_changed_record_replaces_its_alert():
    desk = Desk()
    (old,) = desk.take(manifest(LISTED)).create
    desk.lists(ARDIT.model_copy(update={"reason": "new"}), record_version=2, version=2)
    changes = desk.take(manifest(LISTED), Occasion.RESCREEN)
    (new,) = changes.create
    assert changes.withdraw == {old.alert_id: RECORD_CHANGED}
    assert (new.record.record_version, new.supersedes) == (2, old.alert_id)


def test_an_older_list_does_not_alert_beside_a_newer_one():
    desk = Desk(record_version=2)
    desk.take(manifest(LISTED))
    desk.lists(ARDIT, *FILLERS, record_version=1)
    assert nothing(desk.take(manifest(LISTED)))


def test_a_record_that_is_gone_takes_its_alert_along_on_a_rescreen_only():
    desk = Desk()
    (alert,) = desk.take(manifest(LISTED)).create
    desk.lists(*FILLERS, version=2)
    assert not desk.take(manifest(LISTED)).withdraw
    assert desk.take(manifest(LISTED), Occasion.RESCREEN).withdraw == {alert.alert_id: RECORD_NO_LONGER_MATCHES}


def suppression(person, record_version=1):
    return Suppression(suppression_fingerprints(person), "persons", "R1", record_version)


@pytest.mark.parametrize(
    ("remembered", "absorbed"),
    [
        (LISTED, True),
        (LISTED.model_copy(update={"birth_date": "1980-01-02"}), True),
        (LISTED.model_copy(update={"documents": ()}), True),
        (traveller("KRASHTAJ", "ARDIT", "1981-04-17", documents=[("P", "BA7654321", "ALB")]), False),
        (traveller("KRASHTAJ", "ARDIT", "1981-04-18"), False),
        (traveller("KRASHTAJ", "ARDIT", "1981"), False),
    ],
)
def test_suppressions_are_narrow(remembered, absorbed):
    desk = Desk()
    desk.history = FlightHistory(suppressions=(suppression(remembered),))
    assert (not desk.take(manifest(LISTED)).create) is absorbed


def test_a_suppression_is_for_one_record_version():
    desk = Desk(record_version=2)
    desk.history = FlightHistory(suppressions=(suppression(LISTED),))
    assert desk.take(manifest(LISTED)).create


def test_fingerprints_hold_no_values():
    assert len(suppression_fingerprints(LISTED)) == 2
    assert not any("KRASHTAJ" in one or "BA1234567" in one for one in suppression_fingerprints(LISTED))
    assert suppression_fingerprints(traveller("KRASHTAJ", "ARDIT")) == frozenset()


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                Function.PASSENGER_LIST,
                Function.PASSENGER_CHANGE,
                Function.PASSENGER_CANCEL,
                Function.FLIGHT_CANCEL,
                Function.FLIGHT_CLOSE,
            ]
        ),
        st.sampled_from(["1981-04-17", "1981-04-18", "1955-01-30"]),
        st.sampled_from([Occasion.RECEIVED, Occasion.RESCREEN]),
        st.sampled_from([1, 2, None]),
    ),
    max_size=8,
)
DESKS = {
    1: build_index(snapshot(ARDIT, *FILLERS)),
    2: build_index(snapshot(ARDIT, *FILLERS, record_version=2)),
    None: build_index(snapshot(*FILLERS, record("R9", name("NOBODY", "ELSE")))),
}


@settings(max_examples=150, deadline=None)
@given(MESSAGES)
def test_any_order_of_messages_leaves_each_ground_alerted_at_most_once(messages):
    desk = Desk()
    for function, birth_date, occasion, lists in messages:
        desk.index = DESKS[lists]
        person = LISTED.model_copy(update={"birth_date": birth_date, "not_boarded": function is Function.FLIGHT_CLOSE})
        changes = desk.take(manifest(person, function=function), occasion)
        identifiers = [one.alert_id for one in desk.history.alerts]
        assert len(set(identifiers)) == len(identifiers), "an identifier is used once"
        assert len(desk.live) <= 1 + (lists is None), "one traveller, one record, one live alert"
        assert not set(changes.supersede) & set(changes.withdraw)
        if function in REPORTING and lists is not None:
            assert {one.traveller_version_id for one in desk.live} == {traveller_version_id(person)}, "who is there is alerted"
