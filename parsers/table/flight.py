"""The flight of a row: what the row says, what stands above the table, what the row before said."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from parsers.paxlst.designator import Designator, designator
from parsers.paxlst.leg_json import read_legs
from parsers.table.cells import Cell
from parsers.table.columns import FLIGHT_FIELDS
from parsers.table.dates import DayOrder, read_moment
from parsers.table.layout import Layout, Place, TableRow
from parsers.table.remarks import Remarks
from schemas.flight import Flight, flight_key

Fields = Mapping[str, Cell]


class Assigned(NamedTuple):
    """The flight fields of a row; `carried_down`: they are partly or wholly those of the row above."""

    fields: Fields
    carried_down: bool = False


def assign(row: TableRow, head: Fields, above: Fields) -> Assigned:
    """What the row says wins; then the head block; then, where neither says anything else, the row above."""
    own = {name: cell for name, cell in row.fields.items() if name in FLIGHT_FIELDS and cell.text}
    base = {name: cell for name, cell in head.items() if name in FLIGHT_FIELDS and cell.text}
    if base:
        return Assigned(base | own)
    agrees = all(name in above and above[name].text == cell.text for name, cell in own.items())
    return Assigned(above, True) if agrees and len(own) < len(above) else Assigned(own)


class FlightReader:
    """Reads one flight. `first` is the row that names it, for findings about what it says in its own columns."""

    def __init__(self, layout: Layout, remarks: Remarks, first: TableRow | None, order: DayOrder) -> None:
        self._layout = layout
        self._remarks = remarks
        self._first = first
        self._order = order

    def read(self, fields: Fields) -> Flight | None:
        """The flight; None where there is nothing to tell it by."""
        for key in sorted(key for key, cell in fields.items() if cell.formula):
            self._remark("cell_formula", key)
        name = self._designator(fields)
        route = {key: fields[key].text for key in ("departure_port", "arrival_port") if key in fields}
        for side in ("departure", "arrival"):
            if (time := self._time(fields, side)) is not None:
                route[f"scheduled_{side}"] = time
        legs = read_legs(route, self._about_leg)
        if name.text is None and not legs:
            return None
        if name.text is None:
            self._remark("designator_missing", "number")
        return _flight(name, legs)

    def _designator(self, fields: Fields) -> Designator:
        carrier = fields["carrier"].text.replace(" ", "").upper() if "carrier" in fields else ""
        if "number" not in fields:
            called = "".join(filter(str.isalnum, fields["registration"].text.upper())) if "registration" in fields else ""
            return Designator(carrier or None, None, None, called or None)
        read = designator(fields["number"].text, carrier)
        if not read.whole:
            self._remark("designator_invalid", "number")
        elif read.contradicts:
            self._remark("carrier_contradicts", "number")
        return read

    def _time(self, fields: Fields, side: str) -> str | None:
        clock = fields.get(f"{side}_time")
        name = next((name for name in (f"{side}_date", side) if name in fields), None)
        if name is None:
            return None
        read = read_moment(fields[name], clock, self._order)
        if read.remark is not None:
            self._remark(read.remark, name)
        return read.text or "?"  # which reads as a wrong time, at its place

    def _about_leg(self, code: str, where: str, **facts: object) -> None:
        name = where.rpartition("/")[2].removeprefix("scheduled_")
        column = next((known for known in (name, f"{name}_date") if self._place(known) is not None), name)
        self._remark(code, column, **facts)

    def _remark(self, code: str, name: str, **facts: object) -> None:
        row, column = self._place(name) or (self._first.number if self._first else None, None)
        self._remarks.add(code, row, column, **facts)

    def _place(self, name: str) -> Place | None:
        if self._first is not None and name in self._first.fields:
            return Place(self._first.number, self._layout.columns[name])
        return self._layout.head_places.get(name)


def _flight(name: Designator, legs: list[dict[str, Any]]) -> Flight:
    leg = legs[0] if legs else {}
    day = (leg.get("departure_local") or "")[:10] or None
    carrier = name.carrier if name.whole else name.text or name.carrier
    fields = {"carrier": name.carrier, "number": name.number, "suffix": name.suffix, "designator": name.text, "legs": legs}
    fields |= {key: leg.get(key) for key in ("departure_port", "arrival_port", "scheduled_departure", "scheduled_arrival")}
    fields["flight_key"] = flight_key(carrier, name.number, name.suffix, leg.get("departure_port"), day)
    return Flight.model_validate(fields)
