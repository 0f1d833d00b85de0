"""A worksheet's XML to sparse rows."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from parsers.table.cells import Cell, CellKind, Row, Sheet, column_letters
from parsers.table.limits import CELL_CHARACTERS_MAX, CELLS_MAX, COLUMNS_MAX, ROWS_MAX
from parsers.table.xml_parts import Attributes, XmlReader

SERIAL_MAX = 2_958_466
"""The day after 31 December 9999 in a spreadsheet's count of days."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d{1,3})?", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DIGITS_EXACT = 15  # of a double; what is longer was rounded


@dataclass
class Shared:
    """What all sheets of a workbook share: texts, formats that show dates, and when day 0 was. `cells` counts them all."""

    epoch_1904: bool = False
    strings: list[str] = field(default_factory=list)
    date_styles: frozenset[str] = frozenset()
    cells: int = 0


class SheetReader(XmlReader):
    """Collects `rows`."""

    def __init__(self, shared: Shared, sheet: Sheet) -> None:
        self.rows: list[Row] = []
        self._shared = shared
        self._sheet = sheet
        self._row: dict[int, Cell] = {}
        self._number = 0
        self._column = -1
        self._attributes: Attributes = {}
        self._value: list[str] = []
        self._collecting = self._formula = self._in_hint = self._full = self._too_wide = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._collecting = not self._in_hint
        elif name == "f":
            self._formula = True
        elif name == "row":
            sent = attributes.get("r", "")
            self._number = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 8 else self._number + 1
            self._row, self._column = {}, -1
        elif name == "rPh":
            self._in_hint = True

    def text(self, text: str) -> None:
        if self._collecting and len(self._value) <= CELL_CHARACTERS_MAX:
            self._value.append(text[: CELL_CHARACTERS_MAX + 1])

    def end(self, name: str) -> None:
        self._collecting = False
        if name == "rPh":
            self._in_hint = False
        elif name == "c" and not self._full:
            self._end_cell()
        elif name == "row" and self._row and not self._full:
            self.rows.append(Row(self._number, self._row))
            self._row = {}
            if len(self.rows) == ROWS_MAX:
                self._stop("rows", ROWS_MAX)

    def _start_cell(self, attributes: Attributes) -> None:
        self._attributes, self._value, self._formula = attributes, [], False
        found = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = _column(found[1]) if found else self._column + 1

    def _end_cell(self) -> None:
        if self._column >= COLUMNS_MAX:
            self._report_width()
            return
        cell = self._cell("".join(self._value))
        if not cell.text and not cell.formula and cell.kind is not CellKind.ERROR:
            return
        if len(cell.text) > CELL_CHARACTERS_MAX:
            self._sheet.note("cell_too_long", self._number, column_letters(self._column), limit=CELL_CHARACTERS_MAX)
            cell = cell._replace(text=cell.text[:CELL_CHARACTERS_MAX])
        self._row[self._column] = cell
        self._shared.cells += 1
        if self._shared.cells >= CELLS_MAX:
            self._stop("cells", CELLS_MAX)

    def _stop(self, what: str, limit: int) -> None:
        self._full = True
        self._sheet.note("table_too_large", self._number, limit=limit, what=what)

    def _report_width(self) -> None:
        if self._value and not self._too_wide:
            self._too_wide = True
            self._sheet.note("table_too_large", self._number, limit=COLUMNS_MAX, what="columns")

    def _cell(self, value: str) -> Cell:
        kind = self._attributes.get("t", "n")
        if kind == "s":
            value = value.strip()
            known = value.isascii() and value.isdecimal() and len(value) < 8 and int(value) < len(self._shared.strings)
            return Cell(_tidy(self._shared.strings[int(value)]) if known else "", formula=self._formula)
        if kind == "e":
            return Cell("", CellKind.ERROR, self._formula)
        if kind == "b":
            return Cell({"1": "TRUE", "0": "FALSE"}.get(value.strip(), ""), formula=self._formula)
        if kind == "d":
            return Cell(_iso(value.strip()), CellKind.DATE if value.strip() else CellKind.TEXT, self._formula)
        if kind == "n":
            return self._number_cell(value.strip())
        return Cell(_tidy(value), formula=self._formula)

    def _number_cell(self, value: str) -> Cell:
        if not _NUMBER.fullmatch(value) or len(value) > 40:
            return Cell(_tidy(value), formula=self._formula)
        if self._attributes.get("s") in self._shared.date_styles:
            moment = spreadsheet_moment(float(value), self._shared.epoch_1904)
            if moment is not None:
                return Cell(moment, CellKind.DATE, self._formula)
        return Cell(_digits(value), CellKind.NUMBER, self._formula)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _digits(value: str) -> str:
    """A whole number in plain digits, everything else as stored."""
    number = float(value)
    whole = number.is_integer() and abs(number) < 10**_DIGITS_EXACT
    return value if value.isdecimal() or not whole else str(int(number))


def _tidy(text: str) -> str:
    if "_x" in text:
        text = _ESCAPE.sub(_unescaped, text)
    return " ".join(_CONTROLS.sub(" ", text).split())


def _unescaped(found: re.Match[str]) -> str:
    """`_x000D_` is how the format writes a character that XML cannot; half a surrogate pair is none at all."""
    code = int(found[1], 16)
    return " " if 0xD800 <= code <= 0xDFFF else chr(code)


def _iso(value: str) -> str:
    """An ISO 8601 date cell, without seconds and a midnight that nobody meant."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z?)?", value, re.ASCII)
    if found is None:
        return _tidy(value)
    return found[1] if found[2] in (None, "00:00") else f"{found[1]}T{found[2]}"


def spreadsheet_moment(serial: float, epoch_1904: bool = False) -> str | None:
    """What a spreadsheet means by this number of days: a day, a time, or both; None where it is none.

    Day 1 is 1 January 1900, and 1900 has a 29 February that never was (day 60), for the sake of a program of 1983.
    """
    if not 0 <= serial < SERIAL_MAX:
        return None
    minutes = round(serial * 1440)
    days, clock = divmod(minutes, 1440)
    if days >= SERIAL_MAX - (1_462 if epoch_1904 else 0):  # the days between the two epochs
        return None
    hour = f"{clock // 60:02}:{clock % 60:02}"
    if days == 0 and not epoch_1904:
        return hour
    if days == 60 and not epoch_1904:
        return None
    epoch = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30 if days > 60 else 31)  # noqa: DTZ001  a wall clock
    day = (epoch + timedelta(days=days)).date().isoformat()
    return f"{day}T{hour}" if clock else day
