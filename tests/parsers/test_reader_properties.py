"""What must hold for any input: nothing raises, nothing is silent, chunks do not matter, work is linear, nobody is lost."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from edifact_text import FLIGHT, PERSON, interchange, passenger_list, person, with_separators
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import ManifestReader, ReadMessage, read_manifests
from parsers.edifact.envelope import SEGMENTS_PER_MESSAGE_MAX
from parsers.edifact.segment import SEGMENT_BYTES_MAX
from schemas.manifest import Manifest

SEEDS = (
    passenger_list(PERSON, person(1)),
    passenger_list(("NAD+FL+++O?'N??:A?+B", *PERSON[1:]), PERSON).replace(b"'", b"'\r\n"),
    passenger_list(PERSON)[:300] + passenger_list(PERSON),
    with_separators("UNA:(.) -") + b"\r\nfooter\r\n" + passenger_list(PERSON)[9:],
)
TOKENS = (b"UNA:+.? '", b"UNB+", b"UNZ+1+1'", b"'", b"?", b"??'", b"?'", b"+", b":", b"\r\n", b"UN", b"UNA", b"UNH+1+PAXLST:D'")
TOKENS += (
    b"UNT+1+1'",
    b"\x00",
    b"\xff",
    b"\xc3\xa9",
    b"NAD+FL+++A:B'",
    b"UNG+PAXLST+'",
    b"UNE+1+1'",
    b"*",
    b" ",
    b"\t",
    b"UNB!",
)


def read_in_chunks(data: bytes, cuts: list[int]) -> list[ReadMessage]:
    reader, messages, begin = ManifestReader("sub_test"), [], 0
    for end in [*sorted(cut for cut in cuts if cut <= len(data)), len(data)]:
        messages += reader.feed(data[begin:end])
        begin = end
    return messages + reader.close()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(data)))
        match draw(st.integers(0, 3)):
            case 0:
                data[at:at] = draw(st.sampled_from(TOKENS)) * draw(st.integers(1, 20))
            case 1:
                del data[at : at + draw(st.integers(1, 60))]
            case 2:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case _:
                del data[at:]
    return bytes(data)


@given(mutated(), st.lists(st.integers(0, 700), max_size=8))
@settings(max_examples=150, deadline=None)
def test_chunks_do_not_matter(data: bytes, cuts: list[int]) -> None:
    assert read_in_chunks(data, cuts) == read_in_chunks(data, [])


@given(mutated())
@settings(max_examples=15, deadline=None)
def test_byte_by_byte_is_the_same(data: bytes) -> None:
    assert read_in_chunks(data, list(range(1, len(data)))) == read_in_chunks(data, [])


ONCE_WRONG = {
    "a control byte inside UNZ": SEEDS[0].replace(b"UNZ", b"UN\x00Z") + SEEDS[0],
    "a small letter in UNZ": SEEDS[0].replace(b"UNZ", b"UNz") + SEEDS[0],
    "a released terminator before a line break": SEEDS[0].replace(b"HOXHA", b"HOX?'\r\nHA"),
    "empty segments outside a message": SEEDS[0].replace(b"UNH+M1+PAXLST:D:12B:UN:IATA'", b"' ''"),
    "UNB with a separator that is no ASCII": b"UNB\xa3UNOA:4\xa3A\xa3B'UNH\xa31\xa3PAXLST'" + SEEDS[0],
    "UNT cut in its reference": SEEDS[0][: SEEDS[0].index(b"+M1'UNZ") + 2],
    "a character set declared in the same chunk": SEEDS[0].replace(b"UNOA", b"UNOC").replace(b"HOXHA", b"H\xd6XHA"),
}


@pytest.mark.parametrize("data", ONCE_WRONG.values(), ids=ONCE_WRONG.keys())
def test_what_went_wrong_once_stays_right(data: bytes) -> None:
    whole = read_in_chunks(data, [])
    assert any(message.manifest is not None for message in whole)
    for step in (1, 7, 64):
        assert read_in_chunks(data, list(range(step, len(data), step))) == whole


@given(st.one_of(st.binary(max_size=400), mutated()))
@settings(max_examples=150, deadline=None)
def test_nothing_raises_and_nothing_is_silent(data: bytes) -> None:
    messages = list(read_manifests(data))
    assert messages
    assert [message.index for message in messages] == list(range(len(messages)))
    for message in messages:
        assert message.manifest is not None or message.findings
        for one in message.findings:
            assert one.location.offset is None or 0 <= one.location.offset <= len(data)
        if message.manifest is not None:
            assert Manifest.model_validate_json(message.manifest.model_dump_json()) == message.manifest
            assert message.manifest.findings == message.findings


def test_truncated_at_every_byte_no_complete_traveller_is_lost() -> None:
    people = [PERSON, person(1), person(2)]
    data = passenger_list(*people)
    (whole,) = read_manifests(data)
    assert whole.manifest is not None
    ends = [data.index(b"".join(f"{segment}'".encode() for segment in one)) + sum(len(s) + 1 for s in one) for one in people]
    for cut in range(len(data)):
        messages = list(read_manifests(data[:cut]))
        assert messages
        complete = sum(1 for end in ends if end <= cut)
        found = messages[0].manifest.travellers if messages[0].manifest else ()
        assert found[:complete] == whole.manifest.travellers[:complete]
        assert len(found) <= complete + 1
        assert messages[0].findings, cut


LETTERS = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ'+:?*"), min_size=1, max_size=12)


def released(text: str) -> str:
    return "".join(f"?{letter}" if letter in "'+:?" else letter for letter in text)


@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_traveller_is_lost_or_invented(names: list[tuple[str, str]]) -> None:
    groups = [
        (f"NAD+FL+++{released(first)}:{released(last)}", f"RFF+SEA:{n}", f"DOC+P+N{n}") for n, (first, last) in enumerate(names)
    ]
    (message,) = read_manifests(passenger_list(*groups))
    assert message.manifest is not None
    travellers = message.manifest.travellers
    assert [traveller.references.seat for traveller in travellers] == [str(n) for n in range(len(names))]
    assert [traveller.documents[0].number for traveller in travellers] == [f"N{n}" for n in range(len(names))]
    sent = [(one.raw.get("surname", one.surname), one.raw.get("given_names", one.given_names)) for one in travellers]
    assert sent == names
    assert len({traveller.traveller_id for traveller in travellers}) == len(names)


def count_calls(work: Callable[[], Any]) -> int:
    calls = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


REGIME = 1.5
"""Eight times the input may cost a little more than eight times the work, where a limit makes the reader look twice."""

HOSTILE: dict[str, Callable[[int], bytes]] = {
    "people": lambda n: passenger_list(*(person(k % 90) for k in range(n))),
    "the same person": lambda n: passenger_list(*([("NAD+FL+++A:B",)] * n)),
    "terminators": lambda n: SEEDS[0][:100] + b"'" * 50 * n,
    "releases": lambda n: SEEDS[0][:100] + b"?'" * 50 * n,
    "release run": lambda n: SEEDS[0][:100] + b"?" * 50 * n,
    "ends": lambda n: SEEDS[0][:100] + b"'UNZ+1+1" * 20 * n,
    "starts": lambda n: b"UNA" * 50 * n + b"UNB!" * 50 * n,
    "tiny interchanges": lambda n: b"UNB+UNOA:4+A+B+1:1+R'UNZ+0+R'" * 5 * n,
    "headers": lambda n: SEEDS[0][:60] + b"UNH+1+PAXLST'" * 5 * n,
    "elements": lambda n: SEEDS[0][:200] + (b"FTX+" + b"+" * 200 + b"'") * n,
    "components": lambda n: SEEDS[0][:200] + (b"FTX+BAG+++" + b":" * 200 + b"'") * n,
    "repetitions": lambda n: passenger_list(*([("NAD+FL+++A:B", "ATT+2++F" + "*M" * 50)] * n)).replace(b".? '", b".?*'", 1),
    "bookings": lambda n: passenger_list(("NAD+FL+++A:B", *(f"RFF+AVF:X{k}" for k in range(5 * n)))),
    "references of one kind": lambda n: passenger_list(("NAD+FL+++A:B", *(f"RFF+SEA:{k}A" for k in range(5 * n)))),
    "documents": lambda n: passenger_list(("NAD+FL+++A:B", *(f"DOC+P+X{k}" for k in range(5 * n)))),
    "birth dates": lambda n: passenger_list(("NAD+FL+++A:B", *(f"DTM+329:{60 + k % 2}0101" for k in range(5 * n)))),
    "damaged names": lambda n: passenger_list(*([("NAQ+FL+++A:B",)] * n)),
    "unknown segments": lambda n: passenger_list(("NAD+FL+++A:B", *(f"QQQ+{k}" for k in range(5 * n)))),
    "legs": lambda n: passenger_list(PERSON, flight=("TDT+20+OS849", *(["LOC+92+VIE", "LOC+92+TIA"] * 5 * n))),
    "bag tags": lambda n: passenger_list(*([("NAD+FL+++A:B", "FTX+BAG+++" + ":".join(["A1:999"] * 9))] * n)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_work_is_linear(name: str) -> None:
    list(read_manifests(SEEDS[0]))
    small, large = (count_calls(lambda size=size: list(read_manifests(HOSTILE[name](size)))) for size in (100, 800))
    assert large <= 8 * small * REGIME


@pytest.mark.parametrize("name", ["people", "releases", "release run", "starts", "tiny interchanges"])
def test_work_is_linear_in_small_chunks(name: str) -> None:
    def read(size: int) -> None:
        data = HOSTILE[name](size)
        read_in_chunks(data, list(range(0, len(data), 3)))

    small, large = (count_calls(lambda size=size: read(size)) for size in (10, 80))
    assert large <= 8 * small * REGIME + 2_000


def test_a_segment_that_never_ends_costs_only_itself() -> None:
    flood = "FTX+AAA+++" + "X" * (SEGMENT_BYTES_MAX + 5)
    data = interchange("BGM+745", *FLIGHT, *PERSON, flood, *person(1))
    for cuts in ([], list(range(0, len(data), 1_000))):
        (message,) = read_in_chunks(data, cuts)
        assert message.manifest is not None
        assert [one.surname for one in message.manifest.travellers] == ["HOXHA", "TESTI1"]
        (found,) = message.findings
        assert (found.code, found.location.offset, found.location.segment) == ("segment_too_long", data.index(b"FTX"), 16)


def test_too_many_segments_keep_what_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SEGMENTS_PER_MESSAGE_MAX > 14 * 5_000
    monkeypatch.setattr("parsers.edifact.envelope.SEGMENTS_PER_MESSAGE_MAX", 15)
    (message,) = read_manifests(passenger_list(PERSON, person(1)))
    assert message.manifest is not None
    assert [one.surname for one in message.manifest.travellers] == ["HOXHA"]
    assert "message_too_long" in {one.code for one in message.findings}
