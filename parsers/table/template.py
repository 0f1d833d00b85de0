"""The template, as CSV and as a workbook: made from the table below, so that it cannot differ from what is read.

The workbook has three sheets: the table with an example, instructions, and the lists that its cells offer to choose from. The
people of the example are invented; the country of their passports is real, because Utopia's would be remarked on.
"""

import csv
import io
from functools import cache
from typing import NamedTuple

from schemas.codes import ICAO_CODES

SHEET_TITLE = "Manifest"
INSTRUCTIONS_TITLE = "Instructions"
LISTS_TITLE = "Lists"
OWN_SHEETS = frozenset({INSTRUCTIONS_TITLE, LISTS_TITLE})
"""Sheets of the template that hold no travellers."""


class Line(NamedTuple):
    """A label of the head block or a name of a column; `choices`: the list its cell offers (`LISTS`)."""

    name: str
    example: tuple[str, ...]
    note: str
    choices: str = ""


HEAD = (
    Line("Message", ("passenger_list",), "passenger_list, crew_list, passenger_change, flight_cancel, ...", "message"),
    Line("Carrier", ("OR",), "Your carrier code: the one your key was made for."),
    Line("Flight number", ("260",), "Or leave it empty and give the registration or the vessel."),
    Line("Registration or vessel", ("",), "PH-ABC, or the name of the ship. Only where there is no flight number."),
    Line("Departure port", ("AMS",), "IATA code; ICAO code or UN/LOCODE where there is none."),
    Line("Departure date", ("2026-03-01",), "YYYY-MM-DD, by the clock of the departure port."),
    Line("Departure time", ("10:10",), "HH:MM, by the clock of the departure port."),
    Line("Arrival port", ("TIA",), "As the departure port."),
    Line("Arrival date", ("2026-03-01",), "YYYY-MM-DD, by the clock of the arrival port."),
    Line("Arrival time", ("12:40",), "HH:MM, by the clock of the arrival port."),
    Line("Contact name", ("OPERATIONS DESK",), "Whom to call about this list."),
    Line("Contact telephone", ("+31 20 000 0000",), ""),
    Line("Contact email", ("operations@example.com",), ""),
    Line("Number of travellers", ("3",), "On the whole list; a row that got lost shows."),
)
"""Above the columns. All of the flight's may be columns instead, so that one table holds several flights."""

COLUMNS = (
    Line("Kind", ("passenger", "passenger", "transit"), "passenger, crew or transit.", "kind"),
    Line("Surname", ("TESTERI", "DE EXAMPLE", "MUSTERFRAU"), "As in the machine-readable zone of the document. Required."),
    Line("Given names", ("ARBEN", "ANNA MARIA", "ERIKA"), "All of them, without titles."),
    Line("Sex", ("M", "F", "F"), "M, F, X (unspecified in the document) or U (unknown).", "sex"),
    Line("Birth date", ("1968-02-23", "1990-11-05", "1975-07-30"), "YYYY-MM-DD; YYYY where the document says no more."),
    Line("Nationality", ("ALB", "NLD", "DEU"), "Alpha-3 code of the document. Required.", "country"),
    Line("Document type", ("P", "P", "I"), "P passport, I identity card, V visa, ...", "document_type"),
    Line("Document number", ("BA0012345", "SPECI2014", "L01X00T47"), "As text, with its leading zeros. Required."),
    Line("Document country", ("ALB", "NLD", "DEU"), "Alpha-3 code of the country that issued it.", "country"),
    Line("Document expiry", ("2030-01-31", "2031-05-14", "2029-12-01"), "YYYY-MM-DD."),
    Line("Document 2 type", ("", "", ""), "A visa or residence permit, where there is one.", "document_type"),
    Line("Document 2 number", ("", "", ""), ""),
    Line("Document 2 country", ("", "", ""), "", "country"),
    Line("Document 2 expiry", ("", "", ""), ""),
    Line("Residence", ("ALB", "NLD", ""), "Country of residence, alpha-3.", "country"),
    Line("Birth place", ("TIRANA", "", ""), ""),
    Line("Birth country", ("ALB", "", ""), "Alpha-3.", "country"),
    Line("Embarkation", ("AMS", "AMS", "AMS"), "Where this person gets on, if the journey has several legs."),
    Line("Disembarkation", ("TIA", "TIA", "TIA"), "Where this person gets off."),
    Line("Booking", ("ABC123", "ABC123", "XYZ789"), "Booking reference."),
    Line("Seat", ("1A", "1B", "2C"), "Seat or cabin."),
    Line("Bags", ("1", "0", "2"), "Number of checked bags."),
    Line("Bag weight", ("15", "", "32.5"), "Kilograms, all together."),
    Line("Telephone", ("", "", ""), "Of the traveller."),
    Line("Email", ("", "", ""), "Of the traveller."),
)
"""The columns, with the travellers of the example."""

EXAMPLE_TRAVELLERS = 3

NOTES = (
    "How to fill in this table",
    "Write over the example. Leave the names of the columns as they are; their order does not matter, and empty ones may go.",
    "One row for each person on board. Nothing may stand below the last one but a total.",
    "Several flights in one table: move carrier, flight number, ports and times into columns of their own, in every row.",
    "Format document numbers as text before filling them in, or zeros at their beginning are lost. Send values, no formulas.",
    "Save as XLSX, or as CSV in UTF-8. Send the file as it is; sending it twice does no harm.",
)
"""What the second sheet says above the list of fields."""

ROOM_ROWS = 500
"""Rows that offer their lists to choose from; a larger table simply offers none further down."""


@cache
def lists() -> dict[str, tuple[str, ...]]:
    """What cells offer to choose from."""
    import pycountry

    return {
        "message": ("passenger_list", "crew_list", "passenger_change", "crew_change", "passenger_cancel", "flight_cancel"),
        "kind": ("passenger", "crew", "transit"),
        "sex": ("M", "F", "X", "U"),
        "document_type": ("P", "I", "V", "A", "C", "IR", "PD", "PO", "PR"),
        "country": tuple(sorted({entry.alpha_3 for entry in pycountry.countries} | ICAO_CODES)),
    }


def template_csv() -> bytes:
    """UTF-8 with a byte order mark, without which spreadsheet programs take it for something else."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows((line.name, line.example[0]) for line in HEAD)
    writer.writerow(())
    writer.writerow(line.name for line in COLUMNS)
    writer.writerows([line.example[number] for line in COLUMNS] for number in range(EXAMPLE_TRAVELLERS))
    return text.getvalue().encode("utf-8-sig")


@cache
def template_xlsx() -> bytes:
    """The workbook."""
    from parsers.table.template_workbook import workbook_bytes

    return workbook_bytes()
