"""The JSON form: the same manifest as from EDIFACT, lenient about what is left out, exact about what is wrong."""

import json
from typing import Any

import pytest
from edifact_text import PERSON, passenger_list, person
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import read_manifests
from parsers.manifest_json import JSON_BYTES_MAX, read_manifest_json

SMALL: dict[str, Any] = {
    "function": "passenger_list",
    "flight": {
        "designator": "OR0260",
        "departure_port": "ams",
        "arrival_port": "TIA",
        "scheduled_departure": "2026-03-01T10:10",
        "scheduled_arrival": "2026-03-01T12:40:00+01:00",
    },
    "travellers": [
        {
            "surname": "HOXHA",
            "given_names": "ARBEN",
            "birth_date": "1968-02-23",
            "nationality": "ALB",
            "documents": [{"type": "P", "number": "BA 123", "issuing_country": "AL"}],
        }
    ],
}


def read_one(value: Any) -> Any:
    (message,) = read_manifest_json(json.dumps(value).encode())
    return message


def codes(message: Any) -> list[str]:
    return [one.code for one in message.findings]


def test_what_is_left_out_is_worked_out() -> None:
    message = read_one(SMALL)
    manifest = message.manifest
    assert codes(message) == ["country_converted"]
    assert manifest.flight.flight_key == "OR260-AMS-2026-03-01"
    assert (manifest.flight.carrier, manifest.flight.number, manifest.flight.designator) == ("OR", "260", "OR260")
    (leg,) = manifest.flight.legs
    assert leg.scheduled_departure.isoformat() == "2026-03-01T10:10:00+01:00"
    assert leg.departure_local == "2026-03-01T10:10"
    assert leg.crosses_border
    (traveller,) = manifest.travellers
    assert traveller.traveller_id.startswith("trv_")
    (document,) = traveller.documents
    assert (document.number, document.number_raw) == ("BA123", "BA 123")
    assert (document.issuing_country, document.issuing_country_raw) == ("ALB", "AL")


def test_both_doors_lead_to_the_same_manifest() -> None:
    (edifact,) = read_manifests(passenger_list(PERSON, person(1), person(2)))
    assert edifact.manifest is not None
    (read,) = read_manifest_json(edifact.manifest.model_dump_json().encode())
    assert read.manifest is not None
    assert read.manifest.flight == edifact.manifest.flight
    assert read.manifest.travellers == edifact.manifest.travellers
    assert read.findings == ()


def test_a_list_of_manifests() -> None:
    messages = list(read_manifest_json(json.dumps([SMALL, 7, SMALL]).encode(), submission_id="sub_x"))
    assert [message.manifest is not None for message in messages] == [True, False, True]
    assert [message.index for message in messages] == [0, 1, 2]
    assert messages[0].manifest is not None
    assert messages[2].manifest is not None
    assert messages[0].manifest.manifest_id != messages[2].manifest.manifest_id
    assert messages[0].manifest.submission_id == "sub_x"
    assert messages[1].findings[0].message.startswith("At /1:")


def test_a_wrong_value_costs_itself_only_and_is_pointed_at() -> None:
    value = json.loads(json.dumps(SMALL))
    value["travellers"] += [
        {"surname": 5, "given_names": "X", "seat": "1A"},
        "nobody",
        {"surname": "B", "documents": [{"number": {}}]},
    ]
    message = read_one(value)
    assert [one.surname for one in message.manifest.travellers] == ["HOXHA", None, "B"]
    assert message.manifest.travellers[1].given_names == "X"
    text = " ".join(one.message for one in message.findings)
    assert "/travellers/1/surname" in text
    assert "/travellers/1/seat" in text
    assert "/travellers/3/documents/0/number" in text
    assert {"json_value_invalid", "json_field_unknown", "json_traveller_refused"} <= set(codes(message))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "input_empty"),
        (b"  \n", "input_empty"),
        (b"{", "json_invalid"),
        (b"\xff\xfe", "json_invalid"),
        (b"[" * 100_000, "json_too_deep"),
        (b'{"a":' * 100_000, "json_too_deep"),
        (b"[]", "json_value_invalid"),
        (b"null", "json_value_invalid"),
        (b"{}", "flight_missing"),
        (b'{"flight": {"designator": null}}', "flight_missing"),
        (b" " * JSON_BYTES_MAX + b"{}", "json_too_long"),
    ],
)
def test_refused_with_a_reason(data: bytes, code: str) -> None:
    (message,) = read_manifest_json(data)
    assert message.manifest is None
    assert codes(message) == [code]


def test_times_that_are_none() -> None:
    value = json.loads(json.dumps(SMALL))
    value["flight"]["scheduled_departure"] = "tomorrow"
    message = read_one(value)
    assert codes(message) == ["time_invalid", "country_converted"]
    assert message.manifest.flight.flight_key == "OR260-AMS-?"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["function", "flight", "travellers", "message", "sender", "test", "findings", "prepared_at", "x"])
FLIGHT_FIELDS = st.sampled_from(
    ["designator", "carrier", "number", "legs", "departure_port", "scheduled_departure", "flight_key"]
)
PERSON_FIELDS = st.sampled_from(
    ["surname", "birth_date", "sex", "documents", "references", "raw", "bags", "kind", "nationality"]
)


@given(
    st.dictionaries(FIELDS, JSON_VALUES, max_size=4),
    st.dictionaries(FLIGHT_FIELDS, JSON_VALUES, max_size=4),
    st.lists(st.dictionaries(PERSON_FIELDS, JSON_VALUES, max_size=4), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_nothing_raises_and_no_traveller_is_lost(fields: Any, flight: Any, people: Any) -> None:
    value = fields | {"flight": {"designator": "OR260", "departure_port": "AMS"} | flight, "travellers": people}
    message = read_one(value)
    assert message.manifest is not None or message.findings
    if message.manifest is not None:
        assert len(message.manifest.travellers) == len(people)
        assert type(message.manifest).model_validate_json(message.manifest.model_dump_json()) == message.manifest


@given(st.binary(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_bytes(data: bytes) -> None:
    assert list(read_manifest_json(data))


def test_what_a_traveller_lacks_is_said_as_on_every_other_door() -> None:
    value = json.loads(json.dumps(SMALL))
    value["travellers"] = [
        {
            "surname": "HOXHA",
            "birth_date": "1968-02-23",
            "nationality": "QQQ",
            "sex": "Q",
            "documents": [{"expires_on": "2020-01-01"}],
        }
    ]
    assert codes(read_one(value)) == [
        "country_unknown",
        "sex_unknown",
        "document_number_missing",
        "document_type_missing",
        "document_issuer_missing",
        "document_expired",
    ]
