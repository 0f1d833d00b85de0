"""Arabic, Persian, Urdu and Pashto letters: ICAO 9303 part 3's X codes, and the usual romanisation.

Short vowels are not written. The usual romanisation of a common name is in a table (MOHAMMED); of any other it is guessed: a
vowel A stands between consonants, WAW and YEH are vowels between consonants and consonants beside a vowel. Vowels are then
often wrong, and consonants right: such a name meets its passport's spelling under `romanisation.skeleton`. Two readings are
given: H before a consonant opens a syllable and THEH, THAL and DAD are TH, DH and D (MOHAMMED, OTHMAN, FADL), or H closes it
and they are S, Z and Z, as in Persian and Urdu (MAHMUD, OSMAN, FAZL).

`from_codes` goes the other way: a name that a machine readable zone carries in X codes (MXHMD, ALXSHMS), back to Arabic.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from screening.scripts.arabic_names import USUAL_NAMES, key_of
from screening.scripts.rows import pairs_of

_ICAO_ROWS = """
ء XE آ XAA أ XAE ؤ U إ I ئ XI ا A ب B ت T ث XTH ج J ح XH خ XKH د D ذ XDH ر R ز Z س S ش XSH ص XSS ض XDZ ط XTT ظ XZZ ع E غ G
ف F ق Q ك K ل L م M ن N ه H و W ى XAY ي Y ٱ XXA ٹ XXT ټ XRT پ P ځ XKE څ XXH چ XC ڈ XXD ډ XDR ڑ XXR ړ XRR ږ XRX ژ XJ ښ XXS
ک XKK ګ XXK ڭ XNG گ XGG ں XNN ڼ XXN ھ XDO ۀ XYH ہ XXG ۂ XGE ۃ XTG ی XYA ۍ XXY ې Y ے XYB ۓ XBE
"""
ICAO: Mapping[str, str] = pairs_of(_ICAO_ROWS)
"""By letter; TEH MARBUTA, which depends on its place, and vowel signs, which are not encoded, are no rows."""
TEH_MARBUTA, _TEH_MARBUTA_END, _TEH_MARBUTA_INSIDE = "ة", "XAH", "XTA"

_LETTER_OF_CODE = {code: letter for letter, code in ICAO.items()} | {"XAH": TEH_MARBUTA, "XTA": TEH_MARBUTA, "Y": "ي"}
_CODE = re.compile("|".join(sorted(_LETTER_OF_CODE, key=lambda code: (-len(code), code))))
_ONLY_CODES = re.compile(f"(?:{_CODE.pattern})+")
_TELLING_CODE = re.compile(r"X(?:SH|KH|TH|DH|SS|DZ|TT|ZZ|KK|GG|YA|NN|DO|AH\b|H(?=[BCDFGJ-NP-TVWZ]))")
"""Codes that no language spells. XH before a vowel and at the end is Albanian, XE and XI are everybody's."""

_CONSONANT_ROWS = """
ب B ت T ث TH ج J ح H خ KH د D ذ DH ر R ز Z س S ش SH ص S ض D ط T ظ Z غ GH ف F ق Q ك K ل L م M ن N ه H ٹ T ټ T پ P ځ Z څ TS
چ CH ڈ D ډ D ڑ R ړ R ږ ZH ژ ZH ښ SH ک K ګ G ڭ NG گ G ں N ڼ N ھ H ہ H ڤ V
"""
_CONSONANTS: Mapping[str, str] = pairs_of(_CONSONANT_ROWS)
_EASTERN: Mapping[str, str] = {"ث": "S", "ذ": "Z", "ض": "Z"}
_VOWELS: Mapping[str, str] = {
    "ا": "A", "آ": "A", "أ": "A", "ٱ": "A", "ى": "A", "ع": "A", "إ": "I", "ؤ": "U", "ئ": "I", "ې": "E", "ے": "E", "ۓ": "E",
    "ة": "A", "ۃ": "A", "ۀ": "A", "ۂ": "A", "ۍ": "I", "َ": "A", "ُ": "U", "ِ": "I", "ٰ": "A",
}  # fmt: skip
_WAW, _YEH, _FINAL_H = "و", "يی", "هہ"
_ARTICLE, _SERVANT = "ال", "عبد"
_AFTER_ARTICLE_MIN = 3  # letters after the article: shorter words that begin with it are whole (الي)
_WORD = re.compile(r"[؀-ۿݐ-ݿ]+")


def occurs(text: str) -> bool:
    """Whether any letter is Arabic (presentation forms are none after NFKC)."""
    return _WORD.search(text) is not None


def icao(text: str) -> str:
    """The text with its Arabic letters as ICAO codes; vowel signs and the lengthening stroke are left out."""
    return _WORD.sub(lambda found: "".join(_icao_codes(found.group())), text)


def _icao_codes(word: str) -> Iterator[str]:
    for place, letter in enumerate(word):
        if letter == TEH_MARBUTA:
            yield _TEH_MARBUTA_END if place == len(word) - 1 else _TEH_MARBUTA_INSIDE
        else:
            yield ICAO.get(letter, _CONSONANTS.get(letter, ""))


def usual(text: str, *, eastern: bool) -> str:
    """The text with its Arabic words in the usual romanisation. `eastern`: as Persian and Urdu sound."""
    return _WORD.sub(lambda found: f" {_word(found.group(), eastern)} ", text)


def _word(word: str, eastern: bool) -> str:
    known = USUAL_NAMES.get(key_of(word))
    if known is not None:
        return known
    if word.startswith(_SERVANT + _ARTICLE) and len(word) >= len(_SERVANT + _ARTICLE) + _AFTER_ARTICLE_MIN:
        return "ABD " + _word(word.removeprefix(_SERVANT), eastern)
    if word.startswith(_ARTICLE) and len(word) >= len(_ARTICLE) + _AFTER_ARTICLE_MIN:
        return "AL " + _word(word.removeprefix(_ARTICLE), eastern)
    return _guessed(word, eastern)


def _guessed(word: str, eastern: bool) -> str:
    sounds = [(eastern and _EASTERN.get(letter)) or _sound(word, place) for place, letter in enumerate(word)]
    spelled = [sound for sound in sounds if sound]
    found = spelled[:1]
    for before, sound in pairwise(spelled):
        closes = eastern and before == "H" and len(found) > 1
        found += ["A", sound] if _consonant(before) and _consonant(sound) and not closes else [sound]
    return "".join(found)


def _sound(word: str, place: int) -> str:
    letter, last = word[place], place == len(word) - 1
    if letter == _WAW or letter in _YEH:
        beside_vowel = place == 0 or (not last and word[place + 1] in _VOWELS and word[place + 1] != "ع")
        vowel, consonant = ("U", "W") if letter == _WAW else ("I", "Y")
        return consonant if beside_vowel else vowel
    if last and letter in _FINAL_H and place and word[place - 1] in _CONSONANTS:
        return "A"
    return _VOWELS.get(letter) or _CONSONANTS.get(letter, "")


def _consonant(sound: str) -> bool:
    return sound not in {"A", "E", "I", "U"}


def carries_codes(text: str) -> bool:
    """Whether a text of A-Z holds an X code that no language spells."""
    return _TELLING_CODE.search(text) is not None


def from_codes(text: str) -> str:
    """The words of a text of A-Z that consist of ICAO codes, in Arabic; the others stay. A doubled letter is one."""
    return re.sub(r"[A-Z]+", lambda found: _decoded(found.group()), text)


def _decoded(word: str) -> str:
    if not _ONLY_CODES.fullmatch(word):
        return word
    letters = _CODE.sub(lambda found: _LETTER_OF_CODE[found.group()], word)
    return letters[:1] + re.sub(r"(.)\1", r"\1", letters[1:])
