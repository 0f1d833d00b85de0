"""Names as the machine readable zone of a passport carries them: A to Z and spaces.

The tables follow ICAO 9303-3 section 6 where it has a recommendation (Latin letters, Cyrillic) and the usual passport
romanisation of the country where it differs (Bulgaria, North Macedonia, Greece).
"""

import re
import unicodedata
from collections.abc import Mapping

LATIN: Mapping[str, str] = {
    "Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "SS", "ẞ": "SS", "Å": "AA", "Æ": "AE", "Ø": "OE", "Đ": "D", "Ł": "L", "Œ": "OE",
    "Þ": "TH", "Ð": "D", "İ": "I", "Ə": "A", "ʼ": "", "’": "", "'": "",
}  # fmt: skip
TURKISH: Mapping[str, str] = {"Ö": "O", "Ü": "U", "Ä": "A", "Å": "A"}
"""Turkish passports drop the dots where German ones write AE, OE, UE."""


def _rules(letters: str, latin: str) -> dict[str, str]:
    """Letter by letter; the texts on the right are apart by spaces, `-` stands for nothing."""
    return {letter: text.strip("-") for letter, text in zip(letters, latin.split(), strict=True)}


RUSSIAN = _rules(
    "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
    "A B V G D E E ZH Z I I K L M N O P R S T U F KH TS CH SH SHCH IE Y - E IU IA",
)
UKRAINIAN = RUSSIAN | {"Г": "H", "Ґ": "G", "Є": "IE", "И": "Y", "І": "I", "Ї": "I", "Щ": "SHCH", "Ь": ""}
BULGARIAN = RUSSIAN | {"Х": "H", "Щ": "SHT", "Ъ": "A", "Й": "Y", "Ю": "YU", "Я": "YA", "Ь": "Y"}
MACEDONIAN = RUSSIAN | {
    "Ѓ": "GJ", "Ѕ": "DZ", "Ј": "J", "Љ": "LJ", "Њ": "NJ", "Ќ": "KJ", "Џ": "DJ", "Ж": "ZH", "Х": "H", "Ц": "C",
}  # fmt: skip
GREEK = _rules("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", "A V G D E Z I TH I K L M N X O P R S T Y F CH PS O")
_GREEK_PAIRS = {"ΟΥ": "OU", "ΜΠ": "B", "ΓΓ": "NG", "ΓΧ": "NCH", "ΑΥ": "AV", "ΕΥ": "EV"}
_NOT_A_LETTER = re.compile(r"[^A-Z]+")


def to_mrz(text: str, table: Mapping[str, str] = LATIN) -> str:
    """The name in A to Z and single spaces. A letter without a rule gives its base letter, anything else a space."""
    upper = unicodedata.normalize("NFC", text).upper()
    if table is GREEK:
        upper = _greek_pairs(_without_accents(upper))
    mapped = "".join(table.get(char, LATIN.get(char, char)) for char in upper)
    return _NOT_A_LETTER.sub(" ", _without_accents(mapped)).strip()


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _greek_pairs(text: str) -> str:
    for pair, latin in _GREEK_PAIRS.items():
        text = text.replace(pair, latin)
    return text
