"""What a reader of list files yields, and what a reader is.

A reader is fed bytes as they come and gives back the entries that are complete, so that a file of two gigabytes costs the
memory of one entry. What an entry says beyond a record's fields becomes a warning of the record; what cannot be read becomes
the row's `fault`, and the file goes on. Only a file that is something else altogether raises `ListFileError`.
"""

from typing import NamedTuple, Protocol

from schemas.watchlist import Record

ENTRY_BYTES_MAX = 4 * 1024 * 1024
"""The longest published entry, a head of state with all his positions, has some 300 kB. Ten times that is no entry."""


class ListFileError(Exception):
    """The file cannot be read on from entry `number`. The text says why, without repeating what it holds."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number
        self.message = message


class ListRow(NamedTuple):
    """One entry of a file.

    `number`: the row (CSV, the header is row 1), the line, or the count of the entry in XML, from 1. `fault`: why there is no
    record, one sentence that names no person. `skipped`: what the entry is instead of a person (a vessel, a company).
    `supplement`: the record's names and documents belong to another entry of this record_id, somewhere else in the file.
    """

    number: int
    record_id: str | None
    record: Record | None
    fault: str = ""
    skipped: str = ""
    supplement: bool = False


class ListReader(Protocol):
    """Reads one file of one format."""

    def feed(self, data: bytes) -> list[ListRow]:
        """The entries that these bytes complete. Raises ListFileError."""

    def close(self) -> list[ListRow]:
        """The last entries. Raises ListFileError where the file ends too early, or has none."""
