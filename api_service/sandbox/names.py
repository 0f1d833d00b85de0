"""Pools of names by origin, and drawing from them.

A pool is drawn from with weights that fall with rank (Zipf, exponent below one), because that is how names are spread: any
flight to Tirana has several HOXHA, and most surnames occur once. Pools come from the tables of `faker`'s person providers, read
once per origin and romanised, or from `name_tables`. `faker` itself draws nothing here: it would take a second per thousand
people.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import accumulate, pairwise
from random import Random
from typing import Any, NamedTuple

from api_service.sandbox import name_tables as tables
from api_service.sandbox.seeds import seeded
from api_service.sandbox.transliteration import BULGARIAN, GREEK, LATIN, MACEDONIAN, RUSSIAN, TURKISH, UKRAINIAN, to_mrz
from schemas.traveller import Sex

ZIPF_EXPONENT = 0.8  # between uniform (0) and the classical 1: close to published surname counts of the region's countries
NAME_LENGTH_MAX = 30  # MRZ: 39 characters for all names together; longer ones exist but belong to their own tests


class Weighted:
    """Values drawn with weights that fall with their rank."""

    def __init__(self, values: Iterable[str]) -> None:
        self.values = tuple(dict.fromkeys(value for value in values if 1 < len(value) <= NAME_LENGTH_MAX))
        self._cumulative = tuple(accumulate(1 / (rank + 2) ** ZIPF_EXPONENT for rank in range(len(self.values))))

    def draw(self, rng: Random) -> str:
        return self.values[bisect(self._cumulative, rng.random() * self._cumulative[-1])]


@dataclass(frozen=True, slots=True)
class NamePool:
    """Names of one origin. `given_names_max`: how many given names a passport of that origin may show."""

    origin: str
    male: Weighted
    female: Weighted
    surnames_male: Weighted
    surnames_female: Weighted
    given_names_max: int = 1

    def surname(self, rng: Random, sex: Sex) -> str:
        """A surname in the form that this sex bears."""
        return (self.surnames_female if sex is Sex.FEMALE else self.surnames_male).draw(rng)

    def given_names(self, rng: Random, sex: Sex) -> str:
        """One given name, or more where that is usual."""
        pool = self.female if sex is Sex.FEMALE else self.male
        names = [pool.draw(rng)]
        while len(names) < self.given_names_max and rng.random() < 0.3:
            names.append((self.male if self.origin in _FATHERS_NAME else pool).draw(rng))
        return " ".join(dict.fromkeys(names))

    def relatives_surname(self, surname: str, sex: Sex) -> str:
        """A relative's surname: the same name in the form of the other sex, where the language has one."""
        return _female(self.origin, surname) if sex is Sex.FEMALE else surname


class _FakerSource(NamedTuple):
    locale: str
    table: Mapping[str, str] = LATIN
    given_names_max: int = 1


_FAKER_SOURCES = {
    "croatian": _FakerSource("hr_HR"),
    "slovenian": _FakerSource("sl_SI"),
    "macedonian": _FakerSource("mk_MK", MACEDONIAN),
    "bulgarian": _FakerSource("bg_BG", BULGARIAN, 2),
    "greek": _FakerSource("el_GR", GREEK),
    "turkish": _FakerSource("tr_TR", TURKISH, 2),
    "italian": _FakerSource("it_IT", given_names_max=2),
    "german": _FakerSource("de_DE", given_names_max=3),
    "british": _FakerSource("en_GB", given_names_max=3),
    "french": _FakerSource("fr_FR", given_names_max=3),
    "dutch": _FakerSource("nl_NL", given_names_max=2),
    "spanish": _FakerSource("es_ES", given_names_max=2),
    "polish": _FakerSource("pl_PL", given_names_max=2),
    "hungarian": _FakerSource("hu_HU", given_names_max=2),
    "romanian": _FakerSource("ro_RO", given_names_max=2),
    "swedish": _FakerSource("sv_SE", given_names_max=2),
    "russian": _FakerSource("ru_RU", RUSSIAN),
    "ukrainian": _FakerSource("uk_UA", UKRAINIAN),
    "indian": _FakerSource("en_IN", given_names_max=2),
}
ORIGINS = (*_FAKER_SOURCES, "albanian", "serbian", "bosnian", "arabic", "persian", "pakistani")
"""Every origin there is a pool for."""

_FATHERS_NAME = frozenset({"arabic", "bulgarian"})  # further given names are the father's, whatever the bearer's sex
_FEMALE_ENDINGS = {
    "macedonian": (("SKI", "SKA"), ("OV", "OVA"), ("EV", "EVA")),
    "bulgarian": (("SKI", "SKA"), ("OV", "OVA"), ("EV", "EVA")),
    "russian": (("SKII", "SKAIA"), ("OV", "OVA"), ("EV", "EVA"), ("IN", "INA")),
    "ukrainian": (("SKYI", "SKA"),),
    "greek": (("OS", "OU"), ("IS", "I"), ("AS", "A")),
    "polish": (("SKI", "SKA"), ("CKI", "CKA")),
}


def _female(origin: str, surname: str) -> str:
    for male, female in _FEMALE_ENDINGS.get(origin, ()):
        if surname.endswith(male):
            return surname.removesuffix(male) + female
    return surname


@cache
def name_pool(origin: str) -> NamePool:
    """The pool of an origin (see `ORIGINS`). Immutable; made once a process."""
    if origin in _FAKER_SOURCES:
        return _from_faker(origin, _FAKER_SOURCES[origin])
    own = _OWN_TABLES[origin]
    male = _words(own.male)
    surnames = Weighted([*_words(own.surnames), *_derived_surnames(origin, male)])
    return NamePool(origin, Weighted(male), Weighted(_words(own.female)), surnames, surnames, own.given_names_max)


class _OwnTable(NamedTuple):
    male: str
    female: str
    surnames: str
    given_names_max: int


_PATTERNS = {
    "albanian": ("@AJ", "@I", "@ALIAJ", "@LLARI"),
    "serbian": ("@OVIC", "@IC", "@EVIC", "@ICIC"),
    "bosnian": ("@OVIC", "@IC", "@BEGOVIC", "@AGIC", "HADZI@IC"),
    "arabic": ("AL @", "ABU @", "BEN @", "@", "AL @I", "EL @I"),
    "persian": ("@ZADEH", "@ZAI", "@I", "@POUR", "@KHIL", "@YAR"),
    "pakistani": ("@", "@ZAI", "@ANI", "@KHEL"),
    "turkish": ("@OGLU", "@GIL"),
    "macedonian": ("@OVSKI", "@EVSKI"),
    "bulgarian": ("@OV", "@EV", "@CHEV"),
}
"""Patterns build rarer surnames from a forefather's name, which stands for `@`: -AJ in the Albanian north, -OVIC, -ZADEH."""

DERIVED_SURNAMES_MAX = 600  # of one origin: a tail, not a flood
_OWN_TABLES = {
    "albanian": _OwnTable(tables.ALBANIAN_MALE, tables.ALBANIAN_FEMALE, tables.ALBANIAN_SURNAMES, 2),
    "serbian": _OwnTable(tables.SERBIAN_MALE, tables.SERBIAN_FEMALE, tables.SERBIAN_SURNAMES, 1),
    "bosnian": _OwnTable(tables.BOSNIAN_MALE, tables.BOSNIAN_FEMALE, tables.BOSNIAN_SURNAMES, 1),
    "arabic": _OwnTable(tables.ARABIC_MALE, tables.ARABIC_FEMALE, tables.ARABIC_SURNAMES, 3),
    "persian": _OwnTable(tables.PERSIAN_MALE, tables.PERSIAN_FEMALE, tables.PERSIAN_SURNAMES, 2),
    "pakistani": _OwnTable(tables.PAKISTANI_MALE, tables.PAKISTANI_FEMALE, tables.PAKISTANI_SURNAMES, 2),
}


def _words(table: str) -> list[str]:
    return [word.replace("-", " ") for word in table.split()]


def _derived_surnames(origin: str, male: Iterable[str]) -> list[str]:
    """Surnames of forefathers' names, in an order that favours none."""
    built = {_derived(name, pattern) for name in male for pattern in _PATTERNS.get(origin, ())}
    return _by_rank(origin, sorted(built))[:DERIVED_SURNAMES_MAX]


def _derived(name: str, pattern: str) -> str:
    """A surname of a forefather's name; the last vowels give way to an ending."""
    stem = name if pattern.endswith("@") else name.rstrip("AEIOU") or name
    if pattern == "@OVIC" and stem[-1] in "JCSZ":
        pattern = "@EVIC"
    return pattern.replace("@", stem)


def _by_rank(origin: str, values: Iterable[str]) -> list[str]:
    """The table's own order, unless that is the alphabet: then a fixed shuffle, or all common names would begin with A."""
    ranked = list(values)
    ascending = sum(left <= right for left, right in pairwise(ranked))
    if ascending > 0.6 * len(ranked):
        seeded(0, "rank", origin).shuffle(ranked)
    return ranked


def _from_faker(origin: str, source: _FakerSource) -> NamePool:
    provider: Any = import_module(f"faker.providers.person.{source.locale}").Provider
    extra = _words(_EXTRA_SURNAMES.get(origin, ""))

    def read(*attributes: str) -> list[str]:
        found = next(values for name in attributes if (values := getattr(provider, name, None)))
        return [to_mrz(value, source.table) for value in _by_rank(origin, found)]

    surnames_male = read("last_names_male", "unisex_last_names", "last_names")
    surnames_female = read("last_names_female", "unisex_last_names", "last_names")
    common_male, common_female = map(_words, _EXTRA_GIVEN_NAMES.get(origin, ("", "")))
    male = [*common_male, *read("first_names_male", "first_names")]
    built = _derived_surnames(origin, male)
    return NamePool(
        origin,
        Weighted(male),
        Weighted([*common_female, *read("first_names_female", "first_names")]),
        Weighted([*(_ending(origin, name, "SKI") for name in extra), *surnames_male, *built]),
        Weighted(
            [*(_ending(origin, name, "SKA") for name in extra), *surnames_female, *(_female(origin, name) for name in built)]
        ),
        source.given_names_max,
    )


_EXTRA_SURNAMES = {"turkish": tables.TURKISH_SURNAMES, "macedonian": tables.MACEDONIAN_SURNAME_STEMS}


_EXTRA_GIVEN_NAMES = {"turkish": (tables.TURKISH_MALE, tables.TURKISH_FEMALE)}


def _ending(origin: str, stem: str, ending: str) -> str:
    return stem + ending if origin == "macedonian" else stem
