"""The file: a header of one page, then columns. Little-endian, each column at a multiple of eight bytes.

    header      magic, length of the description, crc32 of the description, the description (JSON)
    starts      for each bucket, its first document (4 bytes)
    low, high   the scattered key without its bucket's bits: low 4 bytes, and as many more as are left
    variants    what folding forgot, or for a long number its place among the texts (4 bytes)
    origins     place in the description's table of kind and issuer (2 bytes)
    records     the record's number (4 bytes)
    text_ends   where each long number ends in `texts` (8 bytes)      texts   long numbers, one behind the other

Documents are ordered by scattered key. A file that is cut off, grown, or something else is refused when it is opened; `check`
reads every byte.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

MAGIC = b"KULLADOC"
FORMAT = 1
HEADER_BYTES = 16
DESCRIPTION_BYTES_MAX = 4 << 20
"""65,535 origins of some 60 bytes at most; a longer description is no description."""

ORIGINS_MAX = 65_535
"""Two bytes. Kinds are 27 (a letter or none), so there is room for 2,400 issuers; the world has 250."""

DOCUMENTS_MAX = (1 << 32) - 1
"""Four bytes for a bucket's start. The bar is a hundred million."""

_ALIGNMENT = 8
_CHECK_BYTES = 1 << 24
_BUCKET_DOCUMENTS = 6
"""Documents a bucket in the mean: a cache line holds them, and the starts cost under a byte a document."""


class DocumentStoreError(Exception):
    """The file cannot be used, or a store cannot be built from what was given. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column lies. `kind` as numpy names it, such as `<u4`."""

    name: str
    kind: str
    count: int
    offset: int
    crc32: int = 0

    @property
    def bytes(self) -> int:
        """Its length."""
        return self.count * np.dtype(self.kind).itemsize


@dataclass(frozen=True, slots=True)
class Layout:
    """The description of a file."""

    documents: int
    bucket_bits: int
    origins: tuple[tuple[str, str], ...]
    columns: Mapping[str, Column]
    file_bytes: int
    format: int = FORMAT

    @property
    def rest_bits(self) -> int:
        """Bits of a scattered key that its bucket does not say."""
        return 64 - self.bucket_bits


def bucket_bits_for(documents: int) -> int:
    """How many buckets, as a power of two."""
    return min(max((documents // _BUCKET_DOCUMENTS).bit_length(), 8), 28)


def plan(documents: int, origins: tuple[tuple[str, str], ...], texts: int, text_bytes: int) -> Layout:
    """Where everything will lie. Checksums are filled in when the columns are written."""
    bits = bucket_bits_for(documents)
    high = "<u1" if 64 - bits <= 40 else "<u2" if 64 - bits <= 48 else "<u4"
    shapes = (
        *(("starts", "<u4", (1 << bits) + 1), ("low", "<u4", documents), ("high", high, documents)),
        *(("variants", "<u4", documents), ("origins", "<u2", documents), ("records", "<u4", documents)),
        *(("text_ends", "<u8", texts), ("texts", "<u1", text_bytes)),
    )
    offset = _aligned(HEADER_BYTES + DESCRIPTION_BYTES_MAX if len(origins) > 1000 else 1 << 17)
    columns: dict[str, Column] = {}
    for name, kind, count in shapes:
        columns[name] = Column(name, kind, count, offset)
        offset = _aligned(offset + columns[name].bytes)
    return Layout(documents, bits, origins, columns, offset)


def _aligned(offset: int) -> int:
    return -(-offset // _ALIGNMENT) * _ALIGNMENT


def write_header(file: BinaryIO, layout: Layout) -> None:
    """At the start of the file, last of all: before, the file is none."""
    described = {**asdict(layout), "columns": [asdict(column) for column in layout.columns.values()]}
    text = json.dumps(described, separators=(",", ":")).encode()
    file.seek(0)
    file.write(MAGIC + len(text).to_bytes(4, "little") + zlib.crc32(text).to_bytes(4, "little") + text)


def read_header(path: Path) -> Layout:
    """The description. Raises DocumentStoreError where the file is no document store, another format's, or not whole."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
        if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
            raise DocumentStoreError(f"{path.name} is not a document store.")
        length, crc32 = int.from_bytes(head[8:12], "little"), int.from_bytes(head[12:16], "little")
        text = file.read(min(length, DESCRIPTION_BYTES_MAX))
    if zlib.crc32(text) != crc32:
        raise DocumentStoreError(f"{path.name} is damaged: its description does not fit its checksum. Build it again.")
    layout = _read_description(path, text)
    size = path.stat().st_size
    if size != layout.file_bytes:
        raise DocumentStoreError(f"{path.name} has {size} bytes instead of {layout.file_bytes}: it is cut off. Build it again.")
    return layout


def _read_description(path: Path, text: bytes) -> Layout:
    described = json.loads(text)
    if described.get("format") != FORMAT:
        raise DocumentStoreError(
            f"{path.name} has format {described.get('format')}, this program reads {FORMAT}. Build it again."
        )
    columns = {entry["name"]: Column(**entry) for entry in described["columns"]}
    origins = tuple((kind, issuer) for kind, issuer in described["origins"])
    return Layout(**{**described, "columns": columns, "origins": origins})


def check(path: Path) -> None:
    """Read every byte of every column. Raises DocumentStoreError at the first that does not fit its checksum."""
    for column in read_header(path).columns.values():
        if checksum(path, column) != column.crc32:
            raise DocumentStoreError(f"{path.name} is damaged in the column {column.name}. Build it again.")


def checksum(path: Path, column: Column) -> int:
    """Of a column as it lies in the file."""
    crc32, left = 0, column.bytes
    with path.open("rb") as file:
        file.seek(column.offset)
        while left:
            read = file.read(min(left, _CHECK_BYTES))
            if not read:
                return -1
            crc32, left = zlib.crc32(read, crc32), left - len(read)
    return crc32
