"""Tables for tests: a flight, the names of the columns, and rows."""

from parsers.message import ReadMessage
from parsers.table import read_manifest_table
from schemas.manifest import Manifest
from schemas.traveller import Traveller

HEAD = "carrier,OR\nflight,260\nfrom,AMS\nto,TIA\ndeparture,2026-03-01 10:10\narrival,2026-03-01 12:40\n\n"
NAMES = "surname,given names,sex,birth date,nationality,document type,document number,document country,document expiry\n"
ROW = "HOXHA,ARBEN,M,1968-02-23,ALB,P,BA0012345,ALB,2030-01-31\n"


def read_one(data: bytes) -> ReadMessage:
    [message] = read_manifest_table(data)
    return message


def read_text(text: str) -> ReadMessage:
    return read_one(text.encode())


def codes(message: ReadMessage) -> list[tuple[str, int | None, str | None]]:
    """Findings as (code, row, column)."""
    return [(finding.code, finding.location.row, finding.location.column) for finding in message.findings]


def manifest_of(message: ReadMessage) -> Manifest:
    assert message.manifest is not None, message.findings
    return message.manifest


def traveller_of(message: ReadMessage) -> Traveller:
    [traveller] = manifest_of(message).travellers
    return traveller


def with_cell(name: str, value: str) -> str:
    """A table of one traveller, one of whose cells says this."""
    names, cells = NAMES.strip().split(","), ROW.strip().split(",")
    if name not in names:
        names.append(name)
        cells.append("")
    cells[names.index(name)] = f'"{value}"' if "," in value or value.startswith('"') else value
    return HEAD + ",".join(names) + "\n" + ",".join(cells) + "\n"
