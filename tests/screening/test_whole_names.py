"""Names that are cut, filled, titled, single or too long: what is left of them is compared, and what is not is said."""

import pytest
from screening_samples import DAY, FILLERS, name, record, snapshot, traveller

from parsers.paxlst.names import read_name as read_as_sent
from schemas.traveller import NAME_PARTS_MAX
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.packed.packed_index import KernelKind, PackedIndex
from screening.index.pruned import PrunedIndex
from screening.model import MODEL, NameOutcome
from screening.name_parts import read_name
from screening.prepared import prepare_list, prepare_traveller

HUNDRED = " ".join(f"{chr(65 + one // 26)}{chr(65 + one % 26)}ROS" for one in range(100))


def outcomes(asked, *listed, floor=-1000.0):
    (found,) = screen([asked], ExhaustiveIndex(prepare_list(snapshot(record("R", *listed)), MODEL)), DAY, floor)
    return {piece.outcome: piece.explanation for piece in found.evidence}


def alerted(surname, given, listed, birth_date="1981-04-17"):
    lists = prepare_list(snapshot(record("R", listed, birth_dates=("1981-04-17",)), *FILLERS), MODEL)
    found = screen([traveller(surname, given, birth_date)], ExhaustiveIndex(lists), DAY)
    return [match.record.record.record_id for match in found]


def texts(surname, given=None):
    return [[part.text for part in one.parts] for one in read_name(surname, given)]


def test_a_name_of_a_hundred_parts_says_that_it_was_cut():
    (reading,) = prepare_traveller(traveller(HUNDRED, "KRASHTAJ")).names
    assert (len(reading.parts), reading.dropped) == (NAME_PARTS_MAX, 101 - NAME_PARTS_MAX)


def test_a_word_that_is_two_parts_counts_as_two_where_the_name_is_cut():
    words = " ".join(["ABDUL", *(chr(65 + number // 26) + chr(65 + number % 26) * 3 for number in range(NAME_PARTS_MAX - 1))])
    (reading,) = read_name(words, None)
    assert (len(reading.parts), reading.dropped) == (NAME_PARTS_MAX, 1)
    said = outcomes(traveller(HUNDRED), name("AAROS"))
    assert said[NameOutcome.PARTS_DROPPED].startswith(f"Only the first {NAME_PARTS_MAX} words were compared")
    assert NameOutcome.PARTS_DROPPED in outcomes(traveller("AAROS"), name(HUNDRED)), "of a listed name too"
    assert NameOutcome.PARTS_DROPPED not in outcomes(traveller("AAROS"), name("AAROS"))


@pytest.mark.parametrize("make", [PrunedIndex, PackedIndex.of, lambda lists: PackedIndex.of(lists, KernelKind.PORTABLE)])
def test_indexes_find_it_as_the_oracle_does(make):
    lists = prepare_list(snapshot(record("R", name(HUNDRED)), *FILLERS), MODEL)
    asked = [traveller(HUNDRED), traveller("AAROS", "ABROS")]
    assert screen(asked, make(lists), DAY, -1000.0) == screen(asked, ExhaustiveIndex(lists), DAY, -1000.0)


def test_the_receipt_says_it_too():
    assert "name_parts_too_many" in read_as_sent([HUNDRED, "A"]).remarks
    assert "name_parts_too_many" not in read_as_sent([" ".join(HUNDRED.split()[: NAME_PARTS_MAX - 1]), "A"]).remarks


def test_letters_that_nobody_reads_are_said():
    assert NameOutcome.LETTERS_UNREAD in outcomes(traveller("KRASHTAJ", "\ufffdRDIT"), name("KRASHTAJ"))
    assert NameOutcome.LETTERS_UNREAD not in outcomes(traveller("KRASHTAJ", "Ärdit"), name("KRASHTAJ"))


@pytest.mark.parametrize("letters", [31, 39])
def test_names_cut_at_the_end_of_a_zone(letters):
    whole = "PAPATHANASOPOULOS<<KONSTANTINOS<ALEXANDROS"
    surname, _, given = whole[:letters].partition("<<")
    assert alerted(surname, given, name("PAPATHANASOPOULOS", "KONSTANTINOS ALEXANDROS")) == ["R"]


def test_a_surname_cut_in_the_middle():
    assert alerted("WICKRAMASINGHAGE", "D", name("WICKRAMASINGHAGEKUMARA", "DAMITH")) == ["R"]


def test_fillers_part_words():
    assert texts("KRASHTAJ<<<", "ARDIT<ILIR<<<<<<") == [["ARDIT", "ILIR", "KRASHTAJ"]]


@pytest.mark.parametrize(
    "title",
    [
        "MR",
        "MRS",
        "DR",
        "PROF",
        "ENG",
        "HAJI",
        "HAJJI",
        "ALHAJ",
        "SHEIKH",
        "MULLAH",
        "USTAD",
        "MUHANDIS",
        "HERR",
        "FRAU",
        "MME",
        "SENOR",
        "HACI",
        "GOSPODIN",
        "ZOTI",
        "CAPT",
    ],
)
def test_titles_that_stand_apart(title):
    assert texts("HOXHA", f"{title} ILIR") == texts("HOXHA", f"ILIR {title}") == [["ILIR", "HOXHA"]]


@pytest.mark.parametrize("title", ["MR", "MRS", "MS", "MISS", "MSTR", "DR", "PROF", "CHD"])
def test_titles_that_are_glued_are_an_additional_reading(title):
    readings = [[part.text for part in one.parts] for one in prepare_traveller(traveller("HOXHA", f"ILIR{title}")).names]
    assert readings == [[f"ILIR{title}", "HOXHA"], ["ILIR", "HOXHA"]]


@pytest.mark.parametrize("marker", ["FNU", "LNU", "XXX", "XX", "NFN", "NLN", "NMN", "UNKNOWN"])
def test_markers_of_absence_are_no_part(marker):
    assert texts("KRASHTAJ", marker) == texts(marker, "KRASHTAJ") == [["KRASHTAJ"]]
    assert texts(marker, marker) == []


def test_a_single_name_in_either_field_and_repeated():
    assert alerted("KRASHTAJ", None, name(None, "KRASHTAJ")) == ["R"]
    assert alerted(None, "KRASHTAJ", name("KRASHTAJ")) == ["R"]
    assert alerted("KRASHTAJ", "KRASHTAJ", name("KRASHTAJ")) == ["R"]
    assert alerted("KRASHTAJ", "FNU", name("KRASHTAJ")) == ["R"]


def test_initials():
    assert alerted("KRASHTAJ", "A.", name("KRASHTAJ", "ARDIT")) == ["R"]
    assert alerted("KRASHTAJ", "A", name("KRASHTAJ", "A")) == ["R"]
    assert alerted("K", "A", name("KRASHTAJ", "ARDIT")) == [], "initials alone are no ground"


def test_parts_joined_or_apart():
    assert alerted("KIM", "JONGCHOL", name("KIM", "JONG CHOL")) == ["R"]
    assert alerted("KIM", "JONG-CHOL", name("KIM", "JONGCHOL")) == ["R"]
    assert alerted("ABDURRAHMAN", "ZUBAIR", name("ABD AL RAHMAN", "ZUBAIR")) == ["R"]
    assert alerted("GARCIA Y LOPEZ", "JUAN", name("GARCIA LOPEZ", "JUAN")) == ["R"]
    assert alerted("ALHASSANI", "FAHIM", name("AL HASSANI", "FAHIM")) == ["R"]
    assert alerted("OULD KRASHTAJ", "ARDIT", name("KRASHTAJ", "ARDIT")) == ["R"]
