"""CONTRL: what is acknowledged, what is rejected, at which level, and where the error is said to be."""

import re

import pytest
from answered import NOW, ONE, OTHER, SECTOR, answers, judged, lines, parts, request
from hypothesis import given, settings
from hypothesis import strategies as st
from pydifact.segmentcollection import Interchange as PydifactInterchange

from parsers.contrl.error_codes import ERROR_CODES, SERVICE_TAGS, Level
from parsers.contrl.judge import contrl_of
from parsers.contrl.reader import read_contrl
from parsers.contrl.report import Action, Place
from parsers.contrl.writer import contrl_segments, write_contrl
from parsers.subject import Judged, subjects_of
from schemas.finding import Location
from schemas.finding_codes import FINDING_CODES, finding

PLAIN = "UNB+UNOA:4+OS:ZZ+ALAPIS:ZZ+260301:0900+REF1++APIS"
"""A batch sender, that wants no CUSRES."""


def contrl(data: bytes, refused: frozenset[int] = frozenset()) -> list[str]:
    """UCI to the last before UNT."""
    segments, _rest = parts(answers(data, refused))
    return segments[2:-2]


def test_a_good_interchange_is_acknowledged_at_every_level() -> None:
    segments, rest = parts(answers(request(ONE, unb=PLAIN)))
    reference = segments[0].split("+")[5]
    assert re.fullmatch(r"[A-Z0-9]{14}", reference)
    assert segments == [
        f"UNB+UNOA:4+ALAPIS:ZZ+OS:ZZ+260301:0930+{reference}++APIS",
        "UNH+1+CONTRL:4:1:UN",
        "UCI+REF1+OS:ZZ+ALAPIS:ZZ+7",
        "UCF+G1+OS+ALAPIS+7",
        "UCM+M1+PAXLST:D:05B:UN:IATA+7",
        "UNT+5+1",
        f"UNZ+1+{reference}",
    ]
    assert rest == []


def test_messages_without_a_group_stand_below_the_interchange() -> None:
    assert contrl(request(ONE, unb=PLAIN, ung=None)) == ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCM+M1+PAXLST:D:05B:UN:IATA+7"]


@pytest.mark.parametrize(
    ("version", "kind"),
    [("1", "CONTRL:2:2:UN"), ("2", "CONTRL:2:2:UN"), ("3", "CONTRL:D:3:UN"), ("4", "CONTRL:4:1:UN"), ("9", "CONTRL:4:1:UN")],
)
def test_the_message_type_follows_the_syntax_version(version: str, kind: str) -> None:
    segments, _rest = parts(answers(request(ONE, unb=PLAIN.replace("UNOA:4", f"UNOA:{version}"))))
    assert segments[1] == f"UNH+1+{kind}"
    assert segments[0].startswith(f"UNB+UNOA:{version if version != '9' else '4'}+")


def test_test_indicator_and_long_dates_are_those_of_the_request() -> None:
    unb = "UNB+UNOC:4+OS+ALAPIS+20260301:0900+REF1++APIS++++1"
    segments, _rest = parts(answers(request(ONE, unb=unb)))
    assert segments[0].startswith("UNB+UNOC:4+ALAPIS+OS+20260301:0930+")
    assert segments[0].endswith("++APIS++++1")


# (what is wrong, UCI and what follows)
FAULTS = {
    "no UNZ": (request(ONE, unb=PLAIN, unz=None), ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+4+13+UNZ"]),
    "UNZ reference": (
        request(ONE, unb=PLAIN, unz="UNZ+1+OTHER"),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7+28+UNZ+3", "UCF+G1+OS+ALAPIS+7", "UCM+M1+PAXLST:D:05B:UN:IATA+7"],
    ),
    "UNZ count": (
        request(ONE, unb=PLAIN, unz="UNZ+7+REF1"),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7+29+UNZ+2", "UCF+G1+OS+ALAPIS+7", "UCM+M1+PAXLST:D:05B:UN:IATA+7"],
    ),
    "UNE reference": (
        request(ONE, unb=PLAIN).replace(b"UNE+1+G1", b"UNE+1+G2"),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCF+G1+OS+ALAPIS+7+28+UNE+3", "UCM+M1+PAXLST:D:05B:UN:IATA+7"],
    ),
    "UNT count": (
        request(ONE, unb=PLAIN, unt="UNT+99+M1"),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCF+G1+OS+ALAPIS+7", "UCM+M1+PAXLST:D:05B:UN:IATA+7+29+UNT+2"],
    ),
    "UNT reference": (
        request(ONE, unb=PLAIN, unt="UNT+18+M2"),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCF+G1+OS+ALAPIS+7", "UCM+M1+PAXLST:D:05B:UN:IATA+4+28+UNT+3"],
    ),
    "type": (
        request(ONE, unb=PLAIN, ung=None, unh="UNH+M1+INVOIC:D:96A:UN"),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCM+M1+INVOIC:D:96A:UN+4+17+UNH+3:1"],
    ),
    "unknown segment": (
        request(ONE, unb=PLAIN, ung=None, sectors=(*SECTOR, "XYZ+1")),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCM+M1+PAXLST:D:05B:UN:IATA+7", "UCS+9+15"],
    ),
    "unknown function": (
        request(ONE, unb=PLAIN, ung=None, bgm="BGM+745+QQ"),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCM+M1+PAXLST:D:05B:UN:IATA+7", "UCS+2", "UCD+12+2:1"],
    ),
    "no flight": (
        request(ONE, unb=PLAIN, ung=None, sectors=()),
        ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCM+M1+PAXLST:D:05B:UN:IATA+4", "UCS+1+13"],
    ),
    "no message": (f"{PLAIN}'UNZ+0+REF1'".encode(), ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+4+32"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_located_at_its_level(fault: str) -> None:
    data, expected = FAULTS[fault]
    assert contrl(data) == expected


def test_a_message_the_service_refused_is_never_acknowledged() -> None:
    data = request(ONE, unb=PLAIN, ung=None)
    assert contrl(data, frozenset({0}))[1] == "UCM+M1+PAXLST:D:05B:UN:IATA+4+18"
    [item] = judged(data)
    late = Judged(item.message, False, (*item.findings, finding("flight_departed", hours=96)))
    [subject] = subjects_of([late])
    report = contrl_of(subject)
    assert report is not None
    assert report.messages[0].status[:2] == (Action.REJECTED, "24")


def test_people_with_too_little_data_are_no_matter_of_syntax() -> None:
    bare = ("NAD+FL+++HOXHA:ARBEN",)
    assert contrl(request(bare, unb=PLAIN, ung=None)) == ["UCI+REF1+OS:ZZ+ALAPIS:ZZ+7", "UCM+M1+PAXLST:D:05B:UN:IATA+7"]


def test_a_contrl_is_never_answered() -> None:
    first = answers(request(ONE, unb=PLAIN))
    assert answers(first) == b""


def test_nothing_is_answered_to_what_is_no_interchange() -> None:
    assert answers(b"hello") == b""
    assert answers(b"") == b""


def test_every_interchange_of_a_body_is_answered_with_a_reference_of_its_own() -> None:
    data = request(ONE, unb=PLAIN) + request(OTHER, unb=PLAIN.replace("REF1", "REF2"), unz="UNZ+1+REF2")
    read = list(read_contrl(answers(data)))
    assert [one.report.reference for one in read] == ["REF1", "REF2"]
    own = [one.header.control_reference for one in read if one.header is not None]
    assert len(set(own)) == 2


def test_groups_written_alike_are_two_groups() -> None:
    one = request(ONE, unb=PLAIN).split(b"'")
    group = b"'".join(one[1:-2]) + b"'"
    data = one[0] + b"'" + group + group.replace(b"ARBEN", b"DRITA") + b"UNZ+2+REF1'"
    [read] = read_contrl(answers(data))
    assert [(group.reference, len(group.messages)) for group in read.report.groups] == [("G1", 1), ("G1", 1)]


@pytest.mark.parametrize("una", ["UNA:*.? $", "UNA:(.? )", "UNA-+,! |", "UNA:+.?*'"])
def test_the_answer_has_the_separators_of_the_request(una: str) -> None:
    table = {"+": una[4], ":": una[3], "'": una[8]}
    text = request(ONE, OTHER).decode().translate(str.maketrans(table))
    got = answers((una + text).encode())
    assert got.startswith(una[:5].encode())
    [read] = read_contrl(got)
    assert read.header is not None
    assert read.header.delimiters.element == una[4].encode()
    assert read.report.sender == ("OS", "ZZ")
    assert read.report.status.action is Action.ACKNOWLEDGED


def test_addresses_with_separators_in_them_are_repeated() -> None:
    [read] = read_contrl(answers(request(ONE, unb="UNB+UNOA:4+O?+S?:1:ZZ+al??apis+260301:0900+R?'1", unz="UNZ+1+R?'1")))
    assert read.report.sender == ("O+S:1", "ZZ")
    assert read.report.recipient == ("al?apis",)
    assert read.report.reference == "R'1"


def test_separators_that_una_could_not_declare_are_not_repeated() -> None:
    """Found by mutation: a DEL behind UNB was taken for the element separator, and our answer could not be read."""
    [read] = read_contrl(answers(request(ONE, unb=PLAIN.replace("UNB+", "UNB\x7f"))))
    assert read.header is not None
    assert read.header.delimiters.element == b"+"
    assert read.report.reference == "0"


def test_a_rejection_names_its_cause_and_not_what_did_no_harm() -> None:
    segments = contrl(request(ONE, unb=PLAIN, ung=None, sectors=(), unt="UNT+99+M1"))
    assert segments[1:] == ["UCM+M1+PAXLST:D:05B:UN:IATA+4", "UCS+1+13"]
    assert contrl(request(ONE, unb=PLAIN, ung=None, unt="UNT+99+M1"), frozenset({0}))[1].endswith("+4+18")


def test_a_missing_unb_is_said_and_nothing_else_is_claimed() -> None:
    data = request(ONE, ung=None).split(b"'", 1)[1]
    assert contrl(data)[0] == "UCI+0+++4+13+UNB"


@pytest.mark.filterwarnings("ignore::pydifact.exceptions.MissingImplementationWarning")
def test_pydifact_reads_it_too() -> None:
    data, _expected = FAULTS["unknown function"]
    interchange = PydifactInterchange.from_str(answers(data).decode())
    [message] = interchange.get_messages()
    assert [segment.tag for segment in message.segments] == ["UCI", "UCM", "UCS", "UCD"]
    assert message.segments[3].elements == ["12", ["2", "1"]]
    assert interchange.control_reference


def test_the_table_names_findings_that_exist_and_segments_that_may_be_named() -> None:
    assert set(ERROR_CODES) <= set(FINDING_CODES)
    assert all(row.tag is None or row.tag in SERVICE_TAGS for row in ERROR_CODES.values())
    assert all(row.error.isdecimal() for row in ERROR_CODES.values())
    assert {row.level for row in ERROR_CODES.values()} == set(Level)


_locations = st.builds(
    Location,
    offset=st.just(0),
    segment=st.none() | st.integers(1, 5),
    tag=st.sampled_from(["UNT", "BGM", "NAD", "UNH"]),
    element=st.none() | st.integers(1, 4),
    component=st.none() | st.integers(1, 4),
)


@settings(max_examples=200)
@given(found=st.lists(st.tuples(st.sampled_from(sorted(FINDING_CODES)), _locations), max_size=8), accepted=st.booleans())
def test_whatever_was_found_the_report_can_be_read_back_and_does_not_contradict_the_verdict(
    found: list[tuple[str, Location]], accepted: bool
) -> None:
    [item] = judged(request(ONE, ung=None))
    findings = tuple(finding(code, location) for code, location in found)
    [subject] = subjects_of([Judged(item.message, accepted, findings)])
    report = contrl_of(subject)
    assert report is not None
    data = write_contrl(report, subject.header, NOW, "REPLY1")
    [read] = read_contrl(data)
    assert read.report == report
    rejected = report.status.action is Action.REJECTED or report.messages[0].status.action is Action.REJECTED
    assert rejected or accepted
    if not any(ERROR_CODES[code].rejects for code, _location in found if code in ERROR_CODES):
        assert rejected is not accepted
    for message in report.messages:
        assert list(message.segments) == sorted(message.segments, key=lambda one: one.segment)
        assert message.status.place is None or isinstance(message.status.place, Place)
    assert len(list(contrl_segments(report))) == len(lines(data)) - 4
