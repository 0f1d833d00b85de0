"""Manifests to PAXLST bytes, as carriers send them.

The mirror of the reader: what a `Manifest` says is written, nothing is guessed. Segments follow the order of the UN
directory (header, flight sectors, persons with their documents, control totals). Times are written as the wall clock of their
port, because that is what PAXLST carries (WCO/IATA/ICAO guide, DTM+189 and DTM+232).

Not carried, because PAXLST has no place for it: identifiers of ours, findings, raw values other than document numbers, a
contact's number for a closure's nameless entries.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from parsers.edifact.writer import (
    DEFAULT_SEPARATORS,
    Element,
    Envelope,
    OutgoingMessage,
    Segment,
    Separators,
    write_interchange,
)
from schemas.airports import find as find_airport
from schemas.codes import REFERENCE_FIELDS
from schemas.flight import Leg
from schemas.manifest import Function, Manifest, Message
from schemas.travel_document import TravelDocument
from schemas.traveller import Sex, Traveller, TravellerKind

DOCUMENT_CODES: dict[Function, tuple[str, str]] = {
    Function.PASSENGER_LIST: ("745", ""),
    Function.PASSENGER_CHANGE: ("745", "CP"),
    Function.PASSENGER_CANCEL: ("745", "XR"),
    Function.PASSENGER_REDUCTION: ("745", "RP"),
    Function.CREW_LIST: ("250", ""),
    Function.CREW_CHANGE: ("250", "CC"),
    Function.MASTER_CREW_LIST: ("336", ""),
    Function.MASTER_CREW_ADD: ("336", "G"),
    Function.MASTER_CREW_DELETE: ("336", "H"),
    Function.MASTER_CREW_CHANGE: ("336", "I"),
    Function.FLIGHT_CLOSE: ("266", "CL"),
    Function.FLIGHT_CLOSE_ON_BOARD: ("266", "CLOB"),
    Function.FLIGHT_CLOSE_NOT_ON_BOARD: ("266", "CLNB"),
    Function.FLIGHT_CANCEL: ("266", "XF"),
    Function.FLIGHT_CHANGE: ("266", "CF"),
    Function.GATE_PASS: ("655", ""),
}
"""BGM 1001 and 1004 of each function (WCO/IATA/ICAO guide, table 4.5.1; the crew family as the US guide has it)."""

_NAMELESS = frozenset({Function.FLIGHT_CLOSE_ON_BOARD, Function.FLIGHT_CLOSE_NOT_ON_BOARD})
_CREW_CODES = frozenset({"250", "336"})
_QUALIFIERS = {TravellerKind.PASSENGER: "FL", TravellerKind.CREW: "FM", TravellerKind.TRANSIT: "DDU"}
_UNSPECIFIED_SEX_FROM = "15B"  # ATT 9019 knows X from D.15B on; before it the guide has U only
_FALLBACK_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # UNB needs a date; this one shows at a glance that nobody gave one
_TAG = re.compile(r"(.*?)(\d+)")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How the bytes look. What is None comes from the manifest.

    `grouped` writes UNG/UNE (their reference is `group_reference`, else `1`). `chained_legs` puts all ports behind one TDT
    instead of one TDT a leg. `long_birth_dates` writes CCYYMMDD with format 102. `number_digits` pads the flight number
    with zeros. `given_names_split` puts every given name into its own component. `carrier_element` writes TDT C040.
    """

    separators: Separators = DEFAULT_SEPARATORS
    una: bool = True
    syntax: str = "UNOA"
    syntax_version: int = 4
    directory: str | None = None
    sender: str | None = None
    recipient: str | None = None
    prepared_at: datetime | None = None
    control_reference: str | None = None
    group_reference: str | None = None
    grouped: bool = True
    group_sender: str | None = None
    application_reference: str = "APIS"
    acknowledge: bool = False
    line_break: str = ""
    chained_legs: bool = False
    long_birth_dates: bool = False
    number_digits: int = 1
    given_names_split: bool = False
    carrier_element: bool = True


DEFAULT_OPTIONS = WriteOptions()


def write_paxlst(manifest: Manifest, options: WriteOptions = DEFAULT_OPTIONS) -> bytes:
    """The interchange of one message."""
    return write_paxlst_interchange([manifest], options)


def write_paxlst_interchange(manifests: Sequence[Manifest], options: WriteOptions = DEFAULT_OPTIONS) -> bytes:
    """Several messages in one interchange; the envelope's facts come from the first manifest. At least one is needed."""
    assert manifests, "an interchange has at least one message"
    envelope = _envelope(manifests[0], options)
    messages = [_message(manifest, options, number) for number, manifest in enumerate(manifests, start=1)]
    return write_interchange(envelope, messages)


def split_parts(manifest: Manifest, travellers_max: int) -> tuple[Manifest, ...]:
    """The parts of one report, 01:C to nn:F, with at most `travellers_max` persons each.

    Every part keeps the header, the flight and the whole flight's count; a report that fits is one part, 01:F.
    """
    starts = range(0, max(len(manifest.travellers), 1), travellers_max)
    declared = len(manifest.travellers) if manifest.declared_travellers is None else manifest.declared_travellers
    return tuple(
        manifest.model_copy(
            update={
                "travellers": manifest.travellers[start : start + travellers_max],
                "message": manifest.message.model_copy(update={"part": part, "last_part": part == len(starts)}),
                "declared_travellers": declared,
            }
        )
        for part, start in enumerate(starts, start=1)
    )


def _envelope(manifest: Manifest, options: WriteOptions) -> Envelope:
    return Envelope(
        sender=options.sender or manifest.sender or "",
        recipient=options.recipient or manifest.recipient or "",
        prepared_at=options.prepared_at or (manifest.prepared_at or _FALLBACK_TIME).astimezone(UTC),
        control_reference=options.control_reference or "1",
        group_reference=(options.group_reference or "1") if options.grouped else None,
        group_sender=options.group_sender,
        directory=_directory(manifest, options),
        syntax=options.syntax,
        syntax_version=options.syntax_version,
        application_reference=options.application_reference,
        acknowledge=options.acknowledge,
        test=manifest.test,
        separators=options.separators,
        una=options.una,
        line_break=options.line_break,
    )


def _directory(manifest: Manifest, options: WriteOptions) -> str:
    return options.directory or manifest.message.directory or "D:12B"


def _message(manifest: Manifest, options: WriteOptions, number: int) -> OutgoingMessage:
    message = manifest.message
    directory = _directory(manifest, options)
    kind = (message.type, *directory.split(":"), message.agency or "UN", message.association)
    header = (kind, message.access_reference, _transfer(message))
    writer = _BodyWriter(manifest, options, directory.rpartition(":")[2])
    return OutgoingMessage(message.reference or str(number), header, list(writer.segments()))


def _transfer(message: Message) -> Element:
    """S010: the sequence number and, where known, first (C) or last (F); a part between has no mark, the only one is 01:F."""
    if message.part is None:
        return None
    mark = "F" if message.last_part else "C" if message.part == 1 and message.last_part is False else ""
    return (f"{message.part:02}", mark)


class _BodyWriter:
    """Everything between UNH and UNT of one message."""

    def __init__(self, manifest: Manifest, options: WriteOptions, release: str) -> None:
        self._manifest = manifest
        self._options = options
        self._release = release
        default_code, default_function = DOCUMENT_CODES[manifest.function]
        self._code = manifest.document_code or default_code
        self._function_code = manifest.function_code or default_function

    def segments(self) -> Iterator[Segment]:
        yield ("BGM", self._code, self._function_code)
        yield from self._transaction()
        yield from self._reporting_party()
        yield from self._chained_legs() if self._options.chained_legs else self._single_legs()
        for traveller in self._manifest.travellers:
            yield from self._traveller(traveller)
        yield from self._total()

    def _transaction(self) -> Iterator[Segment]:
        if self._manifest.document_number is not None:
            yield ("RFF", ("TN", self._manifest.document_number, "", "", self._manifest.document_revision))

    def _reporting_party(self) -> Iterator[Segment]:
        party = self._manifest.reporting_party
        if party is None:
            return
        yield ("NAD", "MS", party.party_id, None, party.name)
        yield from _contacts([("TE", party.telephone), ("FX", party.fax), ("EM", party.email)])

    def _designator(self) -> Segment:
        flight = self._manifest.flight
        if flight.carrier is None or flight.number is None:
            return ("TDT", "20", flight.designator_raw or flight.designator)
        number = flight.number.zfill(self._options.number_digits)
        carrier = flight.carrier if self._options.carrier_element else None
        return ("TDT", "20", f"{flight.carrier}{number}{flight.suffix or ''}", None, None, carrier)

    def _single_legs(self) -> Iterator[Segment]:
        legs = self._manifest.flight.legs
        for leg in legs:
            departure, arrival = ("125", "87") if leg.crosses_border or len(legs) == 1 else ("92", "92")
            yield self._designator()
            yield from _departure(leg, departure)
            yield from _arrival(leg, arrival)

    def _chained_legs(self) -> Iterator[Segment]:
        legs = self._manifest.flight.legs
        yield self._designator()
        for leg, following in zip(legs, (*legs[1:], None), strict=True):
            if leg is legs[0]:
                yield from _departure(leg, "125" if leg.crosses_border or len(legs) == 1 else "92")
            yield from _arrival(leg, _chained_qualifier(leg, following, alone=len(legs) == 1))
            if following is not None:
                yield from _time("189", following.departure_port, following.scheduled_departure, following.departure_local)

    def _traveller(self, traveller: Traveller) -> Iterator[Segment]:
        if self._manifest.function in _NAMELESS and traveller.surname is None:
            yield ("NAD", "ZZZ")
            yield from _references(traveller)
            return
        yield self._name(traveller)
        yield from self._particulars(traveller)
        yield from _bags(traveller)
        yield from _places(traveller)
        yield from _person_contacts(traveller)
        if traveller.crew_role:
            yield ("EMP", "1", (traveller.crew_role, "110", "111"))
        if traveller.nationality:
            yield ("NAT", "2", traveller.nationality)
        yield from _references(traveller)
        for document in traveller.documents:
            yield from _document(document)

    def _name(self, traveller: Traveller) -> Segment:
        given = traveller.given_names or ""
        given_parts = given.split() if self._options.given_names_split and len(given.split()) <= 3 else [given]
        names = (traveller.surname, *given_parts, traveller.title)
        address = traveller.address
        if address is None:
            return ("NAD", _qualifier(traveller), None, None, names)
        place = (address.street, address.city, address.subdivision, address.postcode, address.country)
        return ("NAD", _qualifier(traveller), None, None, names, *place)

    def _particulars(self, traveller: Traveller) -> Iterator[Segment]:
        unspecified = traveller.sex is Sex.UNSPECIFIED and self._release < _UNSPECIFIED_SEX_FROM
        yield ("ATT", "2", None, "U" if unspecified else traveller.sex.value)
        if traveller.birth_date:
            yield ("DTM", self._birth_date(traveller.birth_date))

    def _birth_date(self, partial: str) -> Element:
        digits = partial.replace("-", "").ljust(8, "0")
        return ("329", digits, "102") if self._options.long_birth_dates else ("329", digits[2:])

    def _total(self) -> Iterator[Segment]:
        declared = self._manifest.declared_travellers
        if declared is not None:
            yield ("CNT", ("41" if self._code in _CREW_CODES else "42", str(declared)))


def _qualifier(traveller: Traveller) -> str:
    """3035. Somebody in transit who has a role in the crew is transit crew."""
    if traveller.kind is TravellerKind.TRANSIT and traveller.crew_role:
        return "DDT"
    return _QUALIFIERS[traveller.kind]


def _chained_qualifier(leg: Leg, following: Leg | None, alone: bool) -> str:
    if leg.crosses_border or alone:
        return "87"
    return "125" if following is not None and following.crosses_border else "92"


def _departure(leg: Leg, qualifier: str) -> Iterator[Segment]:
    yield ("LOC", qualifier, leg.departure_port)
    yield from _time("189", leg.departure_port, leg.scheduled_departure, leg.departure_local)


def _arrival(leg: Leg, qualifier: str) -> Iterator[Segment]:
    yield ("LOC", qualifier, leg.arrival_port)
    yield from _time("232", leg.arrival_port, leg.scheduled_arrival, leg.arrival_local)


def _time(qualifier: str, port: str | None, instant: datetime | None, wall_clock: str | None) -> Iterator[Segment]:
    """The wall clock of the port: as sent where we have it, else from the instant and the port's time zone."""
    if wall_clock is None and instant is not None:
        airport = find_airport(port or "")
        wall_clock = (instant.astimezone(airport.zone()) if airport else instant).strftime("%Y-%m-%dT%H:%M")
    if wall_clock is not None:
        digits = re.sub(r"\D", "", wall_clock)[:12]
        yield ("DTM", (qualifier, digits[2:], "201"))


def _contacts(numbers: Iterable[tuple[str, str | None]]) -> Iterator[Segment]:
    """COM: every contact is a data element of its own (as the guide has it), three at most."""
    elements = [(number, kind) for kind, number in numbers if number]
    if elements:
        yield ("COM", *elements)


def _person_contacts(traveller: Traveller) -> Iterator[Segment]:
    contact = traveller.contact
    if contact is not None:
        yield from _contacts([("TE", contact.telephone), ("FX", contact.fax), ("EM", contact.email)])


def _bags(traveller: Traveller) -> Iterator[Segment]:
    bags = traveller.bags
    if bags is not None and bags.count is not None:
        yield ("MEA", "CT", None, ("", str(bags.count)))
    if bags is not None and bags.weight_kg is not None:
        yield ("MEA", "WT", None, ("KGM", f"{bags.weight_kg:g}"))
    if traveller.verified is not None:
        yield ("GEI", "4", "173" if traveller.verified else "174")
    if bags is not None:
        for first, count in tag_runs(bags.tags):
            yield ("FTX", "BAG", None, None, (first, str(count)))


def tag_runs(tags: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Bag tags as (first tag, how many consecutive ones), in the order given."""
    runs: list[tuple[str, int]] = []
    for tag in tags:
        if runs and tag == _following_tag(*runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((tag, 1))
    return tuple(runs)


def _following_tag(first: str, count: int) -> str | None:
    match = _TAG.fullmatch(first)
    if match is None:
        return None
    prefix, digits = match.groups()
    return f"{prefix}{int(digits) + count:0{len(digits)}}"


def _places(traveller: Traveller) -> Iterator[Segment]:
    simple = (
        ("22", traveller.first_entry),
        ("174", traveller.residence),
        ("178", traveller.embarkation),
        ("179", traveller.disembarkation),
    )
    for qualifier, place in simple:
        if place:
            yield ("LOC", qualifier, place)
    if traveller.birth_country or traveller.birth_place:
        yield ("LOC", "180", (traveller.birth_country, "", "", traveller.birth_place))


def _references(traveller: Traveller) -> Iterator[Segment]:
    references = traveller.references
    bookings = references.bookings or ((references.booking,) if references.booking else ())
    coded = (
        *(("AVF", booking) for booking in bookings),
        *((code, getattr(references, name)) for code, name in REFERENCE_FIELDS.items() if name != "booking"),
        *(tuple(other.split(":", 1)) for other in references.other),
    )
    for code, *value in coded:
        if value and value[0]:
            yield ("RFF", (code, *value))


def _document(document: TravelDocument) -> Iterator[Segment]:
    yield ("DOC", (document.type, "110", "111") if document.type else None, document.number_raw or document.number)
    for qualifier, day in (("36", document.expires_on), ("182", document.issued_on)):
        if day:
            yield ("DTM", (qualifier, day.replace("-", "")[2:]))
    if document.issuing_country or document.place_of_issue:
        issuer = document.issuing_country_raw or document.issuing_country
        yield ("LOC", "91", (issuer, "", "", document.place_of_issue))
