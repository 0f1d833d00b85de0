"""Building: records without a name, into files of their own.

Memory is bounded, whatever the number of records: numbers are sorted on disk (`screening.document_store.building`), texts are
written block by block.
"""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas.stored_records import StoredRow, decode_record
from screening.document_store.building import DocumentsWriter
from screening.features.documents import LOOK_ALIKES, NUMBER_CHARACTERS_MIN, read_document
from screening.index.documents.record_texts import RecordTextsWriter

_PROBES = ("AB 12-34", "oqdisbzg", "Ａ１２３４", "ЖЗ123456", "№ 77/88/99", "0000", "ab\u00e91234")


def documents_path(stem: Path) -> Path:
    """Where the numbers lie."""
    return stem.with_suffix(".documents")


def records_path(stem: Path) -> Path:
    """Where the records lie."""
    return stem.with_suffix(".records")


@cache
def documents_digest() -> str:
    """SHA-256 of how numbers are read: whoever changes a look-alike or what counts as a character changes it."""
    read = [read_document("P", probe, "alb") for probe in _PROBES]
    return hashlib.sha256(json.dumps([sorted(LOOK_ALIKES.items()), NUMBER_CHARACTERS_MIN, read]).encode()).hexdigest()


class DocumentsAside:
    """Where records without a name go: the two files beside `stem`. A context: left by an exception, it leaves nothing."""

    def __init__(self, stem: Path) -> None:
        """Raises OSError."""
        self._stem = stem
        self._texts = RecordTextsWriter(records_path(stem))
        self._documents = DocumentsWriter(documents_path(stem))

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """What is not finished is removed."""
        self._texts.discard()
        self._documents.discard()

    @property
    def records(self) -> int:
        """How many records were set aside."""
        return self._texts.records

    def add_all(self, records: Iterable[StoredRow]) -> None:
        """Set them aside. Raises StoredRecordError, OSError."""
        for row in records:
            self.add(row)

    def add(self, row: StoredRow) -> None:
        """Set one aside. Raises StoredRecordError, OSError."""
        record = decode_record(row.body)
        assert not record.names, "who has a name is compared by it"
        number = self._texts.add(row, record)
        for one in record.documents:
            read = read_document(one.type, one.number, one.issuing_country)
            if read is not None:
                self._documents.add(read, number)

    def finish(self) -> None:
        """Make them files, forced to disk. Raises DocumentStoreError, OSError."""
        self._documents.finish()
        self._texts.finish({"documents_digest": documents_digest()})
