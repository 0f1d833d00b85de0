"""A row's cells to the fields of a traveller, with the findings of the EDIFACT door at the place in the sheet.

Each field has one reader in the table `_READERS`: a cell in, a value out, None where nothing usable was sent. What normalising
changed is kept as sent in `raw`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from parsers.paxlst.dates import birth_date, document_date
from parsers.paxlst.functions import NOT_BOARDED, WITHOUT_DATA
from parsers.paxlst.names import read_name
from parsers.paxlst.values import COUNTRY_REMARKS, decimal
from parsers.table.cells import Cell, CellKind
from parsers.table.dates import DayOrder, read_date
from parsers.table.layout import Layout, TableRow
from parsers.table.remarks import Remarks
from schemas.airports import find
from schemas.codes import SEX_CODES, country
from schemas.manifest import Function

KINDS: Mapping[str, str] = {
    "passenger": "passenger", "pax": "passenger", "p": "passenger", "fl": "passenger", "adult": "passenger",
    "child": "passenger", "infant": "passenger", "passengers": "passenger",
    "crew": "crew", "c": "crew", "fm": "crew", "pilot": "crew", "captain": "crew", "copilot": "crew", "master": "crew",
    "transit": "transit", "transfer": "transit", "ddu": "transit", "ddt": "transit",
}  # fmt: skip
"""What a cell of the column `kind` may say."""

_DOCUMENT_WORDS = {
    "PASSPORT": "P", "PASS": "P", "VISA": "V", "IDENTITY CARD": "I", "ID CARD": "I", "ID": "I", "NATIONAL ID": "I",
    "RESIDENCE PERMIT": "IR", "REFUGEE TRAVEL DOCUMENT": "PR", "SEAMAN BOOK": "IS", "SEAMAN'S BOOK": "IS",
}  # fmt: skip
_YES_OR_NO = {"yes": True, "y": True, "true": True, "1": True, "po": True, "no": False, "n": False, "false": False, "0": False}
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE | re.ASCII)
_FILLERS = re.compile(r"[\s<-]+")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the flight says about its travellers. `orders`: what each date column shows about day and month."""

    function: Function
    flight_day: date
    orders: Mapping[str, DayOrder]


class PersonReader:
    """Reads one row after the other."""

    def __init__(self, layout: Layout, remarks: Remarks, expected: Expected) -> None:
        self._layout = layout
        self._remarks = remarks
        self._expected = expected
        self._row = TableRow(0, {})
        self._raw: dict[str, str] = {}

    def read(self, row: TableRow) -> dict[str, Any]:
        """Fields of `schemas.traveller.Traveller`, without its identifier."""
        self._row, self._raw = row, {}
        person: dict[str, Any] = {"kind": "passenger"}
        documents: dict[str, dict[str, Any]] = {}
        for name, cell in row.fields.items():
            reader = _READERS.get(name.replace("document2.", "document.", 1))
            if reader is None or not self._sound(cell, name):
                continue
            value = reader(self, cell, name)
            if value is not None:
                self._put(person, documents, name, value)
        self._read_name(person, row)
        person["documents"] = [self._whole_document(document, kind) for kind, document in sorted(documents.items())]
        person |= {"raw": self._raw, "unknown_segments": row.unknown, "not_boarded": NOT_BOARDED.get(self._expected.function)}
        self._report_missing(person)
        return person

    def remark(self, code: str, name: str, **facts: object) -> None:
        """A finding about this field of the present row."""
        self._remarks.add(code, self._row.number, self._layout.columns.get(name), **facts)

    def _sound(self, cell: Cell, name: str) -> bool:
        if cell.kind is CellKind.ERROR:
            self.remark("cell_error", name)
            return False
        if cell.formula:
            self.remark("cell_formula" if cell.text else "cell_formula_unresolved", name)
        return bool(cell.text)

    def _put(self, person: dict[str, Any], documents: dict[str, dict[str, Any]], name: str, value: Any) -> None:
        group, dot, inner = name.partition(".")
        if not dot:
            person[name] = value
        elif group.startswith("document"):
            documents.setdefault(group, {}).update(value if isinstance(value, dict) else {inner: value})
        else:
            person.setdefault(group, {})[inner] = value

    def _read_name(self, person: dict[str, Any], row: TableRow) -> None:
        sent = [row.fields[name].text if name in row.fields else "" for name in ("surname", "given_names")]
        if not sent[1] and "," in sent[0]:
            sent[0] = sent[0].replace(",", "/", 1)
        read = read_name(sent)
        for code in read.remarks:
            self.remark(code, "surname" if code == "name_with_slash" else "given_names")
        person |= {"surname": read.surname, "given_names": read.given_names}
        person.setdefault("title", read.title)
        self._raw |= {name: row.fields[name].text for name in read.raw if name in row.fields}

    def _whole_document(self, document: dict[str, Any], group: str) -> dict[str, Any]:
        said = self._layout.document_types.get(group)
        if said and "type" not in document:
            document["type"] = said
        for name, code in (("number", "document_number_missing"), ("type", "document_type_missing")):
            if document.get(name) is None and document.get("number_raw") is None:
                self.remark(code, f"{group}.{name}")
        if document.get("issuing_country") is None:
            self.remark("document_issuer_missing", f"{group}.issuing_country")
        return document

    def _report_missing(self, person: dict[str, Any]) -> None:
        if self._expected.function in WITHOUT_DATA:
            return
        for name in ("surname", "birth_date", "nationality"):
            if person.get(name) is None and not (name == "birth_date" and name in self._raw):
                self.remark(f"{name}_missing", name)
        if not person["documents"]:
            self.remark("document_missing", "document.number")

    def keep(self, name: str, cell: Cell, value: str | None) -> str | None:
        """The value; the text as sent is kept where it differs."""
        if value != cell.text:
            self._raw[name] = cell.text
        return value

    def order(self, name: str) -> DayOrder:
        """What the dates of this column show."""
        return self._expected.orders.get(name, DayOrder.UNKNOWN)

    @property
    def flight_day(self) -> date:
        """The local day of departure."""
        return self._expected.flight_day


_Reader = Callable[[PersonReader, Cell, str], Any]


def _text(_reader: PersonReader, cell: Cell, _name: str) -> str:
    return cell.text


def _upper(_reader: PersonReader, cell: Cell, _name: str) -> str:
    return cell.text.upper()


def _kind(reader: PersonReader, cell: Cell, name: str) -> str:
    found = KINDS.get(cell.text.casefold().replace("-", "").replace(" ", ""))
    if found is None:
        reader.remark("kind_unknown", name)
    return found or "passenger"


def _sex(reader: PersonReader, cell: Cell, name: str) -> str:
    sex = SEX_CODES.get(cell.text.upper())
    if sex is None:
        reader.remark("sex_unknown", name)
    reader.keep(name, cell, sex or "U")
    return sex or "U"


def _country(reader: PersonReader, cell: Cell, name: str) -> str | None:
    found = country(cell.text)
    remark = COUNTRY_REMARKS.get(found.status)
    if remark is not None:
        reader.remark(remark, name)
    return reader.keep(name, cell, found.code) if "." not in name else found.code


def _issuer(reader: PersonReader, cell: Cell, name: str) -> dict[str, Any]:
    code = _country(reader, cell, name)
    return {"issuing_country": code} | ({"issuing_country_raw": cell.text} if code != cell.text else {})


def _birth_date(reader: PersonReader, cell: Cell, name: str) -> str | None:
    found = read_date(cell, reader.order(name))
    read = birth_date(found.digits or "?", "", reader.flight_day)
    for code in {found.remark if read.value else None, read.remark} - {None}:
        reader.remark(str(code), name)
    return reader.keep(name, cell, read.value)


def _document_date(reader: PersonReader, cell: Cell, name: str) -> str | None:
    found = read_date(cell, reader.order(name))
    value = document_date(found.digits or "?", reader.flight_day)
    if value is None:
        reader.remark("date_invalid", name)
    elif found.remark is not None:
        reader.remark(found.remark, name)
    return value


def _expiry(reader: PersonReader, cell: Cell, name: str) -> str | None:
    value = _document_date(reader, cell, name)
    if value is not None and value < reader.flight_day.isoformat():
        reader.remark("document_expired", name)
    return value


def _document_number(reader: PersonReader, cell: Cell, name: str) -> dict[str, Any]:
    if _ROUNDED.fullmatch(cell.text) and (cell.kind is CellKind.NUMBER or "+" in cell.text):
        reader.remark("document_number_damaged", name)
        return {"number": None, "number_raw": cell.text}
    if cell.kind is CellKind.NUMBER:
        reader.remark("cell_number_as_text", name)
    number = _FILLERS.sub("", cell.text).upper()
    return {"number": number or None} | ({"number_raw": cell.text} if number != cell.text else {})


def _document_type(_reader: PersonReader, cell: Cell, _name: str) -> str:
    sent = " ".join(cell.text.upper().split())
    return _DOCUMENT_WORDS.get(sent, sent)


def _port(reader: PersonReader, cell: Cell, name: str) -> str:
    port = cell.text.upper()
    if find(port) is None:
        reader.remark("port_unknown", name)
    return port


def _count(reader: PersonReader, cell: Cell, name: str) -> int | None:
    if cell.text.isascii() and cell.text.isdecimal() and len(cell.text) < 5:
        return int(cell.text)
    reader.remark("number_invalid", name)
    return None


def _weight(reader: PersonReader, cell: Cell, name: str) -> float | None:
    found = decimal(re.sub(r"\s*KGS?$", "", cell.text.upper()))
    if found is None:
        reader.remark("number_invalid", name)
    return found


def _tags(_reader: PersonReader, cell: Cell, _name: str) -> tuple[str, ...]:
    return tuple(re.split(r"[\s,;|/]+", cell.text.strip(",;|/ ")))


def _yes_or_no(_reader: PersonReader, cell: Cell, _name: str) -> bool | None:
    return _YES_OR_NO.get(cell.text.casefold())


_READERS: Mapping[str, _Reader] = {
    **dict.fromkeys(("surname", "given_names"), _text),  # for what their cells are; `_read_name` has the last word
    "kind": _kind,
    "title": _upper,
    "sex": _sex,
    "birth_date": _birth_date,
    **dict.fromkeys(("nationality", "residence", "birth_country", "address.country"), _country),
    **dict.fromkeys(("birth_place", "address.street", "address.city", "address.subdivision", "address.postcode"), _text),
    **dict.fromkeys(("embarkation", "disembarkation", "first_entry"), _port),
    **dict.fromkeys(("contact.telephone", "contact.email", "crew_role"), _text),
    **dict.fromkeys(("references.booking", "references.passenger", "references.seat"), _upper),
    **dict.fromkeys(("references.redress", "references.known_traveller", "references.ticket"), _upper),
    "bags.count": _count,
    "bags.weight_kg": _weight,
    "bags.tags": _tags,
    "verified": _yes_or_no,
    "document.type": _document_type,
    "document.number": _document_number,
    "document.issuing_country": _issuer,
    "document.expires_on": _expiry,
    "document.issued_on": _document_date,
    "document.place_of_issue": _text,
}
"""By field; the second document is read as the first. The flight is read elsewhere."""
