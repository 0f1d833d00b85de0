"""The template as an XLSX workbook: a dozen small parts of XML in a zip, the same bytes every time.

Every cell of the table has the format "text", so that spreadsheet programs leave zeros and dates as they are typed.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from parsers.table.cells import column_letters
from parsers.table.template import (
    COLUMNS,
    EXAMPLE_TRAVELLERS,
    HEAD,
    INSTRUCTIONS_TITLE,
    LISTS_TITLE,
    NOTES,
    ROOM_ROWS,
    SHEET_TITLE,
    lists,
)

_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NEVER_CHANGES = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip knows: the same template has the same bytes
_TEXT, _BOLD = 0, 1  # cell formats, by their place in `_STYLES`
_COLUMN_ROW = len(HEAD) + 2

_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="49" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def workbook_bytes() -> bytes:
    """The zip."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts():
            archive.writestr(zipfile.ZipInfo(name, _NEVER_CHANGES), _HEADER + text, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _parts() -> Iterator[tuple[str, str]]:
    titles = (SHEET_TITLE, INSTRUCTIONS_TITLE, LISTS_TITLE)
    sheets = [f"worksheets/sheet{number}.xml" for number in range(1, len(titles) + 1)]
    yield "[Content_Types].xml", _content_types(sheets)
    yield "_rels/.rels", _links([("officeDocument", "xl/workbook.xml")])
    listed = "".join(f'<sheet name="{title}" sheetId="{at}" r:id="rId{at}"/>' for at, title in enumerate(titles, 1))
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
    yield "xl/_rels/workbook.xml.rels", _links([*(("worksheet", sheet) for sheet in sheets), ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES
    yield "xl/worksheets/sheet1.xml", _sheet(_table_rows(), len(COLUMNS), _validations())
    yield "xl/worksheets/sheet2.xml", _sheet(_instruction_rows(), 2)
    yield "xl/worksheets/sheet3.xml", _sheet(_list_rows(), len(lists()))


def _content_types(sheets: Iterable[str]) -> str:
    kinds = {"workbook.xml": "sheet.main", "styles.xml": "styles"} | dict.fromkeys(sheets, "worksheet")
    overrides = "".join(f'<Override PartName="/xl/{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in kinds.items())
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    return f'<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>'


def _links(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


_Cells = Sequence[tuple[str, int]]


def _table_rows() -> Iterator[_Cells]:
    for line in HEAD:
        yield (line.name, _BOLD), (line.example[0], _TEXT)
    yield ()
    yield [(line.name, _BOLD) for line in COLUMNS]
    for number in range(EXAMPLE_TRAVELLERS):
        yield [(line.example[number], _TEXT) for line in COLUMNS]


def _instruction_rows() -> Iterator[_Cells]:
    for number, note in enumerate(NOTES):
        yield ((note, _TEXT if number else _BOLD),)
    for title, lines in (("Above the table", HEAD), ("Columns", COLUMNS)):
        yield ()
        yield ((title, _BOLD),)
        for line in lines:
            yield (line.name, _TEXT), (line.note, _TEXT)


def _list_rows() -> Iterator[_Cells]:
    yield [(name, _BOLD) for name in lists()]
    for number in range(max(map(len, lists().values()))):
        yield [(values[number] if number < len(values) else "", _TEXT) for values in lists().values()]


def _sheet(rows: Iterable[_Cells], width: int, after: str = "") -> str:
    written = "".join(f'<row r="{number}">{_cells(number, cells)}</row>' for number, cells in enumerate(rows, 1) if cells)
    columns = f'<cols><col min="1" max="{width}" width="22" style="{_TEXT}" customWidth="1"/></cols>'
    return f'<worksheet xmlns="{_MAIN}">{columns}<sheetData>{written}</sheetData>{after}</worksheet>'


def _cells(number: int, cells: _Cells) -> str:
    return "".join(
        f'<c r="{column_letters(at)}{number}" s="{style}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for at, (text, style) in enumerate(cells)
        if text
    )


def _validations() -> str:
    places = list(lists())
    last = _COLUMN_ROW + ROOM_ROWS
    ranges = [(line.choices, f"B{row}") for row, line in enumerate(HEAD, 1)]
    for at, line in enumerate(COLUMNS):
        letters = column_letters(at)
        ranges.append((line.choices, f"{letters}{_COLUMN_ROW + 1}:{letters}{last}"))
    offered = [_validation(place, choices, places) for choices, place in ranges if choices]
    return f'<dataValidations count="{len(offered)}">{"".join(offered)}</dataValidations>'


def _validation(place: str, choices: str, places: list[str]) -> str:
    """A list to choose from; other values are allowed, because the reader says more about them than a spreadsheet can."""
    column = column_letters(places.index(choices))
    source = f"{LISTS_TITLE}!${column}$2:${column}${len(lists()[choices]) + 1}"
    attributes = f'type="list" allowBlank="1" showErrorMessage="0" sqref={quoteattr(place)}'
    return f"<dataValidation {attributes}><formula1>{source}</formula1></dataValidation>"
