"""The consolidated list of the United Nations Security Council as XML (`CONSOLIDATED_LIST`)."""

from parsers.lists import values
from parsers.lists.entry import Entry
from parsers.lists.row import ListRow
from parsers.lists.xml_entries import Node, XmlListReader
from schemas.watchlist import NameKind

AUTHORITY = "UN Security Council"
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_GOOD_QUALITIES = frozenset({"good", "a.k.a.", "aka", "f.k.a.", "fka", ""})


def reader() -> XmlListReader:
    """A reader of one file. Entities (`ENTITY`) are not looked at: they are no persons."""
    return XmlListReader(frozenset({"CONSOLIDATED_LIST"}), "INDIVIDUAL", read_entry)


def read_entry(number: int, node: Node) -> ListRow:
    """An `INDIVIDUAL` as a row. The list does not say which name is a surname, so names are kept whole, in their order."""
    entry = Entry(number, node.value("REFERENCE_NUMBER") or node.value("DATAID"), authority=AUTHORITY)
    entry.alias(" ".join(text for name in _NAMES if (text := node.value(name))), kind=NameKind.PRIMARY)
    entry.alias(node.value("NAME_ORIGINAL_SCRIPT"))
    for alias in node.all("INDIVIDUAL_ALIAS"):
        weak = (alias.value("QUALITY") or "").lower() not in _GOOD_QUALITIES
        entry.alias(alias.value("ALIAS_NAME"), weak=weak)
        entry.born(alias.value("DATE_OF_BIRTH"))
    for birth in node.all("INDIVIDUAL_DATE_OF_BIRTH"):
        _born(entry, birth)
    places = [
        place.value(part) for place in node.all("INDIVIDUAL_PLACE_OF_BIRTH") for part in ("CITY", "STATE_PROVINCE", "COUNTRY")
    ]
    entry.birth_place = ", ".join(dict.fromkeys(text for text in places if text)) or None
    entry.national_of(node.values("NATIONALITY/VALUE"))
    for one in node.all("INDIVIDUAL_DOCUMENT"):
        issuer = one.value("ISSUING_COUNTRY") or one.value("COUNTRY_OF_ISSUE")
        entry.document(one.value("TYPE_OF_DOCUMENT"), one.value("NUMBER"), issuer)
    entry.sex = values.sex(node.value("GENDER"))
    entry.category = node.value("UN_LIST_TYPE")
    entry.reason = "; ".join([*node.values("DESIGNATION/VALUE"), *node.values("COMMENTS1")]) or None
    entry.valid_from = values.iso_date((node.value("LISTED_ON") or "")[:10])
    return entry.row()


def _born(entry: Entry, birth: Node) -> None:
    """A date, a year, or the years from and to; an approximate date leaves its year."""
    about = "circa " if (birth.value("TYPE_OF_DATE") or "").upper() == "APPROXIMATELY" else ""
    first, last = birth.value("FROM_YEAR"), birth.value("TO_YEAR")
    told = birth.value("DATE") or birth.value("YEAR")
    if told:
        entry.born(about + told)
    elif first or last:
        entry.born(f"{first}-{last}" if first and last else first or last)
