"""Asking a store. Read-only and mapped: all processes share one copy in memory, and only pages asked for are in it."""

import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from screening.document_store.layout import Layout, read_header
from screening.document_store.number_code import FOLD, is_long, key_of, keys_of, written
from screening.features.documents import ReadDocument, document_outcome
from screening.model import DocumentOutcome

Places = NDArray[np.int64]

_BATCH_NUMBERS = 1 << 16
"""Numbers worked on at a time: their intermediate columns stay in the processor's cache."""

_SCANNED_MAX = 64
"""A bucket longer than this is searched by halves: one number may be listed a million times."""


class ListedDocument(NamedTuple):
    """A document of the store. `record`: the number that the builder was given."""

    document: ReadDocument
    record: int


class Found(NamedTuple):
    """The answer to a batch: pairs of a question's place and a document's place, by question and then by document."""

    questions: Places
    documents: Places


def open_documents(path: Path) -> "DocumentStore":
    """Map a store. Raises DocumentStoreError where the file is none or not whole, OSError where there is none."""
    layout = read_header(path)
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if hasattr(mmap, "MADV_RANDOM"):
        mapped.madvise(mmap.MADV_RANDOM)  # numbers asked for are not neighbours: reading ahead would fill memory for nothing
    return DocumentStore(mapped, layout)


class DocumentStore:
    """See the package. One thread at a time; close it, or use it as a context."""

    def __init__(self, mapped: mmap.mmap, layout: Layout) -> None:
        """As `open_documents` makes it."""
        self._mapped = mapped
        self._layout = layout
        self._view = memoryview(mapped)
        columns = {name: self._column(name) for name in layout.columns}
        self._starts, self._low, self._high = columns["starts"], columns["low"], columns["high"]
        self._columns = columns
        self._quick = tuple(map(self._quick_column, ("starts", "low", "high")))

    def __len__(self) -> int:
        """Documents."""
        return self._layout.documents

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Unmaps."""
        self.close()

    def close(self) -> None:
        """Unmap the file; the store answers no more."""
        for view in self._quick:
            view.release()
        self._quick = ()
        self._columns.clear()
        self._starts = self._low = self._high = np.empty(0, np.uint32)
        self._view.release()
        self._mapped.close()

    def matches(self, traveller: ReadDocument) -> Iterator[tuple[ListedDocument, DocumentOutcome]]:
        """Every listed document that agrees with a traveller's, and how: exact lane and near lane, by issuer and type."""
        for listed in self.listed(traveller.folded):
            outcome = document_outcome(traveller, listed.document)
            if outcome is not None:
                yield listed, outcome

    def listed(self, folded: str) -> list[ListedDocument]:
        """Every document listed under a folded number, in the store's order."""
        return [self._document(place, folded) for place in self._confirmed(folded, self._places(folded))]

    def listed_batch(self, folded: Sequence[str]) -> Iterator[tuple[int, ListedDocument]]:
        """The same for many: each question's place in the batch with each of its documents."""
        found = self.find(folded)
        for question, place in zip(found.questions.tolist(), found.documents.tolist(), strict=True):
            yield question, self._document(place, folded[question])

    def find(self, folded: Sequence[str]) -> Found:
        """Which documents are listed under which of many folded numbers, as places; `listed_batch` reads them."""
        parts = [self._find(folded[start : start + _BATCH_NUMBERS], start) for start in range(0, len(folded), _BATCH_NUMBERS)]
        if not parts:
            return Found(np.empty(0, np.int64), np.empty(0, np.int64))
        return Found(np.concatenate([part.questions for part in parts]), np.concatenate([part.documents for part in parts]))

    def _places(self, folded: str) -> range:
        key, rest_bits = key_of(folded), self._layout.rest_bits
        starts, low, high = self._quick
        bucket, rest = key >> rest_bits, key & ((1 << rest_bits) - 1)
        first, end = starts[bucket], starts[bucket + 1]
        if end - first > _SCANNED_MAX:
            found = self._find((folded,), 0).documents
            return range(int(found[0]), int(found[-1]) + 1) if len(found) else range(0)
        low_rest, high_rest = rest & 0xFFFFFFFF, rest >> 32
        while first < end and not (low[first] == low_rest and high[first] == high_rest):
            first += 1
        last = first
        while last < end and low[last] == low_rest and high[last] == high_rest:
            last += 1
        return range(first, last)

    def _find(self, folded: Sequence[str], first_question: int) -> Found:
        keys, _ = keys_of(folded)
        order = np.argsort(keys)  # neighbours in the file one after the other: a page is read once
        keys = keys[order]
        rest = keys & np.uint64((1 << self._layout.rest_bits) - 1)
        buckets = (keys >> np.uint64(self._layout.rest_bits)).astype(np.int64)
        starts, ends = self._starts[buckets].astype(np.int64), self._starts[buckets + 1].astype(np.int64)
        first = self._bound(rest, starts, ends)
        hits = np.flatnonzero(first < ends)
        hits = hits[self._rest(first[hits]) == rest[hits]]
        last = self._bound(rest[hits] + np.uint64(1), first[hits], ends[hits])
        counts = last - first[hits]
        questions = np.repeat(order[hits], counts)
        places = np.repeat(first[hits] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return self._confirmed_pairs(folded, questions, places, first_question)

    def _bound(self, rest: NDArray[np.uint64], starts: Places, ends: Places) -> Places:
        """For each, the first place from `start` whose rest is not below; `end` where none."""
        lower, upper = starts.copy(), ends.copy()
        for _ in range(int((upper - lower).max(initial=0)).bit_length()):
            middle = (lower + upper) >> 1
            below = (lower < upper) & (self._rest(np.minimum(middle, len(self._low) - 1)) < rest)
            lower = np.where(below, middle + 1, lower)
            upper = np.where(below, upper, np.maximum(middle, lower))
        return lower

    def _rest(self, places: Places) -> NDArray[np.uint64]:
        return self._low[places].astype(np.uint64) | self._high[places].astype(np.uint64) << np.uint64(32)

    def _confirmed_pairs(self, folded: Sequence[str], questions: Places, places: Places, first_question: int) -> Found:
        order = np.lexsort((places, questions))
        questions, places = questions[order], places[order]
        if any(is_long(number) for number in folded):
            kept = [
                not is_long(folded[question]) or self._text(place).translate(FOLD) == folded[question]
                for question, place in zip(questions.tolist(), places.tolist(), strict=True)
            ]
            questions, places = questions[kept], places[kept]
        return Found(questions + first_question, places)

    def _confirmed(self, folded: str, places: range) -> Iterator[int]:
        if not is_long(folded):
            return iter(places)
        return (place for place in places if self._text(place).translate(FOLD) == folded)

    def _text(self, place: int) -> str:
        text = int(self._columns["variants"][place])
        ends = self._columns["text_ends"]
        start = int(ends[text - 1]) if text else 0
        return self._columns["texts"][start : int(ends[text])].tobytes().decode()

    def _document(self, place: int, folded: str) -> ListedDocument:
        kind, issuer = self._layout.origins[int(self._columns["origins"][place])]
        number = self._text(place) if is_long(folded) else written(folded, int(self._columns["variants"][place]))
        shown = " ".join(filter(None, (kind, number, issuer)))
        return ListedDocument(ReadDocument(kind, number, issuer, folded, shown), int(self._columns["records"][place]))

    def _quick_column(self, name: str) -> "memoryview[int]":
        """The same column for one number at a time: plain integers, without numpy's cost for a single one."""
        column = self._layout.columns[name]
        part = self._view[column.offset : column.offset + column.bytes]
        return part.cast("I") if column.kind == "<u4" else part.cast("H") if column.kind == "<u2" else part.cast("B")

    def _column(self, name: str) -> NDArray[np.generic]:
        column = self._layout.columns[name]
        return np.frombuffer(self._view, dtype=column.kind, count=column.count, offset=column.offset)
