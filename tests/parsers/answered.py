"""From bytes that a carrier sends to the answers it gets, as the service puts them together. Everybody in them is invented."""

from datetime import UTC, datetime

from parsers import read_manifests
from parsers.answers import write_answers
from parsers.subject import Judged

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

ONE = (
    "NAD+FL+++HOXHA:ARBEN",
    "ATT+2++M",
    "DTM+329:680223",
    "NAT+2+ALB",
    "RFF+AVF:ABC123",
    "RFF+ABO:900001",
    "DOC+P+BA1234567",
    "DTM+36:300101",
    "LOC+91+ALB",
)
"""Somebody of whom everything is known."""
OTHER = tuple(segment.replace("ARBEN", "DRITA").replace("900001", "900002").replace("BA1", "BA2") for segment in ONE)
SECTOR = ("TDT+20+OS849+++OS", "LOC+125+VIE", "DTM+189:2603011010:201", "LOC+87+TIA", "DTM+232:2603011145:201")


def without(tag: str, person: tuple[str, ...] = ONE) -> tuple[str, ...]:
    """A person without the segments that start like this."""
    return tuple(segment for segment in person if not segment.startswith(tag))


def request(
    *people: tuple[str, ...],
    bgm: str = "BGM+745",
    sectors: tuple[str, ...] = SECTOR,
    una: str = "",
    unb: str = "UNB+UNOA:4+OS:ZZ+ALAPIS:ZZ+260301:0900+REF1++IAPI",
    ung: str | None = "UNG+PAXLST+OS+ALAPIS+260301:0900+G1+UN+D:05B",
    unh: str = "UNH+M1+PAXLST:D:05B:UN:IATA+ACCESS1+01:F",
    unt: str | None = None,
    unz: str | None = "UNZ+1+REF1",
) -> bytes:
    """An interchange with one message, in the default separators."""
    body = [unh, bgm, "RFF+TN:0000100", *sectors, *(segment for one in people for segment in one)]
    trailer = unt or f"UNT+{len(body) + 1}+{unh.split('+')[1]}"
    group = [ung, *body, trailer, f"UNE+1+{ung.split('+')[5]}"] if ung else [*body, trailer]
    return (una + "".join(f"{segment}'" for segment in [unb, *group, *([unz] if unz else [])])).encode()


def judged(data: bytes, refused: frozenset[int] = frozenset()) -> list[Judged]:
    """The messages with the reader's own verdict; those numbered in `refused` are refused beside it."""
    return [
        Judged(message, message.manifest is not None and message.index not in refused, message.findings)
        for message in read_manifests(data)
    ]


def answers(data: bytes, refused: frozenset[int] = frozenset()) -> bytes:
    """Everything that is sent back."""
    return write_answers(judged(data, refused), NOW, "sub_test")


def lines(data: bytes) -> list[str]:
    """The segments of an answer in the default separators."""
    return data.decode().split("'")[:-1]


def parts(data: bytes) -> tuple[list[str], list[str]]:
    """The segments of the CONTRL interchange, and of what follows it."""
    segments = lines(data)
    end = next(number for number, segment in enumerate(segments) if segment.startswith("UNZ")) + 1
    return segments[:end], segments[end:]
