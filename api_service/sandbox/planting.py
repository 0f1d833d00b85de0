"""Travellers planted on flights because they are on a list, with what must come of it.

The truth is written down when the traveller is planted, so that a test can ask of every one: was there an alert, and should
there have been? Those that must *not* alert matter as much: assisted voluntary returns, suspended and appealed decisions, entry
bans that are over or have not begun.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random

from api_service.sandbox.documents import passport
from api_service.sandbox.lists import PROTECTION, SandboxList
from api_service.sandbox.people import Person, draw_person
from api_service.sandbox.populations import Origin, population
from api_service.sandbox.seeds import pick_weighted, seeded
from api_service.sandbox.spellings import Spelling, Way, mistyped, respaced, romanised, shortened, variant
from schemas.travel_document import TravelDocument
from schemas.traveller import Sex
from schemas.watchlist import CaseKind, ListKind, ReadmissionCase, ReadmissionDecision, Record


class PlantedKind(StrEnum):
    """How a planted traveller relates to the record. The last three must not alert."""

    EXACT = "exact"
    VARIANT = "variant"
    SWAPPED = "swapped"
    DOCUMENT = "document"
    READMISSION = "readmission"
    VOLUNTARY_RETURN = "voluntary_return"
    SUSPENDED = "suspended"
    BAN_NOT_IN_FORCE = "ban_not_in_force"


EXPECTS_NO_ALERT = frozenset({PlantedKind.VOLUNTARY_RETURN, PlantedKind.SUSPENDED, PlantedKind.BAN_NOT_IN_FORCE})

_SHARES = (
    (PlantedKind.EXACT, 28),
    (PlantedKind.VARIANT, 22),
    (PlantedKind.SWAPPED, 8),
    (PlantedKind.DOCUMENT, 16),
    (PlantedKind.READMISSION, 12),
    (PlantedKind.VOLUNTARY_RETURN, 6),
    (PlantedKind.SUSPENDED, 5),
    (PlantedKind.BAN_NOT_IN_FORCE, 3),
)
_VARIANT_WAYS: tuple[Way, ...] = (romanised, romanised, respaced, mistyped, shortened)
_NOT_ALERTING = frozenset({ReadmissionDecision.APPEALED, ReadmissionDecision.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Planted:
    """The truth about one planted traveller. `passenger` is the carrier's reference (RFF+ABO) to find them by."""

    kind: PlantedKind
    list_id: str
    record_id: str
    flight_key: str
    passenger: str
    surname: str | None
    given_names: str | None
    birth_date: str
    document_number: str | None
    expects_alert: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be planted, in this way."""

    kind: PlantedKind
    list_id: str
    record: Record


@dataclass(frozen=True, slots=True)
class Plantation:
    """The records to plant, by kind, and how many a flight gets on average."""

    seed: int
    per_flight: float
    candidates: Mapping[PlantedKind, Sequence[Candidate]]

    def for_flight(self, index: int) -> tuple[Candidate, ...]:
        """What this flight gets. A record comes again only when all of its kind have been used."""
        first, after = int(index * self.per_flight), int((index + 1) * self.per_flight)
        return tuple(self._candidate(number) for number in range(first, after))

    def _candidate(self, number: int) -> Candidate:
        rng = seeded(self.seed, "plant", number)
        kind = pick_weighted(rng, [(kind, share) for kind, share in _SHARES if self.candidates.get(kind)])
        choices = self.candidates[kind]
        return choices[number % len(choices)]


def plantation(seed: int, lists: Sequence[SandboxList], per_flight: float, today: date) -> Plantation:
    """Sort the records of these lists by how they can be planted."""
    candidates: dict[PlantedKind, list[Candidate]] = {kind: [] for kind in PlantedKind}
    for entry in lists:
        for record in entry.records:
            for kind in _kinds(entry.watchlist.kind, record, today):
                candidates[kind].append(Candidate(kind, entry.watchlist.list_id, record))
    for kind, choices in candidates.items():
        seeded(seed, "plantation", kind).shuffle(choices)
    return Plantation(seed, per_flight, candidates)


def _kinds(kind: ListKind, record: Record, today: date) -> tuple[PlantedKind, ...]:
    if kind is ListKind.DOCUMENT:
        return (PlantedKind.DOCUMENT,)
    if len(record.birth_dates) != 1 or len(record.birth_dates[0]) != 10 or record.names[0].given_names is None:
        return ()  # a planted traveller's truth must be beyond doubt: full name and an exact birth date
    if kind is ListKind.PERSON:
        grown = not record.record_id.startswith(PROTECTION)
        return (PlantedKind.EXACT, PlantedKind.VARIANT, PlantedKind.SWAPPED) if grown else (PlantedKind.EXACT,)
    return _readmission_kinds(record.readmission, today)


def _readmission_kinds(case: ReadmissionCase | None, today: date) -> tuple[PlantedKind, ...]:
    if case is None or case.decision not in {*_NOT_ALERTING, ReadmissionDecision.ACCEPTED}:
        return ()  # pending, refused and withdrawn cases are the policy's business
    if case.case_kind is CaseKind.ASSISTED_VOLUNTARY_RETURN:
        return (PlantedKind.VOLUNTARY_RETURN,)
    if case.suspended or case.decision in _NOT_ALERTING:
        return (PlantedKind.SUSPENDED,)
    if case.case_kind is CaseKind.ENTRY_BAN and not _in_force(case, today):
        return (PlantedKind.BAN_NOT_IN_FORCE,)
    return (PlantedKind.READMISSION,)


def _in_force(case: ReadmissionCase, today: date) -> bool:
    return (
        case.entry_ban_from is not None and case.entry_ban_to is not None and case.entry_ban_from <= today <= case.entry_ban_to
    )


def planted_person(rng: Random, candidate: Candidate, today: date) -> Person:
    """The traveller who is (or carries) this record."""
    if candidate.kind is PlantedKind.DOCUMENT:
        return _bearer(rng, candidate.record, today)
    record = candidate.record
    birth = date.fromisoformat(record.birth_dates[0])
    nationality = record.nationalities[0]
    name = _written_name(rng, candidate)
    sex = Sex(record.sex) if record.sex else Sex.MALE
    document = passport(rng, nationality, birth, today)
    if candidate.kind is PlantedKind.EXACT and record.documents:
        document = document.model_copy(update={"number": record.documents[0].number})
    return Person(Origin("", nationality), name.surname or "", name.given_names, sex, birth, nationality, document)


def _written_name(rng: Random, candidate: Candidate) -> Spelling:
    listed = candidate.record.names[0]
    name = Spelling(listed.surname, listed.given_names)
    if candidate.kind is PlantedKind.SWAPPED:
        return Spelling(name.given_names, name.surname)
    if candidate.kind is PlantedKind.VARIANT:
        return variant(rng, name, _VARIANT_WAYS) or name
    return name


def _bearer(rng: Random, record: Record, today: date) -> Person:
    """Somebody unknown with a listed document in hand."""
    listed = record.documents[0]
    country = listed.issuing_country or "ALB"
    person = draw_person(rng, pick_weighted(rng, population(country)), today, years=(20, 60))
    document: TravelDocument = person.document.model_copy(
        update={"type": listed.type, "number": listed.number, "issuing_country": country}
    )
    return Person(person.origin, person.surname, person.given_names, person.sex, person.birth_date, country, document)
