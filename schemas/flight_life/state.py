"""The state of a flight, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from schemas.flight_life.parts import ReportGroup
from schemas.flight_life.report import Report
from schemas.flight_life.times import KnownTimes
from schemas.flight_times import Route


class Status(StrEnum):
    """What is known of a traveller. `unknown`: a closure came, but not enough of it to tell whether he boarded."""

    REPORTED = "reported"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    BOARDED = "boarded"
    NOT_BOARDED = "not_boarded"
    UNKNOWN = "unknown"


GONE = frozenset({Status.CANCELLED, Status.NOT_BOARDED})
"""Who is not on the flight. Whoever might be, is treated as being on it."""


class Place(NamedTuple):
    """Where a traveller is described: the message, and the position among its travellers."""

    manifest_id: str
    position: int


@dataclass(frozen=True, slots=True)
class PersonVersion:
    """A person as he was reported, from one change to the next. `status`: what became of him while it was the newest.

    `place`: where he was first reported so; `confirmed_by`: messages that said the same again.
    """

    number: int
    content: str
    place: Place
    said_at: datetime
    received_at: datetime | None
    status: Status
    confirmed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One traveller of the flight. `place`: his latest description. `reason`: why he is gone, as alerts give it, or "".

    `other_ids`: identities under which other messages name him."""

    traveller_id: str
    crew: bool
    versions: tuple[PersonVersion, ...]
    place: Place
    status: Status
    reason: str
    other_ids: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        """Whether he is, or may be, on the flight."""
        return self.status not in GONE

    @property
    def content(self) -> str:
        """Hash of what screening reads of him now."""
        return self.versions[-1].content


class MessageStanding(StrEnum):
    """What became of a message: it counts; others have replaced all it said; it counts, and its flight was closed after it."""

    RECEIVED = "received"
    SUPERSEDED = "superseded"
    COMPLETE_AT_CLOSURE = "complete_at_closure"


@dataclass(frozen=True, slots=True)
class FlightState:
    """Everything known of a flight. `reports`: messages that count, in order. `merged`: other identities -> person.

    `unmatched`: by manifest id, how many people a cancellation or closure names whom nothing ever described. `copies`: messages
    that say exactly what another says at the same time -> the one that counts. `times`: when it departs and arrives, by route.
    """

    people: Mapping[str, Person]
    merged: Mapping[str, str]
    reports: tuple[Report, ...]
    groups: tuple[ReportGroup, ...]
    standings: Mapping[str, MessageStanding]
    unmatched: Mapping[str, int]
    copies: Mapping[str, str]
    times: Mapping[Route, KnownTimes]

    def person(self, traveller_id: str) -> Person | None:
        """Who goes by this identity; None where no message describes him."""
        return self.people.get(self.merged.get(traveller_id, traveller_id))

    @property
    def closed(self) -> bool:
        """Whether a complete closure of the passengers came."""
        return any(group.closes and not group.crew for group in self.groups)
