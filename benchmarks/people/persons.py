"""Listed persons, one after the other, by number: an endless list of which one takes as many as one needs."""

from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from random import Random
from typing import NamedTuple

from benchmarks.people.aliases import aliases
from benchmarks.people.cultures import COUNTRIES, Country
from benchmarks.people.customs import Name, name_of
from benchmarks.people.pools import Pools, pools
from schemas.watchlist import (
    ListKind,
    NameKind,
    NameQuality,
    Record,
    RecordDocument,
    RecordName,
    VersionedRecord,
    Watchlist,
)

LIST = Watchlist(list_id="synthetic", kind=ListKind.PERSON, title="Made-up persons")
_LISTED_SUMS = tuple(accumulate(country.listed for country in COUNTRIES))
_WOMEN_SHARE = 0.12
_FILLER_DAY = {"AFG", "SOM", "IRQ", "PAK", "YEM", "SDN", "SYR", "ERI", "LBY"}
"""Countries of which many people travel with 1 January for a birthday."""


class Person(NamedTuple):
    """A listed person. `birth_dates` as data sets write them: YYYY-MM-DD, YYYY-MM, YYYY or YYYY/YYYY.

    `documents`: type, number, issuer. `true_birth_date` is the person's own, whatever the list knows; `culture` whose names.
    """

    person_id: str
    name: Name
    aliases: tuple[Name, ...]
    weak_aliases: tuple[Name, ...]
    birth_dates: tuple[str, ...]
    nationalities: tuple[str, ...]
    sex: str
    documents: tuple[tuple[str, str, str], ...]
    true_birth_date: str
    true_sex: str
    pools: Pools


def persons(count: int, seed: int, first: int = 0) -> Iterator[Person]:
    """Persons number `first` to `first + count - 1`; each depends on the seed and its own number only."""
    return (person(seed, number) for number in range(first, first + count))


def person(seed: int, number: int) -> Person:
    """The person of a number."""
    random = Random((seed << 40) + number)
    country = COUNTRIES[bisect(_LISTED_SUMS, random.random() * _LISTED_SUMS[-1], 0, len(COUNTRIES) - 1)]
    sex = "F" if random.random() < _WOMEN_SHARE else "M"
    of = pools_of(random, country)
    name = name_of(random, of, sex)
    good, weak = aliases(random, name, of)
    born = birth_date(random, country.code)
    return Person(
        person_id=f"SYN-{number}",
        name=name,
        aliases=good,
        weak_aliases=weak,
        birth_dates=_as_listed(random, born),
        nationalities=_nationalities(random, country.code),
        sex=sex if random.random() < 0.55 else "",
        documents=_documents(random, country.code),
        true_birth_date=born,
        true_sex=sex,
        pools=of,
    )


def pools_of(random: Random, country: Country) -> Pools:
    """The names of somebody from a country."""
    shares = country.cultures
    if len(shares) == 1:
        return pools(next(iter(shares)), country.code)
    return pools(random.choices(list(shares), list(shares.values()))[0], country.code)


def birth_date(random: Random, country: str, mean_year: float = 1971.0, spread_years: float = 13.0) -> str:
    """A date; 1 January often, where registers are young."""
    year = min(max(int(random.gauss(mean_year, spread_years)), 1925), 2024)
    if random.random() < (0.2 if country in _FILLER_DAY else 0.006):
        return f"{year}-01-01"
    return f"{year}-{1 + int(random.random() * 12):02d}-{1 + int(random.random() * 28):02d}"


def _as_listed(random: Random, born: str) -> tuple[str, ...]:
    """What a list knows of a birth date: mostly all, sometimes the year, sometimes something else."""
    known, year = random.random(), int(born[:4])
    if known < 0.1:
        return ()
    if known < 0.28:
        return (born[:4],) if known < 0.26 else (f"{year - 1}/{year + 2}",)
    if known < 0.29:
        return (born[:7],)
    if known < 0.36:
        return (
            born,
            f"{year + int(random.random() * 7) - 3}{born[4:]}"
            if known < 0.33
            else f"{born[:8]}{1 + int(random.random() * 28):02d}",
        )
    return (born,) if known < 0.97 else (f"{year}-01-01",)


def _nationalities(random: Random, code: str) -> tuple[str, ...]:
    known = random.random()
    if known < 0.38:
        return ()
    if known < 0.95:
        return (code,)
    return tuple(dict.fromkeys((code, random.choice(COUNTRIES).code)))


def _documents(random: Random, code: str) -> tuple[tuple[str, str, str], ...]:
    if random.random() >= 0.13:
        return ()
    return tuple(document(random, code) for _ in range(1 if random.random() < 0.8 else 2))


def document(random: Random, code: str) -> tuple[str, str, str]:
    """A passport: letters and digits as its country has them."""
    letters = "".join(chr(65 + ord(letter) * 7 % 26) for letter in code[: len(code) - ord(code[0]) % 3])
    digits = 6 + ord(code[1]) % 4
    return "P", f"{letters}{int(random.random() * 10**digits):0{digits}d}", code


def records(count: int, seed: int, first: int = 0, watchlist: Watchlist = LIST) -> Iterator[VersionedRecord]:
    """The same persons as records of a list, at version 1, in a stream."""
    for one in persons(count, seed, first):
        yield VersionedRecord(watchlist=watchlist, record=record(one), record_version=1, list_version=1)


def record(one: Person) -> Record:
    """A person as a list's record; a range of years is every year of it."""
    return Record(
        record_id=one.person_id,
        names=(
            RecordName(surname=one.name.surname or None, given_names=one.name.given or None),
            *(_alias(name, NameQuality.GOOD) for name in one.aliases),
            *(_alias(name, NameQuality.LOW) for name in one.weak_aliases),
        ),
        birth_dates=tuple(date for text in one.birth_dates for date in _dates(text)),
        sex=one.sex or None,
        nationalities=one.nationalities,
        documents=tuple(
            RecordDocument(type=kind, number=number, issuing_country=issuer) for kind, number, issuer in one.documents
        ),
    )


def _alias(name: Name, quality: NameQuality) -> RecordName:
    return RecordName(surname=name.surname or None, given_names=name.given or None, kind=NameKind.ALIAS, quality=quality)


def _dates(text: str) -> Iterator[str]:
    first, _, last = text.partition("/")
    return map(str, range(int(first), int(last) + 1)) if last else iter((first,))
