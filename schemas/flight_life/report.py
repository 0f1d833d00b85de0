"""A message, reduced to what the fold reads.

A manifest of 170 travellers takes more than a megabyte once it is read; its report takes some fifty kilobytes, so that the
reports of every live flight fit into memory.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.flight_state import REPORTING
from schemas.flight_times import FlightTimes, Route, route_of, times_of
from schemas.identifiers import derive
from schemas.manifest import Function, Manifest
from schemas.traveller import Traveller, TravellerKind

_SEPARATOR = "\x1f"
_CONTENT_BYTES = 16  # as many as an identifier has
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_CREW_DOCUMENTS = frozenset({"250", "336"})
"""BGM 1001 of messages about crew, closures of crew lists included."""
_CREW_FUNCTIONS = frozenset(
    {
        Function.CREW_LIST,
        Function.CREW_CHANGE,
        Function.MASTER_CREW_LIST,
        Function.MASTER_CREW_ADD,
        Function.MASTER_CREW_DELETE,
        Function.MASTER_CREW_CHANGE,
    }
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One person as one message names him.

    `content` is the hash of what screening reads. `described`: the message says more than references. `node` is who he is
    before anything is brought together: mentions of one node are one person. `links`: two nodes that share one of these are the
    same person; `name` likewise where one of them has no booking. `passenger`: the sender's own reference (ABO), or "".
    """

    traveller_id: str
    node: str
    content: str
    crew: bool
    described: bool
    links: tuple[str, ...]
    name: str
    passenger: str
    bookings: tuple[str, ...]
    not_boarded: bool | None


@dataclass(frozen=True, slots=True)
class Report:
    """One message. `said_at`: when its sender says it was made, else when we got it. `crew`: it is about crew."""

    manifest_id: str
    function: Function
    crew: bool
    sender: str
    access_reference: str
    document_number: str
    revision: str
    said_at: datetime
    received_at: datetime | None
    part: int | None
    last_part: bool | None
    declared: int | None
    mentions: tuple[Mention, ...]
    route: Route
    times: FlightTimes

    @property
    def reports_travellers(self) -> bool:
        """Whether the people it describes are on the flight."""
        return self.function in REPORTING


def report_of(manifest: Manifest) -> Report:
    """What the fold reads of a manifest."""
    message = manifest.message
    crew = manifest.document_code in _CREW_DOCUMENTS or manifest.function in _CREW_FUNCTIONS
    return Report(
        manifest_id=manifest.manifest_id,
        function=manifest.function,
        crew=crew,
        sender=manifest.sender or "",
        access_reference=message.access_reference or "",
        document_number=manifest.document_number or "",
        revision=manifest.document_revision or "",
        said_at=manifest.prepared_at or manifest.received_at or _LONG_AGO,
        received_at=manifest.received_at,
        part=message.part,
        last_part=message.last_part,
        declared=manifest.declared_travellers,
        mentions=tuple(_mention(traveller, crew) for traveller in manifest.travellers),
        route=route_of(manifest.flight),
        times=times_of(manifest.flight),
    )


def content_id(traveller: Traveller) -> str:
    """A changed name, birth, sex, nationality or document is other content; a changed seat is not. Documents in any order."""
    documents = sorted(_SEPARATOR.join((d.type or "", d.number or "", d.issuing_country or "")) for d in traveller.documents)
    read = (
        traveller.surname,
        traveller.given_names,
        traveller.birth_date,
        traveller.birth_place,
        traveller.sex.value,
        traveller.nationality,
    )
    told = repr((*(value or "" for value in read), *documents))  # unambiguous, and a tenth of the time of `derive`
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=_CONTENT_BYTES).hexdigest()


def version_id(traveller_id: str, content: str) -> str:
    """This person with this content: what an alert stands on."""
    return derive("tvr", traveller_id, content)


def _mention(traveller: Traveller, crew: bool) -> Mention:
    references = traveller.references
    booking = (references.booking,) if references.booking else ()
    bookings = tuple(dict.fromkeys(one.upper() for one in (*booking, *references.bookings)))
    name = _name(traveller)
    return Mention(
        traveller_id=traveller.traveller_id,
        node=_node(traveller),
        content=content_id(traveller),
        crew=crew or traveller.kind is TravellerKind.CREW,
        described=bool(traveller.surname or traveller.given_names or traveller.documents),
        links=tuple(_links(traveller, name, bookings)),
        name=name,
        passenger=(references.passenger or "").upper(),
        bookings=bookings,
        not_boarded=traveller.not_boarded,
    )


def _node(traveller: Traveller) -> str:
    """A passenger reference says who somebody is. A document does not quite: a group, or a child, may travel on another's."""
    if traveller.references.passenger or not any(document.number for document in traveller.documents):
        return traveller.traveller_id
    told = (traveller.surname or "", traveller.given_names or "", traveller.birth_date or "")
    return _SEPARATOR.join((traveller.traveller_id, *told)).upper() if any(told) else traveller.traveller_id


def _name(traveller: Traveller) -> str:
    """Name with birth date; "" where either is missing, for then it says too little."""
    if not traveller.surname or not traveller.birth_date:
        return ""
    return _SEPARATOR.join((traveller.surname, traveller.given_names or "", traveller.birth_date)).upper()


def _links(traveller: Traveller, name: str, bookings: tuple[str, ...]) -> Iterator[str]:
    """A document alone is not enough, since children travel on a parent's: the name or the birth date must agree."""
    for document in traveller.documents:
        if document.number:
            read = f"D{(document.type or '')[:1]}{_SEPARATOR}{document.number}{_SEPARATOR}{document.issuing_country or ''}"
            if traveller.surname:
                yield _SEPARATOR.join((read, "N", traveller.surname, traveller.given_names or "")).upper()
            if traveller.birth_date:
                yield _SEPARATOR.join((read, "B", traveller.birth_date))
    if name:
        for booking in bookings:
            yield _SEPARATOR.join(("B", booking, name))
