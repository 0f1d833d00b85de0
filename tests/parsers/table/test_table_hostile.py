"""Any bytes give findings, never an exception; hostile workbooks are refused with a reason, in bounded time and memory."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_text import HEAD, NAMES, ROW, codes, manifest_of, read_one, read_text

from parsers.table import limits, read_manifest_table, template_csv, template_xlsx

CSV, XLSX = template_csv(), template_xlsx()


def assert_read(data: bytes) -> None:
    messages = list(read_manifest_table(data))
    assert messages
    for message in messages:
        assert message.manifest is not None or message.findings
        if message.manifest is not None:
            assert type(message.manifest).model_validate_json(message.manifest.model_dump_json()) == message.manifest


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_bytes(data: bytes) -> None:
    assert_read(data)
    assert_read(b"PK\x03\x04" + data)


@given(st.lists(st.lists(st.text(max_size=12), max_size=10), max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_cells_below_the_names(rows: list[list[str]]) -> None:
    data = (HEAD + NAMES + "\n".join(",".join(row) for row in rows)).encode("utf-8", "replace")
    assert_read(data)


@given(st.sampled_from([CSV, XLSX]), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 8)), max_size=5))
@settings(max_examples=200, deadline=None)
def test_mutations(data: bytes, changes: list[tuple[float, bytes, int]]) -> None:
    changed = bytearray(data)
    for place, put, taken in changes:
        at = int(place * len(changed))
        changed[at : at + taken] = put
    assert_read(bytes(changed))


def rezipped(change: Callable[[str, bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(XLSX)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            copy.writestr(name, change(name, source.read(name)))
    return target.getvalue()


def sheet_of(xml: bytes) -> bytes:
    return rezipped(lambda name, sent: xml if name.endswith("sheet1.xml") else sent)


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.floats(0, 1), st.sampled_from([b"<", b"9", b"&#65;", b"999999999", b"A", b'"', b""])),
        max_size=4,
    )
)
@settings(max_examples=100, deadline=None)
def test_mutated_xml(changes: list[tuple[int, float, bytes]]) -> None:
    def change(name: str, sent: bytes) -> bytes:
        changed = bytearray(sent)
        for part, place, put in changes:
            if sum(name.encode()) % 8 == part:
                at = int(place * len(changed))
                changed[at : at + 1] = put
        return bytes(changed)

    assert_read(rezipped(change))


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<worksheet><sheetData>" + b" " * (limits.UNZIPPED_BYTES_MAX + 10), "table_too_large"),
        (b"<a>" * 100_000, "table_unreadable"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><worksheet>&x;</worksheet>', "table_unreadable"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><worksheet/>', "table_unreadable"),
        (b"<worksheet>&unknown;</worksheet>", "table_unreadable"),
        (b'<?xml version="1.0" encoding="ebcdic-of-mars"?><worksheet/>', "table_unreadable"),
    ],
    ids=["bomb", "deep", "entities", "external", "undefined", "encoding"],
)
def test_hostile_xml(xml: bytes, code: str) -> None:
    message = read_one(sheet_of(xml))
    assert message.manifest is None
    assert codes(message)[0][0] == code


def test_the_last_cell_of_the_largest_sheet_costs_nothing() -> None:
    cells = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>' * 1_000
    message = read_one(sheet_of(b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"))
    assert message.manifest is None
    assert ("table_too_large", 1048576, None) in codes(message)


def test_a_zip_with_too_many_parts() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(limits.ZIP_ENTRIES_MAX + 1):
            archive.writestr(str(number), b"")
    assert codes(read_one(target.getvalue())) == [("table_too_large", None, None)]


def test_rows_beyond_the_limit_are_not_lost_in_silence() -> None:
    row = ROW.replace("0012345", "{}")
    text = HEAD + NAMES + "".join(row.format(number) for number in range(limits.ROWS_MAX))
    message = read_text(text)
    assert ("table_too_large", limits.ROWS_MAX + 1, None) in codes(message)
    assert len(manifest_of(message).travellers) == limits.ROWS_MAX - 8


def test_findings_are_limited() -> None:
    message = read_text(HEAD + NAMES + "HOXHA,,,,,,,,\n" * 1_000)
    assert len(message.findings) == limits.FINDINGS_MAX + 1
    assert message.findings[-1].code == "findings_too_many"
    assert len(manifest_of(message).travellers) == 1_000


@pytest.mark.parametrize(
    "tail", [b'"' * 500_000, b'"a\n' * 100_000, b"," * 500_000, b"\n" * 500_000, b'""' * 300_000, b',"' * 300_000]
)
def test_storms_of_separators(tail: bytes) -> None:
    assert_read((HEAD + NAMES + ROW).encode() + tail)


def test_too_many_flights() -> None:
    names = "flight,from,to,departure,surname\n"
    text = names + "".join(f"OR{number},AMS,TIA,2026-03-01 10:10,HOXHA\n" for number in range(1, limits.FLIGHTS_MAX + 3))
    messages = list(read_manifest_table(text.encode()))
    assert len(messages) == limits.FLIGHTS_MAX + 1
    assert codes(messages[-1]) == [("table_too_large", None, None)]


def test_a_password_is_recognised() -> None:
    book = openpyxl.Workbook()
    target = io.BytesIO()
    book.save(target)
    data = bytearray(target.getvalue())
    at = data.find(b"PK\x01\x02")
    while at >= 0:  # the flag "encrypted" of every entry of the directory
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    assert codes(read_one(bytes(data))) == [("table_unreadable", None, None)]
