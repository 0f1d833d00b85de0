"""Alerts whose clocks run out: found by an index, locked, and moved on in the transaction that tells of it.

However many processes look, one escalates at a time; and as the stages that were recorded stand in the alert itself, which is
locked and written under its version, no stage can be recorded twice even without that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.alert import LIVE_STATES, Alert
from schemas.alert_clocks import escalated
from schemas.alert_step import MACHINE
from storage import alert_rows, audit, outbox
from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """How many live alerts are of a kind."""

    severity: str
    queue: str
    escalation: int
    alerts: int


async def leads(work: Work) -> bool:
    """Whether this transaction is the one that escalates now."""
    return bool(await work.fetchval(queries("escalations")["try_lead"]))


async def escalate_due(work: Work, now: datetime, limit: int) -> tuple[int, Sequence[Alert]]:
    """Record every stage that the clocks of at most `limit` alerts have come to.

    Returns how many alerts were looked at, and their new versions in order, one a stage.
    """
    rows = await work.fetch(queries("escalations")["take_due"], now, limit)
    known = [Alert.model_validate_json(row["body"]) for row in rows]
    versions = [version for alert in known for version in escalated(alert, now)]
    if known:
        # Those that had nothing to tell are written as they are: their next time may have been worked out by an older release.
        latest = {alert.alert_id: alert for alert in (*known, *versions)}
        await alert_rows.save_all(work, list(latest.values()), {alert.alert_id: alert.version for alert in known})
    if versions:
        await outbox.publish_alerts(work, versions)
    for version in versions:
        await audit.append(work, _line(version))
    return len(known), versions


def _line(alert: Alert) -> audit.Line:
    details = {"version": alert.version, "to": alert.state, "reason_code": alert.history[-1].reason_code}
    return audit.Line(alert.updated_at, MACHINE, "alert.escalate", "alert", alert.alert_id, details)


async def open_alerts(work: Work) -> Sequence[OpenAlerts]:
    """Live alerts, counted."""
    rows = await work.fetch(queries("escalations")["count_open"], sorted(LIVE_STATES))
    return [OpenAlerts(**row) for row in rows]


async def outcomes_due(work: Work, before: datetime) -> int:
    """How many alerts were handed over and are without an outcome, of arrivals and hand-overs before that moment."""
    return int(await work.fetchval(queries("escalations")["count_outcomes_due"], before))
