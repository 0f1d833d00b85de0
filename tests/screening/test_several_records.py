"""One alert for the records of one person, on however many lists; two people who resemble one traveller stay two alerts."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, NOW, PERSONS, manifest, name, record, traveller

from schemas.alert import LIVE_STATES, AlertState
from schemas.events import Occasion
from schemas.evidence import Lane
from schemas.flight_life import report_of
from schemas.ledger import FlightHistory, Suppression
from schemas.watchlist import AlertSeverity, VersionedRecord, WatchlistSnapshot
from screening.engine import build_index, screen
from screening.flight_step import LastStates, described, flight_steps
from screening.policy import RECORD_JOINED, PolicySettings, Screened, alert_changes, history_after, suppression_fingerprints
from screening.same_person import with_people

LISTED = traveller("KRASHTAJ", "ARDIT", "1981-04-17", documents=[("P", "BA1234567", "ALB")])
FIRST, SECOND, THIRD = (PERSONS.model_copy(update={"list_id": one}) for one in ("first", "second", "third"))
ALIAS = record("S1", name("KRASTAJ", "ARDIT"), birth_dates=("1981-04-17",))
PASSPORT = record("D1", documents=(("P", "BA1234567", "ALB"),), severity=AlertSeverity.HIGH)
COUSIN = record("C1", name("KRASHTAJ", "ARDI"), birth_dates=("1981-04-18",))
NO_DATE = record("U1", name("KRASHTAJ", "ARDIT"))


def lists(*rows, version=1):
    """(watchlist, record, record version) each."""
    records = sorted(rows, key=lambda row: (row[0].list_id, row[1].record_id))
    others = [(THIRD, one, 1) for one in FILLERS]
    versioned = [
        VersionedRecord(watchlist=watchlist, record=one, record_version=number, list_version=version)
        for watchlist, one, number in [*records, *others]
    ]
    return WatchlistSnapshot(version, (FIRST, SECOND, THIRD), tuple(versioned))


class Desk:
    """Plays the ledger for one traveller, re-screened with one state of the lists after the other."""

    def __init__(self):
        self.history = FlightHistory()
        self.alerts = {}

    def take(self, snapshot, occasion=Occasion.RESCREEN):
        message, index = manifest(LISTED), build_index(snapshot)
        step = described(flight_steps(self.history.reports, [report_of(message)], LastStates())[0], {"man_1": message})
        self.matches = with_people(screen(step.travellers, index, DAY), index.listed)
        screened = Screened(message, step, self.matches, index.listed.version, "model", occasion)
        changes = alert_changes(screened, self.history, PolicySettings(), NOW)
        self.history = history_after(self.history, changes)
        assert not self.alerts.keys() & {one.alert_id for one in changes.create}, "an identifier is used once"
        self.alerts |= {one.alert_id: one for one in changes.create}
        return changes

    def touch(self, state=AlertState.IN_REVIEW):
        alerts = [replace(one, state=state) if one.state in LIVE_STATES else one for one in self.history.alerts]
        self.history = replace(self.history, alerts=tuple(alerts))

    @property
    def live(self):
        return [one for one in self.history.alerts if one.state in LIVE_STATES]

    @property
    def covered(self):
        return sorted(ground.record_id for one in self.live for ground in one.grounds)


def test_one_alert_with_the_strongest_first_and_the_highest_severity():
    (alert,) = Desk().take(lists((FIRST, ALIAS, 1), (SECOND, ARDIT, 1), (THIRD, PASSPORT, 1))).create
    assert alert.record.record_id == "R1"
    assert [one.record_id for one in alert.other_records] == ["D1", "S1"]
    assert alert.score > alert.other_records[0].score > alert.other_records[1].score
    assert alert.severity is AlertSeverity.HIGH
    assert alert.lanes == (Lane.NAME, Lane.DOCUMENT)
    assert alert.score == sum(piece.weight for piece in alert.evidence)
    assert alert.other_records[0].list_id == "third"


@pytest.mark.parametrize("other", [COUSIN, NO_DATE, record("F9", name("KRASHTAJ", "ARDIT"), birth_dates=("1981",))])
def test_two_listed_people_who_resemble_one_traveller_stay_two_alerts(other):
    changes = Desk().take(lists((FIRST, ARDIT, 1), (SECOND, other, 1)))
    assert sorted(alert.record.record_id for alert in changes.create) == sorted(["R1", other.record_id])
    assert all(not alert.other_records for alert in changes.create)


def test_a_document_and_a_name_that_only_the_traveller_has_in_common_stay_two_alerts():
    somebody = ARDIT.model_copy(update={"documents": ()})
    changes = Desk().take(lists((FIRST, somebody, 1), (SECOND, PASSPORT, 1)))
    assert sorted(alert.record.record_id for alert in changes.create) == ["D1", "R1"]


def test_a_record_that_joins_replaces_an_alert_that_nobody_has_touched():
    desk = Desk()
    (old,) = desk.take(lists((FIRST, ARDIT, 1))).create
    changes = desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1)))
    (new,) = changes.create
    assert changes.withdraw == {old.alert_id: RECORD_JOINED}
    assert (new.supersedes, [one.record_id for one in new.other_records]) == (old.alert_id, ["S1"])
    again = desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1)))
    assert (again.create, dict(again.withdraw)) == ((), {})


def test_a_record_that_joins_an_alert_somebody_works_on_gets_one_of_its_own():
    desk = Desk()
    desk.take(lists((FIRST, ARDIT, 1)))
    desk.touch()
    changes = desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1)))
    assert ([one.record.record_id for one in changes.create], dict(changes.withdraw)) == (["S1"], {})


@pytest.mark.parametrize("touched", [False, True])
def test_where_the_leading_record_goes_the_others_alert_again(touched):
    desk = Desk()
    (old,) = desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1))).create
    if touched:
        desk.touch()
    changes = desk.take(lists((SECOND, ALIAS, 1)))
    (new,) = changes.create
    assert set(changes.withdraw) == {old.alert_id}
    assert (new.record.record_id, new.other_records, new.supersedes) == ("S1", (), old.alert_id)


@pytest.mark.parametrize("touched", [False, True])
def test_where_another_record_goes_only_an_untouched_alert_is_replaced(touched):
    desk = Desk()
    (old,) = desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1))).create
    if touched:
        desk.touch()
    changes = desk.take(lists((FIRST, ARDIT, 1)))
    assert set(changes.withdraw) == (set() if touched else {old.alert_id})
    assert [one.record.record_id for one in changes.create] == ([] if touched else ["R1"])


def test_what_a_person_decided_about_all_of_them_is_not_raised_again():
    desk = Desk()
    desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1)))
    desk.touch(AlertState.NO_MATCH)
    assert not desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1))).create
    (new,) = desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1), (THIRD, PASSPORT, 1))).create
    assert (new.record.record_id, new.other_records) == ("D1", ())


def test_a_suppressed_record_leaves_the_others():
    desk = Desk()
    desk.history = FlightHistory(suppressions=(Suppression(suppression_fingerprints(LISTED), "first", "R1", 1),))
    (alert,) = desk.take(lists((FIRST, ARDIT, 1), (SECOND, ALIAS, 1))).create
    assert (alert.record.record_id, alert.other_records) == ("S1", ())


STATES = st.lists(
    st.tuples(
        st.lists(
            st.tuples(
                st.sampled_from([FIRST, SECOND]), st.sampled_from([ARDIT, ALIAS, PASSPORT, COUSIN, NO_DATE]), st.integers(1, 3)
            ),
            unique_by=lambda row: (row[0].list_id, row[1].record_id),
            max_size=6,
        ),
        st.sampled_from([None, AlertState.IN_REVIEW, AlertState.CONFIRMED, AlertState.NO_MATCH]),
    ),
    max_size=6,
)


@settings(max_examples=80, deadline=None)
@given(STATES, st.booleans())
def test_whatever_the_lists_become_every_match_is_covered_once(states, silenced):
    desk = Desk()
    suppressed = Suppression(suppression_fingerprints(LISTED), "first", "R1", 1)
    desk.history = FlightHistory(suppressions=(suppressed,) if silenced else ())
    newest = {}
    for number, (rows, state) in enumerate(states, 1):
        # A record's version only grows.
        grown = [(one, body, newest.get((one.list_id, body.record_id), 0) + up - 1 or 1) for one, body, up in rows]
        newest |= {(one.list_id, body.record_id): version for one, body, version in grown}
        desk.take(lists(*grown, version=number))
        live = [ground for one in desk.live for ground in one.grounds]
        assert len(live) == len(set(live)), "every ground is in one live alert at most"
        decided = {ground for one in desk.history.alerts if one.state is AlertState.NO_MATCH for ground in one.grounds}
        matching = {one.ground for one in desk.matches if not (silenced and one.ground == ("first", "R1", 1))}
        assert matching <= set(live) | decided, "every match is in front of somebody, or was decided"
        assert {one.grounds[0] for one in desk.live} <= {one.ground for one in desk.matches}
        again = desk.take(lists(*grown, version=number))
        assert (again.create, again.supersede, dict(again.withdraw)) == ((), (), {}), "the same again changes nothing"
        if state is not None:
            desk.touch(state)


@settings(max_examples=30, deadline=None)
@given(st.permutations([(FIRST, ALIAS, 1), (SECOND, ARDIT, 1), (FIRST, PASSPORT, 1), (SECOND, COUSIN, 1)]))
def test_groups_do_not_depend_on_the_order_of_records(rows):
    created = Desk().take(lists(*rows)).create
    groups = {frozenset(one.record_id for one in (alert.record, *alert.other_records)) for alert in created}
    assert groups == {frozenset({"R1", "S1", "D1"}), frozenset({"C1"})}
