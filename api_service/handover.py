"""Use case: a shift ends, and all open alerts of a person go to another, in one transaction.

Each alert changes hands as if it had been assigned by itself: a version, a line of history with the note, an event, a line of
audit. So nobody who decides one of them meanwhile is overwritten: he is told that it changed.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api_service import once, problems, review
from api_service.alert_life import Order, decide
from schemas.alert import Alert, Command
from schemas.roles import INCLUDES, Role
from storage import alert_rows, audit, handovers, outbox, people
from storage.command_receipts import Answer
from storage.database import Database, Work
from storage.handovers import Handover

HANDOVER_ALERTS_MAX = 2_000
"""Nobody has that many open alerts; a transaction with more would keep every reader of the feed waiting."""
REASON_CODE = "shift_handover"


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """Who hands over from whom to whom."""

    from_person: str
    to_person: str
    note: str | None
    by: str
    role: Role
    at: datetime


async def hand_over(database: Database, end: ShiftEnd, idempotency_key: str | None) -> Answer:
    """Do it, or give the first answer again. Raises RefusalError, StoreUnavailableError."""
    if end.from_person != end.by and Role.SUPERVISOR not in INCLUDES[end.role]:
        raise problems.ForbiddenError("Only a supervisor hands over for somebody else.")
    if end.from_person == end.to_person:
        raise problems.InvalidRequestError("A shift is handed over to somebody else.")
    parts = ("shift_handover", end.from_person, end.to_person, end.note)
    command = once.Command(end.by, end.at, idempotency_key, parts)
    return await once.carry_out_once(database, command, lambda work: _hand_over(work, end))


async def _hand_over(work: Work, end: ShiftEnd) -> Answer:
    if not await people.may_hold_alerts(work, end.to_person, end.at):
        raise problems.InvalidRequestError(people.NOBODY_TO_GIVE_TO)
    before = await handovers.lock_open_of(work, end.from_person, HANDOVER_ALERTS_MAX + 1)
    if len(before) > HANDOVER_ALERTS_MAX:
        raise problems.ConflictError("More open alerts than can be handed over at once.", {"alerts_max": HANDOVER_ALERTS_MAX})
    await _move(work, before, end)
    done = _handover(before, end)
    await handovers.add(work, done)
    details = {"from": end.from_person, "to": end.to_person, "alerts": len(before)}
    await audit.append(work, audit.Line(end.at, end.by, "shift.handover", "handover", done.handover_id, details))
    return Answer(201, shown(done).model_dump_json(by_alias=True).encode())


async def _move(work: Work, before: Sequence[Alert], end: ShiftEnd) -> None:
    order = Order(Command.ASSIGN, end.by, end.role, end.at, REASON_CODE, end.note, assignee=end.to_person)
    after = [_moved(alert, order) for alert in before]
    if not after:
        return
    await alert_rows.save_all(work, after, {alert.alert_id: alert.version for alert in before})
    await outbox.publish_alerts(work, after)
    for old, new in zip(before, after, strict=True):
        await audit.append(work, review.audit_line(old, new, order))


def _moved(alert: Alert, order: Order) -> Alert:
    after = decide(alert, order)
    assert isinstance(after, Alert), "an open alert can be given to anybody by whoever may assign"
    return after


def _handover(alerts: Sequence[Alert], end: ShiftEnd) -> Handover:
    alert_ids = tuple(alert.alert_id for alert in alerts)
    identifier = f"hnd_{secrets.token_hex(12)}"
    return Handover(identifier, end.at, end.by, end.from_person, end.to_person, end.note, alert_ids)


class HandoverShown(BaseModel):
    """What was handed over. `alerts`: how many."""

    model_config = ConfigDict(populate_by_name=True)

    handover_id: str
    at: AwareDatetime
    by: str
    from_person: str = Field(alias="from")
    to_person: str = Field(alias="to")
    note: str | None
    alerts: int
    alert_ids: list[str]


def shown(handover: Handover) -> HandoverShown:
    """A hand-over as callers see it."""
    fields = asdict(handover)
    return HandoverShown(**{**fields, "alert_ids": list(handover.alert_ids), "alerts": len(handover.alert_ids)})
