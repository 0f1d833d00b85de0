"""An index that is mapped, not loaded: a file that many processes share, and what one of them needs to ask it.

    with a file:    PackedIndex.open(path, model)
    in memory:      PackedIndex.of(prepared_list)

Both kernels give candidates by name, each a superset of what matches; documents are looked up beside them.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

from schemas.watchlist import RecordKey
from screening.index.packed.building import packed_in_memory
from screening.index.packed.chunk import PARTS_MAX
from screening.index.packed.compiled import CompiledKernel, kernel_library
from screening.index.packed.keys import text_key
from screening.index.packed.layout import PackedContent, require_fitting
from screening.index.packed.portable import PortableKernel
from screening.index.packed.question import AskedName, CircumstancesReader
from screening.index.packed.records import RecordSource, StoredRarity, StoredRecords, rows_of_documents, rows_of_keys
from screening.model import MODEL, Model
from screening.prepared import PreparedList, PreparedRecord, PreparedTraveller
from screening.rarity import Rarity


class Kernel(Protocol):
    """Answers by name."""

    def rows_of_each(self, asked: Sequence[AskedName]) -> Sequence[Sequence[int]]:
        """For each name, in their order, the rows that may match by it, in any order."""


class KernelKind(StrEnum):
    """`auto`: the compiled kernel where there is one."""

    AUTO = "auto"
    COMPILED = "compiled"
    PORTABLE = "portable"


@dataclass(frozen=True, slots=True)
class PackedListing:
    """Satisfies `screening.index.port.Listed`."""

    version: int
    model: Model
    rarity: Rarity
    record_count: int


class PackedIndex:
    """Satisfies `screening.index.port.Index`."""

    def __init__(
        self, content: PackedContent, listed: PackedListing, records: RecordSource, kernel: KernelKind = KernelKind.AUTO
    ) -> None:
        """Raises ForeignIndexError where the content is of another model. Use `open` or `of`."""
        require_fitting(content.header, listed.model)
        self.listed = listed
        self.records = records
        self._content = content
        self._portable = PortableKernel(content, listed.model)
        self._kernel = _kernel(kernel, content, listed.model) or self._portable
        header = content.header
        self._circumstances = CircumstancesReader(listed.model, header["nations"], header["least_threshold"])
        self._excluded: frozenset[int] = frozenset()

    @classmethod
    def open(cls, path: Path, model: Model = MODEL, kernel: KernelKind = KernelKind.AUTO) -> Self:
        """Map a file that `building.build` wrote. Raises ForeignIndexError, OSError."""
        content = PackedContent.open(path)
        require_fitting(content.header, model)
        rarity = StoredRarity(content, model)
        listing = PackedListing(content.header["list_version"], model, rarity, len(content.array("threshold")))
        return cls(content, listing, StoredRecords(content, model, rarity), kernel)

    @classmethod
    def of(cls, listed: PreparedList, kernel: KernelKind = KernelKind.AUTO) -> Self:
        """The index of records that stay in memory."""
        listing = PackedListing(listed.version, listed.model, listed.rarity, listed.record_count)
        return cls(PackedContent(packed_in_memory(listed)), listing, listed.records, kernel)

    def __len__(self) -> int:
        """How many records it holds."""
        return len(self._content.array("threshold"))

    def without(self, keys: Sequence[RecordKey]) -> Self:
        """The same index, on the same mapped arrays, without these records."""
        rows = rows_of_keys(self._content, keys)
        wanted = frozenset(keys)
        other = copy(self)
        other._excluded = self._excluded | {row for row in rows if self.records[row].key in wanted}
        return other

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterator[PreparedRecord]:
        """See the port."""
        return (self.records[row] for row in self.rows(traveller, floor_bits))

    def candidates_of_each(
        self, travellers: Sequence[PreparedTraveller], floor_bits: float | None
    ) -> Iterator[Iterable[PreparedRecord]]:
        """See the port."""
        for rows in self.rows_of_each(travellers, floor_bits):
            yield [self.records[row] for row in rows]

    def rows(self, traveller: PreparedTraveller, floor_bits: float | None) -> Sequence[int]:
        """The candidates by their rows, which are in list order."""
        return self.rows_of_each((traveller,), floor_bits)[0]

    def rows_of_each(self, travellers: Sequence[PreparedTraveller], floor_bits: float | None) -> Sequence[Sequence[int]]:
        """The same for each traveller of a flight: they are asked about together."""
        found: dict[int, set[int]] = {}
        for place, rows in self._by_name(travellers, floor_bits):
            found.setdefault(place, set()).update(rows)
        for place, row in self._by_document(travellers):
            found.setdefault(place, set()).add(row)
        return [self._in_list_order(found[place]) if place in found else () for place in range(len(travellers))]

    def _in_list_order(self, rows: Set[int]) -> Sequence[int]:
        return sorted(rows - self._excluded if self._excluded else rows)

    def _by_name(self, travellers: Sequence[PreparedTraveller], floor: float | None) -> Iterator[tuple[int, Sequence[int]]]:
        read, asked, long = self._circumstances.read, list[tuple[int, AskedName]](), list[tuple[int, AskedName]]()
        for place, traveller in enumerate(travellers):
            for one in read(traveller, floor):
                (asked if len(one.reading.parts) <= PARTS_MAX else long).append((place, one))
        for kernel, those in ((self._kernel, asked), (self._portable, long)):
            answers = kernel.rows_of_each([one for _, one in those])
            yield from ((place, rows) for (place, _), rows in zip(those, answers, strict=True) if rows)

    def _by_document(self, travellers: Sequence[PreparedTraveller]) -> Iterator[tuple[int, int]]:
        numbers = [(place, text_key(document.folded)) for place, one in enumerate(travellers) for document in one.documents]
        for which, row in rows_of_documents(self._content, [number for _, number in numbers]):
            yield numbers[which][0], row


def _kernel(kind: KernelKind, content: PackedContent, model: Model) -> Kernel | None:
    library = None if kind is KernelKind.PORTABLE else kernel_library()
    assert library is not None or kind is not KernelKind.COMPILED, "no compiled kernel was built"
    return None if library is None else CompiledKernel(library, content, model)
