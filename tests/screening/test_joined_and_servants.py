"""Names whose parts stand in other fields, or in one word: what meets, and what does not."""

import pytest
from screening_samples import DAY, FILLERS, name, record, snapshot, traveller

from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.features.names import name_evidence
from screening.index.packed.packed_index import KernelKind, PackedIndex
from screening.index.pruned import PrunedIndex
from screening.model import MODEL, NameOutcome
from screening.name_parts import read_name
from screening.prepared import prepare_list, prepare_traveller
from screening.prepared_names import WHOLE_FIELD_PARTS_MAX, joined_words

BUILDERS = (
    ExhaustiveIndex,
    PrunedIndex,
    PackedIndex.of,
    lambda listed: PackedIndex.of(listed, KernelKind.PORTABLE),
)

SAME = [
    (("AGHAEI", "MORTEZA MIR"), ("MIRAGHAEI", "MORTEZA")),
    (("KHATTALAH", "AHMED ABU"), ("ABUKHATTALAH", "AHMED")),
    (("REHMAN", "ABD UR"), ("ABDURREHMAN", None)),
    (("AZIZ", "ABDUL"), ("AL AZIZ", "ABD")),
    (("SAMAD", "ABDUS"), ("ABDUSSAMAD", None)),
    (("MALIKZAY", "ASIM RAFIQ ZUBAIR FAHIM"), ("MALIKZAY", "ASIMRAFIQZUBAIRFAHIM")),
    (("KRASHTAJ", "ENGINEER ARDIT"), ("KRASHTAJ", "ARDIT")),
    (("PETRUSHKOV", "OLEG VLADIMIROVICH"), ("PETRUSHKOV", "ALEH ULADZIMIRAVICH")),
    (("RAHARJOKUSUMA", "MOHD"), ("RAHARJOKUSUMA", "MUHAMMAD")),
]


def outcomes(asked, listed):
    lists = prepare_list(snapshot(record("R", name(*listed)), *FILLERS), MODEL)
    found = name_evidence(prepare_traveller(traveller(*asked)).names, lists.records[0].names, MODEL)
    return {piece.outcome for piece in found.pieces}


@pytest.mark.parametrize(("one", "other"), SAME)
def test_every_part_finds_its_partner(one, other):
    for asked, listed in ((one, other), (other, one)):
        assert NameOutcome.INCOMPLETE not in outcomes(asked, listed)


@pytest.mark.parametrize(("one", "other"), SAME)
@pytest.mark.parametrize("build", BUILDERS)
def test_every_index_finds_them(build, one, other):
    for asked, listed in ((one, other), (other, one)):
        index = build(prepare_list(snapshot(record("R", name(*listed), birth_dates=("1970-05-05",)), *FILLERS), MODEL))
        found = screen([traveller(*asked, "1970-05-05")], index, DAY)
        assert [match.record.record.record_id for match in found] == ["R"]


def test_a_rank_glued_to_a_given_name():
    assert NameOutcome.INCOMPLETE not in outcomes(("TAWILZAY", "MAJORGENERALFUADIN"), ("TAWILZAY", "FUADIN"))
    assert NameOutcome.INCOMPLETE not in outcomes(("TAWILZAY", "SHEIKHFUADINBESNIK"), ("TAWILZAY", "FUADIN BESNIK"))


def words(surname, given):
    return {run.word.text for run in joined_words(read_name(surname, given)[0].parts)}


def test_no_word_ends_in_an_article():
    assert words("SALAMKAR", "ABD AL") == {"ALSALAMKAR", "ABDALSALAMKAR"}


def test_a_long_given_name_does_not_begin_the_surname():
    assert words("HOXHA", "ILIR") == set()
    assert words("HIENG", "HING BUN") == {"HINGBUN", "BUNHIENG", "HINGBUNHIENG"}


def test_all_given_names_as_one_word():
    given = [f"GIVENNAME{letter}" for letter in "ABCDEFG"]
    assert "".join(given[:4]) in words("HOXHA", " ".join(given[:4]))
    assert "".join(given) not in words("HOXHA", " ".join(given))
    assert len(given) > WHOLE_FIELD_PARTS_MAX


@pytest.mark.parametrize(("one", "other"), [("IVANOV", "IVANOVA"), ("KOVALSKI", "KOVALSKA"), ("PAPADOPOULOS", "PAPADOPOULOU")])
def test_feminine_endings_agree_but_are_not_equal(one, other):
    found = outcomes((one, "ZORKANA"), (other, "ZORKANA"))
    assert NameOutcome.INCOMPLETE not in found
    assert found & {"vowels", "one_error"}


def test_what_is_left_is_said_once():
    pieces = name_evidence(
        prepare_traveller(traveller("KRASHTAJ", "ARDIT BESNIK AGRON")).names,
        prepare_list(snapshot(record("R", name("KRASHTAJ", "ILIR")), *FILLERS), MODEL).records[0].names,
        MODEL,
    ).pieces
    assert [piece.outcome for piece in pieces].count(NameOutcome.INCOMPLETE) == 1
    whole = outcomes(("KRASHTAJ", "ILIR"), ("KRASHTAJ", "ILIR"))
    assert NameOutcome.INCOMPLETE not in whole
