"""Any script the tables know, to Latin letters: ICAO 9303 part 3 section 6, and the spellings of national passports beside it.

One letter often has two customs: `Ü` is `UE` in a machine readable zone and `U` on a ticket, `Đ` is `D` for ICAO and `DJ`
in a Belgrade passport, Cyrillic `Ж` is `ZH` for ICAO and `Z` in the Balkans. Guessing between them would lose people, so
`spellings` returns every custom as a whole text of its own, ICAO's first.
"""

import unicodedata

_ICAO_LATIN = {
    "Ä": "AE", "Æ": "AE", "Å": "AA", "Ö": "OE", "Ø": "OE", "Œ": "OE", "Ü": "UE", "ß": "SS", "ẞ": "SS", "Þ": "TH", "Ð": "D",
    "Đ": "D", "Ł": "L", "Ħ": "H", "Ŧ": "T", "ı": "I", "Ĳ": "IJ", "Ŋ": "N", "Ə": "A",
}  # fmt: skip
_NATIONAL_LATIN = _ICAO_LATIN | {"Ä": "A", "Å": "A", "Ö": "O", "Ø": "O", "Ü": "U", "Đ": "DJ", "Ð": "DH", "Ə": "E"}

_ICAO_CYRILLIC = {
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ё": "E", "Ж": "ZH", "З": "Z", "И": "I", "Й": "I", "К": "K",
    "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F", "Х": "KH", "Ц": "TS",
    "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "IE", "Ы": "Y", "Ь": "", "Э": "E", "Ю": "IU", "Я": "IA", "І": "I", "Ї": "I",
    "Є": "IE", "Ґ": "G", "Ў": "U", "Ђ": "D", "Ј": "J", "Љ": "LJ", "Њ": "NJ", "Ћ": "C", "Џ": "DZ", "Ѓ": "G", "Ќ": "K", "Ѕ": "DZ",
}  # fmt: skip
_BALKAN_CYRILLIC = _ICAO_CYRILLIC | {
    "Ж": "Z", "Х": "H", "Ц": "C", "Ч": "C", "Ш": "S", "Щ": "ST", "Ъ": "A", "Й": "Y", "Ю": "YU", "Я": "YA", "Ђ": "DJ",
    "Ѓ": "GJ", "Ќ": "KJ",
}  # fmt: skip

_GREEK = {
    "ΟΥ": "OU", "ΑΥ": "AV", "ΕΥ": "EV", "ΗΥ": "IV", "ΓΓ": "NG", "ΓΞ": "NX", "ΓΧ": "NCH", "Α": "A", "Β": "V", "Γ": "G", "Δ": "D",
    "Ε": "E", "Ζ": "Z", "Η": "I", "Θ": "TH", "Ι": "I", "Κ": "K", "Λ": "L", "Μ": "M", "Ν": "N", "Ξ": "X", "Ο": "O", "Π": "P",
    "Ρ": "R", "Σ": "S", "ς": "S", "Τ": "T", "Υ": "Y", "Φ": "F", "Χ": "CH", "Ψ": "PS", "Ω": "O",
}  # fmt: skip
_GREEK_DIGRAPHS = tuple(key for key in _GREEK if len(key) == 2)

_ICAO = _ICAO_LATIN | _ICAO_CYRILLIC
_NATIONAL = _NATIONAL_LATIN | _BALKAN_CYRILLIC
_KEEP_COMPOSED = frozenset(_ICAO) | frozenset(_NATIONAL)


def spellings(text: str) -> tuple[str, ...]:
    """The text in ASCII upper case, once per custom (one or two, ICAO's first). Letters no table knows become spaces."""
    if text.isascii():
        return (text.upper(),)
    composed = unicodedata.normalize("NFKC", text).upper().replace("İ", "I")
    greek = _without_greek(composed)
    return tuple(dict.fromkeys((_spell(greek, _ICAO), _spell(greek, _NATIONAL))))


def _spell(text: str, table: dict[str, str]) -> str:
    return "".join(table[letter] if letter in table else _plain(letter) for letter in text)


def _plain(letter: str) -> str:
    """The base letter without its marks, or a space where that is no ASCII letter."""
    if unicodedata.combining(letter):
        return ""
    base = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return base.upper() if base.isascii() and base else " "


def _without_greek(text: str) -> str:
    if not any("Ͱ" <= letter <= "Ͽ" or "ἀ" <= letter <= "῿" for letter in text):
        return text
    bare = "".join(letter if letter in _KEEP_COMPOSED else _greek_base(letter) for letter in text)
    for digraph in _GREEK_DIGRAPHS:
        bare = bare.replace(digraph, _GREEK[digraph])
    return "".join(_GREEK.get(letter, letter) for letter in bare)


def _greek_base(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))
