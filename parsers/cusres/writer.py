"""CUSRES to bytes, in the separators of the request, with its references.

The order inside a group is that of the directory: RFF, DTM, LOC for a sector (not PAXLST's), ERP, RFF, ERC, FTX for a result.
Directories before D.12B have room for 99 results in a message: a longer answer goes on in further messages with the same
references and the same header, counted in S010.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from parsers.contrl.judge import message_rejected, reference_of
from parsers.cusres.opening import MESSAGE_TYPE, interactive, result_requested, sectors_of, transaction_of
from parsers.cusres.response import Cusres, Result, Sector
from parsers.cusres.results import results_of
from parsers.edifact.events import GroupHeader, component
from parsers.edifact.reply import UNKNOWN_REFERENCE, group_address, reply_envelope
from parsers.edifact.writer import (
    Element,
    Envelope,
    OutgoingGroup,
    OutgoingMessage,
    Segment,
    prepared_element,
    write_groups,
)
from parsers.subject import Judged, Subject

RESULTS_MAX = 99
"""GR4 in a message of D.05B; where the release is unknown, it is this one."""
RESULTS_MAX_WIDE = 99_999
"""The same from D.12B on."""
WIDE_FROM = "12B"

_RELEASE = re.compile(r"\d\d[A-Z]")
_FALLBACK_TYPE = ("CUSRES", "D", "05B", "UN", "IATA")


def write_cusres(subject: Subject, prepared_at: datetime) -> bytes | None:
    """The interchange of answers to every PAXLST of this interchange; None where nobody asked for any."""
    if subject.header is None or not result_requested(subject.header):
        return None
    envelope = reply_envelope(subject.header, prepared_at, reference_of(subject))
    groups = [_group(subject, envelope, group, items) for group, items in subject.groups()]
    answered = [group for group in groups if group.messages]
    return write_groups(envelope, answered) if answered else None


def _group(subject: Subject, envelope: Envelope, group: GroupHeader | None, items: Sequence[Judged]) -> OutgoingGroup:
    answers = [part for item in items if item.type == MESSAGE_TYPE for part in split_results(answer_to(subject, item))]
    header = _group_header(envelope, group) if group is not None else None
    return OutgoingGroup(header, [outgoing(answer) for answer in answers])


def _group_header(envelope: Envelope, group: GroupHeader) -> Segment:
    version = tuple(group.elements[7]) if len(group.elements) > 7 else ("D", "05B")
    sender, recipient = group_address(group, 3), group_address(group, 2)
    agency = component(group.elements, 6) or "UN"
    reference = group.reference or UNKNOWN_REFERENCE
    return ("UNG", "CUSRES", sender, recipient, prepared_element(envelope), reference, agency, version)


def answer_to(subject: Subject, item: Judged) -> Cusres:
    """The answer to one message, before it is split."""
    assert subject.header is not None
    opening = item.origin.opening
    return Cusres(
        message_reference=item.message.message_reference or UNKNOWN_REFERENCE,
        type=_type(item),
        access_reference=item.access_reference,
        transaction=transaction_of(opening),
        sectors=sectors_of(opening),
        results=tuple(results_of(item, rejected=message_rejected(subject, item), interactive=interactive(subject.header))),
    )


def _type(item: Judged) -> tuple[str, ...]:
    """S009 of the request with another message type: the same directory."""
    header = item.origin.header or []
    sent = header[2][1:] if len(header) > 2 else []
    return ("CUSRES", *sent) if len(sent) > 1 else _FALLBACK_TYPE


def split_results(answer: Cusres) -> list[Cusres]:
    """The messages it takes: 01:F alone, else 01:C, 02, ..., nn:F."""
    room = results_max(answer.type[2] if len(answer.type) > 2 else "")
    starts = range(0, max(len(answer.results), 1), room)
    last = len(starts)
    return [
        replace(
            answer,
            results=answer.results[start : start + room],
            part=f"{number:02}",
            mark="F" if number == last else "C" if number == 1 else "",
        )
        for number, start in enumerate(starts, 1)
    ]


def results_max(release: str) -> int:
    """How many GR4 a message of this directory holds. Releases are compared by year and letter; 96B is of last century."""
    text = release.strip().upper()
    wide = _RELEASE.fullmatch(text) is not None and WIDE_FROM <= text < "90"
    return RESULTS_MAX_WIDE if wide else RESULTS_MAX


def outgoing(answer: Cusres) -> OutgoingMessage:
    """One message as the interchange writer takes it."""
    transfer = (answer.part, answer.mark) if answer.part else None
    header: tuple[Element, ...] = (answer.type, answer.access_reference, transfer)
    return OutgoingMessage(answer.message_reference, header, list(cusres_segments(answer)))


def cusres_segments(answer: Cusres) -> Iterator[Segment]:
    """Everything between UNH and UNT."""
    yield ("BGM", answer.document_code)
    if answer.transaction is not None:
        yield ("RFF", ("TN", *answer.transaction))
    for sector in answer.sectors:
        yield from _sector(sector)
    for result in answer.results:
        yield from _result(result)


def _sector(sector: Sector) -> Iterator[Segment]:
    yield ("RFF", ("AF", sector.designator))
    yield from (("DTM", time) for time in sector.times)
    yield from (("LOC", qualifier, port) for qualifier, port in sector.places)


def _result(result: Result) -> Iterator[Segment]:
    yield ("ERP", (result.scope, result.item))
    yield from (("RFF", reference) for reference in result.references)
    yield from (("ERC", code) for code in result.codes)
    if result.texts:
        yield ("FTX", "AAP", "", "", result.texts)
