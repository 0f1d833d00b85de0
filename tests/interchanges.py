"""Interchanges for tests: PAXLST as a carrier writes it, about people who do not exist."""

from collections.abc import Iterable
from dataclasses import dataclass

_SURNAMES = ("BERISHA", "DE VRIES", "MUELLER", "ROSSI", "NOWAK", "PAPADAKIS", "KOVAC", "HOXHA")
_GIVEN = ("ARTA", "JAN", "EVA", "LUCA", "ANNA", "NIKOS", "IVAN", "DRITA")


@dataclass(frozen=True)
class Sent:
    """What one message says. Times are YYMMDDHHMM."""

    designator: str | None = "OR260"
    departure: str = "2603011100"
    arrival: str = "2603011355"
    travellers: int = 2
    reference: str = "1"


def segments(sent: Sent) -> list[str]:
    """The segments of one message."""
    body = [
        f"UNH+{sent.reference}+PAXLST:D:12B:UN:IATA",
        "BGM+745",
        "NAD+MS+++APIS DESK",
        "COM+31201234567:TE",
        *([f"TDT+20+{sent.designator}+++{sent.designator[:2]}"] if sent.designator else ["TDT+20"]),
        "LOC+125+AMS",
        f"DTM+189:{sent.departure}:201",
        "LOC+87+TIA",
        f"DTM+232:{sent.arrival}:201",
        *(line for number in range(sent.travellers) for line in _person(number)),
        f"CNT+42:{sent.travellers}",
    ]
    return [*body, f"UNT+{len(body) + 1}+{sent.reference}"]


def _person(number: int) -> Iterable[str]:
    surname, given = _SURNAMES[number % 8], _GIVEN[number // 8 % 8]
    yield f"NAD+FL+++{surname}:{given}:{number}X" if number >= 64 else f"NAD+FL+++{surname}:{given}"
    yield f"ATT+2++{'FM'[number % 2]}"
    yield f"DTM+329:{70 + number % 25:02}0{1 + number % 9}1{number % 9}"
    yield "LOC+178+AMS"
    yield "LOC+179+TIA"
    yield "NAT+2+NLD"
    yield f"RFF+AVF:PNR{number:03}"
    yield f"RFF+ABO:REF{number:05}"
    yield f"DOC+P:110:111+NX{number:07}"
    yield "DTM+36:300101"
    yield "LOC+91+NLD"


def interchange(*messages: Sent, reference: str = "REF001", test: bool = False) -> bytes:
    """A whole interchange of these messages; one ordinary message where none is given."""
    sent = messages or (Sent(),)
    header = f"UNB+UNOA:4+CARRIER:ZZ+KULLA:ZZ+260301:0830+{reference}" + ("++APIS++++1" if test else "++APIS")
    lines = ["UNA:+.? '", *(f"{line}'" for line in [header, *(line for one in sent for line in segments(one))])]
    return "\r\n".join([*lines, f"UNZ+{len(sent)}+{reference}'"]).encode()
