"""How one name comes to be written in many ways: the aliases of lists, and the spellings that planted travellers bear.

Each way is a function from a name to another name of the same person, or None where it does not apply. The strong ones a border
officer would call the same name; the weak ones are the nicknames, single names and abbreviations that lists mark as low
quality.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from api_service.sandbox.name_tables import NICKNAMES


class Spelling(NamedTuple):
    """A written name. Either part may be absent (one-name persons), never both."""

    surname: str | None
    given_names: str | None


Way = Callable[[Random, Spelling], Spelling | None]

ROMANISATIONS = (
    ("DJ", "DZ"), ("XH", "DZH"), ("SH", "S"), ("CH", "C"), ("ZH", "Z"), ("KH", "H"), ("GH", "G"), ("GJ", "DJ"), ("QI", "CI"),
    ("OU", "U"), ("EE", "I"), ("OO", "U"), ("EI", "EY"), ("II", "Y"), ("AE", "A"), ("UE", "U"), ("OE", "O"),
    ("IA", "YA"), ("IU", "YU"),
    ("MOHAMMED", "MUHAMAD"), ("MOHAMMAD", "MOHAMED"), ("AHMED", "AHMAD"), ("HUSSEIN", "HUSAYN"), ("HOSSEIN", "HUSSAIN"),
    ("YOUSSEF", "YUSUF"), ("OMAR", "UMAR"), ("KHALED", "KHALID"), ("EL ", "AL "), ("ABDUL", "ABDEL"), ("ULLAH", "OLLAH"),
    ("OVIC", "OVICH"), ("EVIC", "EVICH"), ("IC", "ICH"), ("OV", "OFF"), ("SKI", "SKY"), ("Q", "K"), ("Q", "C"), ("X", "KS"),
    ("W", "V"), ("Y", "I"), ("J", "Y"), ("LL", "L"), ("RR", "R"), ("SS", "S"), ("NN", "N"), ("IE", "E"),
    ("PH", "F"), ("TH", "T"),
)  # fmt: skip
"""Pairs of romanisations of the same letters, as passports, lists and airlines write them."""

_JOINED_PREFIXES = ("ABDUL", "ABDEL", "ABU", "AL", "EL", "BEN", "VAN", "DE")


def romanised(rng: Random, name: Spelling) -> Spelling | None:
    """One pair of letters written as another country would."""
    parts = [name.surname or "", name.given_names or ""]
    fitting = [(index, *pair) for pair in ROMANISATIONS for index in (0, 1) if pair[0] in parts[index]]
    if not fitting:
        return None
    index, old, new = rng.choice(fitting)
    parts[index] = parts[index].replace(old, new, 1).strip()
    return Spelling(parts[0] or None, parts[1] or None)


def swapped(rng: Random, name: Spelling) -> Spelling | None:  # noqa: ARG001 -- every way has the same shape
    """Surname and given names in each other's place."""
    return Spelling(name.given_names, name.surname) if name.surname and name.given_names else None


def respaced(rng: Random, name: Spelling) -> Spelling | None:  # noqa: ARG001 -- every way has the same shape
    """A compound name written together, or apart after its prefix."""
    surname = name.surname or ""
    if " " in surname:
        return name._replace(surname=surname.replace(" ", "", 1))
    prefix = next(
        (prefix for prefix in _JOINED_PREFIXES if surname.startswith(prefix) and len(surname) > len(prefix) + 3), None
    )
    return None if prefix is None else name._replace(surname=f"{prefix} {surname[len(prefix) :]}")


def mistyped(rng: Random, name: Spelling) -> Spelling | None:
    """One letter dropped, doubled or changed places, never the first."""
    surname = name.surname or ""
    at = rng.randrange(1, len(surname) - 1) if len(surname) >= 6 else 0
    if at == 0 or " " in surname[at : at + 2]:
        return None
    left, here, there, right = surname[:at], surname[at], surname[at + 1], surname[at + 2 :]
    return name._replace(
        surname=rng.choice([left + there + right, left + here + here + there + right, left + there + here + right])
    )


def shortened(rng: Random, name: Spelling) -> Spelling | None:  # noqa: ARG001 -- every way has the same shape
    """Only the first of several given names."""
    given = (name.given_names or "").split()
    return name._replace(given_names=given[0]) if len(given) > 1 else None


def nicknamed(rng: Random, name: Spelling) -> Spelling | None:  # noqa: ARG001 -- every way has the same shape
    """The name one is called by, with the surname."""
    first = (name.given_names or "").partition(" ")[0]
    return name._replace(given_names=NICKNAMES[first]) if first in NICKNAMES else None


def abbreviated(rng: Random, name: Spelling) -> Spelling | None:  # noqa: ARG001 -- every way has the same shape
    """Given name as an initial."""
    return name._replace(given_names=name.given_names[0]) if name.given_names and name.surname else None


def byname(rng: Random, name: Spelling) -> Spelling | None:
    """A single name as lists have it: given name alone, or a kunya."""
    first = (name.given_names or "").partition(" ")[0]
    return Spelling(None, rng.choice([first, f"ABU {first}"])) if first else None


STRONG_WAYS: tuple[Way, ...] = (romanised, romanised, romanised, swapped, respaced, mistyped, shortened)
WEAK_WAYS: tuple[Way, ...] = (nicknamed, abbreviated, byname)


def variant(rng: Random, name: Spelling, ways: tuple[Way, ...] = STRONG_WAYS) -> Spelling | None:
    """The name in one other way; None where none of the ways changes it."""
    for way in rng.sample(ways, len(ways)):
        found = way(rng, name)
        if found is not None and found != name:
            return found
    return None
