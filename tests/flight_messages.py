"""Messages about one synthetic flight, said in few words."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from schemas.flight import Flight
from schemas.identifiers import traveller_id
from schemas.manifest import Function, Manifest, Message
from schemas.travel_document import TravelDocument
from schemas.traveller import References, Traveller, TravellerKind

FLIGHT_KEY = "OR260-AMS-2026-03-01"
FLIGHT = Flight(flight_key=FLIGHT_KEY, designator="OR260", arrival_port="TIA")
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def person(name, *, abo=None, booking=None, surname=None, document=None, birth_date="1980-01-01", kind="passenger"):
    """Somebody described. Identity as the readers give it: reference, else document, else name and booking."""
    surname = surname or f"{name}surname".upper()
    documents = (TravelDocument(type="P", number=document, issuing_country="ALB"),) if document else ()
    identity = f"ABO{abo}" if abo else f"DOC{document}" if document else f"NAME{surname}{birth_date}{booking}"
    return Traveller(
        traveller_id=traveller_id(FLIGHT_KEY, identity),
        kind=TravellerKind(kind),
        surname=surname,
        given_names=name,
        birth_date=birth_date,
        documents=documents,
        references=References(passenger=abo, booking=booking, bookings=(booking,) if booking else ()),
    )


def entry(*, abo=None, booking=None, ordinal=1, not_boarded=None):
    """Somebody named by references alone (NAD+ZZZ)."""
    identity = f"ABO{abo}" if abo else f"NAME{booking}#{ordinal}"
    return Traveller(
        traveller_id=traveller_id(FLIGHT_KEY, identity),
        references=References(passenger=abo, booking=booking, bookings=(booking,) if booking else ()),
        not_boarded=not_boarded,
    )


def message(minute, function, *travellers, part=None, last=None, declared=None, **fields):
    """A message made at this minute. `last`: True = F, False = C."""
    named = f"man_{minute}_{function}_{part}_{fields.pop('name', '')}"
    marks = Message(part=part, last_part=last, access_reference=fields.pop("access", None))
    return Manifest(
        manifest_id=named,
        function=function,
        flight=FLIGHT,
        travellers=travellers,
        message=marks,
        declared_travellers=declared,
        prepared_at=START + timedelta(minutes=minute),
        sender="OR",
        **fields,
    )


PEOPLE = [
    person("a", abo="A1", booking="FAM", document="DA"),
    person("b", abo="B1", booking="FAM", document="DB"),
    person("c", booking="SOLO", document="DC"),
    person("d", booking="SOLO2", birth_date="1970-05-05"),
    person("crew", abo="K1", document="DK", kind="crew"),
]
CORRECTED = [
    person("a", abo="A1", booking="FAM", document="DA", surname="CHANGED"),
    person("a", booking="FAM", document="DA"),  # without the passenger reference
    person("b", abo="B1", booking="FAM", document="DB2"),
    person("c", abo="C1", booking="SOLO", document="DC"),  # with one, at last
    person("d", booking="SOLO2", birth_date="1970-05-05", document="DD"),
]
ENTRIES = [
    entry(abo="A1"),
    entry(abo="B1", booking="FAM"),
    entry(booking="FAM"),
    entry(booking="FAM", ordinal=2),
    entry(booking="SOLO"),
    entry(booking="SOLO2"),
    entry(abo="X9", booking="ELSEWHERE"),
]
_NAMING = (
    Function.PASSENGER_CANCEL,
    Function.PASSENGER_REDUCTION,
    Function.FLIGHT_CLOSE_ON_BOARD,
    Function.FLIGHT_CLOSE_NOT_ON_BOARD,
)
_EMPTY = (Function.FLIGHT_CANCEL, Function.FLIGHT_CLOSE)
_LISTS = (
    Function.PASSENGER_LIST,
    Function.PASSENGER_LIST,
    Function.PASSENGER_CHANGE,
    Function.CREW_LIST,
    Function.FLIGHT_CHANGE,
)
_MARKS = st.sampled_from([(None, None), (1, True), (1, False), (2, None), (2, True)])
_CODES = st.sampled_from([None, "745", "250", "266"])


@st.composite
def _messages(draw):
    shape = draw(st.integers(0, 9))
    minute, (part, last) = draw(st.integers(0, 6)), draw(_MARKS)
    fields = {"part": part, "last": last, "document_code": draw(_CODES), "declared": draw(st.sampled_from([None, 1, 3]))}
    if shape < 5:
        function, pool = draw(st.sampled_from(_LISTS)), PEOPLE + CORRECTED
    elif shape < 9:
        function, pool = draw(st.sampled_from(_NAMING)), ENTRIES + PEOPLE
    else:
        function, pool = draw(st.sampled_from(_EMPTY)), []
    people = draw(st.lists(st.sampled_from(pool), max_size=4, unique_by=lambda one: one.traveller_id)) if pool else []
    return function, minute, people, fields


@st.composite
def flights(draw):
    """All sorts of messages about one flight."""
    drawn = draw(st.lists(_messages(), max_size=9))
    return [
        message(minute, function, *people, name=str(n), **fields) for n, (function, minute, people, fields) in enumerate(drawn)
    ]


@st.composite
def deliveries(draw):
    """Messages about one flight, and an order in which they arrive, some several times, none never."""
    sent = draw(flights())
    again = draw(st.lists(st.sampled_from(sent), max_size=6)) if sent else []
    return sent, draw(st.permutations([*sent, *again]))
