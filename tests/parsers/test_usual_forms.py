"""The quick way through a person's segments says what the general way says, whatever the segments look like."""

from dataclasses import dataclass
from typing import Any

import pytest
from edifact_text import PERSON, passenger_list, person, with_separators
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import ReadMessage, read_manifests
from parsers.paxlst.person import People

FULL = (
    "NAD+FL+++HOXHA:ARBEN ILIR",
    "ATT+2++M",
    "DTM+329:680223",
    "MEA+CT++:2",
    "GEI+4+173",
    "LOC+178+VIE",
    "LOC+179+TIA",
    "NAT+2+ALB",
    "RFF+AVF:ABC123",
    "RFF+ABO:P1",
    "RFF+SEA:12C",
    "RFF+CR:KM77",
    "DOC+P:110:111+BA1234567",
    "DTM+36:300101",
    "LOC+91+ALB",
    "DOC+V+88x1",
    "DTM+36:240101",
)
SEEDS = (
    passenger_list(FULL, person(1), ("NAD+FM+++SHEHU-GJIKA:PETR", *FULL[1:9], "RFF+AVF:SECOND", *FULL[10:])),
    with_separators("UNA:+.?*'", passenger_list(PERSON, FULL)),
    with_separators("UNA:(.) -", passenger_list(PERSON, person(2), FULL[:-2])),
    passenger_list(FULL, PERSON).replace(b"UNOA", b"UNOC"),
)
PIECES = (
    b"'",
    b"+",
    b":",
    b"?",
    b"*",
    b" ",
    b"-",
    b"<",
    b"/",
    b"\xc9",
    b"\xc3\x89",
    b"a",
    b"0",
    b"\r\n",
    b"MR",
    b" DR",
    b"FNU",
)
PIECES += (
    b"DTM+329:290229'",
    b"DTM+329:26'",
    b"DTM+36:260301'",
    b"RFF+AVF:'",
    b"DOC+'",
    b"LOC+91+ALB'",
    b"NAD+FL+++ANNA:HOXHA'",
)


@dataclass
class NoUsualForms:
    """Declines everything, so that all is read the general way."""

    steps: dict[str, Any]

    def open(self, index: int, text: str) -> None:
        """Never the usual form."""

    def document(self, draft: object, index: int, text: str) -> bool:
        return False


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(150, len(data)))
        match draw(st.integers(0, 3)):
            case 0 | 1:
                data[at:at] = draw(st.sampled_from(PIECES))
            case 2:
                del data[at : at + draw(st.integers(1, 4))]
            case _:
                segments = bytes(data).split(b"'")
                chosen = draw(st.integers(0, len(segments) - 1))
                segments.insert(draw(st.integers(0, len(segments))), segments[chosen])
                data = bytearray(b"'".join(segments))
    return bytes(data)


def read_the_general_way(data: bytes) -> list[ReadMessage]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parsers.paxlst.person.usual_forms", lambda *_: NoUsualForms({}))
        patch.setattr("parsers.paxlst.person.People._remember", lambda *_: None)
        return list(read_manifests(data))


@given(mutated())
@settings(max_examples=200, deadline=None)
def test_the_quick_way_and_the_general_way_agree(data: bytes) -> None:
    assert list(read_manifests(data)) == read_the_general_way(data)


def test_the_quick_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    taken_apart: list[str] = []
    general = People.read
    monkeypatch.setattr(People, "read", lambda self, index, text: (taken_apart.append(text), general(self, index, text))[1])
    read_passengers = [("NAD+FL+++SHEHU:ILIR", *FULL[1:-2]) for _ in range(20)]
    (message,) = read_manifests(passenger_list(*read_passengers))
    assert message.manifest is not None
    assert len(message.manifest.travellers) == 20
    assert len(taken_apart) == len({text[:7] for text in taken_apart}) <= 8
