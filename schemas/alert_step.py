"""One step of an alert's life: the table of transitions, applied to a whole alert.

Persons and the machine share this: whatever moves an alert goes through `advance`, so that a version, a time and a line of
history are never forgotten. What a step needs besides a legal transition (a role, a reason, a second person) is judged above,
where persons are known.
"""

from dataclasses import dataclass

from pydantic import AwareDatetime

from schemas.alert import UNDECIDING, Alert, AlertFlight, AlertState, Command, Disposition, HistoryEntry, Outcome, target_state
from schemas.watchlist import AlertSeverity

MACHINE = "kulla"
"""Who the machine is in histories and audit lines."""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody does to an alert. `by` is a key's id, or `MACHINE`.

    `assignee` is read by `assign` (None = nobody's), `due_at` by `reopen` (None = as before) and `reschedule`, `flight` by
    `reschedule`, `escalation` by `escalate`.
    """

    command: Command
    by: str
    at: AwareDatetime
    reason_code: str | None = None
    comment: str | None = None
    outcome: Outcome | None = None
    assignee: str | None = None
    due_at: AwareDatetime | None = None
    escalation: int = 0
    flight: AlertFlight | None = None


def advance(alert: Alert, step: Step) -> Alert | None:
    """The alert after `step`: one version up, with a line of history; None where the table forbids it.

    `confirm` on severity high is a first signature only: the alert stays `possible` and awaits another person's approval.
    """
    target = target_state(alert.state, step.command)
    if target is None or not _signatures_allow(alert, step.command):
        return None
    state = AlertState.POSSIBLE if _first_signature(alert, step) else target
    return alert.model_copy(
        update={
            "version": alert.version + 1,
            "state": state,
            "updated_at": step.at,
            "history": (*alert.history, _entry(alert.state, state, step)),
            **_decided(alert, step),
            **_particulars(alert, step),
        }
    )


def _first_signature(alert: Alert, step: Step) -> bool:
    return step.command is Command.CONFIRM and alert.severity is AlertSeverity.HIGH


def _decided(alert: Alert, step: Step) -> dict[str, object]:
    """The signature awaited and the last word, where the step is a decision."""
    if step.command in UNDECIDING:
        return {}
    return {"awaiting_approval": _first_signature(alert, step), "disposition": _disposition(step)}


def _particulars(alert: Alert, step: Step) -> dict[str, object]:
    """What only this command changes. Reopening winds the clocks up again."""
    match step.command:
        case Command.ASSIGN:
            return {"assignee": step.assignee}
        case Command.ESCALATE:
            return {"escalation": max(alert.escalation, step.escalation)}
        case Command.RESCHEDULE:
            return {"flight": step.flight or alert.flight, "due_at": step.due_at or alert.due_at}
        case Command.REOPEN:
            return {"escalation": 0, "due_at": step.due_at or alert.due_at}
        case _:
            return {}


def _signatures_allow(alert: Alert, command: Command) -> bool:
    """`approve` needs a first signature to approve; a second `confirm` is not a second pair of eyes."""
    if command is Command.APPROVE:
        return alert.awaiting_approval
    return not (command is Command.CONFIRM and alert.awaiting_approval)


def _disposition(step: Step) -> Disposition | None:
    """The last word; opening (again) means that there is none yet."""
    if step.command in {Command.START_REVIEW, Command.REOPEN}:
        return None
    return Disposition(
        at=step.at,
        by=step.by,
        decision=step.command,
        reason_code=step.reason_code,
        comment=step.comment,
        outcome=step.outcome,
    )


def _entry(source: AlertState, target: AlertState, step: Step) -> HistoryEntry:
    return HistoryEntry.model_validate(
        {
            "at": step.at,
            "by": step.by,
            "command": step.command,
            "from": source,
            "to": target,
            "reason_code": step.reason_code,
            "comment": step.comment,
        }
    )


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who confirmed this alert, and who approved that; None where nobody did (or a later decision took it back)."""

    confirmed_by: str | None = None
    approved_by: str | None = None


_TAKES_BACK = frozenset({Command.NO_MATCH, Command.REOPEN})


def signatures(alert: Alert) -> Signatures:
    """The signatures that hold now, read from the history."""
    held = Signatures()
    for entry in alert.history:
        if entry.command in _TAKES_BACK:
            held = Signatures()
        elif entry.command == Command.CONFIRM:
            held = Signatures(confirmed_by=entry.by)
        elif entry.command == Command.APPROVE:
            held = Signatures(confirmed_by=held.confirmed_by, approved_by=entry.by)
    return held
