"""Drafts become travellers: what is missing is said, identities are assigned, nobody is lost."""

from collections.abc import Sequence
from typing import Any

from parsers.paxlst.draft import Draft
from parsers.paxlst.functions import NOT_BOARDED, WITHOUT_DATA
from parsers.paxlst.identity import assign_ids
from parsers.paxlst.report import Report
from schemas.manifest import Function


def finish_travellers(drafts: Sequence[Draft], flight_key: str, function: Function, report: Report) -> list[dict[str, Any]]:
    """The fields of one traveller a draft, in the order sent."""
    crew_closure, not_boarded = function is Function.CREW_LIST, NOT_BOARDED.get(function)
    people = []
    for draft in drafts:
        person = draft.values
        if crew_closure and draft.qualifier == "ZZZ":
            person["kind"] = "crew"
        if not_boarded is not None:
            person["not_boarded"] = not_boarded
        people.append(person)
    for position in assign_ids(flight_key, people):
        if drafts[position].qualifier != "ZZZ":
            report.add("traveller_repeated", (drafts[position].index, None, None))
    for draft in drafts:
        if not _is_complete(draft.values):
            _report_missing(draft, function, report)
    return people


def _is_complete(person: dict[str, Any]) -> bool:
    """Whether a look is enough to see that nothing is missing."""
    if "surname" not in person or "birth_date" not in person or "nationality" not in person or "documents" not in person:
        return False
    return all("number" in one and "type" in one and "issuing_country" in one for one in person["documents"])


_REQUIRED = (
    ("surname", "surname_missing"),
    ("birth_date", "birth_date_missing"),
    ("nationality", "nationality_missing"),
    ("documents", "document_missing"),
)


def _report_missing(draft: Draft, function: Function, report: Report) -> None:
    person = draft.values
    documents = person.get("documents", ())
    if not all(documents):
        person["documents"] = [document for document in documents if document]
    if function in WITHOUT_DATA or draft.qualifier == "ZZZ":
        if not person.get("surname") and not draft.references:
            report.add("reference_missing", (draft.index, None, None))
        return
    for field, code in _REQUIRED:
        if not person.get(field) and not (field == "birth_date" and "birth_date" in person.get("raw", ())):
            report.add(code, (draft.index, 4 if field == "surname" else None, None))
    for document, index in zip(documents, draft.document_indexes, strict=True):
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
