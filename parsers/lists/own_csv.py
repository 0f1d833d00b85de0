"""The project's own CSV, whose columns `schemas.watchlist_csv` describes, and lists of documents as police offices keep them.

Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

from collections.abc import Callable, Iterable, Mapping

from pydantic import ValidationError

from parsers.lists.csv_cutter import RowCutter
from parsers.lists.row import ListFileError, ListRow
from schemas.watchlist_csv import RowError, record_from_row

Cells = Mapping[str, str]


class CsvListReader:
    """Satisfies `row.ListReader` for files of one row an entry below a header."""

    def __init__(self, needed: frozenset[str], read: Callable[[int, Cells], ListRow], delimiter: str = ",") -> None:
        """`needed`: one of these columns must be there; `read`: a row's entry, given its number and its cells by column."""
        self._cutter = RowCutter(delimiter)
        self._needed = needed
        self._read = read
        self._header: list[str] = []

    def feed(self, data: bytes) -> list[ListRow]:
        """See the protocol."""
        return self._rows(self._cutter.feed(data))

    def close(self) -> list[ListRow]:
        """See the protocol."""
        rows = self._rows(self._cutter.feed(b"", final=True))
        if not self._header:
            raise ListFileError(1, "The file is empty.")
        return rows

    def _rows(self, cut: Iterable[list[str]]) -> list[ListRow]:
        return [row for cells in cut if any(cells) and (row := self._row(cells)) is not None]

    def _row(self, cells: list[str]) -> ListRow | None:
        number = self._cutter.number
        if not self._header:
            self._header = self._checked_header(number, cells)
            return None
        if len(cells) > len(self._header):
            return ListRow(number, None, None, f"The row has {len(cells)} cells, the header {len(self._header)}.")
        return self._read(number, dict(zip(self._header, cells, strict=False)))

    def _checked_header(self, number: int, cells: list[str]) -> list[str]:
        names = [cell.lower() for cell in cells]
        if not self._needed & set(names):
            raise ListFileError(number, f"The header has no column {' or '.join(sorted(self._needed))}.")
        if len(set(names)) != len(names):
            raise ListFileError(number, "The header names a column twice.")
        return names


def reader() -> CsvListReader:
    """A reader of one file in the project's own form."""
    return CsvListReader(frozenset({"record_id"}), read_row)


def read_row(number: int, cells: Cells) -> ListRow:
    """A row of the project's own form."""
    record_id = cells.get("record_id") or None
    try:
        return ListRow(number, record_id, record_from_row(cells))
    except ValidationError as error:
        return ListRow(number, record_id, None, sentence(error))
    except RowError as error:
        return ListRow(number, record_id, None, str(error))


def sentence(error: ValidationError) -> str:
    """What is wrong, field by field, without the values."""
    return "; ".join(f"{'.'.join(map(str, row['loc'])) or 'row'}: {row['msg']}" for row in error.errors(include_input=False))
