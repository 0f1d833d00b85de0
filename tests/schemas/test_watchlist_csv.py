"""A row of a list's CSV becomes a record, or a sentence."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.watchlist import Action, AlertSeverity, CaseKind, NameKind, NameQuality, Record
from schemas.watchlist_csv import COLUMNS, RowError, record_from_row


def test_a_whole_row():
    record = record_from_row(
        {
            "record_id": " R1 ",
            "category": "wanted",
            "action": "discreet_report",
            "severity": "HIGH",
            "surname": "Krashtaj",
            "given_names": "Ardit",
            "aliases": "KRASHTAI, ARDI|THE BAKER",
            "weak_aliases": "BAKER",
            "birth_date": "1981-04-17|1981-04|1981|1982-00-00|1982-05-00",
            "sex": "m",
            "nationality": "ALB|RKS",
            "document_type": "P|I",
            "document_number": "BA1234567|000123",
            "document_country": "ALB",
            "valid_from": "2026-01-01",
            "expires_at": "",
            "reason": "a reason",
            "unheard_of": "ignored",
        }
    )
    assert (record.record_id, record.action, record.severity) == ("R1", Action.DISCREET_REPORT, AlertSeverity.HIGH)
    assert [(name.surname, name.given_names, name.full_name) for name in record.names] == [
        ("Krashtaj", "Ardit", None),
        ("KRASHTAI", "ARDI", None),
        (None, None, "THE BAKER"),
        (None, None, "BAKER"),
    ]
    assert [name.kind for name in record.names] == [NameKind.PRIMARY, *[NameKind.ALIAS] * 3]
    assert record.names[-1].quality is NameQuality.LOW
    assert record.birth_dates == ("1981-04-17", "1981-04", "1981", "1982", "1982-05")
    assert (record.sex, record.nationalities) == ("M", ("ALB", "RKS"))
    assert [(one.type, one.number, one.issuing_country) for one in record.documents] == [
        ("P", "BA1234567", "ALB"),
        ("I", "000123", "ALB"),
    ]
    assert (record.valid_from, record.expires_at, record.readmission) == (date(2026, 1, 1), None, None)


def test_a_readmission_case():
    case = record_from_row(
        {
            "record_id": "C1",
            "surname": "X",
            "case_kind": "entry_ban",
            "decision": "appealed",
            "entry_ban_from": "2026-01-01",
            "entry_ban_to": "2027-01-01",
            "suspended": "Yes",
        }
    ).readmission
    assert case is not None
    assert (case.case_kind, case.decision, case.suspended) == (CaseKind.ENTRY_BAN, "appealed", True)
    assert (case.entry_ban_from, case.entry_ban_to) == (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"record_id": ""}, "record_id"),
        ({"record_id": "R" * 201}, "record_id"),
        ({"surname": ""}, "name"),
        ({"action": "arrest"}, "action"),
        ({"severity": "urgent"}, "severity"),
        ({"birth_date": "17.04.1981"}, "birth_date"),
        ({"birth_date": "1981-02-30"}, "birth_date"),
        ({"sex": "male"}, "sex"),
        ({"nationality": "Albania"}, "nationality"),
        ({"document_number": "1|2|3", "document_type": "P|I"}, "document_type"),
        ({"valid_from": "2026-13-01"}, "valid_from"),
        ({"case_kind": "deportation"}, "case_kind"),
        ({"case_id": "7"}, "case_kind"),
        ({"case_kind": "transit", "suspended": "perhaps"}, "suspended"),
    ],
)
def test_a_bad_cell_is_named_but_not_repeated(cells, column):
    with pytest.raises(RowError) as caught:
        record_from_row({"record_id": "R1", "surname": "X"} | cells)
    sentence = str(caught.value)
    assert column in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@given(st.fixed_dictionaries({"record_id": st.just("R")}, optional={column: st.text(max_size=12) for column in COLUMNS[1:]}))
def test_any_row_is_a_record_or_a_sentence(row):
    with contextlib.suppress(RowError):
        assert isinstance(record_from_row(row), Record)
