"""Text as sent, to words of A-Z. Nothing is lost: the raw text stays with the traveller and the record."""

import re

from screening.transliterate import customs_of_fields, spellings

_NOT_A_LETTER = re.compile(r"[^A-Z]+")
_NO_NUMBER = re.compile(r"[^A-Z0-9]")
_APOSTROPHES = re.compile(r"['`’ʼʻ]")

ABSENT_MARKERS = frozenset({"FNU", "LNU", "XXX", "XX", "NFN", "NLN", "NMN", "UNKNOWN"})
"""What carriers and embassies write where a name is missing: first name unknown, last name unknown, no first name."""


def words(text: str | None) -> tuple[str, ...]:
    """The words of a text, A-Z, by ICAO's spelling. Fillers (`<`), digits and punctuation part words; apostrophes do not."""
    return next(iter(all_words(text)), ())


def all_words(text: str | None) -> tuple[tuple[str, ...], ...]:
    """As `words`, once per spelling custom; empty where nothing is left but markers of absence."""
    if not text:
        return ()
    split = (_split(spelling) for spelling in spellings(_APOSTROPHES.sub("", text)))
    return tuple(dict.fromkeys(found for found in split if found))


def words_of_fields(*fields: str | None) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The words of each field of one name, once per custom that all fields are spelled by."""
    bare = [_APOSTROPHES.sub("", field) if field else "" for field in fields]
    spellings_of = customs_of_fields(*bare)
    if len(spellings_of) == 1:
        return (tuple([_split(field) for field in spellings_of[0]]),)
    return tuple(dict.fromkeys(tuple(map(_split, spelled)) for spelled in spellings_of))


def words_alone(field: str) -> tuple[str, ...] | None:
    """The words of a field of plain letters, which are the same whatever the other fields of the name say; None of any other.

    One custom of such a field alone is one custom of it beside any field of which the same holds."""
    if not field.isascii():
        return None
    spelled = customs_of_fields(_APOSTROPHES.sub("", field))
    return _split(*spelled[0]) if len(spelled) == 1 else None


def _split(spelling: str) -> tuple[str, ...]:
    letters = spelling.replace(" ", "")
    plain = letters.isalpha() and letters.isascii() and letters.isupper()
    found = spelling.split() if plain else _NOT_A_LETTER.split(spelling)
    return tuple([word for word in found if word and word not in ABSENT_MARKERS])


def document_number(text: str | None) -> str:
    """A document number without fillers and spaces: A-Z and 0-9, upper case; empty where none."""
    upper = (text or "").upper()
    return upper if upper.isascii() and upper.isalnum() else _NO_NUMBER.sub("", upper)
