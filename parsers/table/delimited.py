"""CSV to rows: which encoding, which delimiter, and quotation marks that nobody closed.

Every line is read for itself, joined with those after it only while a quotation mark is open. A mark that is not closed
within a few lines is text: the standard library's reader would take the rest of the file for one cell, and lose everybody.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from parsers.table.cells import Cell, Row, Sheet, UnreadableTableError
from parsers.table.limits import (
    CELL_CHARACTERS_MAX,
    CELLS_MAX,
    COLUMNS_MAX,
    LINE_CHARACTERS_MAX,
    QUOTED_LINES_MAX,
    ROWS_MAX,
)

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 60  # the head block and the first travellers
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_CONTROLS = {code: None for code in range(32) if code not in (9, 10, 13)} | {0x7F: None, 0xFEFF: None}


def read_delimited(data: bytes) -> Sheet:
    """The one sheet of a CSV file. Raises UnreadableTableError where the bytes are no text."""
    text, encoding = _decode(data)
    text = text.translate(_CONTROLS).rstrip()
    sheet = Sheet(1, ())
    if encoding is not None:
        sheet.note("text_encoding_assumed", read_as=encoding)
    declared, text = _declared_delimiter(text)
    delimiter = declared or _sniff_delimiter(text)
    sheet.rows = list(_rows(text, delimiter, sheet, 2 if declared else 1))
    return sheet


def _decode(data: bytes) -> tuple[str, str | None]:
    """The text, and the encoding where it had to be guessed."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), None
    if b"\0" in data[:1024]:
        raise UnreadableTableError("table_unreadable", reason="it is neither text nor a workbook")
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        encoding = "cp1250" if _central_european(data) else "cp1252"
        return data.decode(encoding, "replace"), encoding


@cache
def _letters_of(encoding: str) -> frozenset[int]:
    """Bytes above ASCII that are letters in this encoding."""
    return frozenset(byte for byte in range(128, 256) if bytes((byte,)).decode(encoding, "replace").isalpha())


def _central_european(data: bytes) -> bool:
    """Whether more bytes are letters in cp1250 than in cp1252; names consist of letters."""
    central, western = _letters_of("cp1250"), _letters_of("cp1252")
    return sum(map(data.count, map(_byte, central - western))) > sum(map(data.count, map(_byte, western - central)))


def _byte(value: int) -> bytes:
    return bytes((value,))


def _declared_delimiter(text: str) -> tuple[str | None, str]:
    """`sep=;` in the first line, as some spreadsheet programs write it."""
    found = re.match(r"\s*\"?sep=(.)\"?[,;\t]*(?:\r\n|\r|\n)", text[:64], re.IGNORECASE)
    return (found[1], text[found.end() :]) if found and found[1] in _DELIMITERS else (None, text)


def _sniff_delimiter(text: str) -> str:
    """The delimiter that the fullest lines have most of, outside quotation marks."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    for found in islice(_LINE.finditer(text), _SAMPLE_LINES):
        bare = re.sub(r'"[^"]*"', "", found[0][:LINE_CHARACTERS_MAX])
        for delimiter in _DELIMITERS:
            counts[delimiter] = max(counts[delimiter], bare.count(delimiter))
    return max(_DELIMITERS, key=lambda delimiter: counts[delimiter])


def _rows(text: str, delimiter: str, sheet: Sheet, first: int) -> Iterator[Row]:
    number, cells_read = first, 0
    for line, lines, closed in _logical_lines(text, delimiter):
        row, number = number, number + lines
        if not closed:
            sheet.note("quote_unclosed", row)
        cells = dict(_cells(line, delimiter, closed, row, sheet)) if row <= ROWS_MAX and line.strip() else {}
        cells_read += len(cells)
        if row > ROWS_MAX or cells_read > CELLS_MAX:
            what, limit = ("rows", ROWS_MAX) if row > ROWS_MAX else ("cells", CELLS_MAX)
            sheet.note("table_too_large", row, limit=limit, what=what)
            return
        if cells:
            yield Row(row, cells)


def _logical_lines(text: str, delimiter: str) -> Iterator[tuple[str, int, bool]]:
    """Each row's text, how many lines it has, and whether its quotation marks are closed."""
    opening = re.compile(rf'(?:\A|{re.escape(delimiter)})[ ]*+"(?:[^"]++|"")*+(\Z)?')
    at = 0
    while at < len(text):
        found = _LINE.match(text, at)
        assert found is not None
        first_end = end = found.end()
        lines, closed = 1, not _open(text[at:end], opening)
        while not closed and lines < QUOTED_LINES_MAX and end < len(text) and end - at < LINE_CHARACTERS_MAX:
            found = _LINE.match(text, end)
            assert found is not None
            end, lines = found.end(), lines + 1
            closed = not _open(text[at:end], opening)
        end, lines = (end, lines) if closed else (first_end, 1)
        yield text[at:end].rstrip("\r\n"), lines, closed
        at = end


def _open(line: str, opening: re.Pattern[str]) -> bool:
    if '"' not in line or len(line) > LINE_CHARACTERS_MAX:
        return False
    return any(found[1] is not None for found in opening.finditer(line))


def _cells(line: str, delimiter: str, closed: bool, row: int, sheet: Sheet) -> Iterator[tuple[int, Cell]]:
    if len(line) > LINE_CHARACTERS_MAX:
        sheet.note("cell_too_long", row, limit=LINE_CHARACTERS_MAX)
        line = line[:LINE_CHARACTERS_MAX]
    fields = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True)) if closed else line.split(delimiter)
    for column, value in enumerate(fields[:COLUMNS_MAX]):
        text = " ".join(value.split())
        if len(text) > CELL_CHARACTERS_MAX:
            sheet.note("cell_too_long", row, limit=CELL_CHARACTERS_MAX)
        if text:
            yield column, _cell(text[:CELL_CHARACTERS_MAX])
    if len(fields) > COLUMNS_MAX and any(value.strip() for value in fields[COLUMNS_MAX:]):
        sheet.note("table_too_large", row, limit=COLUMNS_MAX, what="columns")


def _cell(text: str) -> Cell:
    """`="0123"` is how some people keep zeros through a spreadsheet program: a formula, and its result to see."""
    found = re.fullmatch(r'="([^"]*)"', text)
    if found is not None:
        return Cell(found[1].strip())
    return Cell("", formula=True) if text.startswith("=") else Cell(text)
