"""CUSRES: what is repeated from the request, who is said to have too little data, and that nothing more is ever said."""

import string

import pytest
from answered import NOW, ONE, OTHER, SECTOR, answers, judged, lines, parts, request, without
from hypothesis import given, settings
from hypothesis import strategies as st
from pydifact.segmentcollection import Interchange as PydifactInterchange

from parsers.cusres.reader import read_cusres
from parsers.cusres.response import Cusres, Result, ResultCode, Sector
from parsers.cusres.texts import TEXT_CHARACTERS_MAX, TEXT_PIECES_MAX, remark
from parsers.cusres.writer import cusres_segments, outgoing, results_max, split_results
from parsers.edifact.writer import Envelope, write_interchange
from schemas.finding_codes import FINDING_CODES

CLOSURE = ("NAD+ZZZ", "RFF+AVF:ABC123", "RFF+ABO:900001")


def cusres(data: bytes, refused: frozenset[int] = frozenset()) -> list[str]:
    _contrl, segments = parts(answers(data, refused))
    return segments


def results(data: bytes) -> list[Result]:
    return [result for read in read_cusres(answers(data)) for result in read.answer.results]


def test_an_answer_has_the_shape_of_the_published_ones() -> None:
    """Envelope swapped and repeated, RFF+TN, then RFF, DTM, LOC for the sector: as the published replies to such requests."""
    assert cusres(request(ONE, OTHER)) == [
        "UNB+UNOA:4+ALAPIS:ZZ+OS:ZZ+260301:0930+REF1++IAPI",
        "UNG+CUSRES+ALAPIS+OS+260301:0930+G1+UN+D:05B",
        "UNH+M1+CUSRES:D:05B:UN:IATA+ACCESS1+01:F",
        "BGM+962",
        "RFF+TN:0000100",
        "RFF+AF:OS849",
        "DTM+189:2603011010:201",
        "DTM+232:2603011145:201",
        "LOC+125+VIE",
        "LOC+87+TIA",
        "ERP+1",
        "ERC+0",
        "UNT+11+M1",
        "UNE+1+G1",
        "UNZ+1+REF1",
    ]


def test_every_sector_is_repeated_as_it_was_sent() -> None:
    first = ("TDT+20+os0849 +++OS", "LOC+92+FRA", "DTM+189: 2603010710:201", "LOC+92+VIE", "DTM+232:202603010900:203")
    segments = cusres(request(ONE, sectors=(*first, *SECTOR)))
    assert segments[5:15] == [
        "RFF+AF:os0849 ",
        "DTM+189: 2603010710:201",
        "DTM+232:202603010900:203",
        "LOC+92+FRA",
        "LOC+92+VIE",
        "RFF+AF:OS849",
        "DTM+189:2603011010:201",
        "DTM+232:2603011145:201",
        "LOC+125+VIE",
        "LOC+87+TIA",
    ]


def test_a_chain_of_ports_is_taken_apart_into_sectors() -> None:
    chain = (*SECTOR, "DTM+189:2603011300:201", "LOC+92+PRN", "DTM+232:2603011340:201")
    segments = cusres(request(ONE, sectors=chain))
    assert [segment for segment in segments if segment[:3] in {"RFF", "DTM", "LOC"}][1:] == [
        "RFF+AF:OS849",
        "DTM+189:2603011010:201",
        "DTM+232:2603011145:201",
        "LOC+125+VIE",
        "LOC+87+TIA",
        "RFF+AF:OS849",
        "DTM+189:2603011300:201",
        "DTM+232:2603011340:201",
        "LOC+87+TIA",
        "LOC+92+PRN",
    ]


@pytest.mark.parametrize(
    ("lacking", "named"),
    [
        ("DTM+329", "BIRTH DATE"),
        ("NAT", "NATIONALITY"),
        ("LOC+91", "ISSUING COUNTRY"),
        ("RFF+ABO", "PASSENGER REFERENCE"),
        ("RFF+AVF", "BOOKING REFERENCE"),
        ("DOC", "TRAVEL DOCUMENT"),
    ],
)
def test_who_has_too_little_data_is_told_and_nobody_else(lacking: str, named: str) -> None:
    message, person = results(request(OTHER, without(lacking)))
    assert (message.scope, message.codes) == ("1", ("0",))
    assert (person.scope, person.codes) == ("2", ("4Z",))
    assert named in "".join(person.texts)
    expected = [("AVF", "ABC123"), ("ABO", "900001")]
    assert list(person.references) == [pair for pair in expected if pair[0] not in lacking]
    assert "HOXHA" not in "".join(person.texts)


def test_references_are_repeated_exactly() -> None:
    person = without("NAT", tuple(one.replace("900001", "a?+b??c").replace("ABC123", "abc-é") for one in ONE))
    [_message, result] = results(request(person))
    assert result.references == (("AVF", "abc-é"), ("ABO", "a+b?c"))


def test_a_person_without_references_is_counted() -> None:
    nameless = without("RFF", without("NAT"))
    segments = cusres(request(ONE, nameless))
    assert "ERP+2:2" in segments


def test_a_batch_sender_needs_no_references_of_persons() -> None:
    batch = request(without("RFF"), unb="UNB+UNOA:4+OS+ALAPIS+260301:0900+REF1++APIS++1")
    assert [result.codes for result in results(batch)] == [("0",)]


@pytest.mark.parametrize(
    ("unb", "answered"),
    [
        ("UNB+UNOA:4+OS+ALAPIS+260301:0900+REF1++IAPI", True),
        ("UNB+UNOA:4+OS+ALAPIS+260301:0900+REF1++APIS++1", True),
        ("UNB+UNOA:4+OS+ALAPIS+260301:0900+REF1+++O", True),
        ("UNB+UNOA:4+OS+ALAPIS+260301:0900+REF1++APIS", False),
        ("UNB+UNOA:4+OS+ALAPIS+260301:0900+REF1", False),
    ],
)
def test_only_who_asks_gets_one(unb: str, answered: bool) -> None:
    assert bool(cusres(request(ONE, unb=unb))) is answered


def test_a_closure_gets_one_result_about_itself() -> None:
    assert [result[:2] for result in results(request(CLOSURE, bgm="BGM+266+CLOB"))] == [("1", ("0",))]
    lost = results(request(CLOSURE, ("NAD+ZZZ",), bgm="BGM+266+CLOB"))
    assert [(result.scope, result.codes, result.item) for result in lost] == [("1", ("0",), None), ("2", ("4Z",), "2")]


def test_a_refused_message_is_said_to_be_refused() -> None:
    segments = cusres(request(ONE, sectors=()))
    assert segments[4:7] == ["RFF+TN:0000100", "ERP+1", "ERC+1"]
    assert "NEITHER A DESIGNATOR NOR A PORT" in segments[7]


def test_an_answer_never_contradicts_the_contrl_before_it() -> None:
    truncated = request(ONE, unz=None)
    assert [result.codes for result in results(truncated)] == [("1",)]
    assert judged(truncated)[0].accepted


def test_missing_flight_data_concern_everybody() -> None:
    message, person = results(request(ONE, sectors=(SECTOR[0], "LOC+125+VIE", "LOC+87+TIA")))
    assert message.codes == ("0",)
    assert person.codes == ("4Z",)
    assert "DEPARTURE TIME" in "".join(person.texts)


def test_an_old_directory_has_room_for_99_results() -> None:
    people = [tuple(one.replace("900001", f"{number}") for one in without("NAT")) for number in range(1, 251)]
    read = [one.answer for one in read_cusres(answers(request(*people)))]
    assert [(one.part, one.mark, len(one.results)) for one in read] == [("01", "C", 99), ("02", "", 99), ("03", "F", 53)]
    assert {(one.message_reference, one.access_reference, one.transaction) for one in read} == {("M1", "ACCESS1", ("0000100",))}
    assert [dict(result.references)["ABO"] for one in read for result in one.results if result.references] == [
        str(number) for number in range(1, 251)
    ]
    wide = answers(request(*people, unh="UNH+M1+PAXLST:D:12B:UN:IATA"))
    assert [len(one.answer.results) for one in read_cusres(wide)] == [251]


@pytest.mark.parametrize(
    ("release", "room"),
    [("05B", 99), ("02B", 99), ("12A", 99), ("12B", 99_999), ("15b", 99_999), ("96B", 99), ("", 99), ("XXX", 99)],
)
def test_room_by_release(release: str, room: int) -> None:
    assert results_max(release) == room


def test_test_messages_are_answered_as_such() -> None:
    segments = cusres(request(ONE, unb="UNB+UNOA:4+OS+ALAPIS+260301:0900+REF1++IAPI++++1"))
    assert segments[0].endswith("++IAPI++++1")


def test_other_messages_get_no_result() -> None:
    assert cusres(request(ONE, ung=None, unh="UNH+M1+INVOIC:D:96A:UN")) == []


def test_two_messages_of_two_groups_are_answered_in_two_groups() -> None:
    one = request(ONE).decode().split("'")
    second = "'".join(one[1:-2]).replace("+G1", "+G2").replace("M1", "M2").replace("0000100", "0000101")
    data = "'".join([*one[:-2], second, "UNZ+2+REF1"]) + "'"
    read = list(read_cusres(answers(data.encode())))
    assert [(one.group.reference if one.group else None, one.answer.transaction) for one in read] == [
        ("G1", ("0000100",)),
        ("G2", ("0000101",)),
    ]
    assert cusres(data.encode())[-1] == "UNZ+2+REF1"


@pytest.mark.parametrize("una", ["UNA:*.? $", "UNA:(.? )", "UNA-+,! |", "UNA:+.?*'"])
def test_the_answer_has_the_separators_of_the_request(una: str) -> None:
    text = request(without("NAT"), OTHER).decode().translate(str.maketrans({"+": una[4], ":": una[3], "'": una[8]}))
    [read] = read_cusres(answers((una + text).encode()))
    assert read.answer.transaction == ("0000100",)
    assert [result.codes for result in read.answer.results] == [("0",), ("4Z",)]
    assert "NATIONALITY" in "".join(read.answer.results[1].texts)


@pytest.mark.filterwarnings("ignore::pydifact.exceptions.MissingImplementationWarning")
def test_pydifact_reads_it_too() -> None:
    data = "'".join(cusres(request(without("NAT"), ung=None))) + "'"
    interchange = PydifactInterchange.from_str(data)
    [message] = interchange.get_messages()
    assert interchange.control_reference == "REF1"
    assert [segment.tag for segment in message.segments][-5:] == ["ERP", "RFF", "RFF", "ERC", "FTX"]
    assert message.segments[-2].elements == ["4Z"]


def test_there_is_no_code_that_speaks_of_screening() -> None:
    assert {code.value for code in ResultCode} == {"0", "1", "4Z"}


@given(sentence=st.sampled_from([row.sentence for row in FINDING_CODES.values()]) | st.text(max_size=900))
def test_texts_fit_the_older_directories(sentence: str) -> None:
    pieces = remark(sentence)
    assert len(pieces) <= TEXT_PIECES_MAX
    assert all(0 < len(piece) <= TEXT_CHARACTERS_MAX for piece in pieces)
    assert set("".join(pieces)) <= set(string.ascii_uppercase + string.digits + " .,()/=-")


def test_a_reply_of_another_authority_is_read() -> None:
    """The shape of the published replies: no result about the message, one for each person, with directives and a text."""
    reply = (
        b"UNB+UNOA:4+AUTH+ZZ+260301:0930+REF9++IAPI'UNH+M9+CUSRES:D:05B:UN:IATA'BGM+132'RFF+TN:77'RFF+AF:ZZ12'"
        b"DTM+189:2603011010:201'LOC+125+VIE'LOC+87+TIA'ERP+2'RFF+AVF:AAA'RFF+ABO:1'ERC+1Z'FTX+AAP+++CALL US, please'"
        b"ERP+2'RFF+ABO:2'ERC+0Z'UNT+15+M9'UNZ+1+REF9'"
    )
    [read] = read_cusres(reply)
    assert read.answer.document_code == "132"
    assert read.answer.results == (
        Result("2", ("1Z",), (("AVF", "AAA"), ("ABO", "1")), ("CALL US, please",)),
        Result("2", ("0Z",), (("ABO", "2"),)),
    )
    assert list(read_cusres(b"ERP+1")) == []


_data = st.text(st.sampled_from("ABC019 +:'?*abcé-."), min_size=1, max_size=12).filter(lambda text: text == text.strip())
_sectors = st.builds(
    Sector,
    _data,
    st.lists(st.tuples(st.sampled_from(["189", "232"]), _data, st.just("201")), max_size=2).map(tuple),
    st.lists(st.tuples(st.sampled_from(["125", "87", "92"]), _data), max_size=2).map(tuple),
)
_results = st.builds(
    Result,
    st.sampled_from(["1", "2"]),
    st.lists(_data, max_size=2).map(tuple),
    st.lists(st.tuples(st.sampled_from(["AVF", "ABO"]), _data), max_size=3).map(tuple),
    st.lists(_data, max_size=3).map(tuple),
    st.none() | _data,
)
_answers = st.builds(
    Cusres,
    _data,
    type=st.just(("CUSRES", "D", "05B", "UN", "IATA")),
    access_reference=_data,
    part=st.just("01"),
    mark=st.sampled_from(["C", "F", ""]),
    document_code=st.sampled_from(["962", "132", "312"]),
    transaction=st.none() | st.lists(_data, min_size=1, max_size=4).map(tuple),
    sectors=st.lists(_sectors, max_size=3).map(tuple),
    results=st.lists(_results, max_size=4).map(tuple),
)


@settings(max_examples=150)
@given(answer=_answers)
def test_what_is_written_is_read_back(answer: Cusres) -> None:
    envelope = Envelope("A", "B", NOW, "1", syntax="UNOC", folded=False)
    [read] = read_cusres(write_interchange(envelope, [outgoing(answer)]))
    assert read.answer == answer


@given(count=st.integers(0, 400))
def test_splitting_loses_nobody(count: int) -> None:
    results = tuple(Result("2", ("4Z",), (("ABO", str(number)),)) for number in range(count))
    whole = split_results(Cusres("M1", results=results))
    assert tuple(result for one in whole for result in one.results) == results
    assert [one.mark for one in whole].count("F") == 1
    assert all(sum(segment[0] == "ERP" for segment in cusres_segments(one)) <= 99 for one in whole)


@settings(max_examples=100)
@given(cut=st.integers(0, 700), flip=st.integers(0, 255), at=st.integers(0, 700))
def test_whatever_comes_every_answer_can_be_read_and_repeats_no_name(cut: int, flip: int, at: int) -> None:
    data = bytearray(request(ONE, without("NAT", OTHER))[: cut or None])
    if at < len(data):
        data[at] = flip
    got = answers(bytes(data))
    assert got == answers(bytes(data))
    for read in read_cusres(got):
        assert {code for result in read.answer.results for code in result.codes} <= {"0", "1", "4Z"}
        assert read.answer.results[0].scope == "1"
        assert not any("HOXHA" in text for result in read.answer.results for text in result.texts)
    assert lines(got) or not got
