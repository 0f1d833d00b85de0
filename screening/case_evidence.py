"""What a readmission record is about, as a sentence beside the evidence: whoever looks at the match must not take somebody who
comes home, or passes through, for somebody who is sought.

The sentence weighs nothing: a case is no likeness. It stands last, with score and weight 0.
"""

from collections.abc import Mapping
from datetime import date

from schemas.evidence import Evidence
from schemas.watchlist import CaseKind, Record

FEATURE = "readmission_case"

_SENTENCES: Mapping[CaseKind, str] = {
    CaseKind.OWN_NATIONAL: "The record is of a national who comes home under a readmission agreement; nobody is sought here.",
    CaseKind.THIRD_COUNTRY_NATIONAL: "The record is of a national of another country, whom a state asks to be taken back "
    "under a readmission agreement.",
    CaseKind.STATELESS: "The record is of a stateless person under a readmission agreement: no nationality can be compared.",
    CaseKind.TRANSIT: "The record is of somebody who only passes through under a readmission agreement, on the way to another "
    "country.",
    CaseKind.ASSISTED_VOLUNTARY_RETURN: "The record is of somebody who goes home of their own will; it never raises an alert.",
    CaseKind.ENTRY_BAN: "The record is of an entry ban, {period}; outside of it the record says nothing.",
}
"""By kind of case. Every kind has one."""


def case_evidence(record: Record) -> tuple[Evidence, ...]:
    """The sentence of the record's case; nothing where it has none."""
    case = record.readmission
    if case is None:
        return ()
    told = _SENTENCES[case.case_kind].format(period=ban_period(case.entry_ban_from, case.entry_ban_to))
    kind = case.case_kind.value
    return (Evidence(feature=FEATURE, outcome=kind, record_value=kind, score=0.0, weight=0.0, explanation=told),)


def ban_period(first: date | str | None, last: date | str | None) -> str:
    """When a ban holds, in words, both days included."""
    if first is not None and last is not None:
        return f"from {first} to {last}"
    if first is not None:
        return f"from {first}, without an end"
    return "without dates" if last is None else f"until {last}"
