"""Findings of one message of a table: where in the sheet, and a remedy in the words of people who fill in tables.

The codes are those of every other door. Their remedies speak of segments, which do not help here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from parsers.table.cells import Note
from parsers.table.limits import FINDINGS_MAX
from schemas.finding import Finding, Location
from schemas.finding_codes import finding

REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "flight_missing": "Give carrier, flight number, ports and times above the table, or in every row.",
        "designator_missing": "Give the flight number, or the registration or the vessel's name.",
        "designator_invalid": "Give carrier and flight number, for example OR and 260.",
        "carrier_contradicts": "Give the same carrier in both places.",
        "port_missing": "Give the departure port and the arrival port.",
        "departure_time_missing": "Give the local date and time of departure.",
        "arrival_time_missing": "Give the local date and time of arrival.",
        "time_invalid": "Give the date as YYYY-MM-DD and the time as HH:MM.",
        "number_invalid": "Send a number.",
        "surname_missing": "Fill in the surname; if the person has one name only, it goes there.",
        "name_with_slash": "Give surname and given names in two columns.",
        "birth_date_missing": "Fill in the birth date, YYYY-MM-DD.",
        "birth_date_invalid": "Give the birth date as YYYY-MM-DD.",
        "century_ambiguous": "Give the year with four digits.",
        "nationality_missing": "Fill in the nationality, the alpha-3 code of the document.",
        "document_missing": "Fill in the travel document.",
        "document_number_missing": "Fill in the document number.",
        "document_type_missing": "Fill in the document's type, P for a passport.",
        "document_issuer_missing": "Fill in the country that issued the document.",
        "date_invalid": "Give the date as YYYY-MM-DD.",
        "traveller_repeated": "Leave out the repeated row, or correct the document number.",
        "travellers_missing": "Give a row for every person on board.",
        "function_unknown": "Name the list as in the template, for example passenger_list.",
        "carrier_absent": "Give the carrier code above the table, or in every row.",
        "flight_departed": "Send the table before departure; the border check is over now.",
    }
)
"""By code; every other code keeps the remedy it has everywhere."""


@dataclass(slots=True)
class Remarks:
    """Collects findings, up to a limit. `sheet` is its position in the workbook, from 1."""

    sheet: int = 1
    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, row: int | None = None, column: str | None = None, **facts: object) -> None:
        """A finding about this place; a place in the second sheet is `2!C`."""
        if len(self.findings) == FINDINGS_MAX:
            self.findings.append(finding("findings_too_many", limit=FINDINGS_MAX))
        if len(self.findings) > FINDINGS_MAX:
            return
        where = f"{self.sheet}!{column or ''}" if self.sheet > 1 else column
        made = finding(code, Location(row=row, column=where), None, **facts)
        remedy = REMEDIES.get(code)
        self.findings.append(made.model_copy(update={"remedy": remedy}) if remedy is not None else made)

    def add_notes(self, notes: list[Note]) -> None:
        """What reading the file gave."""
        for note in notes:
            self.add(note.code, note.row, note.column, **note.facts)
