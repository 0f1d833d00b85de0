"""The life of a flight: whatever is said about it, in whatever order, ends in one state."""

import dataclasses

import pytest
from flight_messages import FLIGHT_KEY, PEOPLE, deliveries, entry, flights, message, person
from hypothesis import given, settings

from schemas.flight_life import MessageStanding, Status, fold, report_of
from schemas.flight_state import EFFECTS, Effect
from schemas.manifest import Function

LIST, CHANGE, CREW = Function.PASSENGER_LIST, Function.PASSENGER_CHANGE, Function.CREW_LIST
XR, RP, XF = Function.PASSENGER_CANCEL, Function.PASSENGER_REDUCTION, Function.FLIGHT_CANCEL
CL, CLOB, CLNB = Function.FLIGHT_CLOSE, Function.FLIGHT_CLOSE_ON_BOARD, Function.FLIGHT_CLOSE_NOT_ON_BOARD
A, B, C, D, K = PEOPLE


def state_of(*manifests):
    return fold(map(report_of, manifests))


def statuses(*manifests):
    """By given name, as `person` gives them."""
    state = state_of(*manifests)
    names = {one.traveller_id: one.given_names for manifest in manifests for one in manifest.travellers if one.given_names}
    return {names[one.traveller_id]: one.status.value for one in state.people.values()}


def test_every_function_has_an_effect():
    assert set(EFFECTS) == set(Function)


def test_who_was_reported_when_and_by_what():
    changed = person("a", abo="A1", booking="FAM", document="DA", surname="NEW")
    first, again, correction = message(0, LIST, A, B), message(5, LIST, A), message(9, CHANGE, changed)
    state = state_of(correction, first, again)
    found = state.people[A.traveller_id]
    assert [(one.number, one.place.manifest_id, one.status) for one in found.versions] == [
        (1, first.manifest_id, Status.REPORTED),
        (2, correction.manifest_id, Status.CHANGED),
    ]
    assert [one.said_at for one in found.versions] == [first.prepared_at, correction.prepared_at]
    assert found.versions[0].confirmed_by == (again.manifest_id,)
    assert (found.status, found.place.manifest_id) == (Status.CHANGED, correction.manifest_id)
    assert state.people[B.traveller_id].status is Status.REPORTED


def test_a_changed_seat_is_no_new_version_but_the_last_word():
    seated = A.model_copy(update={"references": A.references.model_copy(update={"seat": "12A"})})
    state = state_of(message(0, LIST, A), message(1, CHANGE, seated))
    assert len(state.people[A.traveller_id].versions) == 1
    assert state.people[A.traveller_id].place.manifest_id == message(1, CHANGE, seated).manifest_id


@pytest.mark.parametrize("function", [XR, RP])
def test_who_is_cancelled_is_gone_until_reported_again(function):
    flight = [message(0, LIST, A, B), message(3, function, A), message(6, LIST, A)]
    assert statuses(*flight[:2]) == {"a": "cancelled", "b": "reported"}
    assert statuses(*flight) == {"a": "reported", "b": "reported"}
    versions = state_of(*flight).people[A.traveller_id].versions
    assert [(one.number, one.status) for one in versions] == [(1, Status.CANCELLED), (2, Status.REPORTED)]


def test_a_cancellation_that_came_before_the_list_was_made_takes_nobody_off():
    assert statuses(message(0, XR, A), message(3, LIST, A)) == {"a": "reported"}


def test_within_a_minute_lists_count_before_what_changes_them():
    assert statuses(message(0, XR, A), message(0, LIST, A, B)) == {"a": "cancelled", "b": "reported"}


def test_a_higher_revision_counts_after_a_lower_one_whatever_the_clock_says():
    changed = person("a", abo="A1", document="DA", surname="NEW")
    new = message(0, LIST, changed, document_number="T1", document_revision="10")
    old = message(4, LIST, A, document_number="T1", document_revision="9")
    assert state_of(new, old).people[A.traveller_id].place.manifest_id == new.manifest_id


def test_a_cancelled_flight_is_empty_until_somebody_is_reported_again():
    assert statuses(message(0, LIST, A), message(0, CREW, K), message(3, XF)) == {"a": "cancelled", "crew": "cancelled"}
    assert statuses(message(0, LIST, A), message(3, XF), message(6, LIST, A)) == {"a": "reported"}


def test_a_closure_says_who_boarded():
    lists = [message(0, LIST, A, B), message(0, CREW, K)]
    everybody = {"a": "boarded", "b": "boarded", "crew": "reported"}
    assert statuses(*lists, message(9, CL)) == everybody
    assert statuses(*lists, message(9, CLOB, entry(abo="A1"))) == everybody | {"b": "not_boarded"}
    assert statuses(*lists, message(9, CLNB, entry(abo="A1"))) == everybody | {"a": "not_boarded"}
    marked = entry(abo="A1", not_boarded=True)
    assert statuses(*lists, message(9, CL, marked)) == everybody | {"a": "not_boarded"}


def test_a_closure_of_crew_says_nothing_about_passengers():
    lists = [message(0, LIST, A), message(0, CREW, K, document_code="250")]
    closure = message(9, CLOB, entry(abo="K1"), document_code="250")
    assert statuses(*lists, closure) == {"a": "reported", "crew": "boarded"}


def test_an_incomplete_closure_leaves_those_it_does_not_name_unknown():
    lists = message(0, LIST, A, B, C)
    first, middle = message(9, CLOB, entry(abo="A1"), part=1, last=False), message(9, CLOB, entry(abo="B1"), part=2)
    last = message(9, CLOB, part=3, last=True)
    assert statuses(lists, first, last) == {"a": "boarded", "b": "unknown", "c": "unknown"}
    assert statuses(lists, last, middle, first) == {"a": "boarded", "b": "boarded", "c": "not_boarded"}
    lost = message(9, CLNB, entry(abo="A1"), part=1, last=False)
    assert statuses(lists, lost) == {"a": "not_boarded", "b": "unknown", "c": "unknown"}


def test_a_closure_is_complete_when_it_names_as_many_as_it_declares():
    closure = message(9, CLOB, entry(abo="A1"), part=1, last=False, declared=1)
    assert statuses(message(0, LIST, A, B), closure) == {"a": "boarded", "b": "not_boarded"}


def test_a_closure_on_board_that_names_nobody_says_nothing():
    assert statuses(message(0, LIST, A), message(9, CLOB)) == {"a": "unknown"}


def test_a_family_on_one_booking():
    lists, one, two = message(0, LIST, A, B, C), entry(booking="FAM"), entry(booking="FAM", ordinal=2)
    assert statuses(lists, message(9, CLOB, one)) == {"a": "unknown", "b": "unknown", "c": "not_boarded"}
    assert statuses(lists, message(9, CLOB, one, two)) == {"a": "boarded", "b": "boarded", "c": "not_boarded"}
    assert statuses(lists, message(9, CLOB, entry(abo="A1"), one)) == {"a": "boarded", "b": "boarded", "c": "not_boarded"}
    assert statuses(lists, message(9, CLNB, one)) == {"a": "unknown", "b": "unknown", "c": "boarded"}
    assert statuses(lists, message(9, XR, one)) == {"a": "unknown", "b": "unknown", "c": "reported"}


def test_a_closure_part_sent_again_does_not_count_twice():
    lists, closure = message(0, LIST, A, B), message(9, CLNB, entry(booking="FAM"), part=1, last=True)
    again = message(12, CLNB, entry(booking="FAM"), part=1, last=True)
    assert statuses(lists, closure, again) == {"a": "unknown", "b": "unknown"}


def test_a_stranger_on_board_leaves_those_unknown_whom_it_could_be():
    lists, stranger = message(0, LIST, A, C), entry(abo="X9")
    assert statuses(lists, message(9, CLOB, stranger)) == {"a": "not_boarded", "c": "unknown"}
    state = state_of(lists, message(9, CLOB, stranger))
    assert state.unmatched == {message(9, CLOB, stranger).manifest_id: 1}


def test_who_is_on_board_though_nobody_reported_him_is_a_traveller():
    state = state_of(message(0, LIST, A), message(9, CLOB, entry(abo="A1"), C))
    assert state.people[C.traveller_id].status is Status.BOARDED
    assert state.people[C.traveller_id].place.manifest_id == message(9, CLOB).manifest_id


def test_a_part_made_before_the_closure_and_one_made_after():
    closure = message(9, CLOB, entry(abo="A1"))
    assert statuses(closure, message(0, LIST, A), message(0, LIST, C, part=2)) == {"a": "boarded", "c": "not_boarded"}
    assert statuses(closure, message(12, LIST, A, C)) == {"a": "boarded", "c": "reported"}


def test_who_boarded_although_cancelled_is_on_board():
    assert statuses(message(0, LIST, A), message(3, XR, A), message(9, CLOB, entry(abo="A1"))) == {"a": "boarded"}


def test_the_same_person_without_the_passenger_reference():
    weaker = person("a", booking="FAM", document="DA", surname="ASURNAME")
    assert weaker.traveller_id != A.traveller_id
    state = state_of(message(0, LIST, A), message(3, CHANGE, weaker))
    assert list(state.people) == [A.traveller_id]
    assert state.person(weaker.traveller_id) is state.people[A.traveller_id]
    assert statuses(message(0, LIST, A), message(3, XR, weaker))["a"] == "cancelled"


def test_a_corrected_document_is_the_same_person_by_name_birth_and_booking():
    new = person("c", booking="SOLO", document="OTHER")
    state = state_of(message(0, LIST, C), message(3, CHANGE, new))
    assert [one.status for one in state.people.values()] == [Status.CHANGED]


def test_a_child_on_a_parents_passport_is_another_person():
    child = person("child", document="DC", birth_date="2024-01-01", booking="SOLO")
    assert len(state_of(message(0, LIST, C), message(0, LIST, child, part=2)).people) == 2


def test_two_of_one_message_are_never_one_person():
    twin = person("c", booking="SOLO", document="DC2")
    assert len(state_of(message(0, LIST, C, twin)).people) == 2
    assert len(state_of(message(0, LIST, C, twin), message(3, CHANGE, C)).people) == 2


def test_two_passenger_references_are_two_people():
    other = person("a", abo="A2", booking="FAM", document="DA")
    assert len(state_of(message(0, LIST, A), message(3, LIST, other)).people) == 2


def test_parts_are_counted():
    parts = [message(0, LIST, A, part=1, last=False), message(0, LIST, C, part=4, last=True)]
    (group,) = state_of(*parts).groups
    assert (group.parts, group.missing, group.last_part, group.complete) == ((1, 4), (2, 3), 4, False)
    (whole,) = state_of(*parts, message(0, LIST, B, part=2), message(0, LIST, D, part=3)).groups
    assert (whole.complete, whole.missing, whole.travellers) == (True, (), 4)
    (counted,) = state_of(message(0, LIST, A, B, part=2, declared=2)).groups
    assert counted.complete is True
    (alone,) = state_of(message(0, LIST, A)).groups
    assert alone.complete is None


def test_what_became_of_each_message():
    first, second = message(0, LIST, A), message(3, LIST, A)
    assert state_of(first, second).standings == {
        first.manifest_id: MessageStanding.SUPERSEDED,
        second.manifest_id: MessageStanding.RECEIVED,
    }
    closure = message(9, CL)
    standings = state_of(first, second, closure, message(12, LIST, C)).standings
    assert standings[second.manifest_id] is MessageStanding.COMPLETE_AT_CLOSURE
    assert standings[message(12, LIST, C).manifest_id] is MessageStanding.RECEIVED


def test_the_same_message_wrapped_twice_is_one_message():
    once, again = message(0, LIST, A, name="1"), message(0, LIST, A, name="2")
    state = state_of(again, once)
    assert [one.manifest_id for one in state.reports] == [once.manifest_id]
    assert set(state.standings) == {once.manifest_id, again.manifest_id}


@settings(max_examples=200, deadline=None)
@given(deliveries())
def test_any_order_and_any_repetition_end_in_the_same_state(drawn):
    sent, delivered = drawn
    assert state_of(*delivered) == state_of(*sent)


@settings(max_examples=200, deadline=None)
@given(flights())
def test_nobody_is_lost_or_invented(sent):
    state = state_of(*sent)
    listing = [each for each in sent if EFFECTS[each.function] is Effect.REPORT]
    for each in listing:
        assert all(state.person(one.traveller_id) for one in each.travellers)
        assert len(state.people) >= len(each.travellers), "two of one message are two people"
    mentions = {one.node for each in sent for one in report_of(each).mentions}
    assert len(state.people) <= len(mentions)
    described = {one.content for each in sent for one in report_of(each).mentions}
    for one in state.people.values():
        assert one.content in described
        assert [version.number for version in one.versions] == list(range(1, len(one.versions) + 1))
        assert one.live is (one.reason == "")
        assert one.versions[-1].status is one.status


@settings(max_examples=100, deadline=None)
@given(flights())
def test_another_flight_of_the_same_people_has_the_same_state(sent):
    """Nothing hangs on which of several equal messages came first: identifiers are compared, never arrival."""
    received = [one.model_copy(update={"received_at": one.prepared_at}) for one in sent]
    plain, stamped = state_of(*sent), state_of(*received)
    assert plain.merged == stamped.merged
    assert [dataclasses.replace(one, versions=()) for one in plain.people.values()] == [
        dataclasses.replace(one, versions=()) for one in stamped.people.values()
    ]
    assert FLIGHT_KEY
