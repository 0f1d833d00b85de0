"""CONTRL read back, for whoever sent an interchange (the simulator) and for the tests.

Forgiving: segments that stand where they cannot are passed over, numbers that are none become None.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
from parsers.edifact.events import InterchangeHeader, MessageRead, component
from parsers.edifact.reply import address
from parsers.edifact.segment import Elements
from parsers.edifact.whole import all_segments, messages_of, split_at

_ACTIONS = {action.value: action for action in Action}


@dataclass(frozen=True, slots=True)
class ReadContrl:
    """A CONTRL with UNB of the interchange that carried it."""

    header: InterchangeHeader | None
    report: Contrl


def read_contrl(data: bytes) -> Iterator[ReadContrl]:
    """Every CONTRL of these bytes; other messages are passed over. Never raises on any input."""
    for header, message in messages_of(data):
        if component(message.header, 2).upper() == "CONTRL":
            yield ReadContrl(header, _report(message))


def _report(message: MessageRead) -> Contrl:
    _before, runs = split_at(all_segments(message), "UCI")
    if not runs:
        return Contrl("", ("",), ("",), Status(Action.OTHER))
    head, groups = split_at(runs[0][1:], "UCF")
    first = runs[0][0]
    return Contrl(
        reference=component(first, 1),
        sender=address(first, 2),
        recipient=address(first, 3),
        status=_status(first, 4),
        messages=_messages(head),
        groups=tuple(_group(run) for run in groups),
    )


def _group(run: Sequence[Elements]) -> GroupReport:
    first = run[0]
    return GroupReport(component(first, 1), address(first, 2), address(first, 3), _status(first, 4), _messages(run[1:]))


def _messages(segments: Sequence[Elements]) -> tuple[MessageReport, ...]:
    _before, runs = split_at(segments, "UCM")
    return tuple(_message(run) for run in runs)


def _message(run: Sequence[Elements]) -> MessageReport:
    first = run[0]
    _before, segments = split_at(run[1:], "UCS")
    return MessageReport(component(first, 1), address(first, 2), _status(first, 3), tuple(map(_segment, segments)))


def _segment(run: Sequence[Elements]) -> SegmentReport:
    _before, errors = split_at(run[1:], "UCD")
    elements = (ElementError(component(error[0], 1), _place(error[0], 2) or Place(0)) for error in errors)
    return SegmentReport(_number(run[0], 1) or 0, component(run[0], 2) or None, tuple(elements))


def _status(elements: Elements, number: int) -> Status:
    return Status(
        _ACTIONS.get(component(elements, number), Action.OTHER),
        component(elements, number + 1) or None,
        component(elements, number + 2) or None,
        _place(elements, number + 3),
    )


def _place(elements: Elements, number: int) -> Place | None:
    element = _number(elements, number)
    return Place(element, _number(elements, number, 2)) if element is not None else None


def _number(elements: Elements, number: int, part: int = 1) -> int | None:
    text = component(elements, number, part)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None
