"""Records of SSIM chapter 7 for tests: 200 columns, filled by position."""

from collections.abc import Mapping

CARRIER = "2LOS  0008S26 29MAR2624OCT2613MAR26"
TRAILER = "5 OS " + " " * 182 + "000004E000005"

_LEG = {
    2: " ",
    3: "OS ",
    6: " 841",
    10: "01",
    12: "01",
    14: "J",
    15: "29MAR26",
    22: "24OCT26",
    29: "1 3 5  ",
    37: "VIE",
    40: "1015",
    44: "1015",
    48: "+0200",
    55: "TIA",
    58: "1150",
    62: "1150",
    66: "+0200",
    73: "320",
    193: "00",
    195: "000003",
}


def record(kind: str, fields: Mapping[int, str]) -> str:
    """A record with these texts at these columns, counted from 1."""
    columns = list(kind.ljust(200))
    for at, text in fields.items():
        columns[at - 1 : at - 1 + len(text)] = text
    return "".join(columns)


def leg(**changed: str) -> str:
    """A leg record; `at37="MUC"` writes MUC at column 37."""
    return record("3", _LEG | {int(name.removeprefix("at")): text for name, text in changed.items()})


def segment(element: str) -> str:
    """A segment record with this data element, about the leg before it."""
    return record("4", {3: "OS ", 6: " 841", 10: "01", 12: "01", 14: "J", 29: "AB", 31: element, 34: "VIETIA", 40: "LH 6394"})


def file(*records: str, carrier: str = CARRIER) -> bytes:
    """A data set: header, carrier, these records, trailer."""
    lines = ["1AIRLINE STANDARD SCHEDULE DATA SET".ljust(200), carrier.ljust(200), *records, TRAILER.ljust(200)]
    return "\r\n".join(lines).encode() + b"\r\n"
