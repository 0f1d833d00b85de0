"""The manifest in the contract's JSON form: one object, or a list of them.

Lenient where a small operator leaves things out: identifiers, the flight's key and designator are worked out, times may have an
offset or be local to their port, one leg need not be called a leg. Strict where something is wrong: the value is left out, and
a finding names its place by a JSON pointer. One bad value never costs a traveller; one bad traveller never costs the manifest.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from parsers.message import ReadMessage
from parsers.paxlst.dates import birth_date
from parsers.paxlst.designator import Designator, designator
from parsers.paxlst.functions import WITHOUT_DATA
from parsers.paxlst.identity import assign_ids
from parsers.paxlst.leg_json import read_legs
from parsers.paxlst.values import COUNTRY_REMARKS
from schemas.codes import SEX_CODES, country
from schemas.finding import Finding
from schemas.finding_codes import finding
from schemas.flight import Flight, flight_key
from schemas.identifiers import derive, manifest_id
from schemas.manifest import Function, Manifest
from schemas.receipt import Interchange
from schemas.traveller import Traveller

JSON_BYTES_MAX = 32 * 1024 * 1024
"""Thirty times a ferry with five thousand people."""

MANIFESTS_MAX = 1_000
"""A day of a large carrier's flights in one body."""

FINDINGS_MAX = 1_000
"""More than anybody reads."""

_ROUNDS_MAX = 4  # removing a wrong value can uncover another, but not often
_POINTER_CHARACTERS_MAX = 120


@dataclass(slots=True)
class Remarks:
    """Findings of one manifest, each with a pointer into the body."""

    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, pointer: str, **facts: object) -> None:
        """A finding about the value at this pointer."""
        if len(self.findings) == FINDINGS_MAX:
            self.findings.append(finding("findings_too_many", limit=FINDINGS_MAX))
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding(code, None, None, pointer=pointer[:_POINTER_CHARACTERS_MAX], **facts))


def read_manifest_json(
    data: bytes, *, received_on: date | None = None, submission_id: str | None = None
) -> Iterator[ReadMessage]:
    """Every manifest of a body, in order; at least one item, whatever the body is. Never raises on any input."""
    refusal, parsed = _parse(data)
    if refusal is not None:
        yield ReadMessage(None, (refusal,))
        return
    name = submission_id or derive("sub", hashlib.sha256(data).digest())
    items, prefix = (parsed, "/{}") if isinstance(parsed, list) else ([parsed], "")
    if not items:
        yield ReadMessage(None, (finding("json_value_invalid", pointer="/", reason="the list is empty"),))
    for index, item in enumerate(items[:MANIFESTS_MAX]):
        reader = _JsonReader(prefix.format(index), received_on)
        yield reader.read(item, index, name, submission_id)
    if len(items) > MANIFESTS_MAX:
        yield ReadMessage(None, (finding("interchange_too_long", limit=MANIFESTS_MAX),), MANIFESTS_MAX)


def _parse(data: bytes) -> tuple[Finding | None, Any]:
    if not data.strip():
        return finding("input_empty"), None
    if len(data) > JSON_BYTES_MAX:
        return finding("json_too_long", limit=JSON_BYTES_MAX), None
    try:
        return None, orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if any(sign in error.msg.lower() for sign in ("recursion", "depth")):
            return finding("json_too_deep", limit=1_024), None
        return finding("json_invalid", reason=f"line {error.lineno}, column {error.colno}"), None


class _JsonReader:
    """Reads one manifest object."""

    def __init__(self, prefix: str, received_on: date | None) -> None:
        self._prefix = prefix
        self._received_on = received_on
        self._remarks = Remarks()

    def read(self, item: Any, index: int, name: str, submission_id: str | None) -> ReadMessage:
        """The manifest, or the reasons why there is none."""
        if not isinstance(item, dict):
            self._remarks.add("json_value_invalid", self._prefix or "/", reason="an object was expected")
            return self._refused(index)
        fields = {key: value for key, value in item.items() if value is not None and key not in _OURS}
        flight = self._flight(fields.pop("flight", None))
        if flight is None:
            self._remarks.add("flight_missing", f"{self._prefix}/flight")
            return self._refused(index)
        function = self._function(fields)
        travellers = self._travellers(fields.pop("travellers", ()), flight, function)
        fields |= {"manifest_id": manifest_id(name, index), "submission_id": submission_id, "function": function}
        fields |= {"flight": flight, "travellers": tuple(travellers)}
        manifest = self._validated(Manifest, fields, self._prefix)
        if not isinstance(manifest, Manifest):
            return self._refused(index)
        findings = tuple(self._remarks.findings)
        manifest = manifest.model_copy(update={"findings": findings})
        return ReadMessage(
            manifest=manifest,
            findings=findings,
            index=index,
            message_reference=manifest.message.reference,
            message_type=manifest.message.type,
            function=manifest.function,
            interchange=Interchange(sender=manifest.sender, recipient=manifest.recipient, prepared_at=manifest.prepared_at),
        )

    def _refused(self, index: int) -> ReadMessage:
        return ReadMessage(None, tuple(self._remarks.findings), index)

    def _function(self, fields: dict[str, Any]) -> Function:
        sent = fields.pop("function", None)
        try:
            return Function(sent)
        except ValueError:
            pointer = f"{self._prefix}/function"
            if sent is None:
                self._remarks.add("function_missing", pointer, read_as="passenger_list")
            else:
                self._remarks.add("json_value_invalid", pointer, reason="not a known function; read as passenger_list")
            return Function.PASSENGER_LIST

    def _flight(self, sent: Any) -> Flight | None:
        if not isinstance(sent, dict):
            return None
        pointer = f"{self._prefix}/flight"
        fields = {key: value for key, value in sent.items() if value is not None}
        name = _designator_of(fields)
        legs = read_legs(fields, lambda code, where, **facts: self._remarks.add(code, f"{pointer}{where}", **facts))
        if name.text is None and not legs:
            return None
        if name.text is None:
            self._remarks.add("designator_missing", f"{pointer}/designator")
        border = next((leg for leg in legs if leg.get("crosses_border")), legs[0] if legs else {})
        first = legs[0] if legs else {}
        day = (first.get("departure_local") or "")[:10] or None
        carrier = name.carrier if name.whole else name.text
        fields |= {
            "carrier": name.carrier,
            "number": name.number,
            "suffix": name.suffix,
            "designator": name.text,
            "legs": legs,
        }
        fields |= {
            key: border.get(key) for key in ("departure_port", "arrival_port", "scheduled_departure", "scheduled_arrival")
        }
        fields["flight_key"] = flight_key(carrier, name.number, name.suffix, first.get("departure_port"), day)
        flight = self._validated(Flight, fields, pointer)
        return flight if isinstance(flight, Flight) else None

    def _travellers(self, sent: Any, flight: Flight, function: Function) -> list[Traveller]:
        if not isinstance(sent, list | tuple):
            self._remarks.add("json_value_invalid", f"{self._prefix}/travellers", reason="a list was expected")
            return []
        people = []
        day = (flight.legs[0].departure_local or "")[:10] if flight.legs else ""
        reference = date.fromisoformat(day) if day else self._received_on or date(2026, 1, 1)
        for position, item in enumerate(sent):
            pointer = f"{self._prefix}/travellers/{position}"
            if not isinstance(item, dict):
                self._remarks.add("json_traveller_refused", pointer)
                continue
            person = {key: value for key, value in item.items() if value is not None}
            self._normalise(person, pointer, reference)
            valid = self._validated(Traveller, person | {"traveller_id": "?"}, pointer)
            if isinstance(valid, Traveller):
                people.append(valid)
                self._report_missing(valid, function, pointer)
            else:
                self._remarks.add("json_traveller_refused", pointer)
        return self._named(people, flight.flight_key)

    def _named(self, people: list[Traveller], key: str) -> list[Traveller]:
        fields = [person.model_dump(mode="json", exclude_unset=True) for person in people]
        for position in assign_ids(key, fields):
            self._remarks.add("traveller_repeated", f"{self._prefix}/travellers/{position}")
        return [
            person.model_copy(update={"traveller_id": row["traveller_id"]}) for person, row in zip(people, fields, strict=True)
        ]

    def _report_missing(self, person: Traveller, function: Function, pointer: str) -> None:
        if function in WITHOUT_DATA:
            return
        for name in ("surname", "birth_date", "nationality"):
            if getattr(person, name) is None:
                self._remarks.add(f"{name}_missing", f"{pointer}/{name}")
        if not person.documents:
            self._remarks.add("document_missing", f"{pointer}/documents")

    def _normalise(self, person: dict[str, Any], pointer: str, reference: date) -> None:
        """Countries, sex, dates and document numbers as the EDIFACT door would have them."""
        raw = dict(person.get("raw") or {}) if isinstance(person.get("raw"), dict) else {}
        for name in ("nationality", "residence", "birth_country"):
            if isinstance(sent := person.get(name), str):
                self._put(person, raw, name, self._country(sent, f"{pointer}/{name}"))
        if isinstance(sent := person.get("sex"), str):
            if sent.strip().upper() not in SEX_CODES:
                self._remarks.add("sex_unknown", f"{pointer}/sex")
            self._put(person, raw, "sex", SEX_CODES.get(sent.strip().upper(), "U"))
        if isinstance(sent := person.get("birth_date"), str):
            read = birth_date(sent, "", reference)
            if read.remark is not None:
                self._remarks.add(read.remark, f"{pointer}/birth_date")
            self._put(person, raw, "birth_date", read.value)
        documents = person.get("documents")
        for place, document in enumerate(documents if isinstance(documents, list) else ()):
            if isinstance(document, dict):
                self._document(document, f"{pointer}/documents/{place}", reference)
        if raw:
            person["raw"] = raw

    def _country(self, sent: str, pointer: str) -> str | None:
        found = country(sent)
        if (remark := COUNTRY_REMARKS.get(found.status)) is not None:
            self._remarks.add(remark, pointer)
        return found.code

    def _document(self, document: dict[str, Any], pointer: str, reference: date) -> None:
        if isinstance(issuer := document.get("issuing_country"), str):
            self._country(issuer, f"{pointer}/issuing_country")
        _normalise_document(document)
        for name, code in _DOCUMENT_PARTS:
            if document.get(name) is None:
                self._remarks.add(code, f"{pointer}/{name}")
        if isinstance(expiry := document.get("expires_on"), str) and expiry < reference.isoformat():
            self._remarks.add("document_expired", f"{pointer}/expires_on")

    def _put(self, person: dict[str, Any], raw: dict[str, Any], name: str, value: str | None) -> None:
        if value != person[name]:
            raw.setdefault(name, person[name])
        person[name] = value

    def _validated(self, model: type[BaseModel], fields: dict[str, Any], pointer: str) -> BaseModel | None:
        """The noun; what does not validate is taken out first, and reported."""
        for _ in range(_ROUNDS_MAX):
            try:
                return model.model_validate(fields)
            except ValidationError as error:
                for problem in error.errors(include_url=False, include_context=False, include_input=False):
                    self._take_out(fields, problem["loc"], pointer, problem["type"], problem["msg"])
        return None

    def _take_out(self, fields: dict[str, Any], path: tuple[int | str, ...], pointer: str, kind: str, reason: str) -> None:
        holder: Any = fields
        place = path
        for depth, step in enumerate(path):
            inner = _inside(holder, step)
            if inner is None or depth == len(path) - 1:
                place = path[: depth + 1]
                if isinstance(holder, dict):
                    holder.pop(step, None)
                elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
                    holder[step] = {}
                break
            holder = inner
        where = pointer + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in place)
        if kind == "extra_forbidden":
            self._remarks.add("json_field_unknown", where)
        else:
            self._remarks.add("json_value_invalid", where, reason=reason)


_DOCUMENT_PARTS = (
    ("number", "document_number_missing"),
    ("type", "document_type_missing"),
    ("issuing_country", "document_issuer_missing"),
)

_OURS = frozenset({"manifest_id", "submission_id", "schema_version", "findings"})
"""Fields that only the service writes."""


def _inside(holder: Any, step: int | str) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    return None


def _designator_of(fields: dict[str, Any]) -> Designator:
    """From `designator`, or from `carrier` with `number` and `suffix`."""
    carrier, number, suffix, whole = (_text(fields.get(key)) for key in ("carrier", "number", "suffix", "designator"))
    if carrier and number:
        read = designator(f"{carrier}{number}{suffix}", carrier)
        if read.whole:
            return read
    return designator(whole or number, carrier)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _normalise_document(document: dict[str, Any]) -> None:
    number, issuer, kind = (document.get(key) for key in ("number", "issuing_country", "type"))
    if isinstance(number, str):
        compact = number.upper().replace(" ", "").replace("-", "").replace("<", "")
        if compact != number:
            document.setdefault("number_raw", number)
        document["number"] = compact or None
    if isinstance(issuer, str):
        code = country(issuer).code
        if code != issuer:
            document.setdefault("issuing_country_raw", issuer)
        document["issuing_country"] = code
    if isinstance(kind, str):
        document["type"] = kind.strip().upper() or None
