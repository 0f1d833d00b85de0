"""The published sample messages, against what a person read in them.

The messages are not part of the project; where the folder with them is absent, the tests are skipped and say so. Expected
values are written from the text of the messages, field by field; a field that is not named here must have its default.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from parsers import read_manifests

PROJECT = Path(__file__).resolve().parents[2]
SAMPLES = PROJECT.parent / "shared" / "samples" / "paxlst"
EXPECTED: dict[str, Any] = json.loads((Path(__file__).parent / "published_expectations.json").read_text("utf-8"))
PASSENGER_LISTS = sorted(EXPECTED)
RESPONSES = (
    "cusres_error_reply_erp1_erc118.edi",
    "iapi_cn_1001_cusres_ok.edi",
    "iapi_cn_1002_cusres_ok.edi",
    "iapi_cn_1003_cusres_no_board.edi",
    "iapi_cn_1003_cusres_ok_after_change.edi",
    "iapi_cn_1039_cusres_two_legs.edi",
    "iapi_cn_1061_ack_BGM312.edi",
    "iapi_cn_1061_unsolicited_BGM132.edi",
    "iapi_cn_1134_cusres_mixed.edi",
)


def read_sample(name: str) -> bytes:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"the published sample messages are not here ({name})")
    return path.read_bytes()


def without_defaults(manifest: Any) -> dict[str, Any]:
    fields: dict[str, Any] = manifest.model_dump(mode="json", exclude_defaults=True, exclude={"findings", "manifest_id"})
    for traveller in fields.get("travellers", ()):
        del traveller["traveller_id"]
    return fields


@pytest.mark.parametrize("name", PASSENGER_LISTS)
def test_published_passenger_list(name: str) -> None:
    expected = EXPECTED[name]
    (message,) = read_manifests(read_sample(name))
    assert message.manifest is not None
    assert without_defaults(message.manifest) == expected["manifest"]
    found = [[one.code, one.location.segment, one.location.element, one.location.component] for one in message.findings]
    assert found == expected["findings"]


@pytest.mark.parametrize("name", RESPONSES)
def test_published_response_is_refused(name: str) -> None:
    (message,) = read_manifests(read_sample(name))
    assert message.manifest is None
    assert [one.code for one in message.findings] == ["message_type_unsupported"]
    assert message.findings[0].value == "CUSRES"


def test_every_sample_has_an_expectation() -> None:
    if not SAMPLES.exists():
        pytest.skip("the published sample messages are not here")
    assert {path.name for path in SAMPLES.glob("*.edi")} == {*PASSENGER_LISTS, *RESPONSES}


def test_a_change_names_the_same_traveller() -> None:
    (first,) = read_manifests(read_sample("iapi_cn_1003_check.edi"))
    (change,) = read_manifests(read_sample("iapi_cn_1003_change_CP.edi"))
    assert first.manifest is not None
    assert change.manifest is not None
    assert first.manifest.travellers[0].traveller_id == change.manifest.travellers[0].traveller_id
    assert first.manifest.flight.flight_key == change.manifest.flight.flight_key
    assert first.manifest.manifest_id != change.manifest.manifest_id


def test_the_wrapped_message_reads_as_the_cleaned_one() -> None:
    (wrapped,) = read_manifests(read_sample("ediclean_A_typeb_header_wrapped_64.edi"))
    (clean,) = read_manifests(read_sample("ediclean_A_cleaned.edi"))
    assert wrapped.manifest is not None
    assert clean.manifest is not None
    assert without_defaults(wrapped.manifest) == without_defaults(clean.manifest)
    assert [person.traveller_id for person in wrapped.manifest.travellers] == [
        person.traveller_id for person in clean.manifest.travellers
    ]
    codes = [one.code for one in wrapped.findings if one.code != "text_wrapped"]
    assert codes == [one.code for one in clean.findings]


def test_locations_point_at_the_segment_in_the_bytes_as_received() -> None:
    data = read_sample("ediclean_A_typeb_header_wrapped_64.edi")
    (message,) = read_manifests(data)
    for one in message.findings:
        assert one.location.offset is not None
        at = data[one.location.offset : one.location.offset + 5].replace(b"\r\n", b"")
        assert one.location.tag is not None
        assert at.startswith(one.location.tag.encode())
