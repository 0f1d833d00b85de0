"""Screening without a server: rows of two tables in, rows of results out. Files and the clock are the command line's.

Travellers: traveller_id, surname, given_names, birth_date, nationality, sex, document_type, document_number, document_country.
List: the columns of `schemas.watchlist_csv`. Either table may also have the form of an evaluation data set
(`screening.evaluation_rows`); its columns tell.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from pydantic import ValidationError

from schemas.travel_document import TravelDocument
from schemas.traveller import Sex, Traveller
from schemas.watchlist import ListKind, Record, VersionedRecord, Watchlist, WatchlistSnapshot
from schemas.watchlist_csv import record_from_row
from screening import evaluation_rows
from screening.engine import screen
from screening.index.port import Index
from screening.match import Match
from screening.normalise import document_number

TRAVELLER_COLUMNS = (
    *("traveller_id", "surname", "given_names", "birth_date", "nationality", "sex"),
    *("document_type", "document_number", "document_country"),
)
RESULT_COLUMNS = ("traveller_id", "record_id", "score", "band", "lanes", "explanation")

OFFLINE_LIST = Watchlist(list_id="offline", kind=ListKind.PERSON, title="The list of the file")


class TravellerRowError(ValueError):
    """A row that is no traveller. The text names the column, not the value."""


class ColumnsError(ValueError):
    """A table of neither form. The text says what it needs."""


def record_reader(columns: Iterable[str]) -> Callable[[Mapping[str, str]], Record]:
    """How to read the rows of a list with these columns (the reader raises RowError). Raises ColumnsError."""
    names = frozenset(columns)
    if "record_id" in names:
        return record_from_row
    if evaluation_rows.is_list(names):
        return lambda row: record_from_row(evaluation_rows.list_row(row))
    raise ColumnsError("A list needs the column record_id, or id, surname and given.")


def traveller_reader(columns: Iterable[str]) -> Callable[[Mapping[str, str], int], Traveller]:
    """How to read travellers with these columns, from the row and its number. Raises ColumnsError."""
    names = frozenset(columns)
    if "traveller_id" in names:
        return lambda row, _: traveller_from_row(row)
    if evaluation_rows.is_travellers(names):
        return lambda row, number: traveller_from_row(evaluation_rows.traveller_row(row, number))
    raise ColumnsError("Travellers need the column traveller_id, or surname and given, or query_surname and query_given.")


def listed(record: Record, watchlist: Watchlist = OFFLINE_LIST) -> VersionedRecord:
    """A record of the file's list, at version 1."""
    return VersionedRecord(watchlist=watchlist, record=record, record_version=1, list_version=1)


def snapshot_from_rows(rows: Iterable[Mapping[str, str]], watchlist: Watchlist = OFFLINE_LIST) -> WatchlistSnapshot:
    """A list of one file, at version 1. Raises `schemas.watchlist_csv.RowError` at the first bad row."""
    records = (listed(record_from_row(row), watchlist) for row in rows)
    return WatchlistSnapshot(1, (watchlist,), tuple(records))


def traveller_from_row(row: Mapping[str, str]) -> Traveller:
    """The traveller of one row; empty is unknown. Raises TravellerRowError."""
    cells = {column: (row.get(column) or "").strip() for column in TRAVELLER_COLUMNS}
    number = document_number(cells["document_number"])
    document = TravelDocument(
        type=cells["document_type"].upper() or None, number=number, issuing_country=cells["document_country"].upper() or None
    )
    try:
        return Traveller(
            traveller_id=cells["traveller_id"],
            surname=cells["surname"] or None,
            given_names=cells["given_names"] or None,
            birth_date=cells["birth_date"] or None,
            nationality=cells["nationality"].upper() or None,
            sex=Sex(cells["sex"].upper() or "U"),
            documents=(document,) if number else (),
        )
    except ValidationError as error:
        columns = sorted({str(one["loc"][0]) for one in error.errors(include_input=False)})
        raise TravellerRowError(f"Not a traveller: {', '.join(columns)}.") from None
    except ValueError:
        raise TravellerRowError("The column sex must be one of M, F, X, U.") from None


def screen_rows(
    rows: Iterable[Mapping[str, str]], index: Index, day: date, min_score_bits: float | None = None
) -> Iterator[dict[str, str]]:
    """The matches of all travellers as rows of `RESULT_COLUMNS`, as they are found. Raises TravellerRowError.

    Build the index with `screening.engine.build_index`, for `--oracle` with `builder=ExhaustiveIndex`.
    """
    for row in rows:
        yield from screen_travellers((traveller_from_row(row),), index, day, min_score_bits)


def screen_travellers(
    travellers: Iterable[Traveller], index: Index, day: date, min_score_bits: float | None
) -> Iterator[dict[str, str]]:
    """The matches of these travellers, as rows of `RESULT_COLUMNS`, in the order of travellers, then of the list."""
    return map(result_row, screen(travellers, index, day, min_score_bits))


def result_row(match: Match) -> dict[str, str]:
    """One match; lanes are parted by `|`, evidence by a space, each piece with its bits."""
    return {
        "traveller_id": match.traveller_id,
        "record_id": match.record.record.record_id,
        "score": f"{match.score:.3f}",
        "band": match.band.value,
        "lanes": "|".join(match.lanes),
        "explanation": " ".join(f"{piece.explanation[:-1]} ({piece.weight:+.2f})." for piece in match.evidence),
    }
