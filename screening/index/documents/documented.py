"""An index of names and the documents beside it, as one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.watchlist import VersionedRecord
from screening.index.documents.shelved import ShelvedDocuments
from screening.index.port import Index, Listed
from screening.model import Model
from screening.prepared import PreparedRecord, PreparedTraveller, prepare_record
from screening.rarity import Rarity


@dataclass(frozen=True, slots=True)
class DocumentedLists:
    """What the index of names lists, and the documents with it. Satisfies `screening.index.port.Listed`."""

    version: int
    model: Model
    rarity: Rarity
    record_count: int


class DocumentedIndex:
    """Satisfies `screening.index.port.Index`: no name stands in the way of a record that has none."""

    def __init__(self, names: Index, documents: Sequence[ShelvedDocuments]) -> None:
        """`documents`: no record stands in two of them, but for those that are replaced in the older."""
        self._names = names
        self._documents = documents
        listed = names.listed
        self.listed: Listed = DocumentedLists(
            listed.version, listed.model, listed.rarity, listed.record_count + sum(map(len, documents))
        )

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterable[PreparedRecord]:
        """See the port."""
        return next(iter(self.candidates_of_each((traveller,), floor_bits)))

    def candidates_of_each(
        self, travellers: Sequence[PreparedTraveller], floor_bits: float | None
    ) -> Iterator[Iterable[PreparedRecord]]:
        """See the port."""
        found = [documents.matching(travellers) for documents in self._documents]
        for place, by_name in enumerate(self._names.candidates_of_each(travellers, floor_bits)):
            records = [record for some in found if place in some for record in some[place]]
            yield self._with_documents(by_name, records) if records else by_name

    def _with_documents(self, by_name: Iterable[PreparedRecord], found: Iterable[VersionedRecord]) -> Sequence[PreparedRecord]:
        prepared = [prepare_record(one, self.listed.model, self.listed.rarity) for one in found]
        return sorted([*by_name, *prepared], key=lambda record: record.key)
