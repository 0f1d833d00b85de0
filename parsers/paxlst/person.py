"""The person group: a table of what each segment sets, and procedures for the few that set more than one thing.

Segments are recognised by tag and qualifier, not by position: they belong to the person opened by the last NAD, or to the
document opened by the last DOC. What fits no rule is kept verbatim with the person.

Most segments of a message recur in it letter by letter (the same flight, the same countries), so what a segment sets is
remembered by its text for the length of the message, if there was nothing to remark on.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from parsers.edifact.events import component
from parsers.edifact.segment import Elements, SegmentList, split_elements
from parsers.paxlst import values
from parsers.paxlst.bags import BAG_TAGS_MAX, add_bag_tags, measured
from parsers.paxlst.draft import Draft
from parsers.paxlst.names import read_name
from parsers.paxlst.report import Report
from parsers.paxlst.usual import UsualForms, usual_forms
from parsers.paxlst.values import Place, decimal
from schemas.codes import CONTACT_FIELDS, PERSON_QUALIFIERS, REFERENCE_FIELDS, WEIGHT_UNITS_KG


class Rule(NamedTuple):
    """The text at (element, component) sets this field, read by `read`. `keeps_raw`: the text is kept if reading changed it."""

    field: str
    of_document: bool
    element: int
    component: int
    read: Callable[[str, Place], str | bool | None]
    keeps_raw: bool = False


RULES: dict[tuple[str, str], Rule] = {
    ("ATT", "2"): Rule("sex", False, 3, 1, values.read_sex, True),
    ("DTM", "329"): Rule("birth_date", False, 1, 2, values.read_birth_date, True),
    ("NAT", "2"): Rule("nationality", False, 2, 1, values.read_country, True),
    ("LOC", "178"): Rule("embarkation", False, 2, 1, values.read_port),
    ("LOC", "179"): Rule("disembarkation", False, 2, 1, values.read_port),
    ("LOC", "22"): Rule("first_entry", False, 2, 1, values.read_port),
    ("LOC", "174"): Rule("residence", False, 2, 1, values.read_country, True),
    ("GEI", "4"): Rule("verified", False, 2, 1, values.read_verification),
    ("EMP", "1"): Rule("crew_role", False, 2, 1, values.read_code),
    ("DTM", "36"): Rule("expires_on", True, 1, 2, values.read_expiry),
    ("DTM", "182"): Rule("issued_on", True, 1, 2, values.read_document_date),
}
"""(tag, qualifier) -> what it sets."""


class Assignment(NamedTuple):
    """What a segment sets, remembered by its text. `holder`: 0 the person, 1 the open document, 2 the bags."""

    holder: int
    field: str
    value: str | int | None
    raw: str | None


PERSON_TAGS = frozenset({"ATT", "DTM", "MEA", "GEI", "FTX", "LOC", "COM", "EMP", "NAT", "RFF", "DOC", "GID", "QTY", "CPI"})
"""Tags that stay with the open person; CNT, AUT and UNT end it, and so does the next NAD."""

_KEPT_SILENTLY = frozenset({"GEI", "FTX", "EMP", "NAT", "ATT", "DTM", "LOC", "MEA", "GID", "QTY", "CPI", "CTA", "AUT"})
"""Tags of the directory that say nothing we have a field for, in this form."""
_QUALIFIED = frozenset({"DTM", "LOC", "NAT", "ATT"})
"""Those of them that we read: with another qualifier they may be damaged, and that is said."""


@cache
def _own_starts(element: str) -> frozenset[str]:
    return frozenset(tag + element for tag in PERSON_TAGS)


class People:
    """Reads person groups into drafts."""

    def __init__(self, segments: SegmentList, report: Report) -> None:
        self._segments = segments
        self._report = report
        self._memory: dict[str, Assignment] = {}
        self._forms: UsualForms | None = None
        self._flight_day = date(2000, 1, 1)
        element = segments.delimiters.element_text
        self._delimiters = segments.delimiters
        self._repetition = segments.delimiters.repetition_text
        self._own_starts = _own_starts(element)
        self._document_start, self._person_start = f"DOC{element}", f"NAD{element}"
        self.person: Draft | None = None
        self.drafts: list[Draft] = []

    def begin(self, flight_day: date) -> None:
        """The flight is known, people follow: two-digit years are completed by this day."""
        self._flight_day = flight_day
        self._forms = usual_forms(self._delimiters, flight_day)

    def open(self, index: int, elements: Elements, qualifier: str) -> None:
        """NAD of a person."""
        person = self.person = Draft(index, qualifier, PERSON_QUALIFIERS.get(qualifier, "passenger"))
        self.drafts.append(person)
        self._name(person, elements)
        if len(elements) > 5:
            self._address(person, elements)

    def close(self) -> None:
        """What follows belongs to no person."""
        self.person = None

    def read_run(self, index: int, end: int) -> int:  # noqa: C901 - calls would cost as much again as the reading
        """The segments of the open person from `index` on, and the people after him; returns the first segment that is
        neither, or that begins a person in an unusual way; at most `end`."""
        texts, recall, forms, draft = self._segments.texts, self._memory.get, self._forms, self.person
        assert forms is not None
        assert draft is not None
        step_of, document_start, person_start = forms.steps.get, self._document_start, self._person_start
        for at in range(index, end):
            text = texts[at]
            if (known := recall(text)) is not None:
                holder, field, value, raw = known
                target: dict[str, Any] | None = draft.values if holder == 0 else draft.document if holder == 1 else draft.bags
                if target is not None and field not in target:
                    target[field] = value
                    if raw is not None:
                        draft.raw[field] = raw
                    continue
            elif (step := step_of(text[:7])) is not None:
                if step(draft, at, text):
                    continue
            elif (start := text[:4]) == document_start:
                if forms.document(draft, at, text):
                    continue
            elif start == person_start:
                person = forms.open(at, text)
                if person is None:
                    return at
                self.person = draft = person
                self.drafts.append(person)
                continue
            if text[:4] not in self._own_starts:
                return at
            self.read(at, text)
            draft = self.person or draft  # another, where the text shows that a NAD has been lost
        return end

    def read(self, index: int, text: str) -> None:
        """One segment of the open person."""
        person = self.person
        assert person is not None
        elements = split_elements(text, self._delimiters)
        if self._repeats(text):
            self._report.add("repetition_dropped", (index, None, None))
        tag, qualifier = elements[0][0], elements[1][0] if len(elements) > 1 else ""
        step = _step(tag, qualifier)
        if step is None:  # written with spaces or in small letters, or not in the tables
            tag = tag.strip().upper()
            step = _step(tag, component(elements, 1))
        if isinstance(step, Rule):
            self._apply(person, step, index, elements)
        elif step is None or not step(self, person, index, elements):
            self._keep(person, index, tag)
            if step is None and tag in _QUALIFIED and component(elements, 1):
                self._report.add("qualifier_unknown", (index, 1, 1), tag=tag)

    def _begin_unnamed(self, before: Draft, index: int) -> None:
        """Nobody has two birth dates: here is somebody whose NAD was lost. Nothing of his may become the other's."""
        self._report.add("person_start_missing", (index, None, None))
        self.person = Draft(index, before.qualifier, before.values["kind"])
        self.drafts.append(self.person)

    def _remember(self, index: int, assignment: Assignment) -> None:
        text = self._segments.texts[index]
        if not self._repeats(text):
            self._memory[text] = assignment

    def _repeats(self, text: str) -> bool:
        return self._repetition is not None and self._repetition in text

    def _keep(self, person: Draft, index: int, tag: str) -> None:
        person.unknown.append(self._segments.verbatim(index))
        if tag not in _KEPT_SILENTLY:
            self._report.add("segment_unknown", (index, None, None), tag=tag[:3])

    def _apply(self, person: Draft, rule: Rule, index: int, elements: Elements) -> None:
        sent = component(elements, rule.element, rule.component)
        if not sent and rule.component == 1:
            sent = component(elements, rule.element - 1) if rule.element > 2 else ""
        if not sent or sent in {"<", "<<<"}:
            return
        before = self._report.count
        value = rule.read(sent, Place(self._report, index, rule.element, rule.component, self._flight_day, elements))
        target: dict[str, Any] | None = person.document if rule.of_document else person.values
        if target is None:
            person.unknown.append(self._segments.verbatim(index))
            self._report.add("document_not_opened", (index, None, None), tag=f"{elements[0][0]}+{component(elements, 1)}")
            return
        raw = sent if rule.keeps_raw and value != sent else None
        if value is None:
            if rule.keeps_raw:
                person.raw.setdefault(rule.field, sent)
            else:
                person.unknown.append(self._segments.verbatim(index))
        elif rule.field not in target:
            target[rule.field] = value
            if raw is not None:
                person.raw[rule.field] = raw
            if self._report.count == before:
                self._remember(index, Assignment(int(rule.of_document), rule.field, value, raw))
        elif target[rule.field] != value:
            self._contradiction(person, rule, index, elements, (str(target[rule.field]), str(value)))

    def _contradiction(self, person: Draft, rule: Rule, index: int, elements: Elements, values_: tuple[str, str]) -> None:
        if rule.field == "birth_date" and not values_[0].startswith(values_[1]) and not values_[1].startswith(values_[0]):
            self._begin_unnamed(person, index)
            self._apply(self.drafts[-1], rule, index, elements)
            return
        person.unknown.append(self._segments.verbatim(index))
        tag = f"{elements[0][0]}+{component(elements, 1)}"
        self._report.add("value_repeated", (index, rule.element, rule.component), tag=tag)

    def _name(self, person: Draft, elements: Elements) -> None:
        at = next((number for number in _NAME_PLACES if "".join(elements[number] if number < len(elements) else ()).strip()), 0)
        if not at:
            return
        name = read_name([part.strip() for part in elements[at]])
        for key, value in zip(_NAME_FIELDS, name, strict=False):
            if value:
                person.values[key] = value
        person.raw.update(name.raw)
        for remark in name.remarks:
            self._report.add(remark, (person.index, at, 1))
        if at != 4:
            self._report.add("name_in_wrong_element", (person.index, at, 1))

    def _address(self, person: Draft, elements: Elements) -> None:
        street = " ".join(part.strip() for part in elements[5] if part.strip())
        subdivision = component(elements, 7) or component(elements, 7, 4)
        country = component(elements, 9)
        address = {
            "street": street,
            "city": component(elements, 6),
            "subdivision": subdivision,
            "postcode": component(elements, 8),
        }
        if country:
            place = Place(self._report, person.index, 9, 1, self._flight_day)
            read = values.read_country(country, place)
            address["country"] = read or ""
            if read != country:
                person.raw["address_country"] = country
        if filled := {key: value for key, value in address.items() if value}:
            person.values["address"] = filled

    # Procedures: each says whether it understood the segment.

    def _open_document(self, person: Draft, index: int, elements: Elements) -> bool:
        document: dict[str, str] = {}
        sent = component(elements, 2)
        number = sent.upper().translate(_NUMBER_FILLERS)
        if kind := component(elements, 1).replace("<", "").upper():
            document["type"] = kind
        if number:
            document["number"] = number
        if sent and sent != number:
            document["number_raw"] = sent
        person.document = document
        person.documents.append(document)
        person.document_indexes.append(index)
        return True

    def _issuer(self, person: Draft, index: int, elements: Elements) -> bool:
        document, before = person.document, self._report.count
        code, name = component(elements, 2), component(elements, 2, 4) or component(elements, 3, 4)
        if document is None:
            self._report.add("document_not_opened", (index, None, None), tag="LOC+91")
            return False
        if code:
            read = values.read_country(code, Place(self._report, index, 2, 1, self._flight_day))
            if document.get("issuing_country", read) != read:
                self._report.add("value_repeated", (index, 2, 1), tag="LOC+91")
                return False
            if read is not None:
                document["issuing_country"] = read
            if read != code:
                document["issuing_country_raw"] = code
            elif self._report.count == before and not name:
                self._remember(index, Assignment(1, "issuing_country", read, None))
        if name:
            document["place_of_issue"] = name
        return True

    def _birth_place(self, person: Draft, index: int, elements: Elements) -> bool:
        code = component(elements, 2)
        names = [component(elements, number, 4) for number in range(2, len(elements))]
        if code:
            read = values.read_country(code, Place(self._report, index, 2, 1, self._flight_day))
            if read is not None and not self._set_once(person.values, "birth_country", read, (index, 2, 1)):
                return False
            if read != code:
                person.raw.setdefault("birth_country", code)
        place = ", ".join(name for name in names if name)
        return not place or self._set_once(person.values, "birth_place", place, (index, 2, 4))

    def _set_once(self, target: dict[str, Any], field: str, value: object, place: tuple[int, int, int]) -> bool:
        """Set a value, or say that it contradicts the one that is there. False where it does."""
        if target.setdefault(field, value) == value:
            return True
        elements = self._segments.elements(place[0])
        self._report.add("value_repeated", place, tag=f"{elements[0][0]}+{component(elements, 1)}")
        return False

    def _reference(self, person: Draft, index: int, elements: Elements) -> bool:
        parts = elements[1] if len(elements) > 1 else []
        qualifier, value = (parts[0].strip(), parts[1].strip()) if len(parts) > 1 else ("", "")
        if not qualifier or not value:
            return not value
        if qualifier == "AVF":
            person.bookings.append(value)
        name = REFERENCE_FIELDS.get(qualifier)
        kept = name is not None and person.references.setdefault(name, value) == value
        if not kept and qualifier != "AVF":
            person.other_references.append(f"{qualifier}:{value}")
        if not kept and name == "passenger":  # the one that says who this is
            self._report.add("value_repeated", (index, 1, 2), tag="RFF+ABO")
        return True

    def _communication(self, person: Draft, _index: int, elements: Elements) -> bool:
        contact: dict[str, str] = person.values.get("contact", {})
        read_contacts(elements, contact)
        if contact:
            person.values["contact"] = contact
        return True

    def _bag_count(self, person: Draft, index: int, elements: Elements) -> bool:
        at, text = measured(elements)
        number = decimal(text)
        if number is None:
            if text:
                self._report.add("number_invalid", (index, at, None))
            return not text
        if not self._set_once(person.bags, "count", int(number), (index, at, 2)):
            return False
        self._remember(index, Assignment(2, "count", int(number), None))
        return True

    def _bag_weight(self, person: Draft, index: int, elements: Elements) -> bool:
        at, text = measured(elements)
        number, unit = decimal(text), WEIGHT_UNITS_KG.get(component(elements, 3).upper(), 1.0 if at != 3 else None)
        if number is None or unit is None:
            if text:
                self._report.add("number_invalid", (index, at, None))
            return not text
        return self._set_once(person.bags, "weight_kg", round(number * unit, 3), (index, at, 2))

    def _bag_tags(self, person: Draft, index: int, elements: Elements) -> bool:
        tags: list[str] = person.bags.setdefault("tags", [])
        if not add_bag_tags(tags, elements):
            self._report.add("bag_tags_too_many", (index, 4, 2), limit=BAG_TAGS_MAX)
        return True


_NAME_PLACES = (4, 3, 2)  # C080, and where it is put by mistake: C058, C082
_NAME_FIELDS = ("surname", "given_names", "title")
_NUMBER_FILLERS = str.maketrans("", "", " -<")


def read_contacts(elements: Elements, contact: dict[str, str]) -> None:
    """COM: every element is an address and its kind. Nothing is checked; the first of a kind counts."""
    for number in range(1, len(elements)):
        name = CONTACT_FIELDS.get(component(elements, number, len(elements[number])).upper())
        text = ":".join(piece.strip() for piece in elements[number][:-1])
        if name is not None and text:
            contact.setdefault(name, text)


_Procedure = Callable[[People, Draft, int, Elements], bool]

_PROCEDURES: dict[tuple[str, str], _Procedure] = {
    ("LOC", "91"): People._issuer,
    ("LOC", "180"): People._birth_place,
    ("MEA", "CT"): People._bag_count,
    ("MEA", "WT"): People._bag_weight,
    ("FTX", "BAG"): People._bag_tags,
}
"""(tag, qualifier) -> procedure."""

_WHATEVER_QUALIFIER: dict[str, _Procedure] = {
    "DOC": People._open_document,
    "RFF": People._reference,
    "COM": People._communication,
}
"""Tag -> procedure, where the first element is a value of its own."""


def _step(tag: str, qualifier: str) -> Rule | _Procedure | None:
    return _WHATEVER_QUALIFIER.get(tag) or RULES.get((tag, qualifier)) or _PROCEDURES.get((tag, qualifier))
