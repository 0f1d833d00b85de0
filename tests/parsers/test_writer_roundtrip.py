"""Reader after writer is the identity, for every field that PAXLST carries."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import read_manifests
from parsers.edifact.writer import Separators
from parsers.paxlst.functions import NOT_BOARDED
from parsers.paxlst.names import TITLES
from parsers.paxlst.writer import DOCUMENT_CODES, WriteOptions, split_parts, write_paxlst, write_paxlst_interchange
from schemas.airports import find
from schemas.flight import Flight, Leg, flight_key
from schemas.manifest import Function, Manifest, Message, ReportingParty
from schemas.travel_document import TravelDocument
from schemas.traveller import Address, Bags, Contact, References, Sex, Traveller, TravellerKind

DAY = date(2026, 3, 1)
NOT_NAMES = TITLES | {"FNU", "LNU"}

words = st.from_regex(r"[A-Z]{2,9}", fullmatch=True).filter(lambda word: word not in NOT_NAMES)
names = st.lists(words, min_size=1, max_size=3).map(" ".join)
surnames = st.one_of(names, st.sampled_from(["O'NEILL", "HOXHA-GJIKA", "D+B", "WHO?"]))
codes = st.from_regex(r"[A-Z0-9]{3,9}", fullmatch=True)
texts = st.from_regex(r"[A-Z0-9'+:?*,.()/-]([A-Z0-9 '+:?*,.()/-]{0,12}[A-Z0-9'+:?*,.()/-])?", fullmatch=True)
days = st.dates(date(2016, 3, 2), date(2036, 1, 1)).map(date.isoformat)
countries = st.sampled_from(["ALB", "ITA", "RKS", "GBR", "AFG", "SRB"])
ports = st.sampled_from(["TIA", "FCO", "PRN", "VIE"])

births = st.one_of(
    st.dates(date(1930, 1, 1), date(2024, 1, 1)).map(date.isoformat),
    st.integers(1940, 2005).map(str),
    st.integers(1940, 2005).map(lambda year: f"{year}-07"),
)
documents = st.builds(
    TravelDocument,
    type=st.sampled_from(["P", "V", "I", "AC", "IP"]),
    number=codes,
    issuing_country=countries,
    expires_on=st.none() | days,
    issued_on=st.none() | st.dates(date(2010, 1, 1), DAY).map(date.isoformat),
    place_of_issue=st.none() | names,
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def references(draw: st.DrawFn) -> References:
    bookings = tuple(draw(st.lists(codes, min_size=1, max_size=3, unique=True)))
    return References(
        booking=bookings[0],
        bookings=bookings,
        passenger=draw(codes),
        seat=draw(maybe(codes)),
        redress=draw(maybe(codes)),
        known_traveller=draw(maybe(codes)),
        customer=draw(maybe(codes)),
        ticket=draw(maybe(codes)),
        other=draw(st.sampled_from([(), ("ABI:X1",), ("ABI:X1", "ZZZ:9")])),
    )


bags = st.builds(
    Bags,
    count=maybe(st.integers(0, 9)),
    weight_kg=maybe(st.integers(1, 600).map(lambda half: half / 2)),
    tags=st.sampled_from([(), ("OR000009", "OR000010"), ("OR5", "OR7", "OR8")]),
).filter(lambda bag: bag != Bags())
contacts = st.builds(Contact, telephone=maybe(texts), fax=maybe(texts), email=maybe(texts)).filter(
    lambda some: some != Contact()
)
addresses = st.builds(
    Address, street=maybe(texts), city=maybe(names), subdivision=maybe(names), postcode=maybe(codes), country=maybe(countries)
).filter(lambda some: some != Address())

travellers = st.builds(
    Traveller,
    traveller_id=st.just(""),
    kind=st.sampled_from(list(TravellerKind)),
    surname=surnames,
    given_names=names,
    title=maybe(st.sampled_from(sorted(TITLES))),
    sex=st.sampled_from([Sex.MALE, Sex.FEMALE, Sex.UNSPECIFIED, Sex.UNKNOWN]),
    birth_date=births,
    nationality=countries,
    residence=maybe(countries),
    birth_place=maybe(names),
    birth_country=maybe(countries),
    address=maybe(addresses),
    embarkation=maybe(ports),
    disembarkation=maybe(ports),
    first_entry=maybe(ports),
    references=references(),
    bags=maybe(bags),
    verified=maybe(st.booleans()),
    contact=maybe(contacts),
    documents=st.lists(documents, min_size=1, max_size=3).map(tuple),
    crew_role=maybe(st.sampled_from(["CR1", "CR2"])),
)
nameless = st.builds(Traveller, traveller_id=st.just(""), references=references())


def clock(port: str, instant: datetime) -> datetime:
    airport = find(port)
    assert airport is not None
    return instant.astimezone(airport.zone())


@st.composite
def flights(draw: st.DrawFn) -> Flight:
    """One leg, or two of which one crosses a border."""
    route = draw(st.sampled_from([("VIE", "TIA"), ("TIA", "FCO"), ("VIE", "FCO", "VCE"), ("MXP", "FCO", "TIA")]))
    instant = datetime(2026, 3, 1, 6, tzinfo=UTC) + timedelta(minutes=5 * draw(st.integers(0, 150)))
    legs = []
    for departure, arrival in pairwise(route):
        times = clock(departure, instant), clock(arrival, instant + timedelta(minutes=95))
        instant += timedelta(minutes=150)
        legs.append(
            Leg(
                departure_port=departure,
                arrival_port=arrival,
                scheduled_departure=times[0],
                scheduled_arrival=times[1],
                departure_local=times[0].strftime("%Y-%m-%dT%H:%M"),
                arrival_local=times[1].strftime("%Y-%m-%dT%H:%M"),
                crosses_border=(departure, arrival) in {("VIE", "TIA"), ("TIA", "FCO"), ("VIE", "FCO"), ("FCO", "TIA")},
            )
        )
    carrier, number = draw(st.sampled_from(["OR", "W4", "4O"])), str(draw(st.integers(1, 9999)))
    suffix = draw(st.sampled_from([None, "A"]))
    border = next(leg for leg in legs if leg.crosses_border)
    return Flight(
        flight_key=flight_key(carrier, number, suffix, route[0], (legs[0].departure_local or "")[:10]),
        carrier=carrier,
        number=number,
        suffix=suffix,
        designator=f"{carrier}{number}{suffix or ''}",
        departure_port=border.departure_port,
        arrival_port=border.arrival_port,
        scheduled_departure=border.scheduled_departure,
        scheduled_arrival=border.scheduled_arrival,
        legs=tuple(legs),
    )


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    function = draw(st.sampled_from(list(Function)))
    closing = function in NOT_BOARDED
    people = draw(st.lists(nameless if closing else travellers, max_size=3, unique_by=lambda one: one.references.passenger))
    part = draw(maybe(st.integers(1, 12)))
    return Manifest(
        manifest_id="",
        message=Message(
            directory=draw(st.sampled_from(["D:02B", "D:05B", "D:12B", "D:15B", "D:24A"])),
            agency="UN",
            association="IATA",
            reference=draw(codes),
            access_reference=draw(maybe(codes)),
            part=part,
            last_part=None if part is None else draw(st.booleans() if part > 1 else maybe(st.booleans())),
        ),
        function=function,
        document_code=DOCUMENT_CODES[function][0],
        function_code=DOCUMENT_CODES[function][1] or None,
        document_number=draw(maybe(codes)),
        document_revision=None,
        sender="ORAPIS",
        recipient="ALBAPIS",
        prepared_at=datetime(2026, 3, 1, 5, 30, tzinfo=UTC),
        reporting_party=draw(maybe(st.builds(ReportingParty, name=names, telephone=maybe(texts), email=maybe(texts)))),
        flight=draw(flights()),
        travellers=tuple(person.model_copy(update={"not_boarded": NOT_BOARDED.get(function)}) for person in people),
        declared_travellers=draw(maybe(st.integers(0, 400))),
        test=draw(st.booleans()),
    )


options = st.builds(
    WriteOptions,
    separators=st.sampled_from(
        [
            Separators(),
            Separators(repetition="*"),
            Separators(element="*", terminator="$"),
            Separators(element="*", terminator="#"),
            Separators(component="-"),
            Separators(element="(", terminator=")"),
            Separators(element="(", release=")", repetition=" ", terminator="-"),
            Separators("(", "/", ".", ")", " ", "-"),
            Separators("|", "~", ".", "\\", "^", ";"),
        ]
    ),
    syntax=st.sampled_from(["UNOA", "UNOB", "UNOC", "UNOE", "UNOY"]),
    syntax_version=st.sampled_from([1, 2, 3, 4]),
    grouped=st.booleans(),
    line_break=st.sampled_from(["", "\r\n", "\n"]),
    number_digits=st.sampled_from([1, 4]),
    given_names_split=st.booleans(),
    carrier_element=st.booleans(),
    chained_legs=st.booleans(),
    long_birth_dates=st.just(True),
)


def carried(manifest: Manifest) -> dict[str, Any]:
    """What PAXLST carries: everything but identifiers of ours, raw texts and remarks."""
    content = manifest.model_dump(mode="json", exclude={"manifest_id", "submission_id", "findings"})
    content["flight"].pop("designator_raw")
    for person in content["travellers"]:
        person.pop("traveller_id")
        person.pop("raw")
        if person["sex"] == "X" and content["message"]["directory"] < "D:15B":
            person["sex"] = "U"  # ATT knows X from D.15B on
    return content


def read_one(data: bytes) -> Manifest:
    (message,) = read_manifests(data)
    assert message.manifest is not None, [finding.code for finding in message.findings]
    return message.manifest


@settings(max_examples=80, deadline=None)
@given(manifest=manifests(), form=options)
def test_reading_what_was_written_gives_the_manifest_back(manifest: Manifest, form: WriteOptions) -> None:
    assert carried(read_one(write_paxlst(manifest, form))) == carried(manifest)


@settings(max_examples=20, deadline=None)
@given(first=manifests(), second=manifests())
def test_several_messages_are_read_back_one_by_one(first: Manifest, second: Manifest) -> None:
    both = [
        first,
        second.model_copy(update={"test": first.test, "message": second.message.model_copy(update={"reference": "ZZ"})}),
    ]
    read = [message.manifest for message in read_manifests(write_paxlst_interchange(both, WriteOptions(long_birth_dates=True)))]
    assert [carried(manifest) for manifest in read if manifest is not None] == [carried(manifest) for manifest in both]


@settings(max_examples=20, deadline=None)
@given(manifest=manifests(), size=st.integers(1, 3))
def test_parts_together_are_the_whole(manifest: Manifest, size: int) -> None:
    parts = [read_one(write_paxlst(part, WriteOptions(long_birth_dates=True))) for part in split_parts(manifest, size)]
    together = [person for part in parts for person in carried(part)["travellers"]]
    assert together == carried(manifest)["travellers"]
    assert [part.message.part for part in parts] == list(range(1, len(parts) + 1))
    assert [bool(part.message.last_part) for part in parts] == [False] * (len(parts) - 1) + [True]
