"""A table to manifests: one for each flight and list, in the order in which the table names them.

Passengers and crew of one flight are two lists, as they are two messages in EDIFACT, unless the table says what it is.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from parsers.message import ReadMessage
from parsers.paxlst.functions import WITHOUT_DATA
from parsers.paxlst.identity import assign_ids
from parsers.table.cells import Cell, Note, Sheet, UnreadableTableError
from parsers.table.columns import IDENTITY_FIELDS
from parsers.table.dates import DayOrder
from parsers.table.delimited import read_delimited
from parsers.table.flight import Fields, FlightReader, assign
from parsers.table.layout import FLIGHT_DATES, Layout, TableRow, understand
from parsers.table.limits import FLIGHTS_MAX
from parsers.table.person import KINDS, Expected, PersonReader
from parsers.table.remarks import Remarks
from parsers.table.template import OWN_SHEETS
from parsers.table.workbook import WORKBOOK_MAGIC, read_workbook, refuse_compound
from schemas.finding_codes import finding
from schemas.flight import Flight
from schemas.identifiers import derive, manifest_id
from schemas.manifest import Function, Manifest, ReportingParty
from schemas.traveller import Traveller

_FAR = date(2026, 1, 1)  # helps with two-digit years where neither the flight nor the caller has a day


@dataclass
class _Group:
    """The rows of one flight and list."""

    layout: Layout
    fields: Fields
    crew: bool
    rows: list[TableRow] = field(default_factory=list)
    carried_down: list[int] = field(default_factory=list)


def read_manifest_table(
    data: bytes, *, received_on: date | None = None, submission_id: str | None = None
) -> Iterator[ReadMessage]:
    """Every manifest of a table, CSV or XLSX; at least one item, whatever the bytes are. Never raises on any input."""
    name = submission_id or derive("sub", hashlib.sha256(data).digest())
    remarks = Remarks()
    try:
        groups, notes = _grouped(_sheets(data), remarks)
    except UnreadableTableError as error:
        groups, notes = [], {}
        remarks.add(error.code, None, None, **error.facts)
    if not groups:
        yield ReadMessage(None, tuple(remarks.findings))
    for index, group in enumerate(groups[:FLIGHTS_MAX]):
        sheet = group.layout.sheet.position
        collected = Remarks(sheet, remarks.findings if index == 0 else [])
        collected.add_notes(notes.pop(sheet, []))
        yield _MessageReader(group, collected, received_on).read(index, name, submission_id)
    if len(groups) > FLIGHTS_MAX:
        yield ReadMessage(None, (finding("table_too_large", limit=FLIGHTS_MAX, what="flights"),), FLIGHTS_MAX)


def _sheets(data: bytes) -> list[Sheet]:
    if not data.strip():
        raise UnreadableTableError("input_empty")
    refuse_compound(data)
    return read_workbook(data) if data.startswith(WORKBOOK_MAGIC) else [read_delimited(data)]


def _grouped(sheets: list[Sheet], remarks: Remarks) -> tuple[list[_Group], dict[int, list[Note]]]:
    """The flights of all sheets, and the notes of each sheet that has one; those of the others are about the whole."""
    groups: list[_Group] = []
    notes: dict[int, list[Note]] = {}
    for sheet in sheets:
        layout = understand(sheet)
        found = _groups_of(layout) if layout is not None else []
        groups += found
        if found:
            notes[sheet.position] = sheet.notes
            continue
        if sheet.rows and len(sheets) > 1 and sheet.title not in OWN_SHEETS:
            sheet.note("sheet_without_travellers", sheet=sheet.position)
        Remarks(sheet.position, remarks.findings).add_notes(sheet.notes)
    if not groups:
        remarks.add("table_header_missing")
    return groups, notes


def _groups_of(layout: Layout) -> list[_Group]:
    """Rows by flight, in order of first appearance; a head block alone is a flight with nobody on it."""
    groups: dict[tuple[object, ...], _Group] = {}
    above: Fields = {}
    by_crew = "function" not in layout.head
    for row in layout.rows:
        assigned = assign(row, layout.head, above)
        above = assigned.fields
        crew = by_crew and KINDS.get(row.fields["kind"].text.casefold()) == "crew" if "kind" in row.fields else False
        key = (crew, *sorted((name, cell.text.upper()) for name, cell in above.items()))
        group = groups.setdefault(key, _Group(layout, above, crew))
        group.rows.append(row)
        if assigned.carried_down:
            group.carried_down.append(row.number)
    if not groups and layout.head:
        return [_Group(layout, assign(TableRow(0, {}), layout.head, {}).fields, False)]
    return list(groups.values())


class _MessageReader:
    """Reads one group of rows into one message."""

    def __init__(self, group: _Group, remarks: Remarks, received_on: date | None) -> None:
        self._group = group
        self._layout = group.layout
        self._remarks = remarks
        self._received_on = received_on

    def read(self, index: int, name: str, submission_id: str | None) -> ReadMessage:
        """The manifest, or why there is none."""
        first = self._group.rows[0] if self._group.rows else None
        order = self._layout.orders.get(FLIGHT_DATES, DayOrder.UNKNOWN)
        flight = FlightReader(self._layout, self._remarks, first, order).read(self._group.fields)
        function = self._function()
        if flight is None:
            self._refuse_all()
            return ReadMessage(None, tuple(self._remarks.findings), index, function=function)
        for row in self._group.carried_down:
            self._remarks.add("flight_carried_down", row)
        travellers = self._travellers(flight, function)
        manifest = Manifest(
            manifest_id=manifest_id(name, index),
            submission_id=submission_id,
            function=function,
            reporting_party=self._reporting_party(),
            flight=flight,
            travellers=travellers,
            declared_travellers=self._declared(len(travellers)),
        )
        if not travellers and function not in WITHOUT_DATA:
            self._remarks.add("travellers_missing")
        findings = tuple(self._remarks.findings)
        manifest = manifest.model_copy(update={"findings": findings})
        return ReadMessage(manifest, findings, index, message_type=manifest.message.type, function=function)

    def _refuse_all(self) -> None:
        for row in self._group.rows or (None,):
            self._remarks.add("flight_missing", row.number if row else None)

    def _function(self) -> Function:
        cell = self._layout.head.get("function")
        if cell is None:
            return Function.CREW_LIST if self._group.crew else Function.PASSENGER_LIST
        words = "_".join(cell.text.casefold().replace("-", " ").split())
        found = next((known for known in (words, f"{words}_list", f"flight_{words}") if known in set(Function)), None)
        if found is None:
            place = self._layout.head_places["function"]
            self._remarks.add("function_unknown", place.row, place.column, read_as="passenger_list")
        return Function(found or Function.PASSENGER_LIST)

    def _travellers(self, flight: Flight, function: Function) -> tuple[Traveller, ...]:
        day = (flight.legs[0].departure_local or "")[:10] if flight.legs else ""
        flight_day = date.fromisoformat(day) if day else self._received_on or _FAR
        expected = Expected(function, flight_day, self._layout.orders)
        reader = PersonReader(self._layout, self._remarks, expected)
        rows = [row for row in self._group.rows if row.fields.keys() & IDENTITY_FIELDS]
        people = [reader.read(row) for row in rows]
        for position in assign_ids(flight.flight_key, people):
            self._remarks.add("traveller_repeated", rows[position].number)
        return tuple(Traveller.model_validate(person) for person in people)

    def _reporting_party(self) -> ReportingParty | None:
        fields = _inside("reporting_party.", self._layout.head)
        return ReportingParty(**{name: cell.text for name, cell in fields.items()}) if fields else None

    def _declared(self, counted: int) -> int | None:
        """The number of persons that the head block or a total row gives; both are about all the rows of the sheet."""
        if len(self._group.rows) != len(self._layout.rows):
            return None
        cell = self._layout.head.get("declared_travellers")
        text = cell.text if cell is not None else ""
        declared = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else self._layout.total
        if declared is not None and declared != counted:
            self._remarks.add("total_differs", declared=declared, counted=counted)
        return declared


def _inside(prefix: str, fields: Mapping[str, Cell]) -> dict[str, Cell]:
    return {name.removeprefix(prefix): cell for name, cell in fields.items() if name.startswith(prefix)}
