"""Two tables in, results out."""

import pytest
from screening_samples import DAY

from schemas.evidence import Band
from schemas.watchlist_csv import RowError
from screening.engine import build_index
from screening.exhaustive import ExhaustiveIndex
from screening.model import MODEL, DateOutcome
from screening.offline import RESULT_COLUMNS, TravellerRowError, screen_rows, snapshot_from_rows, traveller_from_row

LISTED = [
    {"record_id": "R1", "surname": "KRASHTAJ", "given_names": "ARDIT", "birth_date": "1981-04-17", "nationality": "ALB"},
    {"record_id": "R2", "surname": "HOXHA", "given_names": "ILIR", "birth_date": "1960"},
    {"record_id": "R3", "surname": "AL MASRI", "given_names": "MOHAMED ALI"},
]
TRAVELLERS = [
    {"traveller_id": "1", "surname": "KRASHTAJ", "given_names": "ARDIT", "birth_date": "1981-04-17", "nationality": "alb"},
    {"traveller_id": "2", "surname": "ZYBERI", "given_names": "LUAN", "birth_date": "1990-01-02", "sex": "M"},
    {"traveller_id": "3", "surname": "HOXHAJ", "given_names": "ILIR", "birth_date": "1960-07-02"},
]


def results(min_score=None, builder=None):
    index = build_index(snapshot_from_rows(LISTED), **({"builder": builder} if builder else {}))
    return list(screen_rows(TRAVELLERS, index, DAY, min_score))


def test_results_have_the_columns_of_the_contract():
    found = results()
    assert all(tuple(row) == RESULT_COLUMNS for row in found)
    first = found[0]
    assert (first["traveller_id"], first["record_id"], first["band"], first["lanes"]) == ("1", "R1", Band.STRONG, "name")
    assert float(first["score"]) > 20
    assert "Both names have KRASHTAJ" in first["explanation"]
    assert f"({MODEL.date_bits[DateOutcome.EQUAL]:+.2f})" in first["explanation"]


def test_a_lower_score_finds_more_and_the_oracle_finds_the_same():
    assert [len(results(floor)) for floor in (5.0, 20.0, 1000.0)] == [2, 1, 0]
    for floor in (None, -50.0, 10.0):
        assert results(floor) == results(floor, ExhaustiveIndex)


def test_bad_rows_are_named():
    with pytest.raises(RowError):
        snapshot_from_rows([{"surname": "X"}])
    with pytest.raises(TravellerRowError, match="birth_date"):
        traveller_from_row({"traveller_id": "1", "birth_date": "17 April"})
    with pytest.raises(TravellerRowError, match="sex"):
        traveller_from_row({"traveller_id": "1", "sex": "man"})


def test_a_document_is_read_without_its_fillers():
    row = {"traveller_id": "1", "document_type": "p", "document_number": "ba 12-34<", "document_country": "alb"}
    (document,) = traveller_from_row(row).documents
    assert (document.type, document.number, document.issuing_country) == ("P", "BA1234", "ALB")
