"""The project's own CSV: any table, cut anywhere."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.lists import ListFileError, ListRow
from parsers.lists.csv_cutter import ROW_BYTES_MAX
from parsers.lists.own_csv import Cells, CsvListReader


def rows_of(data: bytes, size: int = 7) -> list[tuple[int, str | None, str | None, str]]:
    def keep(number: int, cells: Cells) -> ListRow:
        seen.append((number, cells.get("record_id"), cells.get("reason"), ""))
        return ListRow(number, cells.get("record_id"), None, "kept apart")

    seen: list[tuple[int, str | None, str | None, str]] = []
    reader = CsvListReader(frozenset({"record_id"}), keep)
    for start in range(0, len(data), size):
        rows = reader.feed(data[start : start + size])
        seen += [(row.number, None, None, row.fault) for row in rows if row.fault != "kept apart"]
    rows = reader.close()
    return seen + [(row.number, None, None, row.fault) for row in rows if row.fault != "kept apart"]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00\x1a"), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), st.integers(1, 30), st.booleans())
def test_any_table_reads_as_it_was_written_however_it_is_cut(table: list[tuple[str, str]], size: int, bom: bool) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("record_id", "reason"), *table])
    data = text.getvalue().encode("utf-8-sig" if bom else "utf-8")
    expected = [
        (number, left.strip(), right.strip(), "")
        for number, (left, right) in enumerate(table, 2)
        if left.strip() or right.strip()
    ]
    assert rows_of(data, size) == expected


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    rows = rows_of(b'Record_ID,reason\r\n1,"two\r\nlines"\r\n\r\n2,plain\r\n3\r\n4,a,b\r\n5,last')
    assert [(row[0], row[1]) for row in sorted(rows)] == [(2, "1"), (4, "2"), (5, "3"), (6, None), (7, "5")]
    assert rows[0][2] == "two\r\nlines"
    assert any("3 cells" in row[3] for row in rows)


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
        (b"record_id\n" + b"x" * (ROW_BYTES_MAX + 1), 2),
        (b'record_id\n"' + b"x\n" * ROW_BYTES_MAX, 2),
    ],
)
def test_what_is_no_table_is_refused_with_its_row(data: bytes, row: int) -> None:
    with pytest.raises(ListFileError) as refused:
        rows_of(data, 1000)
    assert refused.value.number == row
