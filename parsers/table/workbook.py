"""XLSX to rows: ECMA-376 part 1, SpreadsheetML, as far as a table of travellers needs it.

Cells are read as they are stored: a formula's result, never the formula; a number as its digits, so that a document number
that became a number can be told from text; a date only where the cell's format says that the number is one. Hidden sheets are
left out, and said to be.

A reader of its own, because the usual libraries either build the whole rectangle from A1 to the last cell (a file of 2 kB can
then ask for gigabytes), or hide whether a cell was a formula, a number or text; and all of them trust sizes that a file claims.
"""

import re
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from parsers.table.cells import Sheet, UnreadableTableError
from parsers.table.limits import CELL_CHARACTERS_MAX, SHEETS_MAX, STRINGS_MAX, STYLES_MAX
from parsers.table.sheet_xml import Shared, SheetReader
from parsers.table.xml_parts import Attributes, Parts, XmlReader

WORKBOOK_MAGIC = b"PK\x03\x04"
"""How a zip begins, and so every XLSX."""

COMPOUND_FILE_MAGIC = b"\xd0\xcf\x11\xe0"
"""How an XLS of 2003 begins, and an XLSX with a password."""

_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in numFmtIds that show dates or times (ECMA-376 part 1, 18.8.30)."""

_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)


def read_workbook(data: bytes) -> list[Sheet]:
    """The visible sheets. Raises UnreadableTableError where the bytes are no workbook."""
    parts = Parts(data)
    path = _main_part(parts)
    book = _Workbook()
    parts.read(path, book)
    links = _Links()
    parts.read(join(dirname(path), "_rels", path.rpartition("/")[2] + ".rels"), links)
    shared = Shared(epoch_1904=book.epoch_1904)
    _read_shared(parts, path, links, shared)
    return _read_sheets(parts, path, book, (links, shared))


def refuse_compound(data: bytes) -> None:
    """Raises UnreadableTableError for the older format, and for workbooks with a password."""
    if data.startswith(COMPOUND_FILE_MAGIC):
        raise UnreadableTableError("table_unreadable", reason="it is an XLS file, or has a password")


def _main_part(parts: Parts) -> str:
    links = _Links()
    parts.read("_rels/.rels", links)
    target = next((link.target for link in links.by_id.values() if link.kind == "officeDocument"), "xl/workbook.xml")
    path = _resolve("", target)
    if path not in parts:
        raise UnreadableTableError("table_unreadable", reason="the zip holds no workbook")
    return path


def _resolve(base: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(join(dirname(base), target))


def _read_shared(parts: Parts, path: str, links: "_Links", shared: Shared) -> None:
    for link in links.by_id.values():
        if link.kind == "sharedStrings":
            parts.read(_resolve(path, link.target), _Strings(shared.strings))
        elif link.kind == "styles":
            styles = _Styles()
            parts.read(_resolve(path, link.target), styles)
            shared.date_styles = styles.dates()


def _read_sheets(parts: Parts, path: str, book: "_Workbook", rest: "tuple[_Links, Shared]") -> list[Sheet]:
    links, shared = rest
    sheets = []
    for position, entry in enumerate(book.sheets[:SHEETS_MAX], 1):
        sheet = Sheet(position, (), entry.title)
        sheets.append(sheet)
        link = links.by_id.get(entry.link)
        if entry.hidden:
            sheet.note("sheet_hidden", sheet=position)
        elif link is not None and link.kind == "worksheet":
            reader = SheetReader(shared, sheet)
            parts.read(_resolve(path, link.target), reader)
            sheet.rows = reader.rows
    if len(book.sheets) > SHEETS_MAX:
        sheets[-1].note("table_too_large", limit=SHEETS_MAX, what="sheets")
    return sheets


@dataclass(frozen=True, slots=True)
class _Link:
    kind: str
    target: str


class _Links(XmlReader):
    """A `.rels` part: which part stands behind an id."""

    def __init__(self) -> None:
        self.by_id: dict[str, _Link] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.by_id[attributes.get("Id", "")] = _Link(kind, attributes.get("Target", ""))


@dataclass(frozen=True, slots=True)
class _SheetEntry:
    title: str
    link: str
    hidden: bool


@dataclass
class _Workbook(XmlReader):
    """`workbook.xml`: the sheets in order, and when its days begin."""

    sheets: list[_SheetEntry] = field(default_factory=list)
    epoch_1904: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            link = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self.sheets.append(_SheetEntry(attributes.get("name", ""), link, attributes.get("state", "visible") != "visible"))
        elif name == "workbookPr":
            self.epoch_1904 = attributes.get("date1904", "0") in ("1", "true")


class _Strings(XmlReader):
    """`sharedStrings.xml`: texts, perhaps of several runs; phonetic hints are left out."""

    def __init__(self, strings: list[str]) -> None:
        self._strings = strings
        self._pieces: list[str] = []
        self._length = 0
        self._in_text = self._in_hint = False

    def start(self, name: str, attributes: Attributes) -> None:  # noqa: ARG002  the attributes of runs are looks
        if name == "si":
            self._pieces, self._length = [], 0
        self._in_hint = self._in_hint or name == "rPh"
        self._in_text = name == "t" and not self._in_hint

    def text(self, text: str) -> None:
        if self._in_text and self._length <= CELL_CHARACTERS_MAX:
            self._pieces.append(text[: CELL_CHARACTERS_MAX + 1])
            self._length += len(text)

    def end(self, name: str) -> None:
        self._in_text = False
        if name == "rPh":
            self._in_hint = False
        if name == "si":
            if len(self._strings) == STRINGS_MAX:
                raise UnreadableTableError("table_too_large", limit=STRINGS_MAX, what="different texts")
            self._strings.append("".join(self._pieces))


class _Styles(XmlReader):
    """`styles.xml`: which cell formats show dates."""

    def __init__(self) -> None:
        self._formats: dict[str, bool] = {}
        self._cell_formats: list[str] = []
        self._in_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt" and len(self._formats) < STYLES_MAX:
            self._formats[attributes.get("numFmtId", "")] = _shows_date(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells and len(self._cell_formats) < STYLES_MAX:
            self._cell_formats.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cells = False

    def dates(self) -> frozenset[str]:
        """Positions of the formats that show dates, as cells name them."""
        return frozenset(str(at) for at, number in enumerate(self._cell_formats) if self._is_date(number))

    def _is_date(self, number: str) -> bool:
        if number in self._formats:
            return self._formats[number]
        return number.isascii() and number.isdecimal() and len(number) < 4 and int(number) in _DATE_FORMATS


def _shows_date(code: str) -> bool:
    shown = _NOT_SHOWN.sub("", code[:255]).lower()
    return any(letter in shown for letter in "ymdhs") and "general" not in shown
