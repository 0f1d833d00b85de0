"""From what the reader found to a CONTRL: every finding at its level, by the table."""

from collections.abc import Iterable, Sequence

from parsers.contrl.error_codes import (
    ERROR_CODES,
    LOWER_LEVEL_EMPTY,
    OUTSIDE_MESSAGE,
    SERVICE_TAGS,
    UNSPECIFIED,
    WITHOUT_COMPONENTS,
    Level,
    Reported,
)
from parsers.contrl.report import (
    Action,
    Contrl,
    ElementError,
    GroupReport,
    MessageReport,
    Place,
    SegmentReport,
    Status,
)
from parsers.edifact.events import GroupHeader
from parsers.edifact.reply import UNKNOWN_REFERENCE, address, group_address
from parsers.subject import Judged, Subject
from schemas.finding import Finding, Location

MESSAGE_TYPE = "CONTRL"

SEGMENT_REPORTS_MAX = 999
"""UCS in a UCM (ISO 9735-4)."""
ELEMENT_ERRORS_MAX = 99
"""UCD in a UCS (ISO 9735-4)."""

_Row = tuple[Reported, Location]


def contrl_of(subject: Subject) -> Contrl | None:
    """The report on an interchange; None where there must be none, because it holds nothing but CONTRL."""
    if subject.messages and all(item.type == MESSAGE_TYPE for item in subject.messages):
        return None
    elements = subject.header.elements if subject.header is not None else []
    status = interchange_status(subject)
    groups = subject.groups() if status.action is not Action.REJECTED else []
    return Contrl(
        reference=reference_of(subject),
        sender=address(elements, 2),
        recipient=address(elements, 3),
        status=status,
        messages=tuple(report for group, items in groups if group is None for report in _reports(items)),
        groups=tuple(_group_report(group, items) for group, items in groups if group is not None),
    )


def reference_of(subject: Subject) -> str:
    """0020 as sent."""
    reference = subject.header.control_reference if subject.header is not None else None
    return reference or UNKNOWN_REFERENCE


def interchange_status(subject: Subject) -> Status:
    """UCI. An interchange without one message that could be named is rejected: nothing below would say so."""
    rows = _rows(Level.INTERCHANGE, subject.items)
    nothing_named = not subject.messages
    error = LOWER_LEVEL_EMPTY if all(item.origin.header is None for item in subject.items) else OUTSIDE_MESSAGE
    return _status(rows, rejected=nothing_named, otherwise=error if nothing_named else None)


def message_rejected(subject: Subject, item: Judged) -> bool:
    """Whether the CONTRL tells the sender to send this message again: what else is answered must not say otherwise."""
    if interchange_status(subject).action is Action.REJECTED:
        return True
    return message_status(item).action is Action.REJECTED


def message_status(item: Judged) -> Status:
    """UCM. A refusal that no row explains is an unspecified error; one explained at a segment needs no word here."""
    below = [*_rows(Level.SEGMENT, [item]), *_rows(Level.ELEMENT, [item])]
    lost = any(row.rejects for row, _location in below)
    rows = _rows(Level.MESSAGE, [item])
    explained = lost and any(_segment_of(location) for row, location in below if row.rejects)
    return _status(rows, rejected=lost or not item.accepted, otherwise=None if explained else UNSPECIFIED)


def _status(rows: Sequence[_Row], *, rejected: bool, otherwise: str | None) -> Status:
    """The one error that a level can name is the cause of its rejection, if it is rejected: never one that did no harm."""
    worst = next((pair for pair in rows if pair[0].rejects), None)
    if rejected and worst is None:
        return Status(Action.REJECTED, otherwise)
    action = Action.REJECTED if worst is not None else Action.ACKNOWLEDGED
    chosen = worst or next(iter(rows), None)
    if chosen is None:
        return Status(action)
    row, location = chosen
    tag = row.tag or (location.tag if location.tag in SERVICE_TAGS else None)
    place = _place(location) if tag is not None and tag == location.tag else None
    return Status(action, row.error, tag, place)


def _rows(level: Level, items: Iterable[Judged]) -> list[_Row]:
    return [
        (row, found.location)
        for item in items
        for found in item.findings
        if (row := ERROR_CODES.get(found.code)) is not None and row.level is level
    ]


def _group_report(group: GroupHeader, items: Sequence[Judged]) -> GroupReport:
    return GroupReport(
        reference=group.reference or UNKNOWN_REFERENCE,
        sender=group_address(group, 2),
        recipient=group_address(group, 3),
        status=_status(_rows(Level.GROUP, items), rejected=False, otherwise=None),
        messages=tuple(_reports(items)),
    )


def _reports(items: Sequence[Judged]) -> Iterable[MessageReport]:
    return (_message_report(item) for item in items if item.type != MESSAGE_TYPE)


def _message_report(item: Judged) -> MessageReport:
    header = item.origin.header or []
    return MessageReport(
        reference=item.message.message_reference or UNKNOWN_REFERENCE,
        type=address(header, 2),
        status=message_status(item),
        segments=_segment_reports(item.findings),
    )


def _segment_reports(findings: Sequence[Finding]) -> tuple[SegmentReport, ...]:
    errors: dict[int, str] = {}
    elements: dict[int, dict[Place, str]] = {}
    for found in sorted(findings, key=_harmless):
        row, segment = ERROR_CODES.get(found.code), _segment_of(found.location)
        if row is None or not segment or row.level not in {Level.SEGMENT, Level.ELEMENT}:
            continue
        place = _place(found.location) if row.level is Level.ELEMENT else None
        if place is None:
            errors.setdefault(segment, row.error)
        else:
            elements.setdefault(segment, {}).setdefault(place, row.error)
    return tuple(_segment_report(number, errors.get(number), elements.get(number, {})) for number in _first(errors, elements))


def _harmless(found: Finding) -> bool:
    row = ERROR_CODES.get(found.code)
    return row is None or not row.rejects


def _first(errors: dict[int, str], elements: dict[int, dict[Place, str]]) -> list[int]:
    return sorted({*errors, *elements})[:SEGMENT_REPORTS_MAX]


def _segment_report(number: int, error: str | None, elements: dict[Place, str]) -> SegmentReport:
    ordered = sorted(elements.items(), key=lambda pair: (pair[0].element, pair[0].component or 0))[:ELEMENT_ERRORS_MAX]
    return SegmentReport(number, error, tuple(ElementError(code, place) for place, code in ordered))


def _segment_of(location: Location) -> int:
    return location.segment or 0


def _place(location: Location) -> Place | None:
    if location.element is None:
        return None
    simple = location.element in WITHOUT_COMPONENTS.get(location.tag or "", ())
    return Place(location.element + 1, None if simple else location.component)
