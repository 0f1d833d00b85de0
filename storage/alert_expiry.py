"""The end of an alert's retention: it stays as a count (lanes, severity, outcome, nationality, list), and forgets the person.

Its number stays as well, for the audit trail names it. Comments go: people write names into them.
"""

from datetime import datetime

from schemas.alert import Alert, AlertRecord, AlertTraveller, Command
from schemas.alert_step import MACHINE, Step, advance
from storage import audit, outbox
from storage.database import Database, Work
from storage.json_text import json_text
from storage.policies import Policy
from storage.sql import queries

BATCH_ALERTS = 100
"""In one transaction: each is parsed and written, a millisecond."""
RETENTION_ENDED = "retention_ended"
"""Reason code of the step."""


async def expire_due(database: Database, policy: Policy, now: datetime, *, dry_run: bool) -> int:
    """Expire every alert whose retention has ended and that no hold keeps; how many."""
    done = 0
    while True:
        async with database.unit_of_work() as work:
            if not await work.fetchval(queries("retention")["try_lead"]):
                return done
            alerts = await _due(work, policy, now, None if dry_run else BATCH_ALERTS)
            if dry_run:
                return len(alerts)
            for alert in alerts:
                await _expire(work, alert, now)
        done += len(alerts)
        if len(alerts) < BATCH_ALERTS:
            return done


async def _due(work: Work, policy: Policy, now: datetime, rows_max: int | None) -> list[Alert]:
    own = {
        basis: {"alert_days": terms.alert_days, "hit_days": terms.hit_days} for basis, terms in policy.by_legal_basis.items()
    }
    values = (now, rows_max, policy.alerts.alert_days, policy.alerts.hit_days, json_text(own))
    return [Alert.model_validate_json(row["body"]) for row in await work.fetch(queries("retention")["due_alerts"], *values)]


async def _expire(work: Work, alert: Alert, now: datetime) -> None:
    expired = forgotten(alert, now)
    await work.execute(
        queries("retention")["expire_alert"], alert.alert_id, expired.version, now, expired.model_dump_json(by_alias=True)
    )
    await work.execute(queries("retention")["forget_alert_events"], alert.alert_id)
    await outbox.publish_alert(work, expired)
    details = {"version": expired.version, "from": alert.state.value, "to": expired.state.value, "reason_code": RETENTION_ENDED}
    await audit.append(work, audit.Line(now, MACHINE, "alert.expire", "alert", alert.alert_id, details))


def forgotten(alert: Alert, now: datetime) -> Alert:
    """The alert as it stays when its retention has ended."""
    expired = advance(alert, Step(Command.EXPIRE, MACHINE, now, reason_code=RETENTION_ENDED))
    assert expired is not None, "every state but expired may expire"
    traveller, record, disposition = alert.traveller, alert.record, alert.disposition
    return expired.model_copy(
        update={
            "traveller": AlertTraveller(
                traveller_id="",
                version_id="",
                version=traveller.version,
                kind=traveller.kind,
                nationality=traveller.nationality,
            ),
            "record": AlertRecord(
                record_id=record.record_id,
                category=record.category,
                action=record.action,
                severity=record.severity,
                legal_basis=record.legal_basis,
                list_id=record.list_id,
                list_kind=record.list_kind,
                record_version=record.record_version,
                list_version=record.list_version,
            ),
            "other_records": (),
            "evidence": (),
            "assignee": None,
            "due_at": None,
            "awaiting_approval": False,
            "disposition": disposition and disposition.model_copy(update={"comment": None}),
            "history": tuple(entry.model_copy(update={"comment": None}) for entry in expired.history),
        }
    )
