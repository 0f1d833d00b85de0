"""The bytes a carrier would send, checked piece by piece and by an independent EDIFACT reader."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydifact.segmentcollection import RawSegmentCollection

from parsers.edifact.writer import Envelope, OutgoingMessage, Separators, escape, fold, write_interchange
from parsers.paxlst.writer import (
    DOCUMENT_CODES,
    WriteOptions,
    split_parts,
    tag_runs,
    write_paxlst,
    write_paxlst_interchange,
)
from schemas.flight import Flight, Leg, flight_key
from schemas.manifest import Function, Manifest, Message, ReportingParty
from schemas.travel_document import TravelDocument
from schemas.traveller import Address, Bags, Contact, References, Sex, Traveller, TravellerKind

DEPARTURE = datetime(2026, 3, 1, 18, 5, tzinfo=UTC)
ARRIVAL = datetime(2026, 3, 1, 20, 40, tzinfo=UTC)


def flight(*legs: Leg) -> Flight:
    chosen = legs or (
        Leg(
            departure_port="AMS",
            arrival_port="TIA",
            scheduled_departure=DEPARTURE,
            scheduled_arrival=ARRIVAL,
            crosses_border=True,
        ),
    )
    return Flight(
        flight_key=flight_key("OR", "260", None, "AMS", "2026-03-01"),
        carrier="OR",
        number="260",
        designator="OR260",
        departure_port="AMS",
        arrival_port="TIA",
        legs=chosen,
    )


def traveller(**fields: Any) -> Traveller:
    plain: dict[str, Any] = {
        "traveller_id": "t",
        "surname": "HOXHA",
        "given_names": "ARBEN",
        "sex": Sex.MALE,
        "birth_date": "1968-02-23",
        "nationality": "ALB",
    }
    return Traveller.model_validate(plain | fields)


def manifest(*travellers: Traveller, **fields: Any) -> Manifest:
    plain: dict[str, Any] = {
        "manifest_id": "m",
        "message": Message(
            directory="D:12B",
            agency="UN",
            association="IATA",
            reference="PAX001",
            access_reference="OR260/1",
            part=1,
            last_part=True,
        ),
        "function": Function.PASSENGER_LIST,
        "sender": "ORAPIS:ZZ",
        "recipient": "ALAPIS",
        "prepared_at": datetime(2026, 3, 1, 17, 0, tzinfo=UTC),
        "flight": flight(),
        "travellers": travellers or (traveller(),),
        "declared_travellers": 150,
    }
    return Manifest.model_validate(plain | fields)


def lines(data: bytes) -> list[str]:
    return data.decode().split("'")[:-1]


def body(data: bytes) -> list[str]:
    """Segments between UNH and UNT, as text."""
    text = lines(data)
    return text[next(i for i, line in enumerate(text) if line.startswith("UNH")) + 1 : -3]


def test_the_envelope_of_one_message() -> None:
    text = lines(write_paxlst(manifest(), WriteOptions(control_reference="2603010001", group_reference="7")))
    assert write_paxlst(manifest()).startswith(
        b"UNA:+.? 'UNB+UNOA:4+ORAPIS:ZZ+ALAPIS+260301:1700+1++APIS'UNG+PAXLST+ORAPIS:ZZ+ALAPIS+"
    )
    assert text[2] == "UNG+PAXLST+ORAPIS:ZZ+ALAPIS+260301:1700+7+UN+D:12B"
    assert text[3] == "UNH+PAX001+PAXLST:D:12B:UN:IATA+OR260/1+01:F"
    assert text[-2:] == ["UNE+1+7", "UNZ+1+2603010001"]


def test_the_segment_count_includes_header_and_trailer() -> None:
    text = lines(write_paxlst(manifest()))
    start = next(i for i, line in enumerate(text) if line.startswith("UNH"))
    trailer = next(i for i, line in enumerate(text) if line.startswith("UNT"))
    assert text[trailer] == f"UNT+{trailer - start + 1}+PAX001"


def test_times_are_the_wall_clock_of_the_port() -> None:
    written = body(write_paxlst(manifest()))
    assert written[1:6] == [
        "TDT+20+OR260+++OR",
        "LOC+125+AMS",
        "DTM+189:2603011905:201",
        "LOC+87+TIA",
        "DTM+232:2603012140:201",
    ]


def test_a_wall_clock_as_sent_wins_over_the_instant() -> None:
    leg = Leg(departure_port="XQX", arrival_port="TIA", departure_local="2026-03-01T09:15", scheduled_arrival=ARRIVAL)
    assert "DTM+189:2603010915:201" in body(write_paxlst(manifest(flight=flight(leg))))


TWO_LEGS = (
    Leg(
        departure_port="IST",
        arrival_port="SKP",
        departure_local="2026-03-01T08:00",
        arrival_local="2026-03-01T07:30",
        crosses_border=True,
    ),
    Leg(departure_port="SKP", arrival_port="OHD", departure_local="2026-03-01T08:20", arrival_local="2026-03-01T09:00"),
)


def test_each_leg_has_its_transport_segment() -> None:
    written = body(write_paxlst(manifest(flight=flight(*TWO_LEGS))))
    assert [line for line in written if line[:3] in {"TDT", "LOC"}] == [
        "TDT+20+OR260+++OR",
        "LOC+125+IST",
        "LOC+87+SKP",
        "TDT+20+OR260+++OR",
        "LOC+92+SKP",
        "LOC+92+OHD",
    ]


def test_chained_legs_share_one_transport_segment() -> None:
    written = body(write_paxlst(manifest(flight=flight(*TWO_LEGS)), WriteOptions(chained_legs=True)))
    assert written[1:9] == [
        "TDT+20+OR260+++OR",
        "LOC+125+IST",
        "DTM+189:2603010800:201",
        "LOC+87+SKP",
        "DTM+232:2603010730:201",
        "DTM+189:2603010820:201",
        "LOC+92+OHD",
        "DTM+232:2603010900:201",
    ]


def test_everything_about_a_person_is_written_in_directory_order() -> None:
    person = traveller(
        given_names="ARBEN ILIR",
        title="MR",
        address=Address(street="RRUGA E DURRESIT 7", city="TIRANE", postcode="1001", country="ALB"),
        birth_place="SHKODER",
        birth_country="ALB",
        embarkation="AMS",
        disembarkation="TIA",
        first_entry="TIA",
        residence="NLD",
        verified=False,
        bags=Bags(count=2, weight_kg=31.5, tags=("OR123456", "OR123457")),
        contact=Contact(telephone="+355 69 000"),
        references=References(
            booking="QX7ABC", passenger="OR0001", seat="14C", redress="R1", customer="C2", ticket="T3", other=("ABI:9",)
        ),
        documents=(
            TravelDocument(
                type="P", number="BA1234567", issuing_country="ALB", expires_on="2031-05-06", issued_on="2021-05-06"
            ),
            TravelDocument(type="V", number="V77", issuing_country="NLD", place_of_issue="DEN HAAG"),
        ),
    )
    written = body(write_paxlst(manifest(person)))
    assert written[6:] == [
        "NAD+FL+++HOXHA:ARBEN ILIR:MR+RRUGA E DURRESIT 7+TIRANE++1001+ALB",
        "ATT+2++M",
        "DTM+329:680223",
        "MEA+CT++:2",
        "MEA+WT++KGM:31.5",
        "GEI+4+174",
        "FTX+BAG+++OR123456:2",
        "LOC+22+TIA",
        "LOC+174+NLD",
        "LOC+178+AMS",
        "LOC+179+TIA",
        "LOC+180+ALB:::SHKODER",
        "COM+?+355 69 000:TE",
        "NAT+2+ALB",
        "RFF+AVF:QX7ABC",
        "RFF+ABO:OR0001",
        "RFF+SEA:14C",
        "RFF+AEA:R1",
        "RFF+CR:C2",
        "RFF+YZY:T3",
        "RFF+ABI:9",
        "DOC+P:110:111+BA1234567",
        "DTM+36:310506",
        "DTM+182:210506",
        "LOC+91+ALB",
        "DOC+V:110:111+V77",
        "LOC+91+NLD:::DEN HAAG",
        "CNT+42:150",
    ]


@pytest.mark.parametrize(
    ("partial", "short", "long"),
    [("1968-02-23", "680223", "19680223:102"), ("1968-02", "680200", "19680200:102"), ("1968", "680000", "19680000:102")],
)
def test_partial_birth_dates_keep_their_gaps(partial: str, short: str, long: str) -> None:
    person = traveller(birth_date=partial)
    assert f"DTM+329:{short}" in body(write_paxlst(manifest(person)))
    assert f"DTM+329:{long}" in body(write_paxlst(manifest(person), WriteOptions(long_birth_dates=True)))


@pytest.mark.parametrize(("directory", "expected"), [("D:02B", "ATT+2++U"), ("D:12B", "ATT+2++U"), ("D:15B", "ATT+2++X")])
def test_unspecified_sex_depends_on_the_directory(directory: str, expected: str) -> None:
    data = write_paxlst(manifest(traveller(sex=Sex.UNSPECIFIED)), WriteOptions(directory=directory))
    assert expected in body(data)
    assert f"PAXLST:{directory}:UN:IATA".encode() in data
    assert f"+UN+{directory}'".encode() in data


@pytest.mark.parametrize("function", list(Function))
def test_every_function_has_its_code(function: Function) -> None:
    code, extra = DOCUMENT_CODES[function]
    assert body(write_paxlst(manifest(function=function)))[0] == f"BGM+{code}" + (f"+{extra}" if extra else "")


def test_a_closure_names_nobody_and_carries_references() -> None:
    absent = Traveller(traveller_id="t", references=References(booking="QX7ABC", passenger="OR0001"), not_boarded=True)
    written = body(write_paxlst(manifest(absent, function=Function.FLIGHT_CLOSE_NOT_ON_BOARD, declared_travellers=149)))
    assert written[0] == "BGM+266+CLNB"
    assert written[6:] == ["NAD+ZZZ", "RFF+AVF:QX7ABC", "RFF+ABO:OR0001", "CNT+42:149"]


def test_a_crew_list_counts_crew() -> None:
    steward = traveller(kind=TravellerKind.CREW, crew_role="CR2")
    written = body(write_paxlst(manifest(steward, function=Function.CREW_LIST, declared_travellers=6)))
    assert written[0] == "BGM+250"
    assert "EMP+1+CR2:110:111" in written
    assert written[-1] == "CNT+41:6"
    assert any(line.startswith("NAD+FM+++HOXHA") for line in written)


def test_header_reference_and_reporting_party() -> None:
    party = ReportingParty(name="OR HELP DESK", telephone="355 4", email="ops@or.example")
    written = body(write_paxlst(manifest(document_number="TX1", document_revision="2", reporting_party=party)))
    assert written[1:4] == ["RFF+TN:TX1:::2", "NAD+MS+++OR HELP DESK", "COM+355 4:TE+OPS@OR.EXAMPLE:EM"]


def test_parts_are_marked_first_middle_and_last() -> None:
    parts = split_parts(manifest(*(traveller(surname=f"S{chr(65 + i)}") for i in range(5)), declared_travellers=None), 2)
    marks = [lines(write_paxlst(part))[3].rpartition("+")[2] for part in parts]
    assert marks == ["01:C", "02", "03:F"]
    assert [len(part.travellers) for part in parts] == [2, 2, 1]
    assert {part.declared_travellers for part in parts} == {5}


def test_several_messages_share_one_envelope() -> None:
    second = manifest(message=Message(directory="D:12B", agency="UN", reference="PAX002"), function=Function.CREW_LIST)
    text = lines(write_paxlst_interchange([manifest(), second]))
    assert [line for line in text if line.startswith(("UNT", "UNE", "UNZ"))][1:] == [
        f"UNT+{len(body(write_paxlst(second))) + 2}+PAX002",
        "UNE+2+1",
        "UNZ+1+1",
    ]
    ungrouped = lines(write_paxlst_interchange([manifest(), second], WriteOptions(grouped=False)))
    assert ungrouped[-1] == "UNZ+2+1"
    assert not any(line.startswith(("UNG", "UNE")) for line in ungrouped)


def test_no_service_string_and_line_breaks() -> None:
    data = write_paxlst(manifest(), WriteOptions(una=False, line_break="\r\n"))
    assert data.startswith(b"UNB+UNOA:4")
    assert data.count(b"'\r\n") == data.count(b"'")


def test_the_test_indicator_is_the_eleventh_element() -> None:
    header = lines(write_paxlst(manifest(test=True)))[1]
    assert header.split("+")[11] == "1"


@pytest.mark.parametrize(
    ("text", "syntax", "expected"),
    [
        ("Ëlirë", "UNOA", "ELIRE"),
        ("Đorđe", "UNOB", "Dorde"),
        ("Müller", "UNOC", "Müller"),
        ("A\r\nB", "UNOA", "A  B"),
        ("Ђ", "UNOA", " "),
    ],
)
def test_folding_never_leaves_the_character_set(text: str, syntax: str, expected: str) -> None:
    assert fold(text, syntax) == expected


def test_latin_one_is_written_as_declared() -> None:
    assert "MÜLLER:JÜRGEN".encode("latin-1") in write_paxlst(
        manifest(traveller(surname="MÜLLER", given_names="JÜRGEN")), WriteOptions(syntax="UNOC")
    )


def test_bag_tags_are_runs_of_consecutive_numbers() -> None:
    assert tag_runs(("OR009", "OR010", "OR012", "X")) == (("OR009", 2), ("OR012", 1), ("X", 1))


def test_without_a_release_character_separators_become_spaces() -> None:
    assert escape("A+B'C:D?", Separators(release=" ")) == "A B C D?"


SEPARATOR_SETS = [
    Separators(),
    Separators("-", "+", ".", "?", " ", "'"),
    Separators(":", "*", ".", "?", " ", "$"),
    Separators(":", "(", ".", ")", "*", "-"),
]


def unescaped_split(text: str, separator: str, release: str) -> list[str]:
    parts, current, index = [], "", 0
    while index < len(text):
        if text[index] == release:
            current += text[index : index + 2]
            index += 2
        elif text[index] == separator:
            parts.append(current)
            current = ""
            index += 1
        else:
            current += text[index]
            index += 1
    return [*parts, current]


@settings(max_examples=150)
@given(
    values=st.lists(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12), min_size=1, max_size=4
    ),
    separators=st.sampled_from(SEPARATOR_SETS),
)
def test_any_data_survives_escaping(values: list[str], separators: Separators) -> None:
    envelope = Envelope("A", "B", DEPARTURE, "1", separators=separators, syntax="UNOB")
    data = write_interchange(envelope, [OutgoingMessage("1", ("X",), [("ZZZ", values)])]).decode("ascii")
    segment = next(s for s in unescaped_split(data[9:], separators.terminator, separators.release) if s.startswith("ZZZ"))
    components = unescaped_split(segment[4:], separators.component, separators.release)
    unescaped = ["".join(part[1] if len(part) == 2 else part for part in _pairs(c, separators.release)) for c in components]
    assert unescaped == values


def _pairs(text: str, release: str) -> list[str]:
    found, index = [], 0
    while index < len(text):
        step = 2 if text[index] == release else 1
        found.append(text[index : index + step])
        index += step
    return found


@pytest.mark.filterwarnings("ignore:segments.xml not found")  # the peer has no directory data; we want its tokens
def test_an_independent_reader_agrees() -> None:
    data = write_paxlst(manifest(traveller(surname="O'NEILL+SONS", given_names="WHO?")))
    segments = list(RawSegmentCollection.from_str(data.decode()).segments)
    names = next(s for s in segments if s.tag == "NAD" and s.elements[0] == "FL")
    assert names.elements[3] == ["O'NEILL+SONS", "WHO?"]
    tags = [segment.tag for segment in segments]
    assert segments[tags.index("UNT")].elements[0] == str(tags.index("UNT") - tags.index("UNH") + 1)
