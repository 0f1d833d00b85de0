"""Letters of many scripts, each in the customs that passports and tickets carry."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.name_parts import read_name
from screening.romanisation import form, skeleton
from screening.scripts import arabic
from screening.transliterate import customs_of_fields, spellings, unread


def squeezed(text):
    return [" ".join(one.split()) for one in spellings(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("محمد", ["MXHMD", "MOHAMMED"]),
        ("الشمس", ["ALXSHMS", "AL SHAMAS"]),
        ("فاطمة", ["FATTMXAH".replace("TT", "XTT"), "FATIMA"]),
        ("عبدالرحمن", ["EBDALRXHMN", "ABD AL RAHMAN"]),
        ("ژاله", ["XJALH", "ZHALEH"]),
        ("یوسفزی", ["XYAWSFZXYA", "YUSAFAZI"]),
        ("Пушкин", ["PUSHKIN", "POUCHKINE", "PUSHKYN", "PUSKIN"]),
        ("Ельцын", ["ELTSYN", "YELTSYN"]),
        ("Згурський Їжак", ["ZGURSKII IZHAK", "ZGHURSKYI YIZHAK"]),
        ("Ќосе Ѓорѓи", ["KOSE GORGI", "KJOSE GJORGJI"]),
        ("Щерев", ["SHCHEREV", "CHTCHEREV", "SHTEREV", "STEREV"]),
        ("Ευθυμίου Αύγουστος", ["EFTHYMIOU AVGOUSTOS"]),
        ("Μπάρκας Ντόρα Γκίκας", ["BARKAS NTORA GKIKAS", "BARKAS DORA GIKAS"]),
        ("Χρήστος", ["CHRISTOS", "HRISTOS"]),
        ("Ωνάσης Αγγελική", ["ONASIS ANGELIKI"]),
        ("כהן", ["KAHAN"]),
        ("习近平", ["XI JIN PING"]),
        ("김정은", ["GIM JEONG EUN"]),
        ("გიორგი", ["GIORGI"]),
        ("Բագրատ", ["BAGRAT"]),
        ("Këlliçi Œuvre Straße", ["KELLICI OEUVRE STRASSE"]),
        ("ısmail İnce Əliyev", ["ISMAIL INCE ALIYEV", "ISMAIL INCE ELIYEV"]),
    ],
)
def test_each_script_in_its_customs(text, expected):
    assert squeezed(text) == expected


@pytest.mark.parametrize(
    ("written", "passport"),
    [
        ("محمد", "MUHAMMAD"),
        ("محمود", "MAHMUD"),
        ("خالد", "KHALID"),
        ("الشمري", "ALSHAMMARI"),
        ("غلامرضا", "GHOLAMREZA"),
        ("شهباز", "SHAHBAZ"),
        ("قاسمی", "GHASEMI"),
        ("عثماني", "OSMANI"),
        ("جواد", "JAWAD"),
        ("كوهن", "KOHEN"),
        ("יוסף", "YOSEF"),
        ("כהן", "COHEN"),
        ("רבין", "RABIN"),
    ],
)
def test_letters_without_vowels_meet_the_passport_in_their_consonants(written, passport):
    assert skeleton(passport) in {skeleton("".join(one.split())) for one in spellings(written)}


@pytest.mark.parametrize("name", ["محمد", "الشمس", "حسين", "خالد", "يوسف", "فاطمة", "چنگیز", "ضیاء"])
def test_codes_of_a_machine_readable_zone_are_read_back(name):
    (code,) = {arabic.icao(name)}
    usual = " ".join(arabic.usual(name, eastern=False).split())
    if arabic.carries_codes(code):
        assert usual in squeezed(code)
    assert squeezed(code)[0] == code, "the name as it came is a reading too"


def test_codes_in_one_field_tell_about_the_other():
    readings = [[part.text for part in name.parts] for name in read_name("AL<XSHMRY", "YWSF")]
    assert ["YWSF", "AL", "XSHMRY"] in readings
    assert any(form("YOUSEF") in map(form, reading) and "SHAMARI" in reading for reading in readings)


@pytest.mark.parametrize(
    "name", ["HOXHA", "XHAFERI", "XHEMAL", "MAXIM", "XI", "ALEXANDER", "XAVIER", "XENIA", "XHAKA", "HAXH", "DIXON"]
)
def test_names_with_x_are_no_codes(name):
    assert spellings(name) == (name,)


def test_filled_letters_of_a_machine_readable_zone():
    assert spellings("NUNXXEZ") == ("NUNXXEZ", "NUNEZ")
    assert spellings("MUXXLLER")[-1] == "MULLER"


def test_a_custom_holds_for_all_fields():
    assert ("DJORDJEVIC", "ZARKO") in customs_of_fields("Ђорђевић", "Жарко")
    assert len(customs_of_fields("Ђорђевић", "Жарко")) == 2
    assert len(customs_of_fields("MUSTERMANN", "ERIKA")) == 1


def test_readings_of_one_class_are_one():
    assert [[part.text for part in name.parts] for name in read_name("Müller", "Jörg")] == [["JOERG", "MUELLER"]]
    assert 1 < len(read_name("Щербаков", "Цветан Юрий Чавдар")) <= 6


@pytest.mark.parametrize(
    ("text", "letters"), [("SMITH", ""), ("Соловьёва", ""), ("محمّد", ""), ("A\ue000B\ufffd", "\ue000\ufffd"), ("𐤀", "𐤀")]
)
def test_letters_that_nobody_reads_are_named(text, letters):
    assert unread(text) == letters


@settings(max_examples=100)
@given(st.text(st.characters(min_codepoint=0x0590, max_codepoint=0x06FF), max_size=12))
def test_every_hebrew_and_arabic_text_is_spelled(text):
    for one in spellings(text):
        assert one.isascii()
        assert one == one.upper()
