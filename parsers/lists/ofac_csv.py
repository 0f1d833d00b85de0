"""OFAC's SDN list as CSV: `SDN.CSV`, without a header, `-0-` for nothing, whatever has no column said in the remarks.

The aliases stand in a file of their own, `ALT.CSV`. Send both one behind the other: rows are told apart by their cells (twelve
and five), and an alias is added to its entry whichever comes first. Rows of the addresses (`ADD.CSV`, six cells) are passed
over.
"""

import re
from collections.abc import Iterable

from parsers.lists import values
from parsers.lists.csv_cutter import RowCutter
from parsers.lists.entry import Entry
from parsers.lists.ofac_xml import AUTHORITY
from parsers.lists.row import ListFileError, ListRow
from schemas.watchlist import NameKind, NameQuality, RecordName

_NOTHING = "-0-"
_ENTRY_CELLS, _ALIAS_CELLS, _ADDRESS_CELLS = 12, 5, 6
_REMARK = re.compile(r"^(?:alt\. )?(DOB|POB|nationality|citizen|Gender)\s+(.+)$", re.IGNORECASE)
_DOCUMENT = re.compile(
    r"^(?P<kind>[A-Za-z][A-Za-z .'-]*?)(?: No\.?)? (?P<number>[A-Z0-9][A-Z0-9/.-]{3,})(?: \((?P<issuer>[^)]+)\))?"
)
_ALIAS_REMARK = re.compile(r"^a\.k\.a\. '(?P<name>[^']+)'$", re.IGNORECASE)


class OfacCsvReader:
    """Satisfies `row.ListReader`."""

    def __init__(self) -> None:
        """Reads one file, or several of them one behind the other."""
        self._cutter = RowCutter(fallback_encoding="cp1252")
        self._seen = False

    def feed(self, data: bytes) -> list[ListRow]:
        """See the protocol."""
        return self._rows(self._cutter.feed(data))

    def close(self) -> list[ListRow]:
        """See the protocol."""
        rows = self._rows(self._cutter.feed(b"", final=True))
        if not self._seen:
            raise ListFileError(1, "The file is empty.")
        return rows

    def _rows(self, cut: Iterable[list[str]]) -> list[ListRow]:
        rows = []
        for cells in cut:
            if any(cells):
                self._seen = True
                row = read_cells(self._cutter.number, ["" if cell == _NOTHING else cell for cell in cells])
                rows += [row] if row is not None else []
        return rows


def read_cells(number: int, cells: list[str]) -> ListRow | None:
    """The entry, or the alias, of one row; None for an address."""
    if len(cells) == _ENTRY_CELLS:
        return _entry(number, cells)
    if len(cells) == _ALIAS_CELLS:
        return _alias(number, cells)
    if len(cells) == _ADDRESS_CELLS:
        return None
    return ListRow(number, None, None, f"The row has {len(cells)} cells; an entry has {_ENTRY_CELLS}, an alias {_ALIAS_CELLS}.")


def _entry(number: int, cells: list[str]) -> ListRow:
    record_id, name, kind, programme, title = cells[:5]
    if kind.lower() != "individual":
        return ListRow(number, record_id or None, None, skipped=kind or "entity")
    entry = Entry(number, record_id or None, authority=AUTHORITY, category=programme or None)
    entry.add_name(_name(name, NameKind.PRIMARY, weak=False))
    entry.reason = "; ".join(filter(None, (title, cells[-1]))) or None
    for remark in cells[-1].rstrip(". ").split(";"):
        _remark(entry, remark.strip().rstrip("."))
    return entry.row()


def _alias(number: int, cells: list[str]) -> ListRow:
    record_id, _, _, name, remarks = cells
    entry = Entry(number, record_id or None)
    entry.add_name(_name(name, NameKind.ALIAS, weak="weak" in remarks.lower()))
    return entry.row(supplement=True)


def _name(text: str, kind: NameKind, *, weak: bool) -> RecordName:
    surname, comma, given = (part.strip() for part in text.partition(","))
    quality = NameQuality.LOW if weak else NameQuality.GOOD
    if not comma:
        return RecordName(full_name=text or None, kind=kind, quality=quality)
    return RecordName(surname=surname or None, given_names=given or None, kind=kind, quality=quality)


def _remark(entry: Entry, remark: str) -> None:
    """One remark; what says none of these things stays where it is, in the reason."""
    if found := _REMARK.match(remark):
        label, value = found[1].lower(), found[2]
        if label == "dob":
            entry.born(value)
        elif label == "pob":
            entry.birth_place = entry.birth_place or value
        elif label == "gender":
            entry.sex = values.sex(value)
        else:
            entry.national_of([value])
    elif alias := _ALIAS_REMARK.match(remark):
        entry.alias(alias["name"], weak=True)  # the list calls quoted names in remarks weak
    elif (found := _DOCUMENT.match(remark)) and values.document_type(found["kind"]):
        entry.document(found["kind"], found["number"], found["issuer"])
