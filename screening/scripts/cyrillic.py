"""Cyrillic: ICAO 9303's table, and the customs of the states whose passports carry the script.

- `BALKAN`: the Latin alphabets of Serbia, Montenegro, Bosnia and North Macedonia without their marks, as tickets carry them.
- `BULGARIAN`: the Transliteration Act of 2009.
- `UKRAINIAN`: resolution 55 of 2010; letters at the beginning of a word differ.
- `RUSSIAN`: the order before 2013 (GOST style: YU, YA, YE). ICAO's own table is in force since.
- `FRENCH`: Soviet and Russian passports until 1997 (JOUKOV, POUCHKINE).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class CyrillicCustom(NamedTuple):
    """`letters` by themselves or in groups, the longest first; `initial`: other spellings at the beginning of a word."""

    letters: Mapping[str, str]
    initial: Mapping[str, str]


_ICAO = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ё": "E", "Ж": "ZH", "З": "Z", "И": "I", "Й": "I", "К": "K",
    "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F", "Х": "KH", "Ц": "TS",
    "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "IE", "Ы": "Y", "Ь": "", "Э": "E", "Ю": "IU", "Я": "IA", "І": "I", "Ї": "I",
    "Є": "IE", "Ґ": "G", "Ў": "U", "Ђ": "D", "Ј": "J", "Љ": "LJ", "Њ": "NJ", "Ћ": "C", "Џ": "DZ", "Ѓ": "G", "Ќ": "K", "Ѕ": "DZ",
}  # fmt: skip
_BALKAN = _ICAO | {
    "Ж": "Z", "Х": "H", "Ц": "C", "Ч": "C", "Ш": "S", "Щ": "ST", "Ъ": "A", "Й": "Y", "Ю": "YU", "Я": "YA", "Ђ": "DJ",
    "Ѓ": "GJ", "Ќ": "KJ",
}  # fmt: skip
_BULGARIAN = _ICAO | {"Х": "H", "Щ": "SHT", "Ъ": "A", "Ь": "Y", "Й": "Y", "Ю": "YU", "Я": "YA"}
_UKRAINIAN = _ICAO | {"Г": "H", "И": "Y", "ЗГ": "ZGH"}
_UKRAINIAN_INITIAL = {"Є": "YE", "Ї": "YI", "Й": "Y", "Ю": "YU", "Я": "YA"}
_RUSSIAN = _ICAO | {"Ю": "YU", "Я": "YA", "Й": "Y", "Ё": "YE", "Ъ": ""}
_FRENCH = _ICAO | {
    "Ж": "J", "Ч": "TCH", "Ш": "CH", "Щ": "CHTCH", "У": "OU", "Ю": "IOU", "Ъ": "", "ИЙ": "I", "ГЕ": "GUE", "ГИ": "GUI",
}  # fmt: skip

ICAO = CyrillicCustom(_ICAO, {})
BALKAN = CyrillicCustom(_BALKAN, {})
BULGARIAN = CyrillicCustom(_BULGARIAN, {})
UKRAINIAN = CyrillicCustom(_UKRAINIAN, _UKRAINIAN_INITIAL)
RUSSIAN = CyrillicCustom(_RUSSIAN, {"Е": "YE"})
FRENCH = CyrillicCustom(_FRENCH, {})

_TELLING: Sequence[tuple[frozenset[str], tuple[CyrillicCustom, ...]]] = (
    (frozenset("ЂЈЉЊЋЏЃЌЅ"), (ICAO, BALKAN)),
    (frozenset("ІЇЄҐЎ"), (ICAO, UKRAINIAN)),
    (frozenset("ЫЭЁ"), (ICAO, RUSSIAN, FRENCH)),
)
_ANY = (ICAO, RUSSIAN, FRENCH, UKRAINIAN, BULGARIAN, BALKAN)


def customs_of(text: str) -> tuple[CyrillicCustom, ...]:
    """The customs a text in upper case may have been spelled by: letters of one language tell, else all of them."""
    return next((customs for letters, customs in _TELLING if letters.intersection(text)), _ANY)


def occurs(text: str) -> bool:
    """Whether any letter is Cyrillic."""
    return any("Ѐ" <= letter <= "ԯ" for letter in text)


def spell(text: str, custom: CyrillicCustom) -> str:
    """The text in upper case with its Cyrillic letters replaced; other letters stay."""
    found, at, inside = [], 0, False
    while at < len(text):
        size = 2 if text[at : at + 2] in custom.letters else 1
        group = text[at : at + size]
        latin = None if inside else custom.initial.get(group)
        found.append(custom.letters.get(group, group) if latin is None else latin)
        inside = text[at].isalpha()
        at += size
    return _final_ine("".join(found)) if custom is FRENCH else "".join(found)


def _final_ine(text: str) -> str:
    """French adds a mute E that keeps a final N from becoming nasal: POUCHKINE."""
    return " ".join(word + "E" if word.endswith("IN") else word for word in text.split(" "))
