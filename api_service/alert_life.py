"""What a person may do to an alert: the pure core of every decision.

`schemas.alert.TRANSITIONS` says what is legal; this says by whom and on what terms. No clock, no database: an alert and an
order go in, the changed alert or a refusal comes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.alert import DECISIONS, Alert, Command, Outcome
from schemas.alert_clocks import DueTerms
from schemas.alert_step import Step, advance, signatures
from schemas.roles import INCLUDES, Role

REASON_CODE_CHARACTERS_MAX = 64
"""A code from a list, not a story."""
COMMENT_CHARACTERS_MAX = 4_000
"""Two pages. Longer belongs in a case file, not in every copy of the alert."""
SUPPRESSION_TERM_MAX = timedelta(days=365)
"""Twelve months, and never a leap day more (the database refuses more than that too)."""

NEEDS_REASON = frozenset({Command.NO_MATCH, Command.CONFIRM, Command.REOPEN})
"""Commands that change somebody's fate, or undo one that did: each says why, with a code that can be counted."""

ROLES: Mapping[Command, Role] = {
    **dict.fromkeys(DECISIONS, Role.ANALYST),
    Command.APPROVE: Role.SUPERVISOR,
    Command.ACKNOWLEDGE: Role.OFFICER,
    Command.OUTCOME: Role.OFFICER,
    Command.ASSIGN: Role.ANALYST,
}
"""Who may give which command (and whoever's role includes that one). The machine's own commands are nobody's."""


class Refusal(StrEnum):
    """Why an order was not carried out. Nothing changed."""

    ILLEGAL_TRANSITION = "illegal_transition"
    ROLE_NOT_ALLOWED = "role_not_allowed"
    OWN_DECISION = "own_decision"
    REASON_MISSING = "reason_missing"
    OUTCOME_MISSING = "outcome_missing"
    SUPPRESSION_NOT_ALLOWED = "suppression_not_allowed"


@dataclass(frozen=True, slots=True)
class Order:
    """A command by a named person. `by` is the key's id; `suppress` asks to remember a proven false match for
    `suppression_term`; `assignee` is whose the alert shall be (None = nobody's); `terms`: when a reopened alert is due."""

    command: Command
    by: str
    role: Role
    at: datetime
    reason_code: str | None = None
    comment: str | None = None
    outcome: Outcome | None = None
    suppress: bool = False
    suppression_term: timedelta = SUPPRESSION_TERM_MAX
    assignee: str | None = None
    terms: DueTerms = field(default_factory=DueTerms)


def decide(alert: Alert, order: Order) -> Alert | Refusal:
    """The alert after the order, or why not."""
    refusal = _refusal_of_person(alert, order) or _refusal_of_terms(order)
    if refusal is not None:
        return refusal
    return advance(alert, _step(alert, order)) or Refusal.ILLEGAL_TRANSITION


def _step(alert: Alert, order: Order) -> Step:
    return Step(
        order.command,
        order.by,
        order.at,
        order.reason_code,
        order.comment,
        order.outcome,
        assignee=order.assignee,
        due_at=order.terms.due_at(alert.queue, alert.severity, alert.flight.scheduled_arrival, order.at),
    )


def _refusal_of_person(alert: Alert, order: Order) -> Refusal | None:
    if ROLES.get(order.command) not in INCLUDES[order.role]:
        return Refusal.ROLE_NOT_ALLOWED
    if order.command is Command.APPROVE and alert.awaiting_approval and order.by == signatures(alert).confirmed_by:
        return Refusal.OWN_DECISION
    return None


def _refusal_of_terms(order: Order) -> Refusal | None:
    if order.command in NEEDS_REASON and not order.reason_code:
        return Refusal.REASON_MISSING
    if order.command is Command.OUTCOME and order.outcome is None:
        return Refusal.OUTCOME_MISSING
    if order.suppress and order.command is not Command.NO_MATCH:
        return Refusal.SUPPRESSION_NOT_ALLOWED
    return None
