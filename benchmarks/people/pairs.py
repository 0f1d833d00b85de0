"""Pairs of a query and a record, with the truth: listed persons who travel, and others who look like them."""

from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from random import Random
from typing import NamedTuple

from benchmarks.people.aliases import QUERIES
from benchmarks.people.customs import Name, name_of
from benchmarks.people.persons import Person, birth_date, person

_PAIRS_HASH = 3 << 38  # pairs take other random numbers than persons and flights
_POSITIVE_SHARE = 0.5
_KINDS = tuple(QUERIES)
_KIND_SUMS = tuple(accumulate(weight for _, weight in QUERIES.values()))


class Query(NamedTuple):
    """A row of `pairs.csv`."""

    name: Name
    birth_date: str
    record_id: str
    positive: bool
    kind: str
    nationality: str
    sex: str
    birth_date_kind: str


def queries(count: int, seed: int, listed: int) -> Iterator[Query]:
    """`count` pairs about persons number 0 to `listed - 1`; half of them true."""
    for number in range(count):
        random = Random((seed << 40) + _PAIRS_HASH + number)
        one = person(seed, int(random.random() * listed))
        if random.random() < _POSITIVE_SHARE:
            yield _true(random, one)
        else:
            yield _NEGATIVE[int(random.random() * len(_NEGATIVE))](random, one, seed, listed)


def _true(random: Random, one: Person) -> Query:
    kind = _KINDS[bisect(_KIND_SUMS, random.random() * _KIND_SUMS[-1], 0, len(_KINDS) - 1)]
    name = QUERIES[kind][0](random, one.name, one.pools)
    date_kind, born = _reported(random, one.true_birth_date)
    nationality = one.pools.country if random.random() < 0.7 else ""
    return Query(name, born, one.person_id, True, kind, nationality, one.true_sex if random.random() < 0.8 else "", date_kind)


def _reported(random: Random, born: str) -> tuple[str, str]:
    """How a carrier reports a birth date."""
    kind, year = random.random(), int(born[:4])
    if kind < 0.02 and int(born[8:]) <= 12:
        return "day_month_swapped", f"{born[:5]}{born[8:]}-{born[5:7]}"
    if kind < 0.05:
        return "year_off_by_1", f"{year + (1 if kind < 0.035 else -1)}{born[4:]}"
    return "exact", born


def _other_listed(random: Random, one: Person, seed: int, listed: int) -> Query:
    other = person(seed, int(random.random() * listed))
    if other.person_id == one.person_id:
        return _passenger_near(random, one, seed, listed)
    return Query(
        other.name, other.true_birth_date, one.person_id, False, "neg_other_listed", other.pools.country, other.true_sex, "own"
    )


def _passenger_near(random: Random, one: Person, _seed: int, _listed: int) -> Query:
    """Somebody of the same country who shares a surname or a given name."""
    other, sex = name_of(random, one.pools, "M"), "M"
    name = Name(one.name.surname, other.given) if random.random() < 0.6 else Name(other.surname, one.name.given)
    kind = random.random()
    year = one.true_birth_date[:4]
    own = birth_date(random, one.pools.country, 1983.0, 17.0)
    born = year + own[4:] if kind < 0.15 else own
    return Query(
        name,
        born,
        one.person_id,
        False,
        "neg_passenger_near",
        one.pools.country,
        sex,
        "same_year_as_entry" if kind < 0.15 else "own",
    )


def _relative(random: Random, one: Person, _seed: int, _listed: int) -> Query:
    """A brother, sister or child: the surname, the further given names, another first name and another birth date."""
    sex = "F" if random.random() < 0.4 else "M"
    given = " ".join([one.pools.given(random, sex), *one.name.given.split()[1:]])
    born = birth_date(random, one.pools.country, float(int(one.true_birth_date[:4]) + 5), 14.0)
    return Query(Name(one.name.surname, given), born, one.person_id, False, "neg_relative", one.pools.country, sex, "own")


_NEGATIVE: tuple[Callable[[Random, Person, int, int], Query], ...] = (
    _other_listed,
    _passenger_near,
    _passenger_near,
    _relative,
)
COLUMNS: Mapping[str, Callable[[Query], str]] = {
    "query_surname": lambda query: query.name.surname,
    "query_given": lambda query: query.name.given,
    "query_dob": lambda query: query.birth_date,
    "list_id": lambda query: query.record_id,
    "label": lambda query: str(int(query.positive)),
    "kind": lambda query: query.kind,
    "query_nationality": lambda query: query.nationality,
    "query_sex": lambda query: query.sex,
    "dob_kind": lambda query: query.birth_date_kind,
}
"""The columns of `pairs.csv`."""
