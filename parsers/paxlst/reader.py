"""PAXLST: a message becomes a manifest.

The reader walks the segments once with a small state: header, sector, person (with its document), trailer. A segment is known
by its tag and qualifier; its position only decides whom it belongs to. Nothing stops the walk. What is not understood is kept
verbatim, what deviates is reported, and the manifest holds what could be read.

A message is refused (no manifest) for four reasons only: it is no PAXLST, its own references contradict each other, nothing
says which flight it is about, or it is one of two other layouts under the same name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from parsers.edifact.events import InterchangeHeader, MessageRead, component
from parsers.edifact.segment import OVERSIZE, Elements
from parsers.paxlst.dates import fixed_offset, moment
from parsers.paxlst.flight import build_flight
from parsers.paxlst.functions import CREW_FUNCTIONS, LAND_MODE, MASTER_FUNCTIONS, WITHOUT_DATA, function_of
from parsers.paxlst.person import PERSON_TAGS, People, read_contacts
from parsers.paxlst.report import Report
from parsers.paxlst.route import Route
from parsers.paxlst.travellers import finish_travellers
from schemas.codes import PERSON_QUALIFIERS
from schemas.manifest import Function, Manifest

MESSAGE_TYPE = "PAXLST"

_PARTIES = frozenset({"MS", "BA", "AG", "VW", "CZ", "CN", "HR", "GM"})
"""NAD qualifiers that name parties, wherever they stand."""


_NAMED_QUALIFIERS = frozenset(PERSON_QUALIFIERS) - {"ZZZ"}
"""NAD qualifiers of people who are named."""


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a message: its interchange, when it came in, and the name it will have."""

    interchange: InterchangeHeader | None
    received_on: date | None
    manifest_id: str
    submission_id: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """`manifest` is None where the message was refused; the findings then say why."""

    manifest: Manifest | None
    function: Function | None
    report: Report


class MessageReader:
    """One walk through one message."""

    def __init__(self, message: MessageRead, context: Context) -> None:
        self._message = message
        self._context = context
        self._segments = message.segments
        self.report = Report(message.segments, message.findings)
        self.route = Route(self.report)
        self.people = People(message.segments, self.report)
        self.function: Function | None = None
        self._codes = ("", "")
        self._fields: dict[str, Any] = {}
        self._party: dict[str, str] | None = None
        self._counts: dict[str, int] = {}
        self._count_index = 0
        self._unknown: list[str] = []
        self._superseded_layout = False

    def read(self) -> Reading:
        """Walk, then put together."""
        if not self._accept_type():
            return Reading(None, None, self.report)
        people, texts = self.people, self._segments.texts
        index, end = 1 if self._message.header else 0, len(texts) - (1 if self._message.complete else 0)
        while index < end:
            if texts[index] != OVERSIZE:
                self._header_segment(index)
            index += 1
            if people.person is not None:
                index = people.read_run(index, end)
        return Reading(self._manifest(), self.function, self.report)

    def _accept_type(self) -> bool:
        group = self._message.group
        given = component(self._message.header, 2) or (group.message_type if group else None)
        if self._message.refused:
            return False
        if given is None and any(text[:3] in {"BGM", "TDT"} for text in self._segments.texts[:20]):
            self.report.add("message_type_missing", (0, 2, 1))
            return True
        if given is None or given.strip().upper() != MESSAGE_TYPE:
            place = (0, 2, 1) if self._segments.texts else None
            self.report.add("message_type_unsupported", place, given, message_type=(given or "?")[:12])
            return False
        return True

    def _header_segment(self, index: int) -> None:
        elements = self._segments.elements(index)
        tag = elements[0][0].strip().upper()
        if self.people.person is not None and tag in PERSON_TAGS:
            self.people.read(index, self._segments.texts[index])  # a tag in small letters, or with spaces
            return
        step = _STEPS.get(tag)
        if step is None and self._is_damaged_name(elements):
            self.report.add("person_tag_damaged", (index, None, None), tag=tag[:3])
            step = MessageReader._name_and_address
        if step is None and self.people.person is not None:
            self.people.read(index, self._segments.texts[index])
        elif step is None:
            self.report.add("segment_unknown", (index, None, None), tag=tag[:3])
            self._keep(index)
        elif not step(self, index, elements):
            self._keep(index)

    def _is_damaged_name(self, elements: Elements) -> bool:
        """Whether this is a NAD whose tag has suffered: nothing else has a person's qualifier, and a name as fourth element."""
        return component(elements, 1) in _NAMED_QUALIFIERS and bool(component(elements, 4))

    def _keep(self, index: int) -> None:
        self._unknown.append(self._segments.verbatim(index))

    # Steps: each says whether it understood the segment.

    def _begin(self, index: int, elements: Elements) -> bool:
        code, action = component(elements, 1), component(elements, 2)
        if self.function is not None:
            self.report.add("segment_misplaced", (index, None, None), tag="BGM")
            return False
        read = function_of(code, action)
        self._codes = (code, action)
        self.function = read.function
        self.route.scheduled = read.function not in MASTER_FUNCTIONS
        if not read.known and code != LAND_MODE:
            self.report.add("function_unknown", (index, 1, 1), f"{code}+{action}", read_as=read.function.value)
        return True

    def _reference(self, _index: int, elements: Elements) -> bool:
        qualifier, value = component(elements, 1), component(elements, 1, 2)
        if qualifier != "TN" or "document_number" in self._fields:
            return False
        self._fields |= {"document_number": value or None, "document_revision": component(elements, 1, 5) or None}
        return True

    def _name_and_address(self, index: int, elements: Elements) -> bool:
        qualifier = component(elements, 1).upper()
        if qualifier in PERSON_QUALIFIERS or (self.route.open and qualifier not in _PARTIES):
            if not self.people.drafts:
                self.people.begin(self._flight_day())
            if qualifier not in PERSON_QUALIFIERS:
                self.report.add("person_qualifier_unknown", (index, 1, 1), qualifier)
            self.people.open(index, elements, qualifier)
            return True
        self.people.close()
        if self._party is not None:
            return False
        parts = [part.strip() for element in elements[4:5] or elements[3:4] for part in element if part.strip()]
        self._party = {"name": " ".join(parts), "party_id": component(elements, 2)}
        return True

    def _communication(self, _index: int, elements: Elements) -> bool:
        if self._party is None:
            self._party = {}
        read_contacts(elements, self._party)
        return True

    def _transport(self, index: int, elements: Elements) -> bool:
        if self.people.drafts:
            self.report.add("segment_misplaced", (index, None, None), tag="TDT")
            return False
        self.route.transport(index, elements)
        return True

    def _place(self, index: int, elements: Elements) -> bool:
        return not self.people.drafts and self.route.port(index, elements)

    def _time(self, index: int, elements: Elements) -> bool:
        return not self.people.drafts and self.route.time(index, elements)

    def _count(self, index: int, elements: Elements) -> bool:
        self.people.close()
        text = component(elements, 1, 2)
        if not text.isdecimal() or not text.isascii() or len(text) > 9:
            self.report.add("number_invalid", (index, 1, 2))
            return False
        self._count_index = index
        return self._counts.setdefault(component(elements, 1), int(text)) == int(text)

    def _old_layout(self, _index: int, _elements: Elements) -> bool:
        self._superseded_layout = True
        return False

    def _silently(self, _index: int, _elements: Elements) -> bool:
        return False

    # Putting together.

    def _flight_day(self) -> date:
        prepared = moment(self._context.interchange.prepared, "") if self._context.interchange else None
        known = (self.route.departure_day(), self._context.received_on, prepared.day if prepared else None)
        return next((day for day in known if day is not None), _NO_DAY)

    def _refusal(self) -> str | None:
        if self._superseded_layout:
            return "layout_superseded"
        if self._codes[0] == LAND_MODE or self.route.by_road:
            return "transport_unsupported"
        return None

    def _manifest(self) -> Manifest | None:
        refusal = self._refusal()
        if refusal is not None:
            self.report.add(refusal, (0, None, None))
            return None
        if self.function is None:
            crew = any(draft.qualifier == "FM" for draft in self.people.drafts)
            self.function = Function.CREW_LIST if crew else Function.PASSENGER_LIST
            self.report.add("function_missing", (0, None, None), read_as=self.function.value)
        flight = build_flight(self.route, self._clearance_port(), self.report)
        if flight is None:
            self.report.add("flight_missing", (0, None, None))
            return None
        travellers = finish_travellers(self.people.drafts, str(flight["flight_key"]), self.function, self.report)
        declared = self._declared()
        if not travellers and self.function not in WITHOUT_DATA:
            self.report.add("travellers_missing", None)
        if declared is not None and len(travellers) > declared and self.function not in WITHOUT_DATA:
            self.report.add("count_exceeded", (self._count_index, 1, 2), counted=len(travellers), declared=declared)
        return Manifest.model_validate(self._manifest_fields(flight, travellers, declared))

    def _manifest_fields(
        self, flight: dict[str, object], travellers: list[dict[str, Any]], declared: int | None
    ) -> dict[str, Any]:
        header, context = self._context.interchange, self._context
        return {
            "manifest_id": context.manifest_id,
            "submission_id": context.submission_id,
            "message": self._message_fields(),
            "function": self.function,
            "document_code": self._codes[0] or None,
            "function_code": self._codes[1] or None,
            **self._fields,
            "sender": header.sender if header else None,
            "recipient": header.recipient if header else None,
            "prepared_at": prepared_at(header),
            "reporting_party": {key: value for key, value in self._party.items() if value} if self._party else None,
            "flight": flight,
            "travellers": tuple(travellers),
            "declared_travellers": declared,
            "test": header.test if header else False,
            "unknown_segments": tuple(self._unknown),
            "findings": tuple(self.report.findings),
        }

    def _message_fields(self) -> dict[str, Any]:
        header = self._message.header
        version = [part for part in (component(header, 2, 2), component(header, 2, 3)) if part]
        sequence, mark = component(header, 4), component(header, 4, 2).upper()
        part = int(sequence) if sequence.isdecimal() and sequence.isascii() and len(sequence) <= 4 else None
        middle = part is not None and part > 1  # no mark there: neither the first nor the last
        return {
            "directory": ":".join(version) or None,
            "agency": component(header, 2, 4) or None,
            "association": component(header, 2, 5) or None,
            "reference": self._message.reference,
            "access_reference": component(header, 3) or None,
            "part": part,
            "last_part": {"F": True, "C": False, "": False if middle else None}.get(mark),
        }

    def _clearance_port(self) -> str | None:
        ports = (draft.values.get("first_entry") for draft in self.people.drafts)
        return next((port for port in ports if port is not None), None)

    def _declared(self) -> int | None:
        preferred = "41" if self.function in CREW_FUNCTIONS else "42"
        return self._counts.get(preferred, next(iter(self._counts.values()), None))


_NO_DAY = date(2026, 1, 1)
"""Reference for two-digit years where nothing at all dates the message; it says so by `departure_time_missing`."""


def prepared_at(header: InterchangeHeader | None) -> Any:
    """UNB 0017:0019, taken as UTC; None where it is no time."""
    read = moment(header.prepared, "") if header else None
    if read is None or read.clock is None:
        return None
    from datetime import datetime

    return fixed_offset(datetime.combine(read.day, read.clock), read.offset_minutes or 0)


_Step = Callable[[MessageReader, int, Elements], bool]

_STEPS: dict[str, _Step] = {
    "BGM": MessageReader._begin,
    "RFF": MessageReader._reference,
    "NAD": MessageReader._name_and_address,
    "COM": MessageReader._communication,
    "TDT": MessageReader._transport,
    "LOC": MessageReader._place,
    "DTM": MessageReader._time,
    "CNT": MessageReader._count,
    "PDT": MessageReader._old_layout,
    **dict.fromkeys(("CTA", "AUT", "GEI", "FTX", "UNS", "GID"), MessageReader._silently),
}
"""Tag -> step, outside a person."""


def read_message(message: MessageRead, context: Context) -> Reading:
    """The manifest of one message, with everything worth remarking on."""
    return MessageReader(message, context).read()


__all__ = ["Context", "Reading", "read_message"]
