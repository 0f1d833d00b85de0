"""Reading a table as it comes in, cut anywhere."""

import csv
import io
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_service.list_csv import ROW_CHARACTERS_MAX, CsvRow, ListFormatError, csv_rows


async def chunked(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def rows_of(data: bytes, size: int = 7) -> list[CsvRow]:
    return [row async for row in csv_rows(chunked(data, size))]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), st.integers(1, 30), st.booleans())
async def test_any_table_reads_as_it_was_written_however_it_is_cut(table: list[tuple[str, str]], size: int, bom: bool) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("record_id", "reason"), *table])
    data = text.getvalue().encode("utf-8-sig" if bom else "utf-8")
    expected = [
        (number, left.strip(), right.strip()) for number, (left, right) in enumerate(table, 2) if left.strip() or right.strip()
    ]
    assert [(row.number, row.cells["record_id"], row.cells["reason"]) for row in await rows_of(data, size)] == expected


async def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    rows = await rows_of(b'Record_ID,reason\r\n1,"two\r\nlines"\r\n\r\n2,plain\r\n3\r\n4,a,b\r\n5,last')
    assert [(row.number, row.cells.get("record_id")) for row in rows] == [(2, "1"), (4, "2"), (5, "3"), (6, None), (7, "5")]
    assert rows[0].cells["reason"] == "two\r\nlines"
    assert "3 cells" in rows[3].fault


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"", 1),
        (b"\n\n", 1),
        (b"name,reason\n1,2\n", 1),
        (b"record_id,record_id\n1,2\n", 1),
        (b"record_id\n1\n\xff\n", 3),
        (b'record_id\n1\n"never closed\n', 3),
        (b'record_id\nA "quoted" word\n"so" it is\n', 3),
        (b"record_id\n" + b"x" * (ROW_CHARACTERS_MAX + 1), 2),
        (b'record_id\n"' + b"x\n" * ROW_CHARACTERS_MAX, 2),
    ],
)
async def test_what_is_no_table_is_refused_with_its_row(data: bytes, row: int) -> None:
    with pytest.raises(ListFormatError) as refused:
        await rows_of(data, 1000)
    assert refused.value.row_number == row
