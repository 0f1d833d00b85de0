"""Records as text, compressed in blocks: written once from a stream, read one by one, in the order they were written.

The records of a document list are so alike that a block of them shrinks to a tenth. A record is read where a traveller carries
its number, which is seldom: to unpack a block then costs some twenty microseconds, and nothing is kept in memory. The file has
the form of a packed index (`screening.index.packed.layout`): blocks, then where each ends, then what is told of it.
"""

import mmap
import zlib
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from schemas.stored_records import ListedRecord, StoredRow, encode_record
from schemas.watchlist import Record, VersionedRecord, Watchlist
from screening.index.packed.layout import ForeignIndexError, PackedContent, PackedWriter

BLOCK_RECORDS = 32
"""More shrink better and unpack slower: 32 are some 5 kB."""
_LEVEL = 1  # the higher levels save a tenth of the bytes and cost three times the time
_FIRST_BLOCK_AT = 64  # the streamed bytes of a packed file begin behind its first cache line


class RecordTextsWriter:
    """Writes one file: `add` each record, then `finish`. Raises OSError. `path` is as good as written when that returns."""

    def __init__(self, path: Path) -> None:
        """Opens the file under another name."""
        self._path = path
        self._unfinished = path.with_name(path.name + ".new")
        self._file = self._unfinished.open("w+b")
        self._writer = PackedWriter(self._file)
        self._block: list[bytes] = []
        self._ends = array("Q")
        self._written = 0
        self._lists: dict[str, int] = {}
        self.records = 0

    def add(self, row: StoredRow, record: ListedRecord) -> int:
        """The next record, as it is stored, and read; its number, from 0."""
        listed = self._lists.setdefault(row.watchlist.list_id, len(self._lists))
        self._block.append(b"%d %d %d %b" % (listed, row.record_version, row.list_version, encode_record(record)))
        if len(self._block) == BLOCK_RECORDS:
            self._write_block()
        self.records += 1
        return self.records - 1

    def finish(self, told: Mapping[str, object]) -> None:
        """Make it a file, forced to disk and renamed. `told`: what its reader has to know."""
        self._write_block()
        self._writer.add("block_end", np.frombuffer(self._ends, dtype="<u8"))
        self._writer.finish({**told, "lists": list(self._lists), "records": self.records})
        with mmap.mmap(self._file.fileno(), 0) as written:
            written.flush()
        self._file.close()
        self._unfinished.replace(self._path)

    def discard(self) -> None:
        """Leave nothing behind; harmless after `finish`."""
        self._file.close()
        self._unfinished.unlink(missing_ok=True)

    def _write_block(self) -> None:
        if self._block:
            packed = zlib.compress(b"\n".join(self._block), _LEVEL)  # JSON has no line breaks of its own
            self._writer.stream(packed)
            self._written += len(packed)
            self._ends.append(self._written)
            self._block.clear()


class RecordTexts:
    """The records of a file, by number."""

    def __init__(self, content: PackedContent, watchlists: Mapping[str, Watchlist]) -> None:
        """`watchlists`: the lists as they are now; a list of which there are records must be among them."""
        self._content = content
        self._ends: Any = content.array("block_end")
        missing = set(content.header["lists"]) - watchlists.keys()
        if missing:
            raise ForeignIndexError("The file of records has records of a list that nobody knows.")
        self._watchlists: Sequence[Watchlist] = [watchlists[list_id] for list_id in content.header["lists"]]

    @classmethod
    def open(cls, path: Path, watchlists: Mapping[str, Watchlist]) -> Self:
        """Map a file. Raises ForeignIndexError, OSError."""
        return cls(PackedContent.open(path), watchlists)

    @classmethod
    def records_in(cls, path: Path) -> int:
        """How many records a file has. Raises ForeignIndexError, OSError."""
        return int(PackedContent.open(path).header["records"])

    @property
    def header(self) -> Mapping[str, Any]:
        """What is told of the file."""
        return self._content.header

    def __len__(self) -> int:
        """How many records there are."""
        return int(self.header["records"])

    def __getitem__(self, number: int) -> VersionedRecord:
        """The record of a number. Raises ForeignIndexError where its block is damaged."""
        block, place = divmod(number, BLOCK_RECORDS)
        start = _FIRST_BLOCK_AT + (int(self._ends[block - 1]) if block else 0)
        try:
            text = zlib.decompress(self._content.buffer[start : _FIRST_BLOCK_AT + int(self._ends[block])])
        except zlib.error as error:
            raise ForeignIndexError("The file of records is damaged. Remove it, and it is built again.") from error
        listed, record_version, list_version, body = text.split(b"\n")[place].split(b" ", 3)
        return VersionedRecord(
            watchlist=self._watchlists[int(listed)],
            record=Record.model_validate_json(body),
            record_version=int(record_version),
            list_version=int(list_version),
        )
