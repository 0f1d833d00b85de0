"""What a person may do to an alert: the pure core of every decision.

`schemas.alert.TRANSITIONS` says what is legal; this says by whom and on what terms. No clock, no database: an alert and an
order go in, the changed alert or a refusal comes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.alert import DECISIONS, Alert, Command, Outcome
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
}
"""Who may give which command (and whoever's role includes that one). The machine's own commands are nobody's."""


class Refusal(StrEnum):
    """Why an order was not carried out. Nothing changed."""

    ILLEGAL_TRANSITION = "illegal_transition"
    ROLE_NOT_ALLOWED = "role_not_allowed"
    OWN_DECISION = "own_decision"
    REASON_MISSING = "reason_missing"
    SUPPRESSION_NOT_ALLOWED = "suppression_not_allowed"


@dataclass(frozen=True, slots=True)
class Order:
    """A command by a named person. `by` is the key's id; `suppress` asks to remember a proven false match."""

    command: Command
    by: str
    role: Role
    at: datetime
    reason_code: str | None = None
    comment: str | None = None
    outcome: Outcome | None = None
    suppress: bool = False


def decide(alert: Alert, order: Order) -> Alert | Refusal:
    """The alert after the order, or why not."""
    refusal = _refusal_of_person(alert, order) or _refusal_of_terms(order)
    if refusal is not None:
        return refusal
    step = Step(order.command, order.by, order.at, order.reason_code, order.comment, order.outcome)
    return advance(alert, step) or Refusal.ILLEGAL_TRANSITION


def _refusal_of_person(alert: Alert, order: Order) -> Refusal | None:
    if ROLES.get(order.command) not in INCLUDES[order.role]:
        return Refusal.ROLE_NOT_ALLOWED
    if order.command is Command.APPROVE and alert.awaiting_approval and order.by == signatures(alert).confirmed_by:
        return Refusal.OWN_DECISION
    return None


def _refusal_of_terms(order: Order) -> Refusal | None:
    if order.command in NEEDS_REASON and not order.reason_code:
        return Refusal.REASON_MISSING
    if order.suppress and order.command is not Command.NO_MATCH:
        return Refusal.SUPPRESSION_NOT_ALLOWED
    return None
