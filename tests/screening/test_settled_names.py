"""Names whose reading is settled are read as they would be the long way, and those that are not are told apart."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from screening_samples import traveller

from screening import prepared
from screening.prepared import prepare_traveller
from screening.settled_names import settled_name

WORDS = [
    "KRASHTAJ", "ardit", "AL", "BIN", "MR", "ANNAMRS", "OMR", "SHEIKH", "XXA", "MUNXXOZ", "ABDUL", "DE", "O'BRIEN", "FNU",
    "HING", "X", "7", "<", "MÜLLER", "ЖЕЉКО", "J", "MSTR", "DR.", "ABD", "RAHMAN", "GENERALFUAD", "",
]  # fmt: skip
FIELDS = st.none() | st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
LONG = "DRIN " * 40


@settings(max_examples=300, deadline=None)
@given(FIELDS, FIELDS)
@example(LONG, LONG)
@example(None, LONG)
@example("ABDUL " * 30, "ABDUL " * 30)
@example("OMR", None)
def test_a_settled_name_is_read_as_the_long_way(surname, given_names):
    short = prepare_traveller(traveller(surname, given_names)).names
    settled, prepared.settled_name = prepared.settled_name, lambda *_: None
    try:
        assert prepare_traveller(traveller(surname, given_names)).names == short
    finally:
        prepared.settled_name = settled


def test_plain_names_are_settled_and_others_are_not():
    assert [part.text for part in settled_name("Krashtaj-Drini", None)] == ["KRASHTAJ", "DRINI"]
    assert {part.text for part in settled_name("KRASHTAJ", "ARDIT BESNIK")} == {"KRASHTAJ", "ARDIT", "BESNIK"}
    for unsettled in ("MÜLLER", "MR KRASHTAJ", "MUNXXOZ", LONG):
        assert settled_name("KRASHTAJ", unsettled) is None
    assert settled_name("KRASHTAJ", "ANNAMRS") is None
    assert settled_name("ANNAMRS", "ANNA") is not None, "a title is glued to given names only"
