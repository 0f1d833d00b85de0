"""Workbooks as other programs write them: dates, numbers, formulas, hidden sheets, several sheets (openpyxl writes them here)."""

import io
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_text import codes, manifest_of, read_one, traveller_of

from parsers.table import read_manifest_table
from parsers.table.sheet_xml import spreadsheet_moment

FLIGHT = [("carrier", "OR"), ("flight", 260), ("from", "AMS"), ("to", "TIA"), ("departure date", date(2026, 3, 1)),
          ("departure time", time(10, 10)), ("arrival", datetime.fromisoformat("2026-03-01T12:40"))]  # fmt: skip
NAMES = ["surname", "given names", "sex", "birth date", "nationality", "document type", "document number", "document country"]
PERSON: list[Any] = ["HOXHA", "ARBEN", "M", date(1968, 2, 23), "ALB", "P", "BA0012345", "ALB"]


def fill(sheet: Any, *people: list[Any], flight: Any = None) -> None:
    for line in flight or FLIGHT:
        sheet.append(line)
    sheet.append(NAMES)
    for person in people:
        sheet.append(person)


def saved(book: Any) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def workbook(*people: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    fill(book.active, *people)
    return saved(book)


def with_value(name: str, value: Any) -> bytes:
    person = list(PERSON)
    person[NAMES.index(name)] = value
    return workbook(person)


def test_dates_and_times_as_cells() -> None:
    message = read_one(workbook(PERSON))
    assert message.findings == ()
    flight = manifest_of(message).flight
    assert flight.flight_key == "OR260-AMS-2026-03-01"
    assert flight.legs[0].departure_local == "2026-03-01T10:10"
    assert flight.legs[0].arrival_local == "2026-03-01T12:40"
    assert traveller_of(message).birth_date == "1968-02-23"


def test_a_workbook_that_counts_from_1904() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    fill(book.active, PERSON)
    message = read_one(saved(book))
    assert traveller_of(message).birth_date == "1968-02-23"
    assert manifest_of(message).flight.flight_key == "OR260-AMS-2026-03-01"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("document number", 12345, "cell_number_as_text"),
        ("document number", 1.2345678901234567e17, "document_number_damaged"),
        ("surname", "=A1&A2", "cell_formula_unresolved"),
        ("nationality", "#N/A", "cell_error"),
        ("birth date", 24891, "date_serial_assumed"),
    ],
)
def test_what_spreadsheets_do_to_values(name: str, value: Any, code: str) -> None:
    message = read_one(with_value(name, value))
    column = "ABCDEFGH"[NAMES.index(name)]
    assert codes(message)[0] == (code, 9, column)
    if code == "cell_number_as_text":
        assert traveller_of(message).documents[0].number == "12345"
    if code == "document_number_damaged":
        assert traveller_of(message).documents[0].number is None
    if code == "date_serial_assumed":
        assert traveller_of(message).birth_date == "1968-02-23"


def test_every_visible_sheet_with_travellers_is_read() -> None:
    book = openpyxl.Workbook()
    fill(book.active, PERSON)
    second = book.create_sheet("Return")
    fill(
        second,
        [*PERSON[:2], "Q", *PERSON[3:]],
        flight=[
            ("flight", "OR261"),
            ("from", "TIA"),
            ("to", "AMS"),
            ("departure", "2026-03-01 14:00"),
            ("arrival", "2026-03-01 16:00"),
        ],
    )
    hidden = book.create_sheet("Old")
    fill(hidden, PERSON)
    hidden.sheet_state = "hidden"
    notes = book.create_sheet("Notes")
    notes.append(["call", "me"])
    first, other = read_manifest_table(saved(book))
    assert manifest_of(first).flight.designator == "OR260"
    assert manifest_of(other).flight.designator == "OR261"
    assert codes(first) == [("sheet_hidden", None, "3!"), ("sheet_without_travellers", None, "4!")]
    assert codes(other) == [("sex_unknown", 7, "2!C")]


@given(st.dates(date(1900, 3, 1), date(2100, 1, 1)), st.times().map(lambda moment: moment.replace(second=0, microsecond=0)))
@settings(max_examples=60, deadline=None)
def test_days_are_counted_as_spreadsheets_do(day: date, clock: time) -> None:
    moment = datetime.combine(day, clock)
    serial = openpyxl.utils.datetime.to_excel(moment)
    expected = moment.isoformat(timespec="minutes") if clock != time(0, 0) else day.isoformat()
    assert spreadsheet_moment(float(serial)) == expected


def test_the_days_of_1900() -> None:
    assert spreadsheet_moment(1) == "1900-01-01"
    assert spreadsheet_moment(59) == "1900-02-28"
    assert spreadsheet_moment(60) is None
    assert spreadsheet_moment(61) == "1900-03-01"
    assert spreadsheet_moment(0.5) == "12:00"
    assert spreadsheet_moment(-1) is None
    assert spreadsheet_moment(3e6) is None
    assert spreadsheet_moment(2958465.99999) is None
    assert spreadsheet_moment(2958465.0) == "9999-12-31"
    assert spreadsheet_moment(2957003.0, epoch_1904=True) == "9999-12-31"
    assert spreadsheet_moment(2957004.0, epoch_1904=True) is None
