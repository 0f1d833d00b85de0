"""Whether a record may alert at all on a given day. Law, not likeness: it is asked after the score, and never enters it.

An assisted voluntary return never alerts: whoever goes home of their own will is nobody's suspect. A suspended case, or one
whose decision is appealed, suspended, withdrawn or refused, never does. An entry ban does between its dates only, both days
included. Any record does only while it is valid.
"""

from datetime import date

from schemas.watchlist import CaseKind, ReadmissionCase, ReadmissionDecision, Record

NEVER_ALERTING_DECISIONS = frozenset(
    {
        ReadmissionDecision.APPEALED.value,
        ReadmissionDecision.SUSPENDED.value,
        ReadmissionDecision.WITHDRAWN.value,
        ReadmissionDecision.REFUSED.value,
    }
)


def may_alert(record: Record, day: date) -> bool:
    """Whether the record may raise an alert about a flight on `day`."""
    if not _within(day, record.valid_from, record.expires_at):
        return False
    return record.readmission is None or _case_may_alert(record.readmission, day)


def _case_may_alert(case: ReadmissionCase, day: date) -> bool:
    if case.case_kind is CaseKind.ASSISTED_VOLUNTARY_RETURN or case.suspended:
        return False
    if (case.decision or "").strip().lower() in NEVER_ALERTING_DECISIONS:
        return False
    return case.case_kind is not CaseKind.ENTRY_BAN or _within(day, case.entry_ban_from, case.entry_ban_to)


def _within(day: date, first: date | None, last: date | None) -> bool:
    """Both ends included; an end nobody set is open."""
    return (first is None or first <= day) and (last is None or day <= last)
