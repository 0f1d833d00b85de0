"""Rows of CSV out of bytes, as they come in: quotes doubled inside quotes, a quoted line break does not end a row.

Each byte is looked at once, however the file is cut into chunks. A row is decoded by itself: UTF-8, or Windows-1252 where the
format's publisher still writes that.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.lists.row import ListFileError

ROW_BYTES_MAX = 64 * 1024
"""The longest honest row is a record with some hundred aliases, a few thousand characters. Beyond this, a quotation mark was
never closed, or this is no table."""
_ENDLESS = f"A quotation mark is never closed, or the row has more than {ROW_BYTES_MAX} bytes."
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_END_OF_FILE = b"\x1a"  # some publishers still end their files as CP/M did


@dataclass(slots=True)
class RowCutter:
    """Cuts bytes into rows of cells. `number` is that of the row given last; the first is 1."""

    delimiter: str = ","
    fallback_encoding: str | None = None
    number: int = 0
    _line: bytes = b""
    _row: list[bytes] = field(default_factory=list)
    _row_bytes: int = 0
    _quoted: bool = False

    def feed(self, chunk: bytes, *, final: bool = False) -> Iterator[list[str]]:
        """The rows that `chunk` completes, cells stripped; an empty row is an empty list. Raises ListFileError."""
        *lines, rest = chunk.split(b"\n")
        if lines:
            lines[0] = self._line + lines[0]
            self._line = rest
        else:
            self._line += rest
        for line in [*(line + b"\n" for line in lines), *([self._line] if final else [])]:
            yield from self._add(line)
        if self._row_bytes + len(self._line) > ROW_BYTES_MAX or (final and self._row):
            raise ListFileError(self.number + 1, _ENDLESS)

    def _add(self, line: bytes) -> Iterator[list[str]]:
        """One more line of the open row; the row, if that completes it."""
        self._row.append(line)
        self._row_bytes += len(line)
        self._quoted ^= line.count(b'"') % 2 == 1
        if self._row_bytes > ROW_BYTES_MAX:
            raise ListFileError(self.number + 1, _ENDLESS)
        if not self._quoted:
            self.number += 1
            row = b"".join(self._row)
            self._row, self._row_bytes = [], 0
            yield self._cells(row)

    def _cells(self, row: bytes) -> list[str]:
        if self.number == 1:
            row = row.removeprefix(_BYTE_ORDER_MARK)
        text = self._decoded(row.strip(_END_OF_FILE))
        try:
            rows = list(csv.reader([text], delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            raise ListFileError(self.number, "The row is not CSV: quotation marks do not pair.") from error
        return [cell.strip() for cell in rows[0]] if rows else []

    def _decoded(self, row: bytes) -> str:
        try:
            return row.decode("utf-8")
        except UnicodeDecodeError as error:
            if self.fallback_encoding is None:
                raise ListFileError(self.number, "The file is not UTF-8 from about here.") from error
            return row.decode(self.fallback_encoding, "replace")
