"""Synthetic people, alone and in parties that travel under one booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from api_service.sandbox.documents import travel_document
from api_service.sandbox.names import name_pool
from api_service.sandbox.populations import Origin, Population
from api_service.sandbox.seeds import chance, pick_weighted
from schemas.travel_document import TravelDocument
from schemas.traveller import Sex

ADULT_YEARS = (18, 82)
_PARTY_SIZES = ((1, 0.56), (2, 0.24), (3, 0.09), (4, 0.08), (5, 0.03))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist. `nationality` is alpha-3; `surname` None for those whose passport shows one name only."""

    origin: Origin
    surname: str
    given_names: str | None
    sex: Sex
    birth_date: date
    nationality: str
    document: TravelDocument


def draw_party(rng: Random, population: Population, today: date) -> Sequence[Person]:
    """One to five people under one booking; mostly alone, else a couple, friends or a family with one surname."""
    origin = pick_weighted(rng, population)
    size = pick_weighted(rng, _PARTY_SIZES)
    first = draw_person(rng, origin, today, years=ADULT_YEARS)
    if size == 1:
        return (first,)
    return (first, *(_companion(rng, first, position, today) for position in range(1, size)))


def draw_person(
    rng: Random, origin: Origin, today: date, years: tuple[int, int] = ADULT_YEARS, sex: Sex | None = None
) -> Person:
    """One person of this origin; ages between `years`, younger ones more often."""
    chosen = sex or (Sex.MALE if chance(rng, 0.53) else Sex.FEMALE)
    pool = name_pool(origin.pool)
    birth = _birth_date(rng, years, today)
    surname, given = pool.surname(rng, chosen), pool.given_names(rng, chosen)
    if origin.nationality == "AFG" and chance(rng, 0.15):
        given = "FNU"  # one-name passports: carriers fill in "first name unknown"
    document = travel_document(rng, origin.nationality, birth, today)
    return Person(origin, surname, given, chosen, birth, origin.nationality, document)


def _companion(rng: Random, first: Person, position: int, today: date) -> Person:
    """The second is a partner or friend of about the same age, those after are children."""
    if position > 1:
        oldest = max(1, min(17, today.year - first.birth_date.year - 18))
        child = draw_person(rng, first.origin, today, years=(0, oldest))
        return _with_surname(child, first)
    age = today.year - first.birth_date.year
    other_sex = Sex.FEMALE if first.sex is Sex.MALE else Sex.MALE
    partner = draw_person(rng, first.origin, today, (max(18, age - 6), age + 5), other_sex)
    return _with_surname(partner, first) if chance(rng, 0.7) else partner


def _with_surname(person: Person, head: Person) -> Person:
    surname = name_pool(head.origin.pool).relatives_surname(head.surname, person.sex)
    return Person(
        person.origin, surname, person.given_names, person.sex, person.birth_date, person.nationality, person.document
    )


def _birth_date(rng: Random, years: tuple[int, int], today: date) -> date:
    youngest, oldest = years
    age_days = rng.triangular(
        youngest * 365.25 + 1, (oldest + 1) * 365.25, (youngest + (oldest - youngest) * 0.25) * 365.25 + 1
    )
    return today - timedelta(days=int(age_days))
