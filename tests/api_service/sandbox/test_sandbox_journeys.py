"""What is sent about a flight, and the truth about who was planted."""

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import islice

import pytest

from api_service.sandbox.documents import is_listed_number
from api_service.sandbox.journeys import (
    Journey,
    MessageKind,
    make_journeys,
    one_flight_message,
    record_day_messages,
)
from api_service.sandbox.lists import by_identifier, sandbox_lists
from api_service.sandbox.planting import EXPECTS_NO_ALERT, Plantation, PlantedKind, plantation
from parsers import read_manifests
from schemas.watchlist import CaseKind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LISTS = sandbox_lists(7, NOW.date())


@pytest.fixture(scope="module")
def planting() -> Plantation:
    return plantation(7, LISTS, 2.5, NOW.date())


@pytest.fixture(scope="module")
def journeys(planting: Plantation) -> list[Journey]:
    return list(make_journeys(7, NOW, range(60), planting))


def text_of(journey: Journey, kind: MessageKind) -> str:
    """All of a flight's messages of one kind, with the separators of the default service string."""
    body = b"".join(message.body for message in journey.messages if message.kind is kind).decode("ascii")
    return body.replace("*", "+").replace("$", "'").replace("\r", "").replace("\n", "")


def test_the_same_seed_sends_the_same_bytes(journeys: list[Journey], planting: Plantation) -> None:
    again = list(make_journeys(7, NOW, range(20, 23), planting))
    assert again == journeys[20:23]


def test_every_flight_reports_from_check_in_to_closure(journeys: list[Journey]) -> None:
    for journey in journeys:
        kinds = [message.kind for message in journey.messages]
        assert kinds[0] is MessageKind.CHECK_IN
        assert kinds.count(MessageKind.CREW) >= 1
        assert kinds[-1] is MessageKind.CLOSURE
        due = [message.due_at for message in journey.messages]
        assert due == sorted(due)
        checked_in = sum(message.travellers for message in journey.messages if message.kind is MessageKind.CHECK_IN)
        assert checked_in == journey.planned.passengers


def test_some_flights_come_in_parts_and_some_are_corrected(journeys: list[Journey]) -> None:
    parts = Counter(sum(message.kind is MessageKind.CHECK_IN for message in journey.messages) for journey in journeys)
    assert parts[1] > 10
    assert sum(count for number, count in parts.items() if number > 1) > 5
    corrected = [journey for journey in journeys if any(m.kind is MessageKind.CORRECTION for m in journey.messages)]
    assert 2 <= len(corrected) <= 20
    assert all("BGM+745+CP'" in text_of(journey, MessageKind.CORRECTION) for journey in corrected)


def test_closures_say_who_boarded_or_who_did_not(journeys: list[Journey]) -> None:
    functions = Counter(
        match[1] for j in journeys if (match := re.search(r"BGM\+266\+(\w+)'", text_of(j, MessageKind.CLOSURE)))
    )
    assert set(functions) == {"CLOB", "CLNB"}
    assert sum(functions.values()) == len(journeys)


def test_carriers_have_different_habits(journeys: list[Journey]) -> None:
    bodies = [message.body for journey in journeys for message in journey.messages]
    assert {match[0] for body in bodies if (match := re.search(rb"D:\d\d[AB]", body))} >= {
        b"D:02B",
        b"D:05B",
        b"D:12B",
        b"D:15B",
    }
    assert any(body.startswith(b"UNB") for body in bodies)
    assert any(b"$" in body[:10] for body in bodies)
    assert all(len(set(references)) == len(references) for references in [[_control_reference(body) for body in bodies]])


def _control_reference(body: bytes) -> bytes:
    trailer = re.search(rb"UNZ[+*]\d+[+*](\w+)", body)
    assert trailer is not None
    return trailer[1]


def test_the_truth_about_planted_travellers_is_in_the_messages(journeys: list[Journey]) -> None:
    planted = [truth for journey in journeys for truth in journey.planted]
    assert len(planted) == 150
    records = by_identifier(LISTS)
    for journey in journeys:
        sent = text_of(journey, MessageKind.CHECK_IN)
        for truth in journey.planted:
            assert truth.flight_key == journey.planned.flight.flight_key
            assert f"RFF+ABO:{truth.passenger}'" in sent
            assert f":{truth.surname}" in sent or f"+{truth.surname}" in sent
            assert (truth.list_id, truth.record_id) in records
            assert truth.expects_alert is (truth.kind not in EXPECTS_NO_ALERT)


def test_planted_travellers_are_those_of_their_records(journeys: list[Journey]) -> None:
    records = by_identifier(LISTS)
    for truth in (truth for journey in journeys for truth in journey.planted):
        record = records[truth.list_id, truth.record_id]
        if truth.kind is PlantedKind.DOCUMENT:
            assert truth.document_number == record.documents[0].number
            continue
        assert truth.birth_date == record.birth_dates[0]
        listed = (record.names[0].surname, record.names[0].given_names)
        written = (truth.surname, truth.given_names)
        if truth.kind is PlantedKind.SWAPPED:
            assert written == listed[::-1]
        elif truth.kind is PlantedKind.VARIANT:
            assert set("".join(map(str, written))) & set("".join(map(str, listed)))
        else:
            assert written == listed


def test_what_must_not_alert_is_planted_as_such(planting: Plantation) -> None:
    for kind in EXPECTS_NO_ALERT:
        assert planting.candidates[kind], f"the lists have somebody for {kind}"
    for candidate in planting.candidates[PlantedKind.VOLUNTARY_RETURN]:
        assert candidate.record.readmission is not None
        assert candidate.record.readmission.case_kind is CaseKind.ASSISTED_VOLUNTARY_RETURN
    for candidate in planting.candidates[PlantedKind.BAN_NOT_IN_FORCE]:
        case = candidate.record.readmission
        assert case is not None
        assert case.entry_ban_from is not None
        assert case.entry_ban_to is not None
        assert not case.entry_ban_from <= NOW.date() <= case.entry_ban_to
    for candidate in planting.candidates[PlantedKind.READMISSION]:
        case = candidate.record.readmission
        assert case is not None
        assert case.decision == "accepted"
        assert case.case_kind is not CaseKind.ASSISTED_VOLUNTARY_RETURN


def test_nobody_is_planted_twice_before_all_were(planting: Plantation) -> None:
    chosen = [
        candidate for index in range(100) for candidate in planting.for_flight(index) if candidate.kind is PlantedKind.EXACT
    ]
    identifiers = [candidate.record.record_id for candidate in chosen]
    assert len(set(identifiers)) == len(identifiers) > 20


def test_planted_travellers_board(journeys: list[Journey]) -> None:
    for journey in journeys:
        closure = text_of(journey, MessageKind.CLOSURE)
        on_board = "BGM+266+CLOB'" in closure
        for truth in journey.planted:
            assert (f"RFF+ABO:{truth.passenger}'" in closure) is on_board


def test_no_ordinary_traveller_carries_a_listed_document(journeys: list[Journey]) -> None:
    for journey in journeys:
        planted = {truth.document_number for truth in journey.planted}
        for kind in (MessageKind.CHECK_IN, MessageKind.CREW, MessageKind.CORRECTION):
            numbers = re.findall(r"DOC\+\w+:110:111\+(\w+)'", text_of(journey, kind))
            assert [number for number in numbers if is_listed_number(number) and number not in planted] == []


def test_one_flight_message_has_as_many_travellers_as_asked() -> None:
    body = one_flight_message(5, NOW)
    assert body.count(b"NAD+FL") == 170
    assert body == one_flight_message(5, NOW)
    assert body != one_flight_message(6, NOW)
    assert one_flight_message(5, NOW, travellers=12).count(b"NAD+FL") == 12


def test_the_record_day_is_a_stream_of_check_in_lists() -> None:
    first = list(islice(record_day_messages(1, NOW), 3))
    assert len({message.flight_key for message in first}) == 3
    for message in first:
        assert message.kind is MessageKind.CHECK_IN
        assert message.body.count(b"NAD+FL") == message.travellers > 60


def test_the_reader_understands_every_message(journeys: list[Journey]) -> None:
    """Nothing is lost on the way, and the only remark is on children, whose two-digit years might be a century older."""
    for journey in journeys:
        for message in journey.messages:
            (read,) = read_manifests(message.body)
            assert read.manifest is not None
            assert read.manifest.flight.flight_key == message.flight_key
            assert len(read.manifest.travellers) == message.travellers
            assert {finding.code for finding in read.findings} <= {"century_ambiguous", "names_maybe_swapped"}
            assert read.manifest.flight.legs[0].scheduled_departure == journey.planned.departure


def test_readers_find_the_planted_as_the_truth_says(journeys: list[Journey]) -> None:
    for journey in journeys:
        read = [one for message in journey.messages[:-1] for one in read_manifests(message.body)]
        travellers = {
            person.references.passenger: person
            for one in read
            if one.manifest is not None
            for person in one.manifest.travellers
            if person.references.passenger is not None
        }
        for truth in journey.planted:
            person = travellers[truth.passenger]
            assert (person.surname, person.given_names) == (truth.surname, truth.given_names)
            assert person.birth_date == truth.birth_date
            assert person.documents[0].number == truth.document_number


def test_a_person_is_the_same_in_every_message_of_a_flight(journeys: list[Journey]) -> None:
    """Corrections and closures speak of travellers by the identity that check-in gave them."""
    for journey in journeys:
        by_kind: dict[MessageKind, set[str]] = {kind: set() for kind in MessageKind}
        for message in journey.messages:
            for read in read_manifests(message.body):
                assert read.manifest is not None
                by_kind[message.kind] |= {person.traveller_id for person in read.manifest.travellers}
        assert len(by_kind[MessageKind.CHECK_IN]) == journey.planned.passengers
        assert by_kind[MessageKind.CORRECTION] | by_kind[MessageKind.CLOSURE] <= by_kind[MessageKind.CHECK_IN]
