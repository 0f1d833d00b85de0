"""Segments in bulk, and where each of them was.

A batch is a run of whole segments as received. Splitting it is a few passes in C over the whole run; what is rarely needed (the
byte where a segment starts, the elements of one that is looked at) is worked out only when somebody asks.

Releases are kept apart by writing stand-ins of the same length before splitting, so that `O??'` ends a segment and `O?'` does
not, and no text is unescaped before it is split.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from parsers.edifact.charset import decode
from parsers.edifact.delimiters import CONTROLS, MARK, Delimiters
from schemas.finding import Location

SEGMENT_BYTES_MAX = 16_384
"""As received. The longest legal PAXLST segment, NAD with every element filled and escaped, is below 1 kB. It is the bound for
elements and components too: a storm of separators costs no more than this many."""

_NOISE = CONTROLS + b" "

OVERSIZE = "\x00"
"""Stands for a segment that was too long to be kept."""

Elements = list[list[str]]
"""A segment taken apart: element 0 is the tag, component 1 is at index 0."""


class Batch:
    """A run of whole segments. `texts` has one entry a terminator, some of them empty; releases are still marked.

    `special` are the numbers of the segments that an envelope must look at: service segments (and what only begins like
    one), and those that were too long. `has_empty`: some texts may be empty.
    """

    def __init__(self, raw: bytes, offset: int, delimiters: Delimiters, syntax: str) -> None:
        self.raw = raw
        self.offset = offset
        self.delimiters = delimiters
        self.foreign: dict[int, str] = {}
        self.has_empty = True
        self.special: list[int] = []
        self.texts = self._split(syntax)

    def _split(self, syntax: str) -> list[str]:
        marks = self.delimiters
        clean = self.raw.translate(marks.translation, marks.dropped)
        if marks.release is not None and marks.release in clean:
            stand_ins = marks.stand_ins
            clean = marks.released.sub(lambda found: stand_ins.get(found[1], MARK.encode() + found[1]), clean)
        terminator = marks.terminator
        if clean.isascii():
            texts = clean.decode("ascii").split(terminator.decode("ascii"))
        else:
            texts = self._decode_each(clean.split(terminator), syntax)
        texts.pop()  # what follows the last terminator: nothing
        oversize = self._may_be_oversize(clean) and self._drop_oversize(texts)
        if oversize or (terminator + b" ") in clean or clean.startswith(b" "):
            texts = [text.lstrip(" ") for text in texts]
            self.special = [number for number, text in enumerate(texts) if text[:2] == "UN" or text == OVERSIZE]
        else:
            self.special = [number for number in _starts(clean, terminator) if number < len(texts)]
            self.has_empty = terminator * 2 in clean or clean.startswith(terminator)
        return texts

    def _may_be_oversize(self, clean: bytes) -> bool:
        """Whether anywhere more bytes than a segment may have lie between two terminators, as received."""
        terminator, size, begin = self.delimiters.terminator, len(self.raw), 0
        if size <= SEGMENT_BYTES_MAX:
            return False
        stand_in = self.delimiters.stand_ins[terminator] if self.delimiters.release is not None else None
        if stand_in is not None and stand_in in clean:
            return True
        while begin < size:
            place = self.raw.rfind(terminator, begin, begin + SEGMENT_BYTES_MAX + 1)
            if place < 0:
                return True
            begin = place + 1
        return False

    def _decode_each(self, pieces: list[bytes], syntax: str) -> list[str]:
        texts = []
        for number, piece in enumerate(pieces):
            text, charset = decode(piece, syntax)
            if not piece.isascii():
                self.foreign[number] = charset
            texts.append(text)
        return texts

    def _drop_oversize(self, texts: list[str]) -> bool:
        begin, found = 0, False
        for number, end in enumerate(self._ends):
            if end - 1 - begin > SEGMENT_BYTES_MAX:
                texts[number] = OVERSIZE
                found = True
            begin = end
        return found

    @cached_property
    def _ends(self) -> list[int]:
        terminator = self.delimiters.terminator
        return [found.end() for found in self.delimiters.boundary.finditer(self.raw) if found[0] == terminator]

    @cached_property
    def wrapped(self) -> frozenset[int]:
        """Numbers of the segments that have a line break inside."""
        raw, terminator, release = self.raw.lstrip(_NOISE), self.delimiters.terminator, self.delimiters.release
        if b"\n" in self.delimiters.in_use:
            return frozenset()
        breaks, behind = raw.count(b"\n"), raw.count(terminator + b"\r\n")
        if behind < breaks:
            behind += raw.count(terminator + b"\n")
        released = release is not None and any(release + terminator + end in raw for end in (b"\n", b"\r\n"))
        if behind == breaks and not released:
            return frozenset()
        return frozenset(number for number in range(len(self.texts)) if b"\n" in self._inside(number))

    def _inside(self, number: int) -> bytes:
        begin = self._ends[number - 1] if number else 0
        return self.raw[begin : self._ends[number]].strip(_NOISE)

    def offset_of(self, number: int) -> int:
        """The first byte of the segment's tag, counted from the start of the input as received."""
        begin = self._ends[number - 1] if number else 0
        noise = self.delimiters.dropped + b" \t"
        skipped = len(self.raw[begin : self._ends[number]]) - len(self.raw[begin : self._ends[number]].lstrip(noise))
        return self.offset + begin + skipped


class OversizeBatch(Batch):
    """One segment whose end had not come when it was already too long."""

    def __init__(self, start: bytes, offset: int, delimiters: Delimiters) -> None:
        super().__init__(
            start[:64] + delimiters.terminator, offset, Delimiters(release=None, terminator=delimiters.terminator), ""
        )
        self.texts = [OVERSIZE]
        self.special = [0]
        self.foreign = {}


def _starts(clean: bytes, terminator: bytes) -> list[int]:
    """The numbers of the segments that begin with UN."""
    mark, numbers, number, begin = terminator + b"UN", [0] if clean.startswith(b"UN") else [], 0, 0
    while (place := clean.find(mark, begin)) >= 0:
        number += clean.count(terminator, begin, place + 1)
        numbers.append(number)
        begin = place + 1
    return numbers


def split_elements(text: str, delimiters: Delimiters) -> Elements:
    """The segment's elements and components, unescaped. Only the first occurrence of a repeated element."""
    component = delimiters.component_text
    elements = [piece.split(component) for piece in text.split(delimiters.element_text)]
    if (repetition := delimiters.repetition_text) is not None:
        elements = [[piece.split(repetition, 1)[0] for piece in pieces] for pieces in elements]
    if MARK in text:
        return [[delimiters.unescape(piece) for piece in pieces] for pieces in elements]
    return elements


def tag_of(text: str, delimiters: Delimiters) -> str:
    """The segment's tag, upper case."""
    return text.split(delimiters.element_text, 1)[0].strip().upper()[:3]


@dataclass(slots=True)
class SegmentList:
    """The segments of one message, in order, without empty ones, gathered from as many batches as it took."""

    delimiters: Delimiters
    texts: list[str] = field(default_factory=list)
    _begins: list[int] = field(default_factory=list)
    _sources: list[tuple[Batch, int]] = field(default_factory=list)

    def extend(self, batch: Batch, begin: int, end: int) -> None:
        """Take over segments `begin` up to `end` of a batch."""
        texts = batch.texts[begin:end]
        if not batch.has_empty or "" not in texts:
            self._run(batch, begin, texts)
            return
        for number, text in enumerate(texts, begin):
            if text:
                self._run(batch, number, [text])

    def _run(self, batch: Batch, begin: int, texts: Sequence[str]) -> None:
        self._begins.append(len(self.texts))
        self._sources.append((batch, begin))
        self.texts.extend(texts)

    def source(self, index: int) -> tuple[Batch, int]:
        """The batch that holds this segment, and its number there."""
        run = bisect_right(self._begins, index) - 1
        batch, begin = self._sources[run]
        return batch, begin + index - self._begins[run]

    def runs(self) -> list[tuple[int, Batch, int, int]]:
        """(index of the first segment, batch, first number, number behind the last) of every run."""
        ends = [*self._begins[1:], len(self.texts)]
        rows = zip(self._begins, ends, self._sources, strict=True)
        return [(begin, batch, first, first + end - begin) for begin, end, (batch, first) in rows]

    def elements(self, index: int) -> Elements:
        """The segment at this index (from 0), taken apart."""
        return split_elements(self.texts[index], self.delimiters)

    def verbatim(self, index: int) -> str:
        """The segment as sent, without its terminator and without control bytes."""
        return self.delimiters.verbatim(self.texts[index])

    def location(self, index: int, element: int | None = None, component: int | None = None) -> Location:
        """Where this is in the input as received."""
        batch, number = self.source(index)
        text = self.texts[index]
        return Location(
            offset=batch.offset_of(number),
            segment=index + 1,
            tag=tag_of(text, self.delimiters) if text != OVERSIZE else None,
            element=element,
            component=component,
        )
