"""The interchange reader: bytes in, events out, nothing else.

    reader = InterchangeReader()
    reader.feed(chunk)                          as often as bytes come
    reader.close()                              when no more come
    while (event := reader.next_event()) is not NEED_DATA: ...

The events are the same however the bytes are cut into chunks. Nothing raises on any input. Time and memory are linear in the
input: every byte is searched a bounded number of times, and what is kept is the message being read.

Two modes: *seeking* the start of an interchange (headings, footers and garbage are passed over), and *reading* segments until
UNZ, until another interchange starts with a UNA of its own, or until the input ends.
"""

from collections import deque
from enum import Enum

from parsers.edifact.delimiters import CONTROLS, DEFAULT, RESTART, RESTART_BYTES_MAX, find_start
from parsers.edifact.envelope import Envelope
from parsers.edifact.events import Event, InputUnreadable
from parsers.edifact.segment import SEGMENT_BYTES_MAX, Batch, OversizeBatch
from schemas.finding import Location
from schemas.finding_codes import finding

BATCH_BYTES_MAX = 262_144
"""How much is split at once: big enough that the cost per batch vanishes, small enough that a hostile body does not explode."""

HEADING_BYTES_MAX = 512
"""How much of the text before an interchange is kept: a type-B heading is three lines."""


class NeedData(Enum):
    """The third outcome of `next_event`, beside an event and a finding in it."""

    NEED_DATA = "need data"


NEED_DATA = NeedData.NEED_DATA

_CLOSING_TAGS = frozenset({"UNE", "UNZ"})
"""Segments that are read without their terminator at the very end: a cut reference there costs a remark, in UNT the message."""

_NOISE = CONTROLS + b" "


class InterchangeReader:
    """Reads any number of interchanges from one input."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0  # of the buffer's first byte in the input
        self._closed = False
        self._events: deque[Event] = deque()
        self._envelope: Envelope | None = None
        self._delimiters = DEFAULT
        self._searched = 0  # no unreleased terminator before this place
        self._restart_searched = 0  # no further interchange starts before this place
        self._skipping = False
        self._heading = b""
        self._found_any = self._found_end = False
        self._refused = False  # the interchange found last makes no sense: its messages are not sought either
        self._first = False  # UNB comes next: it says in which character set the rest is

    def feed(self, data: bytes) -> None:
        """More bytes, of any number. AssertionError after `close`: that is a mistake of the caller."""
        assert not self._closed
        self._buffer += data

    def close(self) -> None:
        """No more bytes will come. Safe to call twice."""
        self._closed = True

    def next_event(self) -> Event | NeedData:
        """The next event; NEED_DATA where more bytes are needed, or, after `close`, where there is nothing left."""
        while not self._events:
            if not (self._seek() if self._envelope is None else self._read()):
                return self._finish()
        return self._events.popleft()

    def _finish(self) -> Event | NeedData:
        if not self._closed or self._found_any or self._found_end:
            return NEED_DATA
        self._found_end = True
        code = "interchange_absent" if self._offset or self._buffer else "input_empty"
        return InputUnreadable((finding(code, Location(offset=0)),))

    # Seeking

    def _seek(self) -> bool:
        start = find_start(self._buffer, self._searched, self._closed, not self._refused)
        if isinstance(start, int):
            self._searched = start
            self._pass_over(len(self._buffer) if self._closed else start - HEADING_BYTES_MAX)
            return False
        self._searched = 0
        location = Location(offset=self._offset + start.begin)
        self._heading = bytes((self._heading + self._buffer[: start.begin])[-HEADING_BYTES_MAX:])
        self._consume(start.data)
        self._found_any = True
        self._refused = start.delimiters is None
        if start.delimiters is None:
            self._events.append(InputUnreadable((finding("separators_invalid", location),)))
            return True
        self._delimiters = start.delimiters
        self._first = True
        self._envelope = Envelope(start.delimiters, self._heading, self._events)
        self._heading = b""
        if start.remark is not None:
            separators = " ".join(byte.decode("latin-1") for byte in start.delimiters.in_use)
            self._envelope.remark(finding(start.remark, location, separators=separators))
        return True

    def _pass_over(self, count: int) -> None:
        if count < HEADING_BYTES_MAX and not self._closed:
            return
        self._heading = bytes((self._heading + self._buffer[max(0, count - HEADING_BYTES_MAX) : count])[-HEADING_BYTES_MAX:])
        self._consume(count)

    def _consume(self, count: int) -> None:
        del self._buffer[:count]
        self._offset += count
        self._searched = max(0, self._searched - count)
        self._restart_searched = max(0, self._restart_searched - count)

    # Reading

    def _read(self) -> bool:
        stop, final = self._reach()
        end = self._last_boundary(stop)
        if self._skipping:
            return self._skip(stop, final)
        if end:
            end = self._next_boundary(0, end) if self._first else self._cut_at_interchange_end(end)
            self._first = False
            self._take(Batch(bytes(self._buffer[:end]), self._offset, self._delimiters, self._syntax))
            self._consume(end)
            return True
        if stop > SEGMENT_BYTES_MAX:
            self._take(OversizeBatch(bytes(self._buffer[:64]), self._offset, self._delimiters))
            self._skipping = True
            return True
        if final:
            self._break_off(stop)
        return final

    def _reach(self) -> tuple[int, bool]:
        """How far this interchange can be read now, and whether that is its end."""
        size = len(self._buffer)
        window = min(size, BATCH_BYTES_MAX)
        restart = RESTART.search(self._buffer, self._restart_searched, min(size, window + RESTART_BYTES_MAX))
        if restart is not None and restart.start() <= window:
            self._restart_searched = restart.start()
            return restart.start(), True
        self._restart_searched = max(self._restart_searched, window - RESTART_BYTES_MAX)
        if window < size or self._closed:
            return window, window == size
        candidate = self._buffer.rfind(b"U", max(0, size - RESTART_BYTES_MAX))
        held = self._buffer.rfind(b"UNA", max(0, size - RESTART_BYTES_MAX))
        if held >= 0:
            return held, False
        return (candidate if candidate >= size - 2 else size), False

    def _last_boundary(self, stop: int) -> int:
        """The place behind the last unreleased terminator before `stop`; 0 where there is none."""
        end = stop
        while (found := self._buffer.rfind(self._delimiters.terminator, self._searched, end)) >= 0:
            if not self._is_released(found):
                return found + 1
            end = found
        self._searched = max(self._searched, stop)
        return 0

    def _next_boundary(self, begin: int, stop: int) -> int:
        while (found := self._buffer.find(self._delimiters.terminator, begin, stop)) >= 0:
            if not self._is_released(found):
                return found + 1
            begin = found + 1
        return 0

    def _is_released(self, place: int) -> bool:
        """Whether an odd number of release characters stands before this place, noise bytes aside."""
        release = self._delimiters.release
        if release is None:
            return False
        dropped, count = self._delimiters.dropped, 0
        for at in range(place - 1, -1, -1):
            if self._buffer[at] == release[0]:
                count += 1
            elif self._buffer[at] not in dropped:
                break
        return count % 2 == 1

    def _cut_at_interchange_end(self, end: int) -> int:
        """The end of the first UNZ before `end`, so that what follows is sought anew; `end` where there is none.

        A segment that only looks like UNZ does no harm: a batch is the shorter for it.
        """
        for found in self._delimiters.end_tag.finditer(self._buffer, 0, end):
            before = found.start() - 1
            while before >= 0 and self._buffer[before] in _NOISE and self._buffer[before] not in self._delimiters.terminator:
                before -= 1
            starts_segment = before < 0 or (
                self._buffer[before] == self._delimiters.terminator[0] and not self._is_released(before)
            )
            if starts_segment:
                return self._next_boundary(found.end(), end)
        return end

    def _take(self, batch: Batch) -> None:
        envelope = self._envelope
        assert envelope is not None
        envelope.take(batch)
        if envelope.ended:
            self._leave()

    def _leave(self) -> None:
        self._envelope = None
        self._searched = 0
        self._skipping = False

    def _skip(self, stop: int, final: bool) -> bool:
        """Pass over the rest of a segment that is too long, keeping only whether a release character is pending."""
        boundary = self._next_boundary(0, stop)
        if boundary:
            self._consume(boundary)
            self._skipping = False
            self._searched = 0
            return True
        if final:
            self._break_off(stop)
            return True
        pending = 1 if stop and self._is_released(stop) else 0
        kept = bytes(self._delimiters.release or b"") * pending
        self._buffer[:stop] = kept
        self._offset += stop - len(kept)
        self._searched = self._restart_searched = 0
        return False

    def _break_off(self, stop: int) -> None:
        """The interchange ends here without UNZ, perhaps in the middle of a segment."""
        envelope = self._envelope
        assert envelope is not None
        rest = bytes(self._buffer[:stop]).strip(_NOISE)
        remarks = []
        location = Location(offset=self._offset)
        if rest and not self._skipping:
            tag = rest[:3].decode("latin-1")
            if tag in _CLOSING_TAGS and stop == len(self._buffer):
                self._complete_last(stop, location)
                return
            remarks.append(finding("segment_unterminated", Location(offset=self._offset)))
        envelope.close(remarks, self._offset + stop)
        self._consume(stop)
        self._leave()

    def _complete_last(self, stop: int, location: Location) -> None:
        """A service segment that lacks only its terminator at the very end of the input: read it, and say so."""
        envelope = self._envelope
        assert envelope is not None
        line = bytes(self._buffer[:stop]).lstrip(_NOISE).splitlines()[0]
        batch = Batch(line + self._delimiters.terminator, self._offset, self._delimiters, self._syntax)
        self._consume(stop)
        envelope.remark(finding("final_terminator_missing", location))
        envelope.take(batch)
        if not envelope.ended:
            envelope.close([], self._offset)
        self._leave()

    @property
    def _syntax(self) -> str:
        return self._envelope.syntax if self._envelope is not None else "UNOA"
