"""From text as sent to parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.traveller import NAME_PARTS_MAX
from screening.name_parts import read_full_name, read_name, without_glued_titles
from screening.normalise import all_words, document_number, words
from screening.romanisation import form, skeleton
from screening.transliterate import spellings


@pytest.mark.parametrize(
    ("text", "icao", "national"),
    [
        ("Đorđević", "DORDEVIC", "DJORDJEVIC"),
        ("Müller", "MUELLER", "MULLER"),
        ("Këlliçi", "KELLICI", "KELLICI"),
        ("Šešelj Žužić", "SESELJ ZUZIC", "SESELJ ZUZIC"),
        ("Жарко", "ZHARKO", "ZARKO"),
        ("Љубица Његош", "LJUBITSA NJEGOSH", "LJUBICA NJEGOS"),
        ("Οὐρανία Ψαρρά", "OURANIA PSARRA", "OURANIA PSARRA"),
        ("Łukasz ılgaz İnönü", "LUKASZ ILGAZ INOENUE", "LUKASZ ILGAZ INONU"),
        ("Kjærgård", "KJAERGAARD", "KJAERGARD"),
    ],
)
def test_letters_of_many_alphabets(text, icao, national):
    assert (spellings(text)[0], spellings(text)[-1]) == (icao, national)


@given(st.text())
def test_whatever_is_sent_becomes_words_of_latin_letters(text):
    for spelling in all_words(text):
        assert spelling
        assert all(word.isascii() and word.isalpha() and word.isupper() for word in spelling)


def test_fillers_and_absence():
    assert words("KRASHTAJ<<ARDIT<ILIR<<<<") == ("KRASHTAJ", "ARDIT", "ILIR")
    assert words("O'BRIEN-SMITH") == ("OBRIEN", "SMITH")
    assert words("FNU") == words("XXX") == words("LNU") == words("  ") == words(None) == ()
    assert read_name("LNU", "FNU") == ()


def test_titles_are_noise_unless_nothing_else_is_left():
    assert [part.text for part in read_name("HOXHA", "DR ILIR MR")[0].parts] == ["ILIR", "HOXHA"]
    assert [part.text for part in read_name("MAJOR", None)[0].parts] == ["MAJOR"]


def test_a_glued_title_gives_an_additional_reading():
    names = read_name("HOXHA", "ANNAMRS")
    assert [[part.text for part in name.parts] for name in without_glued_titles(names)] == [["ANNA", "HOXHA"]]
    assert list(without_glued_titles(read_name("OMR", "OMR"))) == []


def test_a_full_name_is_split_at_its_comma():
    parts = read_full_name("van der Berg, Jan")[0].parts
    assert [(part.text, part.family, part.particle) for part in parts] == [
        ("JAN", False, False),
        ("VAN", True, True),
        ("DER", True, True),
        ("BERG", True, False),
    ]
    assert not any(part.family for part in read_full_name("JAN BERG")[0].parts)


def test_parts_are_bounded():
    assert len(read_name("A " * 500, None)[0].parts) == NAME_PARTS_MAX


@pytest.mark.parametrize(
    "group",
    [
        "MUHAMMAD MOHAMMED MOHAMED MUHAMED",
        "YOUSSEF YUSUF YOUSUF",
        "ALEXEY ALEKSEI ALEKSEY",
        "SULEIMAN SULAYMAN SOLEYMAN",
        "HOXHA HODJA HODZHA",
    ],
)
def test_spellings_of_one_name_share_a_skeleton(group):
    assert len({skeleton(word) for word in group.split()}) == 1


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=35))
def test_classes_are_never_empty(word):
    assert form(word)
    assert skeleton(word)


def test_document_numbers_lose_their_fillers():
    assert document_number("ba-123 456<7") == "BA1234567"
    assert document_number(None) == ""
