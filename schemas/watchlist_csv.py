"""A list as CSV: one row, one record. Used by the HTTP import and by the offline batch, so both read alike.

Columns: record_id, category, action, severity, surname, given_names, aliases, birth_date, sex, nationality, document_type,
document_number, document_country, valid_from, expires_at, reason, and for readmission lists the fields of the case. Several
values in a cell are parted by `|`; an alias is `SURNAME, GIVEN NAMES`, or a whole name without a comma. Empty is unknown.
Columns nobody knows are left alone; only record_id must be there.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from schemas.watchlist import (
    Action,
    AlertSeverity,
    CaseKind,
    NameKind,
    NameQuality,
    ReadmissionCase,
    Record,
    RecordDocument,
    RecordName,
)

BASE_COLUMNS = (
    *("record_id", "category", "action", "severity", "surname", "given_names", "aliases", "birth_date", "sex", "nationality"),
    *("document_type", "document_number", "document_country", "valid_from", "expires_at", "reason"),
)
OPTIONAL_COLUMNS = ("weak_aliases", "birth_place", "authority", "legal_basis", "warnings", "review_at")
READMISSION_COLUMNS = tuple(ReadmissionCase.model_fields)
COLUMNS = (*BASE_COLUMNS, *OPTIONAL_COLUMNS, *READMISSION_COLUMNS)
"""Every column that is read."""

VALUES_SEPARATOR = "|"
RECORD_ID_CHARACTERS_MAX = 200  # the schema's own limit, said here in a sentence

_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0", ""})
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_COUNTRY = re.compile(r"[A-Z]{3}|D")
_SEXES = frozenset({"M", "F", "X", "U"})

AnyCode = TypeVar("AnyCode", bound=StrEnum)


class RowError(ValueError):
    """A row that is no record. The text is one sentence for the list's owner; it names the column, not the value."""


def record_from_row(row: Mapping[str, str]) -> Record:
    """The record of one row. Raises RowError."""
    record_id = _cell(row, "record_id")
    if not record_id:
        raise RowError("The row has no record_id.")
    if len(record_id) > RECORD_ID_CHARACTERS_MAX:
        raise RowError(f"The record_id is longer than {RECORD_ID_CHARACTERS_MAX} characters.")
    names, documents, readmission = _names(row), _documents(row), _readmission(row)
    if not names and not documents:
        raise RowError("The row has neither a name nor a document number.")
    return Record(
        record_id=record_id,
        category=_cell(row, "category"),
        action=_code(row, "action", Action) or Action.REFER_SECOND_LINE,
        severity=_code(row, "severity", AlertSeverity),
        names=names,
        birth_dates=tuple(_partial_date(value) for value in _values(row, "birth_date")),
        birth_place=_cell(row, "birth_place"),
        sex=_sex(row),
        nationalities=tuple(_country(value, "nationality") for value in _values(row, "nationality")),
        documents=documents,
        reason=_cell(row, "reason"),
        authority=_cell(row, "authority"),
        legal_basis=_cell(row, "legal_basis"),
        valid_from=_date(row, "valid_from"),
        expires_at=_date(row, "expires_at"),
        review_at=_date(row, "review_at"),
        warnings=_values(row, "warnings"),
        readmission=readmission,
    )


def _names(row: Mapping[str, str]) -> tuple[RecordName, ...]:
    surname, given = _cell(row, "surname"), _cell(row, "given_names")
    primary = (RecordName(surname=surname, given_names=given),) if surname or given else ()
    good = (_alias(value, NameQuality.GOOD) for value in _values(row, "aliases"))
    weak = (_alias(value, NameQuality.LOW) for value in _values(row, "weak_aliases"))
    return (*primary, *good, *weak)


def _alias(text: str, quality: NameQuality) -> RecordName:
    surname, comma, given = (part.strip() for part in text.partition(","))
    if not comma:
        return RecordName(full_name=text, kind=NameKind.ALIAS, quality=quality)
    return RecordName(surname=surname or None, given_names=given or None, kind=NameKind.ALIAS, quality=quality)


def _documents(row: Mapping[str, str]) -> tuple[RecordDocument, ...]:
    """Several numbers take several types and countries, in the same order; one type or country is that of all."""
    numbers = _values(row, "document_number")
    types = _for_each(_positions(row, "document_type"), len(numbers), "document_type")
    countries = _for_each(_positions(row, "document_country"), len(numbers), "document_country")
    return tuple(
        RecordDocument(type=kind.upper() or None, number=number, issuing_country=_country(country, "document_country") or None)
        for kind, number, country in zip(types, numbers, countries, strict=True)
    )


def _for_each(values: tuple[str, ...], count: int, column: str) -> tuple[str, ...]:
    if len(values) == count:
        return values
    if len(values) <= 1:
        return (values or ("",)) * count
    raise RowError(f"The column {column} has {len(values)} values for {count} document numbers.")


def _readmission(row: Mapping[str, str]) -> ReadmissionCase | None:
    kind = _code(row, "case_kind", CaseKind)
    if kind is None:
        filled = next((column for column in READMISSION_COLUMNS if _cell(row, column)), None)
        if filled is not None:
            raise RowError(f"The row has {filled} but no case_kind.")
        return None
    return ReadmissionCase(
        case_id=_cell(row, "case_id"),
        case_kind=kind,
        agreement=_cell(row, "agreement"),
        requesting_state=_cell(row, "requesting_state"),
        requested_state=_cell(row, "requested_state"),
        decision=_cell(row, "decision"),
        request_date=_date(row, "request_date"),
        transfer_date=_date(row, "transfer_date"),
        return_confirmed_on=_date(row, "return_confirmed_on"),
        entry_ban_from=_date(row, "entry_ban_from"),
        entry_ban_to=_date(row, "entry_ban_to"),
        suspended=_truth(row, "suspended"),
    )


def _cell(row: Mapping[str, str], column: str) -> str | None:
    return (row.get(column) or "").strip() or None


def _positions(row: Mapping[str, str], column: str) -> tuple[str, ...]:
    text = _cell(row, column)
    return tuple(value.strip() for value in text.split(VALUES_SEPARATOR)) if text else ()


def _values(row: Mapping[str, str], column: str) -> tuple[str, ...]:
    return tuple(value for value in _positions(row, column) if value)


def _code(row: Mapping[str, str], column: str, codes: type[AnyCode]) -> AnyCode | None:
    text = _cell(row, column)
    if text is None:
        return None
    try:
        return codes(text.lower())
    except ValueError:
        raise RowError(f"The column {column} must be one of {', '.join(codes)}.") from None


def _sex(row: Mapping[str, str]) -> str | None:
    sex = _cell(row, "sex")
    if sex is not None and sex.upper() not in _SEXES:
        raise RowError("The column sex must be one of M, F, X, U.")
    return sex and sex.upper()


def _country(text: str, column: str) -> str:
    code = text.upper()
    if code and not _COUNTRY.fullmatch(code):
        raise RowError(f"The column {column} must hold alpha-3 country codes.")
    return code


def _truth(row: Mapping[str, str], column: str) -> bool:
    text = (_cell(row, column) or "").lower()
    if text not in _TRUE | _FALSE:
        raise RowError(f"The column {column} must be true or false.")
    return text in _TRUE


def _date(row: Mapping[str, str], column: str) -> date | None:
    text = _cell(row, column)
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RowError(f"The column {column} must be a date, YYYY-MM-DD.") from None


def _partial_date(text: str) -> str:
    """A date whose unknown parts are left off, or written `00`."""
    found = _PARTIAL_DATE.fullmatch(text)
    if found is None:
        raise RowError("The column birth_date must hold dates: YYYY-MM-DD, YYYY-MM or YYYY.")
    year, month, day = found.groups()
    if month in {None, "00"}:
        return str(year)
    try:
        date(int(year), int(month), int(day or 0) or 1)
    except ValueError:
        raise RowError("The column birth_date holds a day that no calendar has.") from None
    return f"{year}-{month}" if day in {None, "00"} else text
