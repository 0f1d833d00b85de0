"""A list of documents as CSV: stolen, lost, revoked and invalidated ones, one a row, as police offices exchange them.

Columns go by several names, comma or semicolon apart; only the number must be there. Without an id of its own a row gets one of
issuer, type and number, so that the next edition of the list finds the same record again.
"""

from collections.abc import Mapping

from parsers.lists import values
from parsers.lists.own_csv import Cells, CsvListReader
from parsers.lists.row import ListRow
from schemas.watchlist import Action, Record, RecordDocument

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("document_number", "number", "documentnumber", "doc_number", "din", "document_no"),
    "issuer": ("document_country", "issuing_country", "country", "issuer", "country_of_issue", "issuing_state"),
    "type": ("document_type", "type", "doc_type", "documenttype"),
    "status": ("status", "category", "fraud_type", "reason_code"),
    "record_id": ("record_id", "id", "reference", "record", "case_number"),
    "from": ("valid_from", "date", "theft_date", "date_of_theft", "reported_on", "declared_on"),
    "authority": ("authority", "owner", "owner_office", "ncb"),
    "reason": ("reason", "remarks", "comment"),
}
_ACTIONS = {"stolen": Action.SEIZE_DOCUMENT, "lost": Action.SEIZE_DOCUMENT, "revoked": Action.SEIZE_DOCUMENT}
_TYPE_CHARACTERS_MAX = 2  # a code as documents carry it (P, ID, VS); longer is a name


def reader(delimiter: str = ",") -> CsvListReader:
    """A reader of one file."""
    return CsvListReader(frozenset(_COLUMNS["number"]), read_row, delimiter)


def read_row(number: int, cells: Cells) -> ListRow:
    """A row as a record of a document list."""
    cell = {field: next((cells[name] for name in names if cells.get(name)), None) for field, names in _COLUMNS.items()}
    code = cell["type"] or ""
    kind = code.upper() if len(code) <= _TYPE_CHARACTERS_MAX else values.document_type(code)
    issuer = values.country_code(cell["issuer"])
    record_id = cell["record_id"] or "-".join(filter(None, (issuer, kind, cell["number"])))
    if not cell["number"]:
        return ListRow(number, record_id or None, None, "The row has no document number.")
    if cell["issuer"] and issuer is None:
        return ListRow(number, record_id, None, "The issuing country is neither a code nor the English name of a country.")
    if len(record_id) > 200:
        return ListRow(number, None, None, "The document number is longer than any document's.")
    document = RecordDocument(type=kind or None, number=cell["number"], issuing_country=issuer, status=cell["status"])
    record = Record(
        record_id=record_id,
        category=cell["status"],
        action=_ACTIONS.get((cell["status"] or "").lower(), Action.REFER_SECOND_LINE),
        documents=(document,),
        reason=cell["reason"],
        authority=cell["authority"],
        valid_from=values.iso_date(cell["from"]),
    )
    return ListRow(number, record_id, record)
