"""Building a store from a stream: an external sort by parts.

Scattered keys are even, so the stream is dealt out to files by the top bits of the key, and each file is then small enough to
sort at once. Memory is a chunk of the stream or one part, whichever is larger: some 100 MB for a hundred million documents.
The parts lie in a directory beside the file, the file is written under another name, and renamed when whole and on disk.
Whoever calls makes sure that nobody else builds the same path at the same time.
"""

import mmap
from array import array
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from screening.document_store.layout import (
    DOCUMENTS_MAX,
    ORIGINS_MAX,
    Column,
    DocumentStoreError,
    Layout,
    checksum,
    plan,
    write_header,
)
from screening.document_store.number_code import Keys, is_long, keys_of
from screening.features.documents import ReadDocument

CHUNK_DOCUMENTS = 1 << 16
_PARTS_BITS = 8
_COPIED_BYTES = 1 << 20

_ROW = np.dtype([("key", "<u8"), ("variants", "<u4"), ("origin", "<u2"), ("record", "<u4")])
Rows = NDArray[np.void]


def build_documents(path: Path, documents: Iterable[tuple[ReadDocument, int]]) -> int:
    """Write the store of these documents, each with its record's number (below 2 to the 32nd); how many there were.

    Raises DocumentStoreError where there are too many documents or origins, and OSError. Nothing is left behind then.
    """
    writer = DocumentsWriter(path)
    try:
        for document, record in documents:
            writer.add(document, record)
        return writer.finish()
    finally:
        writer.discard()


class DocumentsWriter:
    """The same for documents that come one by one: `add` each, then `finish`; and `discard`, whatever came of it."""

    def __init__(self, path: Path) -> None:
        """Makes the directory of parts, anew where an earlier builder left one. Raises OSError."""
        self._path = path
        self._parts = path.with_name(path.name + ".parts")
        self.discard()
        self._parts.mkdir(parents=True)
        self._stream = _Stream(self._parts)
        self._chunk: list[tuple[ReadDocument, int]] = []

    def add(self, document: ReadDocument, record: int) -> None:
        """One document, with its record's number."""
        self._chunk.append((document, record))
        if len(self._chunk) >= CHUNK_DOCUMENTS:
            self._stream.add(self._chunk)
            self._chunk = []

    def finish(self) -> int:
        """Write the file; how many documents it has. Raises DocumentStoreError, OSError."""
        if self._chunk:
            self._stream.add(self._chunk)
        unfinished = self._path.with_name(self._path.name + ".unfinished")
        try:
            _write(unfinished, self._stream)
            unfinished.replace(self._path)
        finally:
            unfinished.unlink(missing_ok=True)
        return self._stream.documents

    def discard(self) -> None:
        """Remove the parts; harmless when done twice."""
        if self._parts.exists():
            for part in self._parts.iterdir():
                part.unlink()
            self._parts.rmdir()


class _Stream:
    """Deals documents out to the parts. `origins`: kinds with issuers, by place; long numbers are in a part of their own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.documents = 0
        self.origins: dict[tuple[str, str], int] = {}
        self.texts_path = directory / "texts"
        self.text_ends: array[int] = array("Q")

    def parts(self) -> list[Path]:
        """By rising key. A part that nothing was dealt to has no file."""
        return [self._directory / f"{part:03d}" for part in range(1 << _PARTS_BITS)]

    def add(self, chunk: list[tuple[ReadDocument, int]]) -> None:
        """One chunk."""
        self.documents += len(chunk)
        if self.documents > DOCUMENTS_MAX:
            raise DocumentStoreError(f"A document store holds at most {DOCUMENTS_MAX} documents.")
        rows = np.empty(len(chunk), _ROW)
        rows["key"], rows["variants"] = keys_of([document.number for document, _ in chunk])
        rows["origin"] = self._origins(chunk)
        rows["record"] = [record for _, record in chunk]
        self._keep_texts(chunk, rows)
        self._deal(rows)

    def _origins(self, chunk: list[tuple[ReadDocument, int]]) -> list[int]:
        known = self.origins
        found = [known.setdefault((one.kind, one.issuer), len(known)) for one, _ in chunk]
        if len(known) > ORIGINS_MAX:
            raise DocumentStoreError(f"There are more than {ORIGINS_MAX} pairs of document type and issuer. Check the issuers.")
        return found

    def _keep_texts(self, chunk: list[tuple[ReadDocument, int]], rows: Rows) -> None:
        long = [place for place, (document, _) in enumerate(chunk) if is_long(document.number)]
        if not long:
            return
        with self.texts_path.open("ab") as file:
            for place in long:
                rows["variants"][place] = len(self.text_ends)
                file.write(chunk[place][0].number.encode())
                self.text_ends.append(file.tell())

    def _deal(self, rows: Rows) -> None:
        of_part = (rows["key"] >> np.uint64(64 - _PARTS_BITS)).astype(np.int64)
        ordered = rows[np.argsort(of_part, kind="stable")]
        ends = np.cumsum(np.bincount(of_part, minlength=1 << _PARTS_BITS)).tolist()
        for path, start, end in zip(self.parts(), [0, *ends], ends, strict=False):
            if end > start:
                with path.open("ab") as file:
                    ordered[start:end].tofile(file)


def _write(path: Path, stream: _Stream) -> None:
    origins, texts = tuple(stream.origins), len(stream.text_ends)
    text_bytes = stream.text_ends[-1] if texts else 0
    layout = plan(stream.documents, origins, texts, text_bytes)
    with path.open("w+b") as file:
        file.truncate(layout.file_bytes)
        _write_rows(file, layout, stream.parts())
        _put(
            file, layout.columns["text_ends"], 0, np.frombuffer(stream.text_ends, dtype="<u8") if texts else np.empty(0, "<u8")
        )
        if texts:
            _copy_texts(file, layout.columns["texts"], stream.texts_path)
        file.flush()
        columns = {name: replace(column, crc32=checksum(path, column)) for name, column in layout.columns.items()}
        write_header(file, replace(layout, columns=columns))
        file.flush()
        with mmap.mmap(file.fileno(), 0) as whole:
            whole.flush()  # to the disk, so that the rename never shows an unwritten file


def _write_rows(file: BinaryIO, layout: Layout, parts: list[Path]) -> None:
    columns, done = layout.columns, 0
    of_part = 1 << layout.bucket_bits - _PARTS_BITS
    counts = []
    low_mask, rest_mask = np.uint64(0xFFFFFFFF), np.uint64((1 << layout.rest_bits) - 1)
    for part, path in enumerate(parts):
        rows = np.fromfile(path, dtype=_ROW) if path.exists() else np.empty(0, _ROW)
        rows = rows[np.lexsort((rows["record"], rows["origin"], rows["variants"], rows["key"]))]
        rest: Keys = rows["key"] & rest_mask
        _put(file, columns["low"], done, rest & low_mask)
        _put(file, columns["high"], done, rest >> np.uint64(32))
        for name, field in (("variants", "variants"), ("origins", "origin"), ("records", "record")):
            _put(file, columns[name], done, rows[field])
        buckets = (rows["key"] >> np.uint64(layout.rest_bits)).astype(np.int64) - part * of_part
        counts.append(np.bincount(buckets, minlength=of_part).astype(np.uint32))
        done += len(rows)
    _put(file, columns["starts"], 0, np.concatenate(([0], np.cumsum(np.concatenate(counts), dtype=np.uint64))))


def _copy_texts(file: BinaryIO, column: Column, path: Path) -> None:
    file.seek(column.offset)
    with path.open("rb") as texts:
        while read := texts.read(_COPIED_BYTES):
            file.write(read)


def _put(file: BinaryIO, column: Column, first: int, values: NDArray[np.generic]) -> None:
    kind = np.dtype(column.kind)
    file.seek(column.offset + first * kind.itemsize)
    file.write(values.astype(kind).tobytes())
