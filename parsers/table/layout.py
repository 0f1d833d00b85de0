"""Where things stand in a sheet: a head block of labels and values, the row that names the columns, and the rows below it.

The head block may stand in two ways: a label with its value beside it, or labels in a row with their values below.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from parsers.table.cells import Cell, Row, Sheet, column_letters
from parsers.table.columns import FLIGHT_FIELDS, IDENTITY_FIELDS, Column, column_of, head_field
from parsers.table.dates import DayOrder, day_order
from parsers.table.limits import HEAD_ROWS_MAX

_KNOWN_COLUMNS_MIN = 3  # a label and its value are two cells; three known names in a row are no accident
_TOTAL = re.compile(r"(grand )?(total|totals|sum|count|gjithsej|summe|gesamt|totale)\b.*", re.IGNORECASE)
_TOTAL_CELLS_MAX = 3
_DATE_FIELDS = ("birth_date", *(f"document{n}.{name}" for n in ("", "2") for name in ("expires_on", "issued_on")))
_FLIGHT_DATE_FIELDS = ("departure_date", "departure", "arrival_date", "arrival")

FLIGHT_DATES = "flight"
"""Under which `Layout.orders` keeps what the flight's dates show."""


class Place(NamedTuple):
    """Row from 1 and column letters of a value."""

    row: int
    column: str


@dataclass(slots=True)
class TableRow:
    """A row below the names of the columns, by field. `unknown`: `NAME:VALUE` of columns nobody knows."""

    number: int
    fields: dict[str, Cell]
    unknown: tuple[str, ...] = ()


@dataclass
class Layout:
    """A sheet, understood. `columns`: the letters of the column of each field; `total`: what a total row says.

    `orders`: what each column of dates shows about day and month; those of the flight, in the head block too, are one.
    """

    sheet: Sheet
    head: dict[str, Cell] = field(default_factory=dict)
    head_places: dict[str, Place] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    document_types: dict[str, str] = field(default_factory=dict)
    rows: list[TableRow] = field(default_factory=list)
    orders: dict[str, DayOrder] = field(default_factory=dict)
    total: int | None = None


def understand(sheet: Sheet) -> Layout | None:
    """The sheet's layout; None where no row names columns."""
    at = next((at for at, row in enumerate(sheet.rows[:HEAD_ROWS_MAX]) if _names_columns(row)), None)
    if at is None:
        return None
    layout = Layout(sheet)
    _read_head(sheet.rows[:at], layout)
    known, unknown = _map_columns(sheet.rows[at], layout)
    names = sheet.rows[at].cells
    for row in sheet.rows[at + 1 :]:
        if row.cells == names:  # repeated at the top of a page
            continue
        fields = {name: row.cells[column] for column, name in known.items() if column in row.cells}
        rest = tuple(f"{name}:{row.cells[column].text}" for column, name in unknown.items() if column in row.cells)
        _take_row(TableRow(row.number, fields, rest), row, layout)
    layout.orders = {name: day_order(_texts(layout, (name,))) for name in _DATE_FIELDS if name in layout.columns}
    layout.orders[FLIGHT_DATES] = day_order(_texts(layout, _FLIGHT_DATE_FIELDS))
    return layout


def _texts(layout: Layout, names: tuple[str, ...]) -> Iterator[str]:
    yield from (layout.head[name].text for name in names if name in layout.head)
    yield from (row.fields[name].text for row in layout.rows for name in names if name in row.fields)


def _names_columns(row: Row) -> bool:
    known = {found.field for cell in row.cells.values() if (found := column_of(cell.text)) is not None}
    if not known & IDENTITY_FIELDS:
        return False
    return len(known) >= _KNOWN_COLUMNS_MIN or len(known) == len(row.cells) >= 2


def _map_columns(row: Row, layout: Layout) -> tuple[dict[int, str], dict[int, str]]:
    known: dict[int, str] = {}
    unknown: dict[int, str] = {}
    for column, cell in sorted(row.cells.items()):
        letters = column_letters(column)
        found = column_of(cell.text)
        if found is None:
            unknown[column] = cell.text[:40]
            layout.sheet.note("column_unknown", row.number, letters)
        elif found.field in layout.columns:
            layout.sheet.note("column_repeated", row.number, letters)
            unknown[column] = cell.text[:40]
        else:
            known[column] = found.field
            layout.columns[found.field] = letters
            _note_document_type(found, layout)
    return known, unknown


def _note_document_type(found: Column, layout: Layout) -> None:
    if found.document_type:
        layout.document_types[found.field.partition(".")[0]] = found.document_type


def _take_row(row: TableRow, sent: Row, layout: Layout) -> None:
    if _is_total(row, sent):
        layout.sheet.note("row_total_skipped", row.number)
        numbers = [int(found) for cell in sent.cells.values() for found in re.findall(r"\b\d{1,5}\b", cell.text, re.ASCII)]
        layout.total = numbers[0] if len(numbers) == 1 else layout.total
    elif row.fields.keys() & IDENTITY_FIELDS or (row.fields.keys() & FLIGHT_FIELDS and not _says_more(row)):
        layout.rows.append(row)
    elif _says_more(row):
        layout.sheet.note("row_without_traveller", row.number)


def _says_more(row: TableRow) -> bool:
    """Whether there is anything but the flight and a running number."""
    return bool(row.unknown or row.fields.keys() - FLIGHT_FIELDS - {"ordinal"})


def _is_total(row: TableRow, sent: Row) -> bool:
    first = sent.cells[min(sent.cells)].text
    told = {"birth_date", "document.number"} & row.fields.keys() or not row.fields.get(
        "given_names", Cell("0")
    ).text.isdecimal()
    return len(sent.cells) <= _TOTAL_CELLS_MAX and not told and _TOTAL.fullmatch(first) is not None


def _read_head(rows: Sequence[Row], layout: Layout) -> None:
    below = dict(zip((row.number for row in rows), rows[1:], strict=False))
    used: set[tuple[int, int]] = set()
    for row in rows:
        for found in _labels(row, below.get(row.number)):
            used |= {(row.number, found.label), (found.row, found.column)}
            if found.name not in layout.head and found.cell is not None:
                layout.head[found.name] = found.cell
                layout.head_places[found.name] = Place(found.row, column_letters(found.column))
        if len(row.cells) >= _KNOWN_COLUMNS_MIN and not any((row.number, column) in used for column in row.cells):
            layout.sheet.note("table_rows_above", row.number)


class _Labelled(NamedTuple):
    name: str
    label: int
    row: int
    column: int
    cell: Cell | None


def _labels(row: Row, below: Row | None) -> Iterator[_Labelled]:
    columns = sorted(row.cells)
    for place, column in enumerate(columns):
        text = row.cells[column].text
        label, colon, value = text.partition(":")
        name = head_field(label)
        if name is None:
            continue
        if colon and value.strip():
            yield _Labelled(name, column, row.number, column, Cell(value.strip()))
            continue
        beside = columns[place + 1] if place + 1 < len(columns) else None
        if beside is not None and head_field(row.cells[beside].text.rstrip(": ")) is None:
            yield _Labelled(name, column, row.number, beside, row.cells[beside])
        elif below is not None and column in below.cells and _is_heading(row):
            yield _Labelled(name, column, below.number, column, below.cells[column])


def _is_heading(row: Row) -> bool:
    """Labels only: their values stand below."""
    return all(head_field(cell.text) is not None for cell in row.cells.values())
