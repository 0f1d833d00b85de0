"""The consolidated list of the European Union's financial sanctions as XML (`export`, schema 1.1)."""

from collections.abc import Callable

from parsers.lists import values
from parsers.lists.entry import Entry
from parsers.lists.row import ListRow
from parsers.lists.xml_entries import Node, XmlListReader
from schemas.watchlist import NameKind, NameQuality, RecordName

AUTHORITY = "European Union"
Getter = Callable[[str], str | None]
"""A field of a name by the publisher's own word for it."""
_NO_COUNTRY = "00"  # how the list writes an unknown country


def reader() -> XmlListReader:
    """A reader of one file."""
    return XmlListReader(frozenset({"export"}), "sanctionEntity", read_entry)


def read_entry(number: int, node: Node) -> ListRow:
    """A `sanctionEntity` as a row; what is no person is skipped."""
    record_id = node.get("euReferenceNumber") or node.get("logicalId")
    kind = next((one.get("code") for one in node.all("subjectType")), None)
    if kind is not None and kind != "person":
        return ListRow(number, record_id, None, skipped=kind)
    entry = Entry(number, record_id, authority=AUTHORITY)
    for place, alias in enumerate(node.all("nameAlias")):
        add_name(entry, alias.get, NameKind.ALIAS if place else NameKind.PRIMARY, weak=alias.get("strong") == "false")
        entry.sex = entry.sex or values.sex(alias.get("gender"))
    for birth in node.all("birthdate"):
        about = "circa " if birth.get("circa") == "true" else ""
        told = birth.get("birthdate") or birth.get("year") or _range(birth)
        entry.born(about + told if told else None)
        entry.birth_place = entry.birth_place or _place(birth)
    entry.national_of(
        one.get("countryIso2Code") for one in node.all("citizenship") if one.get("countryIso2Code") != _NO_COUNTRY
    )
    for one in node.all("identification"):
        kind_text = one.get("identificationTypeDescription") or one.get("identificationTypeCode")
        entry.document(kind_text, one.get("latinNumber") or one.get("number"), one.get("countryIso2Code"), _status(one))
    programmes = (one.get("programme") for one in node.all("regulation"))
    entry.category = ", ".join(dict.fromkeys(text for text in programmes if text)) or None
    entry.reason = "; ".join(node.values("remark")) or None
    entry.legal_basis = next((text for one in node.all("regulation") if (text := one.get("numberTitle"))), None)
    entry.valid_from = values.iso_date(node.get("designationDate"))
    return entry.row()


def add_name(entry: Entry, get: Getter, kind: NameKind, *, weak: bool) -> None:
    """A name whose parts are given apart, or whole where they are not."""
    given = " ".join(text for text in (get("firstName"), get("middleName")) if text) or None
    surname = get("lastName")
    quality = NameQuality.LOW if weak else NameQuality.GOOD
    if surname:
        entry.add_name(RecordName(surname=surname, given_names=given, kind=kind, quality=quality))
    else:
        entry.alias(get("wholeName") or given, weak=weak, kind=kind)


def _range(birth: Node) -> str | None:
    first, last = birth.get("yearRangeFrom"), birth.get("yearRangeTo")
    return f"{first}-{last}" if first and last else first or last


def _place(birth: Node) -> str | None:
    parts = (birth.get("city"), birth.get("place"), birth.get("region"), birth.get("countryDescription"))
    known = (text for text in parts if text and text.upper() != "UNKNOWN")
    return ", ".join(dict.fromkeys(known)) or None


_STATUSES = (("revokedByIssuer", "revoked"), ("reportedLost", "lost"), ("knownFalse", "false"), ("knownExpired", "expired"))


def _status(one: Node) -> str | None:
    return next((status for attribute, status in _STATUSES if one.get(attribute) == "true"), None)
