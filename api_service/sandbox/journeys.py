"""What a carrier sends about one flight, from check-in to closure.

    check-in list (745, perhaps in parts) -> crew list (250) -> corrections of a few (745+CP) -> closure (266+CLOB or +CLNB)

Each carrier keeps its own habits (directory release, service string, line breaks, parts), as in life. A journey depends on the
seed and the flight alone, so that it can be made anywhere, in any order, and comes out the same. Planted travellers always
board.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random

from api_service.sandbox.documents import passport
from api_service.sandbox.flights import PlannedFlight, airport, plan_flights, plan_record_day
from api_service.sandbox.habits import Habits, habits_of
from api_service.sandbox.people import Person, draw_party, draw_person
from api_service.sandbox.planting import EXPECTS_NO_ALERT, Candidate, Plantation, Planted, planted_person
from api_service.sandbox.populations import population, population_between
from api_service.sandbox.seeds import chance, pick_weighted, seeded
from parsers.paxlst.writer import split_parts, write_paxlst
from schemas.manifest import Function, Manifest, Message
from schemas.traveller import Bags, References, Traveller, TravellerKind

CORRECTED_FLIGHTS_SHARE = 0.15
CORRECTIONS_MAX = 3
NO_SHOWS_MAX = 4
_BOOKING_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class MessageKind(StrEnum):
    """The steps of a flight's reporting."""

    CHECK_IN = "check_in"
    CREW = "crew"
    CORRECTION = "correction"
    CLOSURE = "closure"


_STEPS = {
    MessageKind.CHECK_IN: (Function.PASSENGER_LIST, timedelta(minutes=-50)),
    MessageKind.CREW: (Function.CREW_LIST, timedelta(minutes=-45)),
    MessageKind.CORRECTION: (Function.PASSENGER_CHANGE, timedelta(minutes=-30)),
    MessageKind.CLOSURE: (Function.FLIGHT_CLOSE_ON_BOARD, timedelta(minutes=5)),
}
"""What each step is called in PAXLST, and when it is sent, counted from departure."""


@dataclass(frozen=True, slots=True)
class JourneyMessage:
    """One interchange as sent. `travellers` counts the persons in it; `due_at` is when the carrier would send it."""

    flight_key: str
    kind: MessageKind
    body: bytes
    travellers: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Journey:
    """Everything about one flight: its messages in order, and who was planted aboard."""

    planned: PlannedFlight
    messages: tuple[JourneyMessage, ...]
    planted: tuple[Planted, ...]


@dataclass(frozen=True, slots=True)
class _Aboard:
    """Who is on the flight. `travellers` are the passengers; `planted` are among them."""

    travellers: tuple[Traveller, ...]
    planted: tuple[Planted, ...]


def make_journey(seed: int, planned: PlannedFlight, candidates: Sequence[Candidate] = ()) -> Journey:
    """The journey of this flight with these records' persons aboard."""
    rng = seeded(seed, "journey", planned.index, planned.flight.flight_key)
    aboard = _board(rng, planned, candidates)
    writer = _JourneyWriter(planned, habits_of(planned.carrier))
    messages = (
        *writer.messages(MessageKind.CHECK_IN, aboard.travellers),
        *writer.messages(MessageKind.CREW, _crew(rng, planned)),
        *writer.messages(MessageKind.CORRECTION, _corrections(rng, planned, aboard)),
        writer.closure(rng, aboard),
    )
    return Journey(planned, messages, aboard.planted)


def make_journeys(seed: int, now: datetime, indexes: range, planting: Plantation | None = None) -> Iterator[Journey]:
    """Journeys of live flights (departing within hours after `now`)."""
    for planned in plan_flights(seed, now, indexes):
        yield make_journey(seed, planned, planting.for_flight(planned.index) if planting else ())


def record_day_messages(seed: int, midnight: datetime, planting: Plantation | None = None) -> Iterator[JourneyMessage]:
    """Tirana's record day as check-in lists: 298 flights with 50,892 travellers, one message a flight."""
    for planned in plan_record_day(seed, midnight):
        rng = seeded(seed, "journey", planned.index, planned.flight.flight_key)
        aboard = _board(rng, planned, planting.for_flight(planned.index) if planting else ())
        yield from _JourneyWriter(planned, Habits()).messages(MessageKind.CHECK_IN, aboard.travellers)


def one_flight_message(seed: int, now: datetime, travellers: int = 170) -> bytes:
    """One check-in list with this many travellers, of a flight that departs soon after `now`. For benchmarks."""
    (planned,) = plan_flights(seed, now, range(seed % 9000, seed % 9000 + 1))
    rng = seeded(seed, "one-flight")
    aboard = _board(rng, planned, (), travellers)
    (message,) = _JourneyWriter(planned, Habits()).messages(MessageKind.CHECK_IN, aboard.travellers)
    return message.body


def _board(rng: Random, planned: PlannedFlight, candidates: Sequence[Candidate], count: int | None = None) -> _Aboard:
    """Fill the seats with parties, the planted ones spread among them."""
    seats = _Seats(rng, planned)
    wanted = (planned.passengers if count is None else count) - len(candidates)
    today = planned.departure.date()
    mixture = population_between(airport(_departure_port(planned)).country, airport(_arrival_port(planned)).country)
    travellers: list[Traveller] = []
    while len(travellers) < wanted:
        party = draw_party(rng, mixture, today)[: wanted - len(travellers)]
        travellers.extend(seats.party(party))
    planted = []
    for candidate in candidates:
        (traveller,) = seats.party((planted_person(rng, candidate, today),))
        travellers.insert(rng.randrange(len(travellers) + 1), traveller)
        planted.append(_truth(candidate, traveller, planned))
    return _Aboard(tuple(travellers), tuple(planted))


def _departure_port(planned: PlannedFlight) -> str:
    return planned.flight.legs[0].departure_port or ""


def _arrival_port(planned: PlannedFlight) -> str:
    return planned.flight.legs[-1].arrival_port or ""


def _truth(candidate: Candidate, traveller: Traveller, planned: PlannedFlight) -> Planted:
    return Planted(
        kind=candidate.kind,
        list_id=candidate.list_id,
        record_id=candidate.record.record_id,
        flight_key=planned.flight.flight_key,
        passenger=traveller.references.passenger or "",
        surname=traveller.surname,
        given_names=traveller.given_names,
        birth_date=traveller.birth_date or "",
        document_number=traveller.documents[0].number,
        expects_alert=candidate.kind not in EXPECTS_NO_ALERT,
    )


class _Seats:
    """Hands out seats, bookings and passenger references of one flight."""

    def __init__(self, rng: Random, planned: PlannedFlight) -> None:
        self._rng = rng
        self._planned = planned
        self._taken = 0

    def party(self, people: Sequence[Person]) -> list[Traveller]:
        """A party under one booking, side by side."""
        booking = "".join(self._rng.choices(_BOOKING_LETTERS, k=6))
        return [self._traveller(person, booking) for person in people]

    def _traveller(self, person: Person, booking: str) -> Traveller:
        number = self._taken
        self._taken += 1
        designator = self._planned.carrier.designator
        references = References(
            booking=booking,
            passenger=f"{designator}{self._planned.index:05}{number:03}",
            seat=f"{number // 6 + 1}{'ABCDEF'[number % 6]}",
        )
        traveller = traveller_of(person, TravellerKind.PASSENGER, self._planned)
        return traveller.model_copy(update={"references": references, "bags": self._bags(designator)})

    def _bags(self, designator: str) -> Bags | None:
        count = pick_weighted(self._rng, ((0, 50), (1, 38), (2, 12)))
        if count == 0:
            return None
        first = self._rng.randrange(100_000, 900_000)
        return Bags(count=count, tags=tuple(f"{designator}{first + step}" for step in range(count)))


def traveller_of(person: Person, kind: TravellerKind, planned: PlannedFlight) -> Traveller:
    """The person as a traveller on this flight."""
    return Traveller(
        traveller_id="",
        kind=kind,
        surname=person.surname,
        given_names=person.given_names,
        sex=person.sex,
        birth_date=person.birth_date.isoformat(),
        nationality=person.nationality,
        embarkation=_departure_port(planned),
        disembarkation=_arrival_port(planned),
        first_entry=_arrival_port(planned),
        verified=True,
        documents=(person.document,),
    )


def _crew(rng: Random, planned: PlannedFlight) -> tuple[Traveller, ...]:
    """Two pilots and the cabin crew, from the carrier's end of the route."""
    homes = population(airport(_departure_port(planned)).country)
    today = planned.departure.date()
    people = [draw_person(rng, pick_weighted(rng, homes), today, years=(22, 60)) for _ in range(planned.crew)]
    members = (traveller_of(person, TravellerKind.CREW, planned) for person in people)
    return tuple(
        member.model_copy(update={"crew_role": "CR1" if position < 2 else "CR2"}) for position, member in enumerate(members)
    )


def _corrections(rng: Random, planned: PlannedFlight, aboard: _Aboard) -> tuple[Traveller, ...]:
    """A few ordinary travellers whose data was wrong at check-in: another document, or the given names in full."""
    if not chance(rng, CORRECTED_FLIGHTS_SHARE):
        return ()
    ordinary = _ordinary(aboard)
    chosen = rng.sample(ordinary, min(len(ordinary), rng.randint(1, CORRECTIONS_MAX)))
    return tuple(_corrected(rng, traveller, planned.departure.date()) for traveller in chosen)


def _corrected(rng: Random, traveller: Traveller, today: date) -> Traveller:
    birth = date.fromisoformat(traveller.birth_date or "1980-01-01")
    return traveller.model_copy(update={"documents": (passport(rng, traveller.nationality or "ALB", birth, today),)})


def _ordinary(aboard: _Aboard) -> list[Traveller]:
    planted = {truth.passenger for truth in aboard.planted}
    return [traveller for traveller in aboard.travellers if traveller.references.passenger not in planted]


class _JourneyWriter:
    """Writes a flight's messages with its carrier's habits. References count up through the flight."""

    def __init__(self, planned: PlannedFlight, habits: Habits) -> None:
        self._planned = planned
        self._habits = habits
        self._sequence = 0

    def messages(self, kind: MessageKind, travellers: Sequence[Traveller]) -> Iterator[JourneyMessage]:
        """The report of these travellers, in parts where the carrier sends parts; nothing where there is nobody."""
        if not travellers:
            return
        function, _ = _STEPS[kind]
        report = self._manifest(kind, function, tuple(travellers))
        for part in split_parts(report, self._habits.part_travellers_max or len(travellers)):
            yield self._written(kind, part)

    def closure(self, rng: Random, aboard: _Aboard) -> JourneyMessage:
        """The closure: those on board by reference, or those missing."""
        ordinary = _ordinary(aboard)
        missing = rng.sample(ordinary, min(len(ordinary), rng.randint(0, NO_SHOWS_MAX)))
        absent = {traveller.references.passenger for traveller in missing}
        if chance(rng, 0.5):
            named = [traveller for traveller in aboard.travellers if traveller.references.passenger not in absent]
            function = Function.FLIGHT_CLOSE_ON_BOARD
        else:
            named, function = missing, Function.FLIGHT_CLOSE_NOT_ON_BOARD
        entries = tuple(_by_reference(traveller, function) for traveller in named)
        manifest = self._manifest(MessageKind.CLOSURE, function, entries)
        declared = len(aboard.travellers) - len(missing)
        return self._written(MessageKind.CLOSURE, manifest.model_copy(update={"declared_travellers": declared}))

    def _manifest(self, kind: MessageKind, function: Function, travellers: tuple[Traveller, ...]) -> Manifest:
        flight = self._planned.flight
        return Manifest(
            manifest_id="",
            message=Message(
                directory=self._habits.options.directory,
                agency="UN",
                association="IATA",
                reference=f"{flight.designator}{kind.value[:2].upper()}",
                access_reference=f"{flight.designator}/{self._planned.departure:%y%m%d/%H%M}",
                part=1,
                last_part=True,
            ),
            function=function,
            sender=f"{self._planned.carrier.designator}APIS",
            recipient=f"{airport(_arrival_port(self._planned)).country}APIS",
            prepared_at=self._due_at(kind),
            reporting_party=self._habits.reporting_party(self._planned.carrier),
            flight=flight,
            travellers=travellers,
            declared_travellers=len(travellers),
        )

    def _due_at(self, kind: MessageKind) -> datetime:
        return (self._planned.departure + _STEPS[kind][1]).astimezone(UTC)

    def _written(self, kind: MessageKind, manifest: Manifest) -> JourneyMessage:
        self._sequence += 1
        reference = f"{self._planned.departure:%y%m%d}{self._planned.index % 100_000:05}{self._sequence:02}"
        body = write_paxlst(manifest, self._habits.with_reference(reference))
        return JourneyMessage(manifest.flight.flight_key, kind, body, len(manifest.travellers), self._due_at(kind))


def _by_reference(traveller: Traveller, function: Function) -> Traveller:
    """A closure's entry: no name, only the references."""
    missing = function is Function.FLIGHT_CLOSE_NOT_ON_BOARD
    return Traveller(traveller_id="", references=traveller.references, not_boarded=missing)
