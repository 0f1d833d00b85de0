"""The envelope as a table of states: UNB (UNG (UNH ... UNT)* UNE)* UNZ.

Groups are optional, and messages in groups may be mixed with messages outside. A segment that is not legal in a state does
not stop the reader: the table says which level it closes or opens on the way, and a finding says so.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum, auto

from parsers.edifact.charset import DECLARED
from parsers.edifact.delimiters import Delimiters
from parsers.edifact.events import (
    Event,
    GroupEnded,
    GroupHeader,
    GroupStarted,
    InterchangeEnded,
    InterchangeHeader,
    InterchangeStarted,
    MessageRead,
    component,
)
from parsers.edifact.segment import OVERSIZE, SEGMENT_BYTES_MAX, Batch, Elements, SegmentList, split_elements, tag_of
from schemas.finding import Finding, Location
from schemas.finding_codes import finding

SEGMENTS_PER_MESSAGE_MAX = 250_000
"""Twenty segments each for 12,500 people: more than the largest ferry carries."""

MESSAGES_PER_INTERCHANGE_MAX = 10_000
"""A long-haul flight in type-B parts is a few dozen messages; a day of a carrier's flights a few thousand."""

SERVICE_TAGS = frozenset({"UNA", "UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"})


class State(Enum):
    """Which level is open."""

    INTERCHANGE = auto()
    GROUP = auto()
    MESSAGE = auto()


def same_reference(first: str, second: str) -> bool:
    """Whether two references agree, spaces and leading zeros aside."""
    return first.replace(" ", "").lstrip("0") == second.replace(" ", "").lstrip("0")


class Envelope:
    """One open interchange. Takes batches, appends events."""

    def __init__(self, delimiters: Delimiters, heading: bytes, events: deque[Event]) -> None:
        self._delimiters = delimiters
        self._heading = heading
        self._events = events
        self._state = State.INTERCHANGE
        self._header: InterchangeHeader | None = None
        self._group: GroupHeader | None = None
        self._message: MessageRead | None = None
        self._messages = self._groups = self._group_messages = self._position = 0
        self._pending: list[Finding] = []
        self._flooded = False
        self.syntax = "UNOA"
        self.ended = False

    def remark(self, found: Finding) -> None:
        """A finding about the start of the interchange."""
        self._pending.append(found)

    def take(self, batch: Batch) -> None:
        """Read on. Service segments go through the table; what lies between them is copied in bulk."""
        texts, begin = batch.texts, 0
        for number in batch.special:
            text = texts[number]
            if text == OVERSIZE:
                self._data(batch, begin, number + 1)
                self._oversize(batch, number)
            elif tag_of(text, self._delimiters) in SERVICE_TAGS and not text[3:4].isalnum():
                self._data(batch, begin, number)
                self._service(batch, number)
            else:
                continue
            begin = number + 1
        self._data(batch, begin, len(texts))

    def _data(self, batch: Batch, begin: int, end: int) -> None:
        if begin >= end or not (batch.texts[begin] or any(batch.texts[begin:end])):
            return
        if self._message is None:
            begin = next(number for number in range(begin, end) if batch.texts[number])
            self._open_message(batch, begin, [])
            self._note("message_header_missing", self._location(batch, begin))
        message = self._message
        assert message is not None
        room = SEGMENTS_PER_MESSAGE_MAX - len(message.segments.texts)
        if end - begin > room:
            if not self._flooded:
                self._note("message_too_long", self._location(batch, begin + room), limit=SEGMENTS_PER_MESSAGE_MAX)
            self._flooded = True
            end = begin + room
        before = len(message.segments.texts)
        message.segments.extend(batch, begin, end)
        self._position += len(message.segments.texts) - before

    def _oversize(self, batch: Batch, number: int) -> None:
        location = Location(
            offset=batch.offset_of(number), segment=len(self._message.segments.texts) if self._message else None
        )
        self._note("segment_too_long", location, limit=SEGMENT_BYTES_MAX)

    def _service(self, batch: Batch, number: int) -> None:
        text = batch.texts[number]
        elements = split_elements(text, self._delimiters)
        tag = tag_of(text, self._delimiters)
        if tag not in {"UNA", "UNH", "UNT"}:
            self._position += 1
        step = _TABLE.get((self._state, tag))
        if step is None:
            self._note("segment_out_of_place", self._location(batch, number), tag=tag)
        else:
            step(self, batch, number, elements)

    # What the table names. Each takes the segment and its elements.

    def _open_interchange(self, batch: Batch, number: int, elements: Elements) -> None:
        if self._header is not None or self._messages:
            self._end_interchange([finding("interchange_unterminated", self._location(batch, number))])
            self._reset()
        self._header = InterchangeHeader(elements, self._delimiters, self._heading)
        self.syntax = self._header.syntax[:4].upper()
        self._events.append(InterchangeStarted(self._header, tuple(self._pending)))
        self._pending.clear()
        self._state = State.INTERCHANGE

    def _restart_interchange(self, batch: Batch, number: int, elements: Elements) -> None:
        self._close_message(None)
        self._open_interchange(batch, number, elements)

    def _open_group(self, batch: Batch, number: int, elements: Elements) -> None:
        if self._message is not None:
            self._close_message(None)
        if self._group is not None:
            self._close_group([finding("group_unterminated", self._location(batch, number))])
        self._group = GroupHeader(elements)
        self._groups += 1
        self._group_messages = 0
        self._events.append(GroupStarted(self._group))
        self._state = State.GROUP

    def _open_message(self, batch: Batch, number: int, elements: Elements) -> None:
        if self._message is not None:
            self._close_message(None)
        self._message = MessageRead(SegmentList(self._delimiters), elements, self._group)
        self._flooded = False
        if elements:
            self._message.segments.extend(batch, number, number + 1)
            self._position += 1
        self._state = State.MESSAGE

    def _end_message(self, batch: Batch, number: int, elements: Elements) -> None:
        message = self._message
        assert message is not None
        message.segments.extend(batch, number, number + 1)
        self._position += 1
        last = len(message.segments.texts) - 1
        if message.header and not same_reference(component(elements, 2), message.reference or ""):
            message.refused = True
            self._note("message_reference_differs", message.segments.location(last, 2, 1), value=component(elements, 2))
        if not _counts(elements, last + 1):
            where = message.segments.location(last, 1, 1)
            self._note("message_count_differs", where, declared=_declared(elements), counted=last + 1)
        self._close_message(elements)

    def _end_group(self, batch: Batch, number: int, elements: Elements) -> None:
        if self._message is not None:
            self._close_message(None)
        if self._group is None:
            self._note("group_not_opened", self._location(batch, number))
            return
        if not same_reference(component(elements, 2), self._group.reference or ""):
            self._note("group_reference_differs", self._location(batch, number, 2), value=component(elements, 2))
        if not _counts(elements, counted := self._group_messages):
            where = self._location(batch, number, 1)
            self._note("group_count_differs", where, declared=_declared(elements), counted=counted)
        self._close_group([])

    def _end_interchange_properly(self, batch: Batch, number: int, elements: Elements) -> None:
        if self._message is not None:
            self._close_message(None)
        if self._group is not None:
            self._close_group([finding("group_unterminated", self._location(batch, number))])
        reference = self._header.control_reference if self._header else None
        if self._header is not None and not same_reference(component(elements, 2), reference or ""):
            self._note("interchange_reference_differs", self._location(batch, number, 2), value=component(elements, 2))
        counted = self._groups or self._messages
        if not _counts(elements, counted):
            where = self._location(batch, number, 1)
            self._note("interchange_count_differs", where, declared=_declared(elements), counted=counted)
        self._end_interchange([])

    def close(self, remarks: list[Finding], offset: int) -> None:
        """The input, or this interchange, stops at this byte without UNZ."""
        self._pending.extend(remarks)
        if self._message is not None:
            self._close_message(None)
        if self._group is not None:
            self._close_group([])
        self._end_interchange([finding("interchange_unterminated", Location(offset=offset))])

    # Closing a level, and what is said about it.

    def _close_message(self, trailer: Elements | None) -> None:
        message = self._message
        if message is None:
            return
        if trailer is None:
            segments = message.segments
            self._note("message_unterminated", segments.location(len(segments.texts) - 1) if segments.texts else None)
        message.complete = trailer is not None
        message.findings = [*self._pending, *_text_findings(message, self.syntax)]
        self._pending.clear()
        self._message = None
        self._state = State.GROUP if self._group is not None else State.INTERCHANGE
        self._messages += 1
        self._group_messages += 1
        if self._messages <= MESSAGES_PER_INTERCHANGE_MAX:
            self._events.append(message)
        elif self._messages == MESSAGES_PER_INTERCHANGE_MAX + 1:
            self._note("interchange_too_long", None, limit=MESSAGES_PER_INTERCHANGE_MAX)

    def _close_group(self, findings: list[Finding]) -> None:
        self._events.append(GroupEnded((*self._pending, *findings)))
        self._pending.clear()
        self._group = None
        self._state = State.INTERCHANGE

    def _end_interchange(self, findings: list[Finding]) -> None:
        empty = [finding("interchange_empty")] if not self._messages else []
        self._events.append(InterchangeEnded(self._messages, (*self._pending, *findings, *empty)))
        self._pending.clear()
        self.ended = True

    def _reset(self) -> None:
        self._group = None
        self._messages = self._groups = self._group_messages = self._position = 0
        self._heading = b""
        self.ended = False

    def _note(self, code: str, location: Location | None, value: str | None = None, **facts: object) -> None:
        self._pending.append(finding(code, location, value, **facts))

    def _location(self, batch: Batch, number: int, element: int | None = None) -> Location:
        tag = tag_of(batch.texts[number], self._delimiters)
        return Location(offset=batch.offset_of(number), segment=self._position, tag=tag, element=element)


def _declared(trailer: Elements) -> str:
    return component(trailer, 1)[:9] or "nothing"


def _counts(trailer: Elements, counted: int) -> bool:
    """Whether UNT, UNE or UNZ counts what was counted."""
    declared = component(trailer, 1)
    return declared.isascii() and declared.isdecimal() and declared.lstrip("0") == str(counted or "")


def _text_findings(message: MessageRead, syntax: str) -> list[Finding]:
    """What is worth saying about the characters of a message: foreign ones (once a set), and line breaks inside segments."""
    segments, found, seen = message.segments, [], set()
    for begin, batch, first, end in segments.runs():
        foreign = (
            [(number, charset) for number, charset in batch.foreign.items() if first <= number < end] if batch.foreign else []
        )
        for number, charset in foreign:
            if charset != DECLARED.get(syntax, "ascii") and charset not in seen:
                seen.add(charset)
                location = segments.location(begin + number - first)
                found.append(finding("character_set_undeclared", location, declared=syntax or "?", read_as=charset))
        wrapped = min((number for number in batch.wrapped if first <= number < end), default=-1)
        if wrapped >= 0 and "wrap" not in seen:
            seen.add("wrap")
            found.append(finding("text_wrapped", segments.location(begin + wrapped - first)))
    return sorted(found, key=lambda one: (one.location.offset or 0, one.code))


_Step = Callable[[Envelope, Batch, int, Elements], None]


def _ignore(_envelope: Envelope, _batch: Batch, _number: int, _elements: Elements) -> None:
    """UNA inside an interchange says what is known already."""


_TABLE: dict[tuple[State, str], _Step] = {
    **{(state, "UNA"): _ignore for state in State},
    (State.INTERCHANGE, "UNB"): Envelope._open_interchange,
    (State.GROUP, "UNB"): Envelope._restart_interchange,
    (State.MESSAGE, "UNB"): Envelope._restart_interchange,
    **{(state, "UNG"): Envelope._open_group for state in State},
    **{(state, "UNH"): Envelope._open_message for state in State},
    (State.MESSAGE, "UNT"): Envelope._end_message,
    **{(state, "UNE"): Envelope._end_group for state in State},
    **{(state, "UNZ"): Envelope._end_interchange_properly for state in State},
}
"""(level that is open, tag) -> what happens. UNT without a message is the one pair that is not here."""
