"""A name is a bag of parts. This file cuts it into them and says what each is.

Carriers put surname and given names in either field, join them, split them, glue titles to them (`ANNAMRS`). Parts therefore
keep their field, and stand in the order in which most names are said, given names first; but nothing later depends on the field
being right. Particles (AL, BIN, VAN, DE) float between the parts; titles are noise. A part removed as a title is only removed
where another part remains.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product
from typing import NamedTuple, TypeVar

from schemas.traveller import NAME_PARTS_MAX
from screening.nicknames import NO_CLASS, class_of
from screening.normalise import words_alone, words_of_fields
from screening.romanisation import form, skeleton
from screening.transliterate import unread

_TITLE_WORDS = """
MR MRS MS MSS MISS MSTR MASTER DR PROF SIR LORD LADY DAME HRH HON ENG ING DIPL MAG GEN GENERAL COL COLONEL LT LIEUTENANT MAJOR
CAPT CAPTAIN BRIGADIER SGT REV FR MONSIGNOR JR SR ESQ PHD MD CHD INF SAYYED SHAYKH SHEIKH SHEIK SHAIKH MULLAH MULLA MAULAVI
MAULANA MAWLAWI QARI HAJI HAJJI HAJ HADJI HADJ HACI ALHAJ ALHAJI HAFIZ USTAD USTAZ MUHANDIS HERR FRAU MME MLLE SENOR SENORA
BEY HANIM EFENDI DON DONA SAHIB SAHEB ENGINEER ZOTI ZONJA GOSPODIN GOSPODJA GOSPODA
"""
TITLES = frozenset(_TITLE_WORDS.split())
"""Words that say what somebody is called out of respect, rank or age, not who they are."""

_PARTICLE_WORDS = """
AL EL UL UR US AS ASH AN AR AT AD AZ BIN BEN IBN IBNU BINT BENT BINTI ABU ABOU ABI UMM OULD OULED VELD OF
DE DEL DELA LA LAS LOS DOS DAS DA DI DU LE VAN VON DER DEN TER TEN ZU ZUM Y E I S
OGLU OGLI OGLY KYZY QIZI KIZI ZADE THE DIT
"""
PARTICLES = frozenset(_PARTICLE_WORDS.split())
"""Words that join other parts. Some are names elsewhere; the rarity table knows how little they say."""

ARTICLES = frozenset({"AL", "EL", "UL"})
"""The Arabic article, with which no name ends."""

_SOUNDS_OF_ARTICLES = ("AL", "EL", "UL", "UR", "AR", "US", "AS")
_SERVANTS: Mapping[str, tuple[str, ...]] = {"ABD" + article: ("ABD", article) for article in _SOUNDS_OF_ARTICLES}
"""ABDUL is ABD UL, servant of the one named next: the article may as well be written with that name, or not at all."""

_GLUED_TITLES = ("MSTR", "MISS", "PROF", "MRS", "CHD", "MR", "MS", "DR")
_GLUED_RANKS = ("BRIGADIERGENERAL", "MAJORGENERAL", "BRIGADIER", "GENERAL", "COLONEL", "SHEIKH", "SHEIK", "SHAYKH", "SHAIKH")
"""Ranks before a given name, in systems that write all given names as one word."""
_GLUED_REST_MIN = 3  # letters beside a glued title: `OMR` keeps its MR

_PARTS_KEPT_MAX = 100_000  # about 30 MB: names repeat, and the parts of one list's aliases most of all
_SPELLINGS_MAX = 6
"""Readings of one name by custom; those whose parts all fall into the same classes are one."""

Words = tuple[str, ...]
Value = TypeVar("Value")


class Part(NamedTuple):
    """One word of a name. `form` and `skeleton` are its romanisation classes, `nickname` its class of short
    forms, `family` whether it came as a surname."""

    text: str
    form: str
    skeleton: str
    particle: bool
    family: bool
    nickname: int = NO_CLASS


@dataclass(frozen=True, slots=True)
class NameParts:
    """One spelling of one name. `text` is what a person is shown. What of it is not in the parts: how many words beyond the
    first `NAME_PARTS_MAX`, and the letters that nobody here can read."""

    parts: tuple[Part, ...]
    text: str
    dropped: int = 0
    unread: str = ""


def read_name(surname: str | None, given_names: str | None) -> tuple[NameParts, ...]:
    """The name, once per spelling custom; empty where it says nothing."""
    shown = shown_name(surname, given_names)
    spelled = words_of_fields(surname, given_names)
    if len(spelled) == 1:
        family, given = spelled[0]
        name = _name(family, given, shown)
        return (name,) if name.parts else ()
    found: dict[tuple[tuple[str, bool], ...], NameParts] = {}
    for family, given in _one_custom_first(spelled):
        name = _name(family, given, shown)
        if name.parts:
            found.setdefault(tuple((part.form, part.particle) for part in name.parts), name)
    return tuple(islice(found.values(), _SPELLINGS_MAX))


def shown_name(surname: str | None, given_names: str | None) -> str:
    """The name as a person is shown it."""
    return " / ".join([text.strip() for text in (surname, given_names) if text and text.strip()])


def parts_of_field(words: Words, *, family: bool) -> tuple[Part, ...]:
    """The parts that the words of a field are, titles among them; no more than a name has room for."""
    return tuple([read_part(word, family=family) for word in _apart(words)[:NAME_PARTS_MAX]])


def _name(family: Words, given: Words, shown: str) -> NameParts:
    dropped = max(len(_apart(family)) + len(_apart(given)) - NAME_PARTS_MAX, 0)
    return NameParts(_without_titles(_parts(family, given)), shown, dropped, unread(shown))


def _one_custom_first(spelled: tuple[tuple[Words, ...], ...]) -> Iterator[tuple[Words, Words]]:
    """Surname and given names in one custom, then in two: a ticket mixes them."""
    yield from ((family, given) for family, given in spelled)
    yield from product(*(dict.fromkeys(field) for field in zip(*spelled, strict=True)))


def read_full_name(full_name: str) -> tuple[NameParts, ...]:
    """A name whose source does not split it: `SURNAME, GIVEN NAMES` or a row of words."""
    return read_name(*cut_full_name(full_name))


def cut_full_name(full_name: str) -> tuple[str | None, str]:
    """Surname and given names, as far as the source tells them apart."""
    surname, comma, given = full_name.partition(",")
    return (surname, given) if comma else (None, full_name)


def settled_words(field: str) -> Words | None:
    """The words that a surname, or given names, put into the one reading of a name, whatever the other field says; None where
    that can depend on it: spellings by custom, titles, more words than a name has room for."""
    found = words_alone(field)
    if found is None or len(found) > NAME_PARTS_MAX // 4 or not TITLES.isdisjoint(found):
        return None
    return _apart(found)


def without_glued_titles(names: Iterable[NameParts]) -> Iterator[NameParts]:
    """Each name with a title glued to a given name (`ANNAMRS`, `GENERALFUAD`), without it: an additional reading."""
    for name in names:
        parts = tuple([part if part.family else _unglued(part) for part in name.parts])
        if parts != name.parts:
            yield replace(name, parts=parts)


def _parts(family: tuple[str, ...], given: tuple[str, ...]) -> tuple[Part, ...]:
    surname = parts_of_field(family, family=True)
    return in_order(surname, parts_of_field(given, family=False)[: NAME_PARTS_MAX - len(surname)])


def _apart(words: Words) -> Words:
    if _SERVANTS.keys().isdisjoint(words):
        return words
    return tuple([part for word in words for part in _SERVANTS.get(word, (word,))])


def in_order(family: tuple[Value, ...], given: tuple[Value, ...]) -> tuple[Value, ...]:
    """What stands for the parts of both fields, in the order of the parts of a name."""
    return given + family


@lru_cache(maxsize=_PARTS_KEPT_MAX)
def read_part(word: str, *, family: bool) -> Part:
    """A part from a word of A-Z."""
    shape = form(word)
    return Part(word, shape, skeleton(word), word in PARTICLES, family, class_of(shape))


def _without_titles(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    kept = tuple([part for part in parts if part.text not in TITLES])
    return kept if any(not part.particle for part in kept) else parts


def _unglued(part: Part) -> Part:
    if not part.text.endswith(_GLUED_TITLES) and not part.text.startswith(_GLUED_RANKS):
        return part
    rests = (*map(part.text.removesuffix, _GLUED_TITLES), *map(part.text.removeprefix, _GLUED_RANKS))
    rest = next((one for one in rests if one != part.text and len(one) >= _GLUED_REST_MIN), part.text)
    return read_part(rest, family=part.family)
