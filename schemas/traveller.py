"""A traveller as reported on one flight."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Noun
from schemas.travel_document import TravelDocument

PartialDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
"""`YYYY`, `YYYY-MM` or `YYYY-MM-DD`: what is unknown is left off, never filled in."""


NAME_PARTS_MAX = 64
"""Words of one name that are compared; more than PAXLST's 3 x 35 characters can hold, so only hostile input reaches it."""


class TravellerKind(StrEnum):
    """What the person does on this flight. `transit` stays airside (NAD+DDU, NAD+DDT)."""

    PASSENGER = "passenger"
    CREW = "crew"
    TRANSIT = "transit"


class Sex(StrEnum):
    """ICAO 9303 sex: `X` unspecified in the document, `U` not known to us."""

    MALE = "M"
    FEMALE = "F"
    UNSPECIFIED = "X"
    UNKNOWN = "U"


class Address(Noun):
    """C059/3164/C819/3251/3207 of NAD."""

    street: str | None = None
    city: str | None = None
    subdivision: str | None = None
    postcode: str | None = None
    country: str | None = None


class Contact(Noun):
    """How the traveller said to be reached."""

    telephone: str | None = None
    fax: str | None = None
    email: str | None = None


class References(Noun):
    """RFF of the person group. Codes we have no name for are kept in `other` as `CODE:VALUE`."""

    booking: str | None = None
    passenger: str | None = None
    seat: str | None = None
    redress: str | None = None
    known_traveller: str | None = None
    customer: str | None = None
    ticket: str | None = None
    bookings: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


class Bags(Noun):
    """Checked bags: how many, how heavy (kg), and their tags (each number written out)."""

    count: int | None = None
    weight_kg: float | None = None
    tags: tuple[str, ...] = ()


class Traveller(Noun):
    """One person on one flight; unknown is None, never a guess.

    `embarkation`, `disembarkation`, `first_entry`: IATA ports. `nationality`, `residence`, `birth_country`: alpha-3.
    `verified`: whether somebody compared the document with the person (GEI+4+173/174), None when nobody said.
    `raw` keeps the sent text of every field that normalising changed, by field name. `unknown_segments` keeps, verbatim,
    what the reader did not understand. `not_boarded` is True for those a closure names as not on board, False for those it
    names as on board, None in every other message.
    """

    traveller_id: str
    kind: TravellerKind = TravellerKind.PASSENGER
    surname: str | None = None
    given_names: str | None = None
    title: str | None = None
    sex: Sex = Sex.UNKNOWN
    birth_date: PartialDate | None = None
    nationality: str | None = None
    residence: str | None = None
    birth_place: str | None = None
    birth_country: str | None = None
    address: Address | None = None
    embarkation: str | None = None
    disembarkation: str | None = None
    first_entry: str | None = None
    references: References = References()
    bags: Bags | None = None
    verified: bool | None = None
    contact: Contact | None = None
    documents: tuple[TravelDocument, ...] = ()
    crew_role: str | None = None
    not_boarded: bool | None = None
    raw: Mapping[str, str] = Field(default_factory=dict)
    unknown_segments: tuple[str, ...] = ()
