"""FollowTheMoney entities, one JSON object a line, as OpenSanctions and others publish them.

Both forms are read: nested, where a person carries their documents and sanctions; and flat, where a `Passport` or an
`Identification` is an entity of its own that names its holder, before or behind them in the file. Such a document is a
supplement of the holder's record. Entities that are no persons are skipped; a `LegalEntity` may be a person, and says so in a
warning.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from parsers.lists import values
from parsers.lists.entry import Entry
from parsers.lists.row import ENTRY_BYTES_MAX, ListFileError, ListRow
from schemas.watchlist import NameKind, NameQuality, RecordName

_PERSONS = frozenset({"Person", "LegalEntity"})
_DOCUMENTS = {"Passport": "passport", "Identification": "identification"}
_SANCTION = "Sanction"
_MAYBE_PERSON = "The source does not say whether this is a person or an organisation."

Properties = Mapping[str, list[Any]]


class FtmReader:
    """Satisfies `row.ListReader`."""

    def __init__(self) -> None:
        """Reads one file."""
        self._open: list[bytes] = []
        self._open_bytes = 0
        self._number = 0
        self._entities = 0

    def feed(self, data: bytes) -> list[ListRow]:
        """See the protocol."""
        *lines, rest = data.split(b"\n")
        rows: list[ListRow] = []
        for line in lines:
            rows += self._read(b"".join((*self._open, line)))
            self._open, self._open_bytes = [], 0
        self._open.append(rest)
        self._open_bytes += len(rest)
        if self._open_bytes > ENTRY_BYTES_MAX:
            raise ListFileError(self._number + 1, f"A line has more than {ENTRY_BYTES_MAX} bytes; one entity a line is read.")
        return rows

    def close(self) -> list[ListRow]:
        """See the protocol."""
        rows = list(self._read(b"".join(self._open)))
        if not self._entities:
            raise ListFileError(max(self._number, 1), "The file has no FollowTheMoney entity; one JSON object a line is read.")
        return rows

    def _read(self, line: bytes) -> Iterator[ListRow]:
        self._number += 1
        bare = line.strip()
        if not bare:
            return
        try:
            entity = orjson.loads(bare)
        except orjson.JSONDecodeError:
            yield ListRow(self._number, None, None, "The line is not JSON.")
            return
        if (
            not isinstance(entity, dict)
            or not isinstance(entity.get("schema"), str)
            or not isinstance(entity.get("properties"), dict)
        ):
            yield ListRow(self._number, None, None, "The line is not an entity: it needs schema and properties.")
            return
        self._entities += 1
        yield from read_entity(self._number, entity)


def read_entity(number: int, entity: Mapping[str, Any]) -> Iterator[ListRow]:
    """The row of an entity; one for each holder of a document that stands apart."""
    schema, record_id = entity["schema"], _text(entity.get("id"))
    properties = _properties(entity)
    if schema in _PERSONS:
        yield _person(number, record_id, schema, properties)
    elif schema in _DOCUMENTS:
        for holder in _texts(properties, "holder"):
            entry = Entry(number, holder)
            _document(entry, schema, properties)
            yield entry.row(supplement=True)
    else:
        yield ListRow(number, record_id, None, skipped=schema.lower()[:40])


def _person(number: int, record_id: str | None, schema: str, properties: Properties) -> ListRow:
    entry = Entry(number, record_id)
    _names(entry, properties)
    for text in _texts(properties, "birthDate"):
        entry.born(text)
    entry.birth_place = next(iter(_texts(properties, "birthPlace")), None)
    entry.sex = next((code for text in _texts(properties, "gender") if (code := values.sex(text))), None)
    nationalities = [*_texts(properties, "nationality"), *_texts(properties, "citizenship")]
    entry.national_of(code.removeprefix("gb-") if code.startswith("gb-") else code for code in nationalities)
    for number_text in _texts(properties, "passportNumber"):
        entry.document("passport", number_text, None)
    for number_text in _texts(properties, "idNumber"):
        entry.document("identification", number_text, None)
    for nested in _nested(properties):
        _nested_entity(entry, nested)
    entry.category = ", ".join(_texts(properties, "topics")) or None
    entry.reason = entry.reason or "; ".join([*_texts(properties, "position"), *_texts(properties, "notes")]) or None
    if schema != "Person":
        entry.warnings.append(_MAYBE_PERSON)
    return entry.row()


def _names(entry: Entry, properties: Properties) -> None:
    surnames, given = _texts(properties, "lastName"), _texts(properties, "firstName")
    if len(surnames) == len(given) == 1:
        middle = [
            *_texts(properties, "secondName")[:1],
            *_texts(properties, "middleName")[:1],
            *_texts(properties, "fatherName")[:1],
        ]
        entry.add_name(RecordName(surname=surnames[0], given_names=" ".join([given[0], *dict.fromkeys(middle)])))
    for place, text in enumerate(_texts(properties, "name")):
        entry.alias(text, kind=NameKind.ALIAS if place or entry.names else NameKind.PRIMARY)
    for text in [*_texts(properties, "alias"), *_texts(properties, "previousName")]:
        entry.alias(text)
    for text in _texts(properties, "weakAlias"):
        entry.add_name(RecordName(full_name=text, kind=NameKind.ALIAS, quality=NameQuality.LOW))


def _nested_entity(entry: Entry, nested: Mapping[str, Any]) -> None:
    properties = _properties(nested)
    if nested.get("schema") in _DOCUMENTS:
        _document(entry, str(nested["schema"]), properties)
    elif nested.get("schema") == _SANCTION:
        entry.authority = entry.authority or next(iter(_texts(properties, "authority")), None)
        entry.legal_basis = entry.legal_basis or next(iter(_texts(properties, "program")), None)
        entry.reason = entry.reason or "; ".join(_texts(properties, "reason")) or None


def _document(entry: Entry, schema: str, properties: Properties) -> None:
    kind = next(iter(_texts(properties, "type")), None)
    code = kind if values.document_type(kind) else _DOCUMENTS[schema]
    issuer = next(iter(_texts(properties, "country")), None)
    for number in [*_texts(properties, "number"), *_texts(properties, "passportNumber")]:
        entry.document(code, number, issuer)


def _properties(entity: Mapping[str, Any]) -> Properties:
    found = entity.get("properties")
    return {str(name): value for name, value in found.items() if isinstance(value, list)} if isinstance(found, dict) else {}


def _texts(properties: Properties, name: str) -> list[str]:
    return list(dict.fromkeys(text for value in properties.get(name, ()) if (text := _text(value))))


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _nested(properties: Properties) -> Iterator[Mapping[str, Any]]:
    return (value for values_of in properties.values() for value in values_of if isinstance(value, dict))
