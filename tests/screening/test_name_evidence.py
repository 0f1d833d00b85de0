"""What two names say about each other, in bits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, FILLERS, name, record, snapshot, traveller

from screening.features.alignment import PAIRS_EXACT_MAX, best_alignment
from screening.features.names import Pair, name_evidence
from screening.features.part_pair import PartAgreement, compare_parts
from screening.model import MODEL, PartOutcome
from screening.name_parts import read_part
from screening.prepared import prepare_list, prepare_traveller


def bits(surname, given, *listed):
    lists = prepare_list(snapshot(record("R", *listed), *FILLERS), MODEL)
    found = name_evidence(prepare_traveller(traveller(surname, given)).names, lists.records[0].names, MODEL)
    return found.bits if found else None


def outcome(one, other):
    agreement = compare_parts(read_part(one, family=True), read_part(other, family=True))
    return agreement and agreement.outcome


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("HOXHA", "HOXHA", PartOutcome.EQUAL),
        ("MOHAMMED", "MOHAMED", PartOutcome.ROMANISATION),
        ("MUHAMMAD", "MOHAMED", PartOutcome.VOWELS),
        ("KRASHTAJ", "KRASHTAM", PartOutcome.ONE_ERROR),
        ("BARZANOVIC", "BRAZANOVIC", PartOutcome.VOWELS),
        ("GRIBNOV", "GIRDNOV", PartOutcome.TWO_ERRORS),
        ("ALEXANDROVICH", "ALEXANDR", PartOutcome.TRUNCATED),
        ("K", "KRASHTAJ", PartOutcome.INITIAL),
        ("K", "HOXHA", None),
        ("ALI", "ILI", None),
        ("HOXHA", "GASHI", None),
    ],
)
def test_how_parts_agree(one, other, expected):
    assert outcome(one, other) == expected
    assert outcome(other, one) == expected


LISTED = name("KRASHTAJ", "ARDIT ILIR")


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("KRASHTAJ", "ARDIT ILIR"), ("KRASHTAJ", "ARDIT")),
        (("KRASHTAJ", "ARDIT"), ("KRASHTAJ", "BESNIK")),
        (("KRASHTAJ", "ARDIT"), ("ARDIT", None)),
        (("KRASHTAJ", "ARDIT"), ("KRASHTAM", "ARDIT")),
        (("KRASHTAJ", "A"), ("KRASHTAJ", "B")),
        (("KRASHTAJ", "ARDIT"), ("KRASHTAJ", "ARDIT VLADIMIR")),
    ],
)
def test_monotone(better, worse):
    assert bits(*better, LISTED) > bits(*worse, LISTED)


def test_fields_and_order_do_not_matter():
    straight = bits("KRASHTAJ", "ARDIT ILIR", LISTED)
    assert bits("ARDIT ILIR", "KRASHTAJ", LISTED) == straight
    assert bits(None, "ILIR KRASHTAJ ARDIT", LISTED) == straight


@settings(max_examples=60, deadline=None)
@given(st.permutations(["KRASHTAM", "ARDIT", "ILIR", "AL", "B"]), st.integers(0, 5), st.permutations([0, 1, 2]))
def test_the_order_of_parts_fields_and_names_changes_nothing(parts, cut, order):
    names = (LISTED, name("KRASHTAJ", "ARDIT BESNIK"), name("ARDIT", "KRASHTAJ ILIR"))
    reference = bits("KRASHTAM", "ARDIT ILIR AL B", *names)
    assert bits(" ".join(parts[:cut]), " ".join(parts[cut:]), *(names[one] for one in order)) == reference


def test_joined_and_split_parts_meet():
    compound = name("ABD AL RAHMAN", "ZUBAIR")
    assert bits("ABDALRAHMAN", "ZUBAIR", compound) > 6
    assert bits("KRASH TAJ", "ARDIT", name("KRASHTAJ", "ARDIT")) > 6
    assert bits("ABDALRAHMANX", None, compound) < bits("ABDALRAHMAN", None, compound)


def test_rare_parts_say_more_than_common_ones():
    assert bits("KRASHTAJ", None, name("KRASHTAJ")) > bits("MOHAMED", None, name("MOHAMED")) + 2


def test_particles_without_a_partner_say_nothing():
    assert bits("AL KRASHTAJ", "ARDIT", name("KRASHTAJ", "ARDIT")) == bits("KRASHTAJ", "ARDIT", name("KRASHTAJ", "ARDIT"))


def test_a_weak_alias_weighs_less_and_the_best_name_counts():
    assert bits("KRASHTAJ", "ARDIT", name("KRASHTAJ", "ARDIT", weak=True)) < bits(
        "KRASHTAJ", "ARDIT", name("KRASHTAJ", "ARDIT")
    )
    assert bits("KRASHTAJ", "ARDIT", name("OTHER", "NAME"), LISTED) == bits("KRASHTAJ", "ARDIT", LISTED)


def test_every_spelling_of_a_listed_name_is_found():
    for surname in ("DJORDJEVIC", "DORDEVIC"):
        assert bits(surname, "ZARKO", name("Ђорђевић", "Жарко")) == bits(surname, "ZARKO", name(surname, "ZARKO"))


def test_a_name_nobody_has_is_no_evidence():
    assert bits(None, "XXX", LISTED) is None


def test_pieces_add_up_and_explain_themselves():
    lists = prepare_list(snapshot(ARDIT), MODEL)
    found = name_evidence(prepare_traveller(traveller("KRASHTAM", "ARDIT BESNIK")).names, lists.records[0].names, MODEL)
    assert found.bits == sum(piece.weight for piece in found.pieces)
    evidence = [piece.evidence() for piece in found.pieces]
    assert [one.outcome for one in evidence] == ["equal", "one_error", "not_all_parts_agree", "traveller_has_more"]
    assert evidence[1].explanation == "KRASHTAM and KRASHTAJ differ by one letter."


CLAIMS = st.builds(
    lambda value, one, other: Pair(float(value), 1 << one, 1 << other, PartAgreement(PartOutcome.EQUAL, 1.0), "A", "B"),
    st.integers(1, 9),
    st.integers(0, 3),
    st.integers(0, 3),
)


@settings(max_examples=100)
@given(st.lists(CLAIMS, max_size=8))
def test_the_alignment_is_the_best_there_is(claims):
    def best(rest, ours, theirs):
        if not rest:
            return 0.0
        first, *others = rest
        left = best(others, ours, theirs)
        if first.traveller_mask & ours or first.listed_mask & theirs:
            return left
        return max(left, first.bits + best(others, ours | first.traveller_mask, theirs | first.listed_mask))

    chosen = best_alignment(claims)
    assert sum(pair.bits for pair in chosen) == best(claims, 0, 0)
    assert len({pair.traveller_mask for pair in chosen}) == len({pair.listed_mask for pair in chosen}) == len(chosen)


def test_many_competing_pairs_are_taken_greedily():
    size = PAIRS_EXACT_MAX
    claims = [
        Pair(2.0 if one == other else 1.0, 1 << one, 1 << other, PartAgreement(PartOutcome.EQUAL, 1.0), "A", "A")
        for one in range(size)
        for other in range(size)
    ]
    assert sum(pair.bits for pair in best_alignment(claims)) == 2.0 * size


def test_a_joined_word_says_no_more_than_one_part_can():
    assert bits("ALMONTE", None, name("U LI MYINT")) < MODEL.rarity.bits_max
    assert bits("QERIMZANI", None, name("QERIM ZANI")) <= MODEL.rarity.bits_max


def test_names_of_relatives_saturate():
    family = name("QERIMZANI", "BUJARENDI SHPENDARAJ FLAKARENDA")
    assert bits("QERIMZANI", "BUJARENDI SHPENDARAJ FLAKARENDA", family) == MODEL.name_bits_max
    assert bits("QERIMZANI", "BUJARENDI SHPENDARAJ", family) < MODEL.name_bits_max
