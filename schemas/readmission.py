"""The clock of a readmission case: by when the requested state answers, and by when the transfer is to be done.

    request_date --answer_days--> answer_due_on --transfer_days--> transfer_latest_on

A clock is for people who have deadlines to keep. It is worked out when somebody looks, from the record and the agreement it
names; nothing of it is a score, or enters one. Days are calendar days; the day of the request is day 0, the last day counts.

The transfer period begins with the answer, whose day a record does not say: so the *latest* end is told, as if the answer had
come on its last day. An entry ban and a voluntary return ask nobody for an answer: they have no clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from schemas.base import Noun
from schemas.watchlist import CaseKind, ReadmissionCase, ReadmissionDecision

ANSWER_DAYS = 14
"""Where no agreement says otherwise: two weeks, as agreements on readmission commonly have it."""
TRANSFER_DAYS = 90
"""Where no agreement says otherwise: three months."""
ANSWERED_KINDS = frozenset(
    {CaseKind.OWN_NATIONAL, CaseKind.THIRD_COUNTRY_NATIONAL, CaseKind.STATELESS, CaseKind.TRANSIT},
)
"""Kinds in which one state asks another, and waits."""


class ClockState(StrEnum):
    """`expired`: the time to answer has run out without one."""

    RUNNING = "running"
    EXPIRED = "expired"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement allows. `answer_days` by kind of case; a kind that is absent has `answer_days_other`."""

    answer_days: Mapping[CaseKind, int] = field(default_factory=dict)
    answer_days_other: int = ANSWER_DAYS
    transfer_days: int = TRANSFER_DAYS
    legal_basis: str | None = None
    contact: str | None = None

    def days(self, kind: CaseKind) -> int:
        """How long the requested state may take to answer."""
        return self.answer_days.get(kind, self.answer_days_other)


class ReadmissionClock(Noun):
    """Deadlines of a case, as of the day somebody looked. `agreement_known` false: nobody has configured the agreement that the
    case names (or it names none), and the usual terms were taken. Without a date of request the due dates are unknown."""

    agreement: str | None
    agreement_known: bool
    legal_basis: str | None
    contact: str | None
    request_date: date | None
    answer_days: int
    answer_due_on: date | None
    answer_days_left: int | None
    transfer_days: int
    transfer_latest_on: date | None
    state: ClockState | None


def clock_of(case: ReadmissionCase, terms: Terms | None, today: date) -> ReadmissionClock | None:
    """The clock of a case; None where nobody waits for an answer. `terms` None: the agreement is not known."""
    if case.case_kind not in ANSWERED_KINDS:
        return None
    held = terms or Terms()
    days = held.days(case.case_kind)
    due = None if case.request_date is None else case.request_date + timedelta(days)
    state = _state(case, due, today)
    return ReadmissionClock(
        agreement=case.agreement,
        agreement_known=terms is not None,
        legal_basis=held.legal_basis,
        contact=held.contact,
        request_date=case.request_date,
        answer_days=days,
        answer_due_on=due,
        answer_days_left=(due - today).days if due is not None and state is ClockState.RUNNING else None,
        transfer_days=held.transfer_days,
        transfer_latest_on=None if due is None else due + timedelta(held.transfer_days),
        state=state,
    )


def _state(case: ReadmissionCase, due: date | None, today: date) -> ClockState | None:
    """A case that was decided, or whose transfer is set or done, has its answer."""
    decided = (case.decision or "").strip().lower() not in ("", ReadmissionDecision.PENDING.value)
    if decided or case.transfer_date is not None or case.return_confirmed_on is not None:
        return ClockState.ANSWERED
    if due is None:
        return None
    return ClockState.RUNNING if today <= due else ClockState.EXPIRED
