"""The tables of evaluation data sets, row by row, as the columns that lists and travellers have everywhere else.

A list: id, surname, given, aliases and weak_aliases (`SURNAME, GIVEN`), dob (dates, or a range of years `1970/1973`),
nationality, sex, documents (`TYPE:NUMBER:ISSUER`); several values in a cell are parted by `;`. Travellers: surname, given, dob,
nationality, sex, each perhaps after `query_`; a traveller's id is the number of the row, from 1.
"""

from collections.abc import Iterable, Iterator, Mapping

from schemas.watchlist_csv import VALUES_SEPARATOR, RowError

LIST_COLUMNS = frozenset({"id", "surname", "given"})
TRAVELLER_COLUMNS = frozenset({"surname", "given"})
QUERY_PREFIX = "query_"

YEARS_MAX = 15
"""A range of birth years longer than this says nothing, and is left out."""

_SEPARATOR = ";"
_DOCUMENT_FIELDS = 3


def is_list(columns: Iterable[str]) -> bool:
    """Whether a table with these columns is a list of an evaluation set."""
    return set(columns) >= LIST_COLUMNS


def is_travellers(columns: Iterable[str]) -> bool:
    """Whether it is a table of travellers, or of pairs."""
    names = set(columns)
    return names >= TRAVELLER_COLUMNS or names >= {QUERY_PREFIX + column for column in TRAVELLER_COLUMNS}


def list_row(row: Mapping[str, str]) -> dict[str, str]:
    """A row of a list in the columns of `schemas.watchlist_csv`. Raises RowError."""
    documents = [document.split(":") for document in _values(row, "documents")]
    if any(len(document) != _DOCUMENT_FIELDS for document in documents):
        raise RowError("The column documents must hold TYPE:NUMBER:ISSUER.")
    kinds, numbers, issuers = zip(*documents, strict=True) if documents else ((), (), ())
    return {
        "record_id": row.get("id") or "",
        "surname": row.get("surname") or "",
        "given_names": row.get("given") or "",
        "aliases": _joined(_values(row, "aliases")),
        "weak_aliases": _joined(_values(row, "weak_aliases")),
        "birth_date": _joined(date for text in _values(row, "dob") for date in _dates(text)),
        "nationality": _joined(_values(row, "nationality")),
        "sex": row.get("sex") or "",
        "document_type": _joined(kinds),
        "document_number": _joined(numbers),
        "document_country": _joined(issuers),
    }


def traveller_row(row: Mapping[str, str], number: int) -> dict[str, str]:
    """A row of travellers or pairs in the columns of a traveller."""
    prefix = "" if "surname" in row else QUERY_PREFIX
    fields = {"surname": "surname", "given_names": "given", "birth_date": "dob", "nationality": "nationality", "sex": "sex"}
    return {"traveller_id": str(number), **{field: row.get(prefix + column) or "" for field, column in fields.items()}}


def _values(row: Mapping[str, str], column: str) -> list[str]:
    return [value for value in (row.get(column) or "").split(_SEPARATOR) if value.strip(" ,")]


def _joined(values: Iterable[str]) -> str:
    return VALUES_SEPARATOR.join(values)


def _dates(text: str) -> Iterator[str]:
    first, slash, last = text.partition("/")
    if not (slash and first.isdecimal() and last.isdecimal()):
        yield text
    elif 0 <= int(last) - int(first) <= YEARS_MAX:
        yield from map(str, range(int(first), int(last) + 1))
