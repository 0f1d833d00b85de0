"""Forms of single segments that carriers really send, and what is read and remarked on for each."""

from typing import Any

import pytest
from edifact_text import FLIGHT, PERSON, UNB, interchange, message, passenger_list, with_separators

from parsers import ReadMessage, read_manifests
from schemas.manifest import Manifest


def read_one(data: bytes) -> tuple[Manifest, list[str]]:
    (found,) = read_manifests(data)
    assert found.manifest is not None
    return found.manifest, [one.code for one in found.findings]


def read_refused(data: bytes) -> list[str]:
    (found,) = read_manifests(data)
    assert found.manifest is None
    return [one.code for one in found.findings]


def changed(*segments: str) -> tuple[str, ...]:
    """The person of the tests, with segments of the same tag and qualifier replaced."""
    starts = {segment[:7] if segment[:3] in {"DTM", "LOC"} else segment[:3] for segment in segments}
    kept = [one for one in PERSON if not any(one.startswith(start) for start in starts)]
    names = [one for one in segments if one.startswith("NAD")]
    return (*(names or [PERSON[0]]), *[one for one in kept if one[:3] != "NAD"], *[one for one in segments if one[:3] != "NAD"])


ALL_SEPARATORS = ["UNA:+.? '", "UNA:+.?*'", "UNA:*.? $", "UNA:*.? #", "UNA:-.? '", "UNA:(.? )", "UNA:(.) -", "UNA:+.? \n"]


@pytest.mark.parametrize("una", [*ALL_SEPARATORS, "UNA\x1f\x1d.  \x1c", "UNA|~.\\ ^"])
def test_any_legal_separators(una: str) -> None:
    manifest, codes = read_one(with_separators(una))
    expected, _ = read_one(passenger_list(PERSON))
    assert codes == []
    assert manifest.travellers == expected.travellers
    assert manifest.flight == expected.flight


@pytest.mark.parametrize(
    ("una", "code"),
    [("UNA:++? '", "separators_invalid"), ("UNA:+.?+'", "separators_invalid"), ("UNA:+ ?  ", "separators_invalid")],
)
def test_separators_that_make_no_sense(una: str, code: str) -> None:
    assert read_refused(una.encode() + passenger_list(PERSON)[9:]) == [code]


def test_without_una() -> None:
    data = passenger_list(PERSON)
    assert read_one(data[9:])[1] == []
    assert read_one(data.replace(b"UNA:+.? '", b"UNA:+.?"))[1] == ["separators_assumed"]
    assert read_one(with_separators("UNA:*.? $")[9:])[1] == ["separators_assumed"]


def test_star_is_data_unless_una_says_otherwise() -> None:
    data = passenger_list(changed("ATT+2++F*F*F")).replace(b"+OS:ZZ", b"+APIS*OS:ZZ", 1)
    manifest, codes = read_one(data)
    assert manifest.sender == "APIS*OS"
    assert codes == ["sex_unknown"]
    manifest, codes = read_one(data.replace(b"UNA:+.? '", b"UNA:+.?*'").replace(b"APIS*OS", b"OS"))
    assert manifest.travellers[0].sex == "F"
    assert codes == ["repetition_dropped"]


PEOPLE: list[tuple[tuple[str, ...], dict[str, Any], list[str]]] = [
    (("NAD+FL+++SMITH:JOHN:MR",), {"given_names": "JOHN", "title": "MR"}, []),
    (("NAD+FL+++SMITH:JOHN MR",), {"given_names": "JOHN", "title": "MR", "raw": {"given_names": "JOHN MR"}}, []),
    (("NAD+FL+++SMITH:JOHNMR",), {"given_names": "JOHNMR", "title": None}, ["title_maybe_glued"]),
    (("NAD+FL+++SMITH:OMAR",), {"given_names": "OMAR", "title": None}, []),
    (("NAD+FL+++SMITH/JOHN MR",), {"surname": "SMITH", "given_names": "JOHN", "title": "MR"}, ["name_with_slash"]),
    (("NAD+FL+++SMITH<<ANN:JOHN<X",), {"surname": "SMITH ANN", "given_names": "JOHN X"}, []),
    (("NAD+FL+++ONE:FNU",), {"surname": "ONE", "given_names": None}, []),
    (("NAD+FL+++STRANSKY",), {"surname": "STRANSKY", "given_names": None}, []),
    (("NAD+FL++SMITH:JOHN",), {"surname": "SMITH", "given_names": "JOHN"}, ["name_in_wrong_element"]),
    (("NAD+DDU+++A:B",), {"kind": "transit"}, []),
    (("NAD+XX+++A:B",), {"kind": "passenger", "surname": "A"}, ["person_qualifier_unknown"]),
    (("ATT+2++X",), {"sex": "X"}, []),
    (("ATT+2++2",), {"sex": "F", "raw": {"sex": "2"}}, []),
    (("ATT+2+F",), {"sex": "F"}, []),
    (("DTM+329:19680223",), {"birth_date": "1968-02-23"}, []),
    (("DTM+329:680200",), {"birth_date": "1968-02"}, []),
    (("DTM+329:68<<<<",), {"birth_date": "1968"}, []),
    (("DTM+329:230301",), {"birth_date": "2023-03-01"}, ["century_ambiguous"]),
    (("DTM+329:19200301:102",), {"birth_date": "1920-03-01"}, []),
    (("DTM+329:260401",), {"birth_date": "1926-04-01"}, []),
    (("DTM+329:681340",), {"birth_date": None, "raw": {"birth_date": "681340"}}, ["birth_date_invalid"]),
    (("DTM+329:20300101",), {"birth_date": "2030-01-01"}, ["birth_date_implausible"]),
    (("DTM+329:23FEB68",), {"birth_date": "1968-02-23"}, []),
    (("NAT+2+D",), {"nationality": "DEU", "raw": {"nationality": "D"}}, []),
    (("NAT+2+XXA",), {"nationality": "XXA"}, []),
    (("NAT+2+AL",), {"nationality": "ALB", "raw": {"nationality": "AL"}}, ["country_converted"]),
    (("NAT+2+ROM",), {"nationality": "ROU"}, ["country_withdrawn"]),
    (("NAT+2+ZZQ",), {"nationality": "ZZQ"}, ["country_unknown"]),
    (("NAT+2+UTO",), {"nationality": "UTO"}, ["country_specimen"]),
    (("MEA+CT++:2", "MEA+WT++KGM:20"), {"bags": {"count": 2, "weight_kg": 20.0}}, []),
    (("MEA+CT++4", "MEA+WT++LBR:44,5"), {"bags": {"count": 4, "weight_kg": 20.185}}, []),
    (("MEA+CT++:X",), {"bags": None}, ["number_invalid"]),
    (("GEI+4+173",), {"verified": True}, []),
    (("GEI+4+36",), {"verified": None, "unknown_segments": ["GEI+4+36"]}, []),
    (("FTX+BAG+++OS123458:3",), {"bags": {"tags": ["OS123458", "OS123459", "OS123460"]}}, []),
    (("FTX+BAG+++OS1:999999999",), {}, []),
    (("FTX+BAG+++OS1:999",), {}, ["bag_tags_too_many"]),
    (("LOC+180+USA+:::CITY+:::STATE",), {"birth_country": "USA", "birth_place": "CITY, STATE"}, []),
    (("LOC+180+:::AMBER HILL GBR",), {"birth_country": None, "birth_place": "AMBER HILL GBR"}, []),
    (("LOC+180+GBR:::LONDON",), {"birth_country": "GBR", "birth_place": "LONDON"}, []),
    (("LOC+178+ALB",), {"embarkation": "ALB"}, []),
    (("LOC+178+QQQ", "LOC+179+QQQ"), {"embarkation": "QQQ"}, ["port_unknown"]),
    (("EMP+1+CR3:110:111",), {"crew_role": "CR3"}, []),
    (("RFF+ABI:77",), {"references": {"other": ["ABI:77"]}}, []),
    (("RFF+AVF:A1", "RFF+AVF:A2"), {"references": {"booking": "A1", "bookings": ["A1", "A2"]}}, []),
    (("COM+1:TE+a.AT.b:EM",), {"contact": {"telephone": "1", "email": "a.AT.b"}}, []),
    (("XYZ+1:2+?'",), {"unknown_segments": ["XYZ+1:2+?'"]}, ["segment_unknown"]),
    (("NAT+2+ALB", "NAT+2+ITA"), {"nationality": "ALB", "unknown_segments": ["NAT+2+ITA"]}, ["value_repeated"]),
    (("nat+2+alb",), {"nationality": "ALB"}, []),
]


@pytest.mark.parametrize(("segments", "expected", "codes"), PEOPLE, ids=[" ".join(row[0]) for row in PEOPLE])
def test_person_segment(segments: tuple[str, ...], expected: dict[str, Any], codes: list[str]) -> None:
    group = changed(*segments)
    if segments[0].startswith("nat"):
        group = tuple(one for one in group if not one.startswith("NAT"))
    manifest, found = read_one(passenger_list(group, PERSON))
    fields = manifest.travellers[0].model_dump(mode="json")
    for key, value in expected.items():
        if isinstance(value, dict):
            assert {inner: fields[key][inner] for inner in value} == value
        else:
            assert fields[key] == value
    expected_codes = [*codes, "traveller_repeated"] if _same_document(group) else codes
    assert found == expected_codes
    assert manifest.travellers[1].surname == "HOXHA"
    assert Manifest.model_validate_json(manifest.model_dump_json()) == manifest


def _same_document(group: tuple[str, ...]) -> bool:
    """Both people of these messages have the same document; the second is then named by his name, unless that is equal too."""
    return any(one.startswith("DOC") for one in group)


def test_the_first_traveller_is_not_touched_by_the_second() -> None:
    manifest, _ = read_one(passenger_list(("NAD+FL+++A:B", "DOC+P+1"), ("NAD+FL+++C:D", "DTM+36:300101", "LOC+91+ALB")))
    first, second = manifest.travellers
    assert first.documents[0].expires_on is None
    assert second.documents == ()
    assert second.unknown_segments == ("DTM+36:300101", "LOC+91+ALB")


FLIGHTS: list[tuple[tuple[str, ...], str, list[str]]] = [
    (("TDT+20+OS849",), "OS849-VIE-2026-03-01", []),
    (("TDT+20+OS0849",), "OS849-VIE-2026-03-01", []),
    (("TDT+20+OS 849",), "OS849-VIE-2026-03-01", []),
    (("TDT+20+849+++OS",), "OS849-VIE-2026-03-01", []),
    (("TDT+20+OS849A+++OS",), "OS849A-VIE-2026-03-01", []),
    (("TDT+20+AUA849",), "AUA849-VIE-2026-03-01", []),
    (("TDT+20+A92707",), "A92707-VIE-2026-03-01", []),
    (("TDT+20+B2740",), "B2740-VIE-2026-03-01", []),
    (("TDT+20+YZ567+++AA",), "YZ567-VIE-2026-03-01", ["carrier_contradicts"]),
    (("TDT+20+CHARTER+++OS",), "CHARTER?-VIE-2026-03-01", ["designator_invalid"]),
    (("DTM+189:202603011010:201",), "OS849-VIE-2026-03-01", ["time_format_differs"]),
    (("DTM+189:202603011010:203",), "OS849-VIE-2026-03-01", []),
    (("DTM+189: 2603011010:201",), "OS849-VIE-2026-03-01", []),
    (("DTM+189+2603011010:201",), "OS849-VIE-2026-03-01", ["time_separator_wrong"]),
    (("DTM+189:260301:101",), "OS849-VIE-2026-03-01", []),
    (("DTM+189:2602291010:201",), "OS849-VIE-?", ["time_invalid", "departure_time_missing"]),
    (("DTM+189:",), "OS849-VIE-?", ["time_invalid", "departure_time_missing"]),
    (("DTM+189:2603290230:201", "DTM+232:2603290500:201"), "OS849-VIE-2026-03-29", ["time_in_gap"]),
    (("DTM+189:2610250230:201", "DTM+232:2610250500:201"), "OS849-VIE-2026-10-25", ["time_in_fold"]),
    (("DTM+232:2603051145:201",), "OS849-VIE-2026-03-01", ["flight_time_implausible"]),
    (("LOC+125+QQX",), "OS849-QQX-2026-03-01", ["port_unknown"]),
    (("LOC+22+VIE",), "OS849-VIE-2026-03-01", ["port_qualifier_unusual"]),
]


@pytest.mark.parametrize(("segments", "key", "codes"), FLIGHTS, ids=[" ".join(row[0]) for row in FLIGHTS])
def test_flight_segment(segments: tuple[str, ...], key: str, codes: list[str]) -> None:
    flight = list(FLIGHT)
    for segment in segments:
        start = segment[:7] if segment[:3] == "DTM" else "LOC+125" if segment[:3] == "LOC" else segment[:3]
        flight[next(at for at, one in enumerate(flight) if one.startswith(start))] = segment
    manifest, found = read_one(passenger_list(PERSON, flight=tuple(flight)))
    assert manifest.flight.flight_key == key
    assert found == codes


def test_local_times_get_the_offset_of_the_port_and_the_date_line_is_no_error() -> None:
    flight = ("TDT+20+NZ6", "LOC+125+AKL", "DTM+189:2607011930:201", "LOC+87+LAX", "DTM+232:2607011230:201")
    manifest, codes = read_one(passenger_list(PERSON, flight=flight))
    assert codes == []
    leg = manifest.flight.legs[0]
    assert leg.scheduled_departure is not None
    assert leg.scheduled_arrival is not None
    assert leg.scheduled_departure.isoformat() == "2026-07-01T19:30:00+12:00"
    assert leg.scheduled_arrival.isoformat() == "2026-07-01T12:30:00-07:00"
    assert leg.scheduled_departure < leg.scheduled_arrival
    assert (leg.departure_local, leg.arrival_local) == ("2026-07-01T19:30", "2026-07-01T12:30")


def test_ports_and_times_out_of_order() -> None:
    flight = ("TDT+20+OS849", "LOC+87+TIA", "DTM+232:2603011145:201", "LOC+125+VIE", "DTM+189:2603011010:201")
    manifest, codes = read_one(passenger_list(PERSON, flight=flight))
    assert codes == ["ports_reversed"]
    assert manifest.flight == read_one(passenger_list(PERSON))[0].flight


FUNCTIONS = {
    "BGM+745": "passenger_list",
    "BGM+745+CP": "passenger_change",
    "BGM+745+XR": "passenger_cancel",
    "BGM+745+RP": "passenger_reduction",
    "BGM+745+CI:1.0": "passenger_list",
    "BGM+250": "crew_list",
    "BGM+250+C": "crew_list",
    "BGM+250+CC": "crew_change",
    "BGM+336": "master_crew_list",
    "BGM+336+G": "master_crew_add",
    "BGM+336+H": "master_crew_delete",
    "BGM+336+I": "master_crew_change",
    "BGM+266+CL": "flight_close",
    "BGM+266+CLOB": "flight_close_on_board",
    "BGM+266+CLNB": "flight_close_not_on_board",
    "BGM+266+XF": "flight_cancel",
    "BGM+266+CF": "flight_change",
    "BGM+655": "gate_pass",
}


@pytest.mark.parametrize(("segment", "function"), FUNCTIONS.items())
def test_function(segment: str, function: str) -> None:
    manifest, codes = read_one(passenger_list(PERSON, function=segment))
    assert manifest.function == function
    assert codes == []


def test_unknown_function_is_normal_with_a_warning() -> None:
    manifest, codes = read_one(passenger_list(PERSON, function="BGM+745+HELLO"))
    assert manifest.function == "passenger_list"
    assert codes == ["function_unknown"]


REFUSED: list[tuple[str, bytes, list[str]]] = [
    ("empty", b"", ["input_empty"]),
    ("garbage", b"hello world" * 9, ["interchange_absent"]),
    ("no flight", interchange("BGM+745", *PERSON), ["flight_missing"]),
    ("old layout", interchange("BGM+745", *FLIGHT, "PDT+P/1/2"), ["layout_superseded"]),
    ("land", interchange("BGM+10", *FLIGHT, *PERSON), ["transport_unsupported"]),
    ("reference", passenger_list(PERSON).replace(b"+M1'UNZ", b"+M2'UNZ"), ["message_reference_differs"]),
    ("empty interchange", (UNB + "'UNZ+0+REF1'").encode(), ["interchange_empty"]),
]


@pytest.mark.parametrize(("data", "codes"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused_with_a_reason(data: bytes, codes: list[str]) -> None:
    assert read_refused(data) == codes


def test_reference_differs_only_in_zeros_and_spaces() -> None:
    assert read_one(passenger_list(PERSON).replace(b"UNH+M1", b"UNH+007").replace(b"+M1'UNZ", b"+ 7'UNZ"))[1] == []


def test_envelope_mismatches_are_warnings() -> None:
    data = passenger_list(PERSON)
    assert read_one(data.replace(b"UNZ+1+REF1", b"UNZ+3+REF9"))[1] == [
        "interchange_reference_differs",
        "interchange_count_differs",
    ]
    assert read_one(data.replace(b"UNT+16", b"UNT+99"))[1] == ["message_count_differs"]
    assert read_one(data.replace(b"UNZ", b"UNE+1+1'UNZ"))[1] == ["group_not_opened"]


@pytest.mark.parametrize(
    ("cut", "codes"),
    [
        ("UNT", ["message_unterminated", "interchange_unterminated"]),
        ("UNZ", ["interchange_unterminated"]),
    ],
)
def test_cut_short_is_still_read(cut: str, codes: list[str]) -> None:
    data = passenger_list(PERSON)
    manifest, found = read_one(data[: data.index(cut.encode())])
    assert found == codes
    assert len(manifest.travellers) == 1


def test_findings_are_located_to_element_and_component() -> None:
    data = b"QK TIAXX\r\n" + passenger_list(
        PERSON, ("NAD+FL+++DODA:MIRA", *PERSON[1:3], "NAT+2+ZZQ", *PERSON[4:5], "DOC+P+QW1", *PERSON[6:])
    )
    (found,) = read_manifests(data)
    (one,) = found.findings
    assert one.code == "country_unknown"
    assert one.location.model_dump(exclude_none=True) == {
        "offset": data.index(b"NAT+2+ZZQ"),
        "segment": 19,
        "tag": "NAT",
        "element": 2,
        "component": 1,
    }


def test_same_references_in_all_parts_give_different_manifests() -> None:
    parts = [
        message("BGM+745", *FLIGHT, *PERSON, header=f"UNH+M1+PAXLST:D:12B:UN:IATA+OS849+{part}")
        for part in ("01:C", "02", "03:F")
    ]
    data = "'".join([UNB, *(segment for part in parts for segment in part), "UNZ+3+REF1", ""]).encode()
    found: list[ReadMessage] = list(read_manifests(data))
    marks = [(one.manifest.message.part, one.manifest.message.last_part) for one in found if one.manifest]
    assert marks == [(1, False), (2, False), (3, True)]
    assert len({one.manifest.manifest_id for one in found if one.manifest}) == 3


def test_submission_names_the_manifests() -> None:
    data = passenger_list(PERSON)
    (first,) = read_manifests(data, submission_id="sub_a")
    (second,) = read_manifests(data, submission_id="sub_b")
    (bare,) = read_manifests(data)
    assert first.manifest is not None
    assert second.manifest is not None
    assert bare.manifest is not None
    assert first.manifest.submission_id == "sub_a"
    assert bare.manifest.submission_id is None
    assert len({first.manifest.manifest_id, second.manifest.manifest_id, bare.manifest.manifest_id}) == 3
    assert list(read_manifests(data)) == [bare]


def test_identity_is_the_reference_then_the_document_then_the_name() -> None:
    def ids(*segments: str) -> str:
        return read_one(passenger_list(("NAD+FL+++HOXHA:ARBEN", *segments)))[0].travellers[0].traveller_id

    assert ids("RFF+ABO:1", "DOC+P+X1") == ids("RFF+ABO:1", "DOC+P+X2")
    assert ids("RFF+ABO:1") != ids("RFF+ABO:2")
    assert ids("DOC+P+X1", "RFF+AVF:A") == ids("DOC+PP+X 1", "RFF+AVF:B")
    assert ids("DOC+P+X1") != ids("DOC+P+X1", "LOC+91+ALB")
    assert ids("RFF+AVF:A") == ids("RFF+AVF:A", "ATT+2++M")
    assert ids("RFF+AVF:A") != ids("RFF+AVF:B")
