"""Records decoded quickly are the records that were stored."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.stored_records import StoredRecordError, StoredRow, decode_record, encode_record
from schemas.watchlist import (
    Action,
    AlertSeverity,
    CaseKind,
    ListKind,
    NameKind,
    NameQuality,
    ReadmissionCase,
    Record,
    RecordDocument,
    RecordName,
    Watchlist,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
MAYBE = st.none() | TEXT
DAYS = st.none() | st.dates(date(1900, 1, 1))
NAMES = st.builds(
    RecordName, surname=MAYBE, full_name=MAYBE, kind=st.sampled_from(NameKind), quality=st.sampled_from(NameQuality)
)
DOCUMENTS = st.builds(RecordDocument, type=MAYBE, number=TEXT, status=MAYBE)
CASES = st.builds(ReadmissionCase, case_kind=st.sampled_from(CaseKind), transfer_date=DAYS, suspended=st.booleans())
RECORDS = st.builds(
    Record,
    record_id=st.text("AB-1", min_size=1, max_size=4),
    action=st.sampled_from(Action),
    severity=st.none() | st.sampled_from(AlertSeverity),
    names=st.lists(NAMES, max_size=3).map(tuple),
    birth_dates=st.lists(st.sampled_from(["1980", "1980-04", "1980-04-17"]), max_size=2).map(tuple),
    birth_place=MAYBE,
    documents=st.lists(DOCUMENTS, max_size=2).map(tuple),
    expires_at=DAYS,
    warnings=st.lists(TEXT, max_size=2).map(tuple),
    readmission=st.none() | CASES,
)


@settings(max_examples=200)
@given(RECORDS)
def test_a_record_is_decoded_and_told_as_the_noun_would_be(record):
    for stored in (record.model_dump_json(), record.model_dump_json(exclude_defaults=True).encode()):
        decoded = decode_record(stored)
        assert encode_record(decoded) == record.model_dump_json(exclude_defaults=True).encode()
        assert [(one.surname, one.full_name, one.quality) for one in decoded.names] == [
            (one.surname, one.full_name, one.quality) for one in record.names
        ]
        assert decoded.birth_dates == record.birth_dates
    watchlist = Watchlist(list_id="wanted", kind=ListKind.PERSON, title="Wanted")
    assert StoredRow(watchlist, record.model_dump_json(), 2, 3).versioned().record == record


@pytest.mark.parametrize(
    "body",
    [
        '{"record_id": "R1", "surname": "KRASHTAJ"}',
        '{"names": [{"surname": "KRASHTAJ"}]}',
        '{"record_id": "R1", "names": [{"surname": "KRASHTAJ", "quality": "KRASHTAJ"}]}',
        '{"record_id": "R1", "names": "KRASHTAJ"}',
        '{"record_id": "KRASHTAJ',
    ],
)
def test_what_is_no_record_is_refused_without_repeating_it(body):
    with pytest.raises(StoredRecordError) as refused:
        decode_record(body)
    assert "KRASHTAJ" not in str(refused.value)
    assert refused.value.__cause__ is None
