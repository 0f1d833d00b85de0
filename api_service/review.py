"""Use case: a person does something to an alert.

One transaction: the alert's row is locked, the order judged (`api_service.alert_life`), and then the new version, its event for
consoles and topic, a suppression where one was asked for, the audit line and the answer to the command's idempotency key are
written together or not at all. Two people who decide at once are served one after the other; the second sees a stale version.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from api_service import once, problems
from api_service.alert_life import Order, Refusal, decide
from api_service.officer_view import officer_view
from schemas.alert import Alert, Command
from schemas.roles import Role
from screening.policy import suppression_fingerprints
from storage import alert_rows, audit, outbox, people, suppressions
from storage.command_receipts import Answer
from storage.database import Database, Work

REFUSALS: Mapping[Refusal, tuple[type[problems.RefusalError], str]] = {
    Refusal.ILLEGAL_TRANSITION: (problems.ConflictError, "This decision is not possible in the alert's present state."),
    Refusal.ROLE_NOT_ALLOWED: (problems.ForbiddenError, "This decision needs another role."),
    Refusal.OWN_DECISION: (problems.ForbiddenError, "Your own decision has to be checked by somebody else."),
    Refusal.REASON_MISSING: (problems.InvalidRequestError, "This decision needs a reason_code."),
    Refusal.OUTCOME_MISSING: (problems.InvalidRequestError, "An alert is closed with its outcome."),
    Refusal.SUPPRESSION_NOT_ALLOWED: (problems.InvalidRequestError, "Only the decision no_match can be remembered."),
}
"""How each refusal is told."""


@dataclass(frozen=True, slots=True)
class Target:
    """The alert an order is about. `expected_version`: the one the person saw (None = not asked). `ports`: the only ports
    whose alerts the person may know of (None = any)."""

    alert_id: str
    expected_version: int | None = None
    ports: frozenset[str] | None = None


async def carry_out(database: Database, order: Order, target: Target, idempotency_key: str | None) -> Answer:
    """Do it, or give the first answer again. Raises RefusalError, StoreUnavailableError."""
    command = once.Command(order.by, order.at, idempotency_key, _parts(order, target))
    return await once.carry_out_once(database, command, lambda work: _carry_out(work, order, target))


def _parts(order: Order, target: Target) -> tuple[object, ...]:
    """What makes two requests the same command. Which version was seen does not: a refused command may be sent again."""
    term_days = order.suppression_term.days if order.suppress else None
    said = (order.command, order.reason_code, order.comment, order.outcome, order.suppress, term_days, order.assignee)
    return (target.alert_id, *said)


async def _carry_out(work: Work, order: Order, target: Target) -> Answer:
    before = await alert_rows.load(work, target.alert_id, for_update=True)
    if before is None or (target.ports is not None and before.flight.arrival_port not in target.ports):
        raise problems.NotFoundError("There is no such alert.")
    if target.expected_version not in (None, before.version):
        raise problems.StaleVersionError("The alert has changed since.", {"version": before.version})
    await _check_assignee(work, order)
    after = decide(before, order)
    if isinstance(after, Refusal):
        refused, sentence = REFUSALS[after]
        raise refused(sentence, {"reason": after.value, "state": before.state.value})
    await _write(work, before, after, order)
    return Answer(200, shown(after, order.role))


async def _check_assignee(work: Work, order: Order) -> None:
    """Raises InvalidRequestError where the alert would be given to nobody who could decide it."""
    if order.command is not Command.ASSIGN or order.assignee in (None, order.by):
        return
    if not await people.may_hold_alerts(work, order.assignee, order.at):
        raise problems.InvalidRequestError(people.NOBODY_TO_GIVE_TO)


async def _write(work: Work, before: Alert, after: Alert, order: Order) -> None:
    if order.suppress:
        for remembered in remember(before, order):
            await suppressions.add(work, remembered)
    await store(work, before, after)
    await audit.append(work, audit_line(before, after, order))


async def store(work: Work, before: Alert, after: Alert) -> None:
    """The next version of a locked alert, and its event."""
    await alert_rows.save(work, after, expected_version=before.version)
    await outbox.publish_alert(work, after)


def audit_line(before: Alert, after: Alert, order: Order) -> audit.Line:
    """Who did what to which version; comments stay with the alert."""
    details = {
        "version": after.version,
        "from": before.state,
        "to": after.state,
        "reason_code": order.reason_code,
        "outcome": order.outcome,
        "suppress": order.suppress,
        "assignee": after.assignee,
    }
    return audit.Line(order.at, order.by, f"alert.{order.command}", "alert", after.alert_id, details)


def remember(alert: Alert, order: Order) -> Iterator[suppressions.StoredSuppression]:
    """What to remember: this traveller is none of these record versions, for the term asked for. Raises InvalidRequestError
    where the traveller has neither a document nor a name with a birth date: whatever we remembered would silence others too."""
    found = suppression_fingerprints(alert.traveller)
    if not found:
        raise problems.InvalidRequestError(
            "The traveller has no document and no birth date: nothing narrow enough to remember."
        )
    assert order.reason_code is not None, "no_match without a reason was refused"
    for record in (alert.record, *alert.other_records):
        yield suppressions.StoredSuppression(
            fingerprints=frozenset(found),
            list_id=record.list_id,
            record_id=record.record_id,
            record_version=record.record_version,
            alert_id=alert.alert_id,
            reason_code=order.reason_code,
            comment=order.comment,
            created_by=order.by,
            created_at=order.at,
            expires_at=order.at + order.suppression_term,
        )


def shown(alert: Alert, role: Role) -> bytes:
    """An alert as JSON, as much of it as the role may see."""
    whole = alert.model_dump_json().encode()
    return orjson.dumps(officer_view(orjson.loads(whole))) if role is Role.OFFICER else whole
