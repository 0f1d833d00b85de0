"""What a PAXLST parser must at least do, one case each; every expectation was written from the text of its message."""

from datetime import UTC, datetime

import pytest
from edifact_text import FLIGHT, PERSON, UNB, interchange, message, passenger_list, person, with_separators
from paxlst_reading import codes, only

from parsers import ReadMessage, read_manifests
from parsers.edifact.charset import DECLARED

UNG = "UNG+PAXLST+OS+AL+260301:0900+7+UN+D:12B"


def joined(*segments: str) -> bytes:
    return "".join(f"{segment}'" for segment in segments).encode()


def numbered(reference: str, *people: tuple[str, ...], part: str = "") -> list[str]:
    header = f"UNH+{reference}+PAXLST:D:12B:UN:IATA+OS849{part}"
    return message("BGM+745", *FLIGHT, *(one for group in people for one in group), header=header, reference=reference)


def surnames(found: list[ReadMessage]) -> list[list[str | None]]:
    return [[one.surname for one in each.manifest.travellers] if each.manifest else [] for each in found]


def test_several_groups_and_several_messages_in_each() -> None:
    second = UNG.replace("+7+", "+8+")
    data = joined(
        UNB,
        UNG,
        *numbered("M1", PERSON),
        *numbered("M2", person(1)),
        "UNE+2+7",
        second,
        *numbered("M3", person(2)),
        "UNE+1+8",
        "UNZ+2+REF1",
    )
    found = list(read_manifests(data))
    assert surnames(found) == [["HOXHA"], ["TESTI1"], ["TESTI2"]]
    assert [codes(one) for one in found] == [[], [], []]


ENVELOPES = [
    ("no group", [UNB, *numbered("M1", PERSON), "UNZ+1+REF1"], []),
    ("UNE alone", [UNB, *numbered("M1", PERSON), "UNE+1+7", "UNZ+1+REF1"], ["group_not_opened"]),
    ("UNG alone", [UNB, UNG, *numbered("M1", PERSON), "UNZ+1+REF1"], ["group_unterminated"]),
    ("UNE another reference", [UNB, UNG, *numbered("M1", PERSON), "UNE+1+8", "UNZ+1+REF1"], ["group_reference_differs"]),
    ("UNE another count", [UNB, UNG, *numbered("M1", PERSON), "UNE+3+7", "UNZ+1+REF1"], ["group_count_differs"]),
    ("UNZ another reference", [UNB, *numbered("M1", PERSON), "UNZ+1+REF2"], ["interchange_reference_differs"]),
    ("UNZ another count", [UNB, *numbered("M1", PERSON), "UNZ+2+REF1"], ["interchange_count_differs"]),
    ("UNT another count", [UNB, *numbered("M1", PERSON)[:-1], "UNT+20+M1", "UNZ+1+REF1"], ["message_count_differs"]),
]


@pytest.mark.parametrize(("segments", "expected"), [row[1:] for row in ENVELOPES], ids=[row[0] for row in ENVELOPES])
def test_envelope(segments: list[str], expected: list[str]) -> None:
    manifest, found = only(joined(*segments))
    assert found == expected
    assert [one.surname for one in manifest.travellers] == ["HOXHA"]


def test_another_reference_in_unt_refuses_that_message_alone() -> None:
    wrong = [*numbered("M1", PERSON)[:-1], "UNT+16+M9"]
    found = list(read_manifests(joined(UNB, *wrong, *numbered("M2", person(1)), "UNZ+2+REF1")))
    assert surnames(found) == [[], ["TESTI1"]]
    assert codes(found[0]) == ["message_reference_differs"]


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 2, 0], [0, 1, 2]])
def test_parts_in_any_order(order: list[int]) -> None:
    parts = [numbered("M1", person(n), part=mark) for n, mark in enumerate(("+01:C", "+02", "+03:F"))]
    found = list(read_manifests(joined(UNB, *(one for n in order for one in parts[n]), "UNZ+3+REF1")))
    marks = [(one.manifest.message.part, one.manifest.message.last_part) for one in found if one.manifest]
    assert marks == [[(1, False), (2, False), (3, True)][n] for n in order]


@pytest.mark.parametrize(
    ("mark", "part", "last"),
    [("", None, None), ("+01", 1, None), ("+01:F", 1, True), ("+04:f", 4, True), ("+X:C", None, False)],
)
def test_marks_of_parts(mark: str, part: int | None, last: bool | None) -> None:
    manifest, _ = only(joined(UNB, *numbered("M1", PERSON, part=mark), "UNZ+1+REF1"))
    assert (manifest.message.part, manifest.message.last_part) == (part, last)


SEPARATORS = ("UNA:+.? '", "UNA:+.?*'", "UNA:*.? $", "UNA:*.? #", "UNA:-.? '", "UNA:(.? )", "UNA:(.) -")


@pytest.mark.parametrize("una", SEPARATORS)
def test_every_set_of_separators_that_was_seen(una: str) -> None:
    manifest, found = only(with_separators(una, passenger_list(PERSON, person(1))))
    assert found == []
    assert [one.surname for one in manifest.travellers] == ["HOXHA", "TESTI1"]
    assert manifest.flight.flight_key == "OS849-VIE-2026-03-01"


def test_released_characters_before_a_terminator() -> None:
    names = {"O??": "O?", "O?'": "O'", "O???'": "O?'", "O?+?:": "O+:", "O????": "O??"}
    for sent, meant in names.items():
        assert only(passenger_list((f"NAD+FL+++A:{sent}", *PERSON[1:])))[0].travellers[0].given_names == meant


def test_syntax_four_repeats_elements_only_where_una_says_so() -> None:
    data = passenger_list((PERSON[0], "ATT+2++F*M", *PERSON[2:]))
    assert only(data)[1] == ["sex_unknown"]
    manifest, found = only(data.replace(b"UNA:+.? '", b"UNA:+.?*'"))
    assert (manifest.travellers[0].sex, found) == ("F", ["repetition_dropped"])


def test_heading_and_footer_and_wraps() -> None:
    data = passenger_list(PERSON, person(1))
    wrapped = b"\r\n".join(data[at : at + 63] for at in range(0, len(data), 63))
    letter = (
        b"\x01QU TIAXXOS\r\n.VIEOSXH 010900\r\nCICA\r\n\x02"
        + wrapped
        + b"\r\n\x03\r\nChecked by a gateway. UN is not UNB.\r\n*3870"
    )
    (one,) = read_manifests(letter)
    assert codes(one) == ["text_wrapped"]
    assert one.manifest is not None
    assert [each.surname for each in one.manifest.travellers] == ["HOXHA", "TESTI1"]
    assert one.interchange.origin == "VIEOSXH"
    assert one.interchange.prepared_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert only(data)[0].travellers == one.manifest.travellers


def test_without_a_heading_there_is_no_origin() -> None:
    (one,) = read_manifests(passenger_list(PERSON))
    assert one.interchange.origin is None


LETTERS = {"C": "É", "D": "Ł", "E": "Ђ", "F": "Ω", "G": "Ħ", "H": "Ģ", "I": "ع", "J": "ש", "K": "Ğ", "W": "Đ", "Y": "Đ"}


@pytest.mark.parametrize(("level", "letter"), LETTERS.items())
def test_character_sets(level: str, letter: str) -> None:
    text = passenger_list((f"NAD+FL+++{letter}A:B", *PERSON[1:])).decode().replace("UNOA", f"UNO{level}")
    manifest, found = only(text.encode(DECLARED[f"UNO{level}"]))
    assert (manifest.travellers[0].surname, found) == (f"{letter}A", [])


def test_characters_that_were_not_declared() -> None:
    text = passenger_list(("NAD+FL+++YYÉ:ALI", *PERSON[1:])).decode()
    for charset, read_as in (("utf-8", "utf-8"), ("latin-1", "cp1252")):
        (one,) = read_manifests(text.encode(charset))
        assert one.manifest is not None
        assert one.manifest.travellers[0].surname == "YYÉ"
        assert [found.message for found in one.findings] == [
            f"Characters outside the declared set UNOA; they were read as {read_as}."
        ]


def test_older_layout_and_land_mode_are_refused_with_a_reason() -> None:
    older = interchange("BGM+745", *FLIGHT, "PDT+P/1/2:SHEHU:ILIR")
    road = interchange("BGM+10", "TDT+20+AB123+3", *FLIGHT[1:], *PERSON)
    road_too = interchange("BGM+745", "TDT+20+AB123+3", *FLIGHT[1:], *PERSON)
    for data, code in ((older, "layout_superseded"), (road, "transport_unsupported"), (road_too, "transport_unsupported")):
        (one,) = read_manifests(data)
        assert one.manifest is None
        assert codes(one) == [code]


CAPTAIN = (
    "NAD+FM+++SHEHU:ILIR",
    "ATT+2++M",
    "DTM+329:680223",
    "EMP+1+CR1:110:111",
    "NAT+2+ALB",
    "DOC+P+A1",
    "LOC+91+ALB",
    "DOC+L+L9",
    "LOC+91+ALB",
)


@pytest.mark.parametrize(("bgm", "function"), [("336", "list"), ("336+G", "add"), ("336+H", "delete"), ("336+I", "change")])
def test_master_crew_lists_are_about_no_flight(bgm: str, function: str) -> None:
    flight = ("TDT+20+SK01MCL", "LOC+188+CPH", "DTM+554:2603011010:201")
    manifest, found = only(interchange(f"BGM+{bgm}", *flight, *CAPTAIN, "CNT+41:1"))
    assert found == []
    assert manifest.function == f"master_crew_{function}"
    assert (manifest.flight.carrier, manifest.flight.designator, manifest.flight.legs) == ("SK", "SK01MCL", ())
    assert manifest.unknown_segments == ("LOC+188+CPH", "DTM+554:2603011010:201")
    (captain,) = manifest.travellers
    assert (captain.kind, captain.crew_role, [one.type for one in captain.documents]) == ("crew", "CR1", ["P", "L"])


def test_closures_and_cancellations() -> None:
    entries = ("NAD+ZZZ", "RFF+AVF:QX7ABC", "RFF+ABO:P1", "NAD+ZZZ", "RFF+ABO:P2")
    for bgm, not_boarded in (("266+CLOB", False), ("266+CLNB", True)):
        manifest, found = only(interchange(f"BGM+{bgm}", *FLIGHT, *entries, "CNT+42:120"))
        assert found == []
        assert [one.not_boarded for one in manifest.travellers] == [not_boarded] * 2
        assert [one.references.passenger for one in manifest.travellers] == ["P1", "P2"]
    for bgm, function in (
        ("266+CL", "flight_close"),
        ("745+XF", "flight_cancel"),
        ("266+XF", "flight_cancel"),
        ("266+CF", "flight_change"),
    ):
        manifest, found = only(interchange(f"BGM+{bgm}", *FLIGHT))
        assert (manifest.function, manifest.travellers, found) == (function, (), [])
    for bgm, function in (("745+XR", "passenger_cancel"), ("745+RP", "passenger_reduction"), ("745+CP", "passenger_change")):
        manifest, found = only(interchange(f"BGM+{bgm}", *FLIGHT, *PERSON))
        assert (manifest.function, len(manifest.travellers), found) == (function, 1, [])


def test_transit_travellers_of_both_kinds() -> None:
    guests = ("NAD+DDU+++SHEHU:ILIR", *PERSON[1:]), ("NAD+DDT+++GJIKA:DRINI", *person(3)[1:], "EMP+1+CR1:110:111")
    manifest, found = only(passenger_list(*guests))
    assert found == []
    assert [(one.kind, one.crew_role) for one in manifest.travellers] == [("transit", None), ("transit", "CR1")]


TWO_TDT = ("TDT+20+OS849", "LOC+92+LHR", "DTM+189:2603010610:201", "LOC+92+VIE", "DTM+232:2603010910:201", *FLIGHT)
CHAIN = (
    "TDT+20+OS849", "LOC+92+VIE", "DTM+189:2603011010:201", "LOC+92+PRN", "DTM+232:2603011145:201", "DTM+189:2603011210:201",
    "LOC+92+TIA", "DTM+232:2603011245:201",
)  # fmt: skip


def test_a_transport_segment_for_each_leg() -> None:
    manifest, found = only(passenger_list(PERSON, flight=TWO_TDT))
    assert found == []
    legs = [(leg.departure_port, leg.arrival_port, leg.crosses_border) for leg in manifest.flight.legs]
    assert legs == [("LHR", "VIE", False), ("VIE", "TIA", True)]
    assert manifest.flight.flight_key == "OS849-LHR-2026-03-01"
    assert (manifest.flight.departure_port, manifest.flight.arrival_port) == ("VIE", "TIA")


@pytest.mark.parametrize(("clearance", "border"), [("PRN", 0), ("TIA", 1)])
def test_routing_ports_only_the_port_of_clearance_decides(clearance: str, border: int) -> None:
    manifest, found = only(passenger_list((*PERSON, f"LOC+22+{clearance}"), flight=CHAIN))
    assert found == ["border_leg_inferred"]
    assert [leg.crosses_border for leg in manifest.flight.legs] == [number == border for number in range(2)]
    assert manifest.flight.arrival_port == clearance


def test_the_other_references() -> None:
    manifest, found = only(
        passenger_list((*PERSON, "RFF+AEA:RED1", "RFF+KTN:KT1", "RFF+CR:FF1", "RFF+YZY:7842836432717C2", "RFF+AEA:RED2"))
    )
    references = manifest.travellers[0].references
    assert found == []
    assert (references.redress, references.known_traveller, references.customer) == ("RED1", "KT1", "FF1")
    assert (references.ticket, references.other) == ("7842836432717C2", ("AEA:RED2",))


NAMES = [
    ("EVELYN:AAKESSON", ["names_maybe_swapped"]),
    ("ANNA:MARIA", []),
    ("AAKESSON:EVELYN", []),
    ("HOXHA:ARBEN", []),
    ("maria:hoxha", ["names_maybe_swapped"]),
]


@pytest.mark.parametrize(("sent", "expected"), NAMES)
def test_swapped_names_are_a_hint_and_stay(sent: str, expected: list[str]) -> None:
    manifest, found = only(passenger_list((f"NAD+FL+++{sent}", *PERSON[1:])))
    assert found == expected
    assert (manifest.travellers[0].surname, manifest.travellers[0].given_names) == tuple(sent.split(":"))


def test_wrong_counts_and_contradicting_carriers() -> None:
    assert only(interchange("BGM+745", *FLIGHT, *PERSON, *person(1), "CNT+42:1"))[1] == ["count_exceeded"]
    assert only(interchange("BGM+745", *FLIGHT, *PERSON, "CNT+42:0160"))[0].declared_travellers == 160
    assert only(interchange("BGM+745", *FLIGHT, *PERSON, "CNT+42:MANY"))[1] == ["number_invalid"]
    assert only(passenger_list(PERSON, flight=("TDT+20+ZX877+++XZ", *FLIGHT[1:])))[1] == ["carrier_contradicts"]


def test_what_contradicts_itself_is_said_and_the_first_is_kept() -> None:
    twice = (*PERSON, "LOC+180+ALB:::TIRANE", "LOC+180+ITA:::ROMA", "MEA+CT++:2", "MEA+CT++:3")
    manifest, found = only(passenger_list(twice))
    assert found == ["value_repeated", "value_repeated"]
    (one,) = manifest.travellers
    assert (one.birth_country, one.birth_place) == ("ALB", "TIRANE")
    assert one.bags is not None
    assert one.bags.count == 2
    assert one.unknown_segments == ("LOC+180+ITA:::ROMA", "MEA+CT++:3")


def test_a_lost_start_of_a_person_gives_a_person_without_a_name() -> None:
    manifest, found = only(passenger_list(PERSON, person(1)[1:], person(2)))
    assert found == ["value_repeated", "person_start_missing", "surname_missing"]
    first, second, third = manifest.travellers
    assert (first.surname, second.surname, third.surname) == ("HOXHA", None, "TESTI2")
    assert [one.documents[0].number for one in (first, second, third)] == ["BA1234567", "X0000001", "X0000002"]
    assert [len(one.documents) for one in (first, second, third)] == [1, 1, 1]


def test_a_damaged_start_of_a_person_is_still_one() -> None:
    manifest, found = only(passenger_list(PERSON, ("NAQ" + person(1)[0][3:], *person(1)[1:])))
    assert found == ["person_tag_damaged"]
    assert [one.surname for one in manifest.travellers] == ["HOXHA", "TESTI1"]


def test_large_inputs() -> None:
    manifest, _ = only(passenger_list(*(person(number % 90) for number in range(5_000))))
    assert len(manifest.travellers) == 5_000
    (one,) = read_manifests(b"\x00\xff garbage UN" * 200_000)
    assert codes(one) == ["interchange_absent"]
