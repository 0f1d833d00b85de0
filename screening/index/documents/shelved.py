"""Asking the files of records without a name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Self

from schemas.watchlist import RecordKey, VersionedRecord, Watchlist
from screening.document_store import DocumentStore, DocumentStoreError, open_documents
from screening.features.documents import ReadDocument, document_outcome
from screening.index.documents.record_texts import RecordTexts
from screening.index.documents.set_aside import documents_digest, documents_path, records_path
from screening.index.packed.layout import ForeignIndexError
from screening.prepared import PreparedTraveller

TOGETHER_MIN = 32
"""Fewer documents are looked up one by one, in a microsecond or two each, sooner than together."""


class ShelvedDocuments:
    """The two files of one version, mapped; as long as somebody holds them they may be removed."""

    def __init__(self, store: DocumentStore, texts: RecordTexts, replaced: Set[RecordKey]) -> None:
        """`replaced`: records in the files that are otherwise, or gone, since they were written."""
        self._store = store
        self._texts = texts
        self._replaced = replaced

    @classmethod
    def open(cls, stem: Path, watchlists: Mapping[str, Watchlist], replaced: Set[RecordKey]) -> Self:
        """Map them. Raises ForeignIndexError where they are damaged or of another release, OSError."""
        texts = RecordTexts.open(records_path(stem), watchlists)
        if texts.header.get("documents_digest") != documents_digest():
            raise ForeignIndexError("The files of documents were made by a version that reads numbers otherwise.")
        try:
            return cls(open_documents(documents_path(stem)), texts, replaced)
        except DocumentStoreError as error:
            raise ForeignIndexError(str(error)) from error

    def __len__(self) -> int:
        """Records in the files, without those that were replaced."""
        return len(self._texts) - len(self._replaced)

    def matching(self, travellers: Sequence[PreparedTraveller]) -> Mapping[int, list[VersionedRecord]]:
        """For those of the travellers, by place, who have a document that agrees with a listed one, exactly or nearly: the
        records of these documents."""
        asked = [(place, document) for place, traveller in enumerate(travellers) for document in traveller.documents]
        numbers: dict[int, set[int]] = {}
        for place, record in self._agreeing(asked):
            numbers.setdefault(place, set()).add(record)
        found = {place: self._standing(some) for place, some in numbers.items()}
        return {place: records for place, records in found.items() if records}

    def _agreeing(self, asked: Sequence[tuple[int, ReadDocument]]) -> Iterator[tuple[int, int]]:
        if len(asked) < TOGETHER_MIN:
            yield from ((place, found.record) for place, document in asked for found, _ in self._store.matches(document))
            return
        for number, found in self._store.listed_batch([document.folded for _, document in asked]):
            place, document = asked[number]
            if document_outcome(document, found.document) is not None:
                yield place, found.record

    def _standing(self, numbers: Iterable[int]) -> list[VersionedRecord]:
        records = (self._texts[number] for number in sorted(numbers))
        return [one for one in records if (one.watchlist.list_id, one.record.record_id) not in self._replaced]
