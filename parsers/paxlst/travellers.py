"""Drafts become travellers: what is missing is said, identities are assigned, nobody is lost."""

from collections.abc import Sequence
from typing import Any

from parsers.paxlst.functions import NOT_BOARDED, WITHOUT_DATA
from parsers.paxlst.identity import assign_ids
from parsers.paxlst.person import Draft
from parsers.paxlst.report import Report
from schemas.manifest import Function
from schemas.traveller import Traveller


def finish_travellers(drafts: Sequence[Draft], flight_key: str, function: Function, report: Report) -> list[Traveller]:
    """One traveller a draft, in the order sent."""
    people = [_fields(draft, function) for draft in drafts]
    for position in assign_ids(flight_key, people):
        if drafts[position].qualifier != "ZZZ":
            report.add("traveller_repeated", (drafts[position].index, None, None))
    for draft, person in zip(drafts, people, strict=True):
        _report_missing(draft, person, function, report)
    return [Traveller.model_validate(person) for person in people]


def _fields(draft: Draft, function: Function) -> dict[str, Any]:
    person = draft.values
    if draft.qualifier == "ZZZ" and function is Function.CREW_LIST:
        person["kind"] = "crew"
    person["references"] = draft.references
    if draft.bookings:
        person["references"]["bookings"] = tuple(draft.bookings)
    if draft.other_references:
        person["references"]["other"] = tuple(draft.other_references)
    person["documents"] = tuple(document for document in draft.documents if document)
    if draft.bags:
        person["bags"] = draft.bags
    if draft.contact:
        person["contact"] = draft.contact
    if draft.raw:
        person["raw"] = draft.raw
    if draft.unknown:
        person["unknown_segments"] = tuple(draft.unknown)
    if function in NOT_BOARDED:
        person["not_boarded"] = NOT_BOARDED[function]
    return person


_REQUIRED = (
    ("surname", "surname_missing"),
    ("birth_date", "birth_date_missing"),
    ("nationality", "nationality_missing"),
    ("documents", "document_missing"),
)


def _report_missing(draft: Draft, person: dict[str, Any], function: Function, report: Report) -> None:
    if function in WITHOUT_DATA or draft.qualifier == "ZZZ":
        if not person.get("surname") and not draft.references:
            report.add("reference_missing", (draft.index, None, None))
        return
    for field, code in _REQUIRED:
        if not person.get(field) and not (field == "birth_date" and "birth_date" in draft.raw):
            report.add(code, (draft.index, 4 if field == "surname" else None, None))
    for document, index in zip(draft.documents, draft.document_indexes, strict=True):
        for field, code in _DOCUMENT_REQUIRED:
            if (
                document
                and not document.get(field)
                and not (field == "issuing_country" and document.get("type", "")[:1] == "V")
            ):
                report.add(code, (index, _DOCUMENT_ELEMENTS.get(field), None))


_DOCUMENT_REQUIRED = (
    ("number", "document_number_missing"),
    ("type", "document_type_missing"),
    ("issuing_country", "document_issuer_missing"),
)
_DOCUMENT_ELEMENTS = {"number": 2, "type": 1}
