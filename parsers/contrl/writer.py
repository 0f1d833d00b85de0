"""A CONTRL to bytes, in the separators and the syntax version of the interchange it answers."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from parsers.contrl.report import Contrl, ElementError, GroupReport, MessageReport, Place, SegmentReport, Status
from parsers.edifact.events import InterchangeHeader
from parsers.edifact.reply import reply_envelope, syntax_version
from parsers.edifact.writer import Element, OutgoingMessage, Segment, write_interchange

MESSAGE_TYPES: dict[int, tuple[str, ...]] = {
    1: ("CONTRL", "2", "2", "UN"),
    2: ("CONTRL", "2", "2", "UN"),
    3: ("CONTRL", "D", "3", "UN"),
    4: ("CONTRL", "4", "1", "UN"),
}
"""Syntax version (0002 of the interchange that is answered) -> S009 of the CONTRL."""


def write_contrl(report: Contrl, header: InterchangeHeader | None, prepared_at: datetime, reference: str) -> bytes:
    """The interchange that carries a CONTRL. `header` is UNB of the one answered, `reference` the 0020 of this one."""
    kind = MESSAGE_TYPES[syntax_version(header)]
    message = OutgoingMessage("1", (kind,), list(contrl_segments(report)))
    return write_interchange(reply_envelope(header, prepared_at, reference), [message])


def contrl_segments(report: Contrl) -> Iterator[Segment]:
    """Everything between UNH and UNT."""
    yield ("UCI", report.reference, report.sender, report.recipient, *_status(report.status))
    yield from _messages(report.messages)
    for group in report.groups:
        yield _group(group)
        yield from _messages(group.messages)


def _group(group: GroupReport) -> Segment:
    return ("UCF", group.reference, group.sender, group.recipient, *_status(group.status))


def _messages(reports: Iterable[MessageReport]) -> Iterator[Segment]:
    for report in reports:
        yield ("UCM", report.reference, report.type, *_status(report.status))
        for segment in report.segments:
            yield from _segment(segment)


def _segment(report: SegmentReport) -> Iterator[Segment]:
    yield ("UCS", str(report.segment), report.error)
    yield from (_element(error) for error in report.elements)


def _element(error: ElementError) -> Segment:
    return ("UCD", error.error, _place(error.place))


def _status(status: Status) -> tuple[Element, ...]:
    return (status.action.value, status.error, status.tag, _place(status.place))


def _place(place: Place | None) -> Element:
    if place is None:
        return None
    return (str(place.element), str(place.component) if place.component is not None else None)
