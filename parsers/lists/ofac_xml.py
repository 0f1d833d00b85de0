"""OFAC's SDN list as XML (`sdnList`, the classic form with one `sdnEntry` per entry)."""

from parsers.lists import values
from parsers.lists.entry import Entry
from parsers.lists.row import ListRow
from parsers.lists.xml_entries import Node, XmlListReader
from schemas.watchlist import NameKind, NameQuality, RecordName

AUTHORITY = "OFAC"
_GENDER = "gender"


def reader() -> XmlListReader:
    """A reader of one file."""
    return XmlListReader(frozenset({"sdnList"}), "sdnEntry", read_entry)


def read_entry(number: int, node: Node) -> ListRow:
    """An `sdnEntry` as a row; what is no individual is skipped."""
    kind = (node.value("sdnType") or "").lower()
    if kind and kind != "individual":
        return ListRow(number, node.value("uid"), None, skipped=kind)
    entry = Entry(number, node.value("uid"), authority=AUTHORITY)
    entry.add_name(_name(node, NameKind.PRIMARY))
    for aka in node.all("akaList/aka"):
        entry.add_name(_name(aka, NameKind.ALIAS))
    for text in node.values("dateOfBirthList/dateOfBirthItem/dateOfBirth"):
        entry.born(text)
    entry.birth_place = node.value("placeOfBirthList/placeOfBirthItem/placeOfBirth")
    entry.national_of(
        [*node.values("nationalityList/nationality/country"), *node.values("citizenshipList/citizenship/country")]
    )
    _identifiers(entry, node)
    entry.category = ", ".join(node.values("programList/program")) or None
    entry.reason = "; ".join(filter(None, (node.value("title"), node.value("remarks")))) or None
    return entry.row()


def _name(node: Node, kind: NameKind) -> RecordName:
    weak = (node.value("category") or "").lower() == "weak"
    return RecordName(
        surname=node.value("lastName"),
        given_names=node.value("firstName"),
        kind=kind,
        quality=NameQuality.LOW if weak else NameQuality.GOOD,
    )


def _identifiers(entry: Entry, node: Node) -> None:
    """Documents; the list writes the gender among them."""
    for one in node.all("idList/id"):
        kind = one.value("idType") or ""
        if kind.lower() == _GENDER:
            entry.sex = values.sex(one.value("idNumber"))
        else:
            entry.document(kind, one.value("idNumber"), one.value("idCountry"))
