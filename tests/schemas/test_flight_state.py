"""Who is on a flight now, whatever was said about it and in whatever order."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.flight import Flight
from schemas.flight_state import EFFECTS, Effect, current_parts
from schemas.manifest import Function, Manifest
from schemas.traveller import Traveller

FLIGHT = Flight(flight_key="OR260-AMS-2026-03-01")


def message(number: int, function: Function, *travellers: str, not_boarded: bool | None = None) -> Manifest:
    people = tuple(Traveller(traveller_id=one, surname=f"V{number}", not_boarded=not_boarded) for one in travellers)
    return Manifest(manifest_id=f"man_{number}", function=function, flight=FLIGHT, travellers=people)


def named(*manifests: Manifest) -> dict[str, set[str]]:
    parts = current_parts(manifests)
    return {found: {one.traveller_id for one in part.travellers} for found, part in parts.items()}


def test_a_correction_takes_its_travellers_over():
    parts = named(message(1, Function.PASSENGER_LIST, "a", "b"), message(2, Function.PASSENGER_CHANGE, "b"))
    assert parts == {"man_1": {"a"}, "man_2": {"b"}}


def test_whoever_was_cancelled_stands_nowhere():
    first = message(1, Function.PASSENGER_LIST, "a", "b", "c")
    parts = named(first, message(2, Function.PASSENGER_CANCEL, "a"), message(3, Function.PASSENGER_REDUCTION, "b"))
    assert parts == {"man_1": {"c"}, "man_2": set(), "man_3": set()}


def test_whoever_did_not_board_stands_nowhere():
    closure = message(2, Function.FLIGHT_CLOSE_NOT_ON_BOARD, "a", not_boarded=True)
    assert named(message(1, Function.PASSENGER_LIST, "a", "b"), closure) == {"man_1": {"b"}, "man_2": set()}


def test_a_cancelled_flight_is_empty_until_somebody_is_reported_again():
    flight = [message(1, Function.PASSENGER_LIST, "a"), message(2, Function.FLIGHT_CANCEL), message(3, Function.CREW_LIST, "a")]
    assert named(*flight[:2]) == {"man_1": set(), "man_2": set()}
    assert named(*flight) == {"man_1": set(), "man_2": set(), "man_3": {"a"}}


def test_every_function_has_an_effect():
    assert set(EFFECTS) == set(Function)


@given(st.lists(st.tuples(st.sampled_from(Function), st.sets(st.sampled_from("abcde"))), max_size=12))
def test_nobody_stands_in_two_messages_and_only_where_last_reported(said):
    manifests = [message(number, function, *sorted(people), not_boarded=True) for number, (function, people) in enumerate(said)]
    parts = named(*manifests)
    standing = [one for people in parts.values() for one in people]
    assert len(standing) == len(set(standing))
    for number, (function, people) in enumerate(said):
        later = [one for one in manifests[number + 1 :] if EFFECTS[one.function] is Effect.SCREEN]
        again = {traveller.traveller_id for one in later for traveller in one.travellers}
        assert parts[f"man_{number}"] <= people - again
        assert not parts[f"man_{number}"] or EFFECTS[function] is Effect.SCREEN
