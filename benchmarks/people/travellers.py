"""Innocent travellers, flight by flight: people of the two ends of a route, families on one booking, nobody listed."""

from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from random import Random

from benchmarks.people.cultures import COUNTRIES, Country
from benchmarks.people.customs import name_of
from benchmarks.people.persons import birth_date, document, pools_of
from schemas.travel_document import TravelDocument
from schemas.traveller import Sex, Traveller

_SUMS = tuple(accumulate(country.travelling for country in COUNTRIES))
_OF_THE_ROUTE = 0.75  # share of passengers who come from one of its two ends
_FAMILY_SHARE = 0.25
_ROUTE_HASH = 1 << 39  # flights take other random numbers than persons
TRAVELLERS_PER_FLIGHT = 150


def flights(count: int, seed: int, travellers: int = TRAVELLERS_PER_FLIGHT, first: int = 0) -> Iterator[tuple[Traveller, ...]]:
    """Flights number `first` to `first + count - 1`, each a tuple of travellers; a flight depends on seed and number only."""
    return (flight(seed, number, travellers) for number in range(first, first + count))


def flight(seed: int, number: int, travellers: int = TRAVELLERS_PER_FLIGHT) -> tuple[Traveller, ...]:
    """One flight. Every fourth traveller has the surname of the one before: families travel together."""
    random = Random((seed << 40) + _ROUTE_HASH + number)
    ends = _country(random), _country(random)
    aboard: list[Traveller] = []
    home = ends[0]
    for place in range(travellers):
        kin = aboard[-1].surname if aboard and random.random() < _FAMILY_SHARE else None
        if kin is None:
            home = ends[int(random.random() * 2)] if random.random() < _OF_THE_ROUTE else _country(random)
        aboard.append(_traveller(random, home, f"F{number}-{place}", kin))
    return tuple(aboard)


def _country(random: Random) -> Country:
    return COUNTRIES[bisect(_SUMS, random.random() * _SUMS[-1], 0, len(COUNTRIES) - 1)]


def _traveller(random: Random, home: Country, traveller_id: str, kin: str | None) -> Traveller:
    sex = "F" if random.random() < 0.47 else "M"
    name = name_of(random, pools_of(random, home), sex)
    kind, number, issuer = document(random, home.code)
    return Traveller(
        traveller_id=traveller_id,
        surname=kin or name.surname or None,
        given_names=name.given or None,
        birth_date=birth_date(random, home.code, 1983.0, 17.0),
        nationality=home.code,
        sex=Sex(sex),
        documents=(TravelDocument(type=kind, number=number, issuing_country=issuer),),
    )
