"""Any script to Latin letters: ICAO 9303 part 3 section 6, and the spellings of national passports beside it.

One letter often has several customs: `Ü` is `UE` in a machine readable zone and `U` on a ticket, `Đ` is `D` for ICAO and `DJ`
in a Belgrade passport, Cyrillic `Ж` is `ZH` for ICAO and `Z` in the Balkans, Arabic `ش` is `XSH` or `SH`. Guessing between
them would lose people, so `spellings` returns every custom as a whole text of its own, ICAO's first. Scripts without a table
of ours are spelled by the library `anyascii`; a letter that it does not know either becomes a space, and `unread` names it.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

from screening.scripts import arabic, cyrillic, greek, hebrew, latin
from screening.scripts.cyrillic import CyrillicCustom

_NOT_A_LETTER = re.compile(r"[^A-Z]+")
_ICAO_FILLED = re.compile(r"(?<=[NU])XX")
"""Ñ may be NXX and Ü may be UXX in a machine readable zone."""
_LETTERS_KEPT_MAX = 20_000  # more than all letters that lists use; about 2 MB
_REPLACED = "\ufffd"  # what a sender's system puts where it lost a letter
_NOBODYS_LETTERS = frozenset({"Co", "Cn"})  # for private use, or not in Unicode as we know it
_SILENT = frozenset("ЬЪьъـء")


class _Custom(NamedTuple):
    latin: Mapping[str, str]
    cyrillic: CyrillicCustom
    usual: bool
    eastern: bool = False


_ICAO = _Custom(latin.ICAO, cyrillic.ICAO, usual=False)


def spellings(text: str) -> tuple[str, ...]:
    """The text in ASCII upper case, once per custom, ICAO's first."""
    return tuple(dict.fromkeys(one for (one,) in customs_of_fields(text)))


def customs_of_fields(*fields: str) -> list[tuple[str, ...]]:
    """All fields of one name, once per custom: what tells a language in one field holds for the others."""
    whole = "<".join(fields)
    if whole.isascii():
        upper = tuple([field.upper() for field in fields])
        return _with_codes_read(upper) if "X" in whole or "x" in whole else [upper]
    composed = [_composed(field) for field in fields]
    return [tuple(_spell(field, custom) for field in composed) for custom in _customs_of("".join(composed))]


def unread(text: str) -> str:
    """The letters of the text that nobody here can read, each once."""
    if text.isascii():
        return ""
    return "".join(dict.fromkeys(one for one in _composed(text) if _is_letter(one) and not _readable(one)))


def _is_letter(one: str) -> bool:
    return one.isalpha() or one == _REPLACED or unicodedata.category(one) in _NOBODYS_LETTERS


def _readable(one: str) -> bool:
    return one in _SILENT or any(_spell(one, custom).strip() for custom in (_ICAO, _ICAO._replace(usual=True)))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper().replace("İ", "I")


def _with_codes_read(fields: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Letters X may be codes of a machine readable zone: then the fields as they came, and as they are usually spelled."""
    if any(arabic.carries_codes(field) for field in fields):
        decoded = [arabic.from_codes(field) for field in fields]
        return [fields, *(tuple(arabic.usual(one, eastern=eastern) for one in decoded) for eastern in (False, True))]
    return list(dict.fromkeys([fields, tuple(_ICAO_FILLED.sub("", field) for field in fields)]))


def _customs_of(text: str) -> list[_Custom]:
    cyrillics = cyrillic.customs_of(text) if cyrillic.occurs(text) else (cyrillic.ICAO,)
    between = [_Custom(latin.NATIONAL, one, usual=True) for one in cyrillics[1:-1]]
    last = _Custom(latin.NATIONAL, cyrillics[-1], usual=True)
    return [_ICAO, *between, last, *([last._replace(eastern=True)] if arabic.occurs(text) else [])]


def _spell(text: str, custom: _Custom) -> str:
    if cyrillic.occurs(text):
        text = cyrillic.spell(text, custom.cyrillic)
    if greek.occurs(text):
        text = greek.spell(text, usual=custom.usual)
    if arabic.occurs(text):
        text = arabic.usual(text, eastern=custom.eastern) if custom.usual else arabic.icao(text)
    if hebrew.occurs(text):
        text = hebrew.spell(text)
    return "".join([letter if letter.isascii() else custom.latin.get(letter) or _plain(letter) for letter in text])


@lru_cache(maxsize=_LETTERS_KEPT_MAX)
def _plain(letter: str) -> str:
    """The base letter without its marks, else what the library makes of it, else a space. Syllables stand apart."""
    if unicodedata.combining(letter):
        return ""
    base = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    if base.isascii() and base:
        return base.upper()
    found = anyascii(letter) if letter.isalpha() or unicodedata.category(letter) in ("Mc", "Mn") else ""
    syllable = " " if unicodedata.category(letter) == "Lo" and found[:1].isupper() else ""
    return syllable + _NOT_A_LETTER.sub("", found.upper()) or " "
