"""Whatever the bytes: a reading comes back, it can be stored, and its receipt is consistent with what would be stored."""

from datetime import UTC, datetime

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from interchanges import Sent, interchange

from api_service.reading import BodyKind, Reading, ReadingRules, read_submission
from schemas.receipt import Receipt

ANY_CARRIER = ReadingRules("key", None, datetime(2026, 3, 1, tzinfo=UTC), 96.0)
_SEED = interchange(Sent(travellers=2), Sent("KL17", travellers=1, reference="2"))

_names = st.sampled_from(["flight", "travellers", "carrier", "number", "legs", "documents", "departure_port", "function", "x"])
_leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=8)
_json = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4), max_leaves=12
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An interchange with a few pieces replaced."""
    body = bytearray(_SEED)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 20))] = draw(
            st.binary(max_size=6) | st.sampled_from([b"'", b"+", b":", b"?", b"\x00", b"UNZ"])
        )
    return bytes(body)


def check(reading: Reading) -> None:
    receipt = Receipt.model_validate_json(reading.receipt)
    assert receipt.messages
    assert receipt.usable is reading.usable
    accepted = [message.manifest_id for message in receipt.messages if message.status != "rejected"]
    assert accepted == [row.manifest_id for row in reading.manifests]
    assert len(set(accepted)) == len(accepted)
    assert all(message.manifest_id is None for message in receipt.messages if message.status == "rejected")
    assert all(message.findings for message in receipt.messages if message.status == "rejected")
    for row in reading.manifests:
        for text in (row.flight_key, row.carrier or "", row.departure_port or "", row.arrival_port or ""):
            assert "\x00" not in text
            text.encode()
    assert reading.receipt.index(b'"replayed":false') < 300


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | damaged())
def test_any_interchange(body: bytes) -> None:
    check(read_submission(body, BodyKind.EDIFACT, ANY_CARRIER))


@settings(max_examples=100, deadline=None)
@given(_json.map(orjson.dumps) | st.binary(max_size=50))
def test_any_json(body: bytes) -> None:
    check(read_submission(body, BodyKind.JSON, ANY_CARRIER))


@settings(max_examples=50, deadline=None)
@given(damaged())
def test_the_same_bytes_read_the_same(body: bytes) -> None:
    assert read_submission(body, BodyKind.EDIFACT, ANY_CARRIER) == read_submission(body, BodyKind.EDIFACT, ANY_CARRIER)
