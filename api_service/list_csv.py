"""A list as CSV, read as it comes in: UTF-8 (a byte order mark is tolerated), commas, quotes doubled inside quotes.

Rows are numbered as a spreadsheet shows them: the header is row 1, a quoted line break does not count. Only one row is held in
memory, however long the file is.
"""

import codecs
import csv
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from dataclasses import dataclass, field

ROW_CHARACTERS_MAX = 64 * 1024
"""The longest honest row is a record with some hundred aliases, a few thousand characters. Beyond this, a quotation mark was
never closed, or this is no table."""
_ENDLESS = f"A quotation mark is never closed, or the row has more than {ROW_CHARACTERS_MAX} characters."


class ListFormatError(Exception):
    """The file cannot be read on from `row_number`. The text says why, without repeating what it holds."""

    def __init__(self, row_number: int, message: str) -> None:
        super().__init__(message)
        self.row_number = row_number
        self.message = message


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row by column name; empty cells are empty strings. `fault` says why it cannot be read, "" when it can."""

    number: int
    cells: dict[str, str]
    fault: str = ""


@dataclass(slots=True)
class _RowCutter:
    """Cuts text into rows: a row ends at a line break outside quotes, that is, after an even number of quotation marks.

    Each character is looked at once, however the text is cut into chunks: what is known of the open row is kept.
    """

    number: int = 0
    _line: str = ""
    _row: list[str] = field(default_factory=list)
    _row_characters: int = 0
    _quoted: bool = False
    _decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8-sig"))

    def feed(self, chunk: bytes, *, final: bool = False) -> Iterator[str]:
        """The rows that `chunk` completes. Raises ListFormatError."""
        *lines, rest = self._decoded(chunk, final).split("\n")
        if lines:
            lines[0] = self._line + lines[0]
            self._line = rest
        else:
            self._line += rest
        for line in [*(f"{line}\n" for line in lines), *([self._line] if final else [])]:
            yield from self._add(line)
        if self._row_characters + len(self._line) > ROW_CHARACTERS_MAX or (final and self._row):
            raise ListFormatError(self.number + 1, _ENDLESS)

    def _decoded(self, chunk: bytes, final: bool) -> str:
        try:
            return self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            row_number = self.number + 1 + error.object[: error.start].count(b"\n")
            raise ListFormatError(row_number, "The file is not UTF-8 from about here.") from error

    def _add(self, line: str) -> Iterator[str]:
        """One more line of the open row; the row, if that completes it."""
        self._row.append(line)
        self._row_characters += len(line)
        self._quoted ^= line.count('"') % 2 == 1
        if self._row_characters > ROW_CHARACTERS_MAX:
            raise ListFormatError(self.number + 1, _ENDLESS)
        if not self._quoted:
            self.number += 1
            yield "".join(self._row)
            self._row, self._row_characters = [], 0


async def csv_rows(chunks: AsyncIterable[bytes]) -> AsyncIterator[CsvRow]:
    """The rows behind the header, empty ones left out. Raises ListFormatError."""
    header: list[str] = []
    async for number, text in _numbered_rows(chunks):
        cells = _cells(number, text)
        if not any(cells):
            continue
        if not header:
            header = _header(number, cells)
        elif len(cells) > len(header):
            yield CsvRow(number, {}, f"The row has {len(cells)} cells, the header {len(header)}.")
        else:
            yield CsvRow(number, dict(zip(header, cells, strict=False)))
    if not header:
        raise ListFormatError(1, "The file is empty.")


async def _numbered_rows(chunks: AsyncIterable[bytes]) -> AsyncIterator[tuple[int, str]]:
    cutter = _RowCutter()
    async for chunk in chunks:
        for text in cutter.feed(chunk):
            yield cutter.number, text
    for text in cutter.feed(b"", final=True):
        yield cutter.number, text


def _cells(number: int, text: str) -> list[str]:
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise ListFormatError(number, "The row is not CSV: quotation marks do not pair.") from error
    return [cell.strip() for cell in rows[0]] if rows else []


def _header(number: int, cells: list[str]) -> list[str]:
    names = [cell.lower() for cell in cells]
    if "record_id" not in names:
        raise ListFormatError(number, "The header has no column record_id.")
    if len(set(names)) != len(names):
        raise ListFormatError(number, "The header names a column twice.")
    return names
