"""The lists: sizes, kinds, aliases, cases, and that a seed makes them once and for all."""

import re
from collections import Counter
from datetime import date

import pytest

from api_service.sandbox.documents import is_listed_number
from api_service.sandbox.lists import (
    ATTENTION,
    DOCUMENTS,
    PROTECTION,
    READMISSION,
    WANTED,
    SandboxList,
    sandbox_lists,
)
from schemas.watchlist import Action, CaseKind, ListKind, NameKind, NameQuality

TODAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def lists() -> dict[str, SandboxList]:
    return {entry.watchlist.list_id: entry for entry in sandbox_lists(7, TODAY)}


def test_the_sizes_are_those_of_a_small_country(lists: dict[str, SandboxList]) -> None:
    assert {list_id: len(entry.records) for list_id, entry in lists.items()} == {
        WANTED: 2000,
        ATTENTION: 1000,
        PROTECTION: 40,
        DOCUMENTS: 1000,
        READMISSION: 400,
    }
    assert lists[DOCUMENTS].watchlist.kind is ListKind.DOCUMENT
    assert lists[READMISSION].watchlist.kind is ListKind.READMISSION


def test_the_same_seed_makes_the_same_lists(lists: dict[str, SandboxList]) -> None:
    assert {entry.watchlist.list_id: entry for entry in sandbox_lists(7, TODAY)} == lists
    assert sandbox_lists(8, TODAY)[0].records != lists[WANTED].records


def test_record_identifiers_are_unique(lists: dict[str, SandboxList]) -> None:
    identifiers = [record.record_id for entry in lists.values() for record in entry.records]
    assert len(identifiers) == len(set(identifiers))


def test_aliases_are_other_spellings_and_some_are_weak(lists: dict[str, SandboxList]) -> None:
    records = lists[WANTED].records
    counts = Counter(len(record.names) - 1 for record in records)
    assert set(counts) == set(range(7)), "0 to 6 aliases"
    aliases = [name for record in records for name in record.names[1:]]
    assert {name.kind for name in aliases} == {NameKind.ALIAS}
    weak = sum(name.quality is NameQuality.LOW for name in aliases)
    assert 0.1 * len(aliases) < weak < 0.5 * len(aliases)
    for record in records:
        written = [(name.surname, name.given_names, name.full_name) for name in record.names]
        assert len(written) == len(set(written))
        for parts in written:
            assert all(re.fullmatch(r"[A-Z]+( [A-Z]+)*", part) for part in parts if part is not None)


def test_birth_dates_are_exact_partial_several_or_missing(lists: dict[str, SandboxList]) -> None:
    forms = Counter(tuple(len(day) for day in record.birth_dates) for record in lists[WANTED].records)
    assert set(forms) == {(10,), (4,), (7,), (10, 10), ()}
    assert forms[(10,)] > 1200


def test_listed_documents_are_of_the_listed_set(lists: dict[str, SandboxList]) -> None:
    numbers = [document.number for entry in lists.values() for record in entry.records for document in record.documents]
    assert len(numbers) > 2000
    assert all(is_listed_number(number) for number in numbers)


def test_protection_asks_for_protection(lists: dict[str, SandboxList]) -> None:
    assert {record.action for record in lists[PROTECTION].records} == {Action.PROTECT}
    assert any(record.birth_dates and record.birth_dates[0][:4] > "2008" for record in lists[PROTECTION].records)


def test_every_kind_of_readmission_case_is_there(lists: dict[str, SandboxList]) -> None:
    cases = [record.readmission for record in lists[READMISSION].records if record.readmission is not None]
    assert len(cases) == 400
    assert {case.case_kind for case in cases} == set(CaseKind)
    bans = [case for case in cases if case.case_kind is CaseKind.ENTRY_BAN]
    assert all(case.entry_ban_from and case.entry_ban_to and case.entry_ban_from < case.entry_ban_to for case in bans)
    over = [case for case in bans if case.entry_ban_to and case.entry_ban_to < TODAY]
    coming = [case for case in bans if case.entry_ban_from and case.entry_ban_from > TODAY]
    assert over
    assert coming
    assert len(bans) > len(over) + len(coming)
    assert any(case.suspended for case in cases)
    assert {"appealed", "accepted", "pending"} <= {case.decision for case in cases}
