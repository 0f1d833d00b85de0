"""The European Union's list as CSV: semicolons, a row for every name, birth date and document, entries in one run of rows."""

from collections.abc import Iterable, Mapping

from parsers.lists import values
from parsers.lists.csv_cutter import RowCutter
from parsers.lists.entry import Entry
from parsers.lists.eu_xml import AUTHORITY, add_name
from parsers.lists.row import ListFileError, ListRow
from schemas.watchlist import NameKind

ROWS_MAX = 5_000
"""Of one entry; the longest published ones have some three hundred."""

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("Entity_LogicalId", "Entity_logical_id"),
    "reference": ("Entity_EU_ReferenceNumber", "EU_ref_num"),
    "subject": ("Entity_SubjectType", "Subject_type"),
    "class": ("Entity_SubjectType_ClassificationCode",),
    "remark": ("Entity_Remark", "Entity_remark"),
    "designated": ("Entity_DesignationDate",),
    "programme": ("Entity_Regulation_Programme", "Programme"),
    "title": ("Entity_Regulation_NumberTitle", "Leba_numtitle"),
    "lastName": ("NameAlias_LastName", "Naal_lastname"),
    "firstName": ("NameAlias_FirstName", "Naal_firstname"),
    "middleName": ("NameAlias_MiddleName", "Naal_middlename"),
    "wholeName": ("NameAlias_WholeName", "Naal_wholename"),
    "gender": ("NameAlias_Gender", "Naal_gender"),
    "birth": ("BirthDate_BirthDate", "Birt_date"),
    "year": ("BirthDate_Year", "Birt_year"),
    "from": ("BirthDate_YearRangeFrom",),
    "to": ("BirthDate_YearRangeTo",),
    "circa": ("BirthDate_Circa",),
    "place": ("BirthDate_City", "BirthDate_Place", "Birt_place"),
    "birth_country": ("BirthDate_CountryDescription", "Birt_country"),
    "number": ("Identification_LatinNumber", "Identification_Number", "Iden_number"),
    "document": ("Identification_TypeDescription", "Identification_TypeCode"),
    "issuer": ("Identification_CountryIso2Code", "Iden_country"),
    "citizen": ("Citizenship_CountryIso2Code", "Citi_country"),
}
"""What is read, and the publisher's columns for it: schema 1.1, then 1.0."""

_NO_COUNTRY = frozenset({"00", ""})
_PERSON = frozenset({"p", "person"})


class EuCsvReader:
    """Satisfies `row.ListReader`. Only the rows of one entry are held."""

    def __init__(self) -> None:
        """Reads one file."""
        self._cutter = RowCutter(";", fallback_encoding="cp1252")
        self._places: dict[str, list[int]] = {}
        self._held: list[dict[str, str]] = []
        self._first = 0

    def feed(self, data: bytes) -> list[ListRow]:
        """See the protocol."""
        return self._rows(self._cutter.feed(data))

    def close(self) -> list[ListRow]:
        """See the protocol."""
        rows = self._rows(self._cutter.feed(b"", final=True))
        if not self._places:
            raise ListFileError(1, "The file is empty.")
        return rows + self._finish()

    def _rows(self, cut: Iterable[list[str]]) -> list[ListRow]:
        return [row for cells in cut if any(cells) for row in self._take(cells)]

    def _take(self, cells: list[str]) -> list[ListRow]:
        if not self._places:
            self._places = _places(self._cutter.number, cells)
            return []
        fields = {field: _first(cells, places) for field, places in self._places.items()}
        done = self._finish() if self._held and self._held[0]["id"] != fields["id"] else []
        if not self._held:
            self._first = self._cutter.number
        if len(self._held) >= ROWS_MAX:
            raise ListFileError(self._cutter.number, f"An entry has more than {ROWS_MAX} rows.")
        self._held.append(fields)
        return done

    def _finish(self) -> list[ListRow]:
        held, self._held = self._held, []
        return [read_entry(self._first, held)] if held else []


def _places(number: int, header: list[str]) -> dict[str, list[int]]:
    place_of = {name: place for place, name in enumerate(header)}
    found = {field: [place_of[name] for name in names if name in place_of] for field, names in _COLUMNS.items()}
    if not found["id"] or not (found["wholeName"] or found["lastName"]):
        raise ListFileError(number, "The header is not that of the European Union's list.")
    return found


def _first(cells: list[str], places: list[int]) -> str:
    return next((cells[place] for place in places if place < len(cells) and cells[place]), "")


def read_entry(number: int, rows: list[dict[str, str]]) -> ListRow:
    """All rows of one entry as one row; what is no person is skipped."""
    head = rows[0]
    record_id = head["reference"] or head["id"] or None
    kind = (head["class"] or head["subject"]).lower()
    if kind and kind not in _PERSON:
        return ListRow(number, record_id, None, skipped=head["subject"].lower() or "enterprise")
    entry = Entry(number, record_id, authority=AUTHORITY, category=head["programme"] or None, legal_basis=head["title"] or None)
    entry.valid_from = values.iso_date(head["designated"])
    for fields in rows:
        _add(entry, fields)
    return entry.row()


def _add(entry: Entry, fields: dict[str, str]) -> None:
    def get(name: str) -> str | None:
        return fields[name] or None

    add_name(entry, get, NameKind.ALIAS if entry.names else NameKind.PRIMARY, weak=False)
    about = "circa " if fields["circa"].lower() == "true" else ""
    span = f"{fields['from']}-{fields['to']}" if fields["from"] and fields["to"] else ""
    told = fields["birth"] or fields["year"] or span
    entry.born(about + told if told else None)
    entry.birth_place = entry.birth_place or get("place") or get("birth_country")
    entry.document(get("document"), get("number"), None if fields["issuer"] in _NO_COUNTRY else fields["issuer"])
    entry.national_of([] if fields["citizen"] in _NO_COUNTRY else [fields["citizen"]])
    entry.sex = entry.sex or values.sex(fields["gender"])
    entry.reason = entry.reason or get("remark")
