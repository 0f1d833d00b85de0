"""Retention: what is removed when, and the purge that removes it, in batches short enough that nobody waits.

    travellers          48 h after receipt; 96 h where they did not present, or nobody said whether they did
    (`storage.purge_flights`) raw messages        48 h: emptied, and the submission removed with its last manifest; answers in
    EDIFACT likewise alerts              their own retention, by legal basis: then `expired`, without the person
    (`storage.alert_expiry`) events of alerts    48 h, but the newest of each alert, which lives as long as the alert
    quarantine, command receipts, notes, suppressions, deliveries, facts, audit lines      as the table below says

Each batch is a transaction of its own, of some hundred rows, under a lock that lets one purge run at a time. A dry run counts
with the same conditions and changes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage import alert_expiry, audit, audit_purge, purge_flights
from storage.database import Database
from storage.day_keys_purge import destroy_keys
from storage.policies import Policy
from storage.sql import queries

BATCH_ROWS = 500
"""In one transaction: some tens of milliseconds of locks on rows that nobody asks for any more."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rows that is purged by one condition. `name` is that of its two queries (`count_`, `purge_`)."""

    name: str
    kept: str


KINDS: Sequence[Kind] = (
    Kind("test_manifests", "at_due_time"),
    Kind("raw_messages", "at_due_time"),
    Kind("edifact_answers", "at_due_time"),
    Kind("submissions", "at_due_time"),
    Kind("quarantined", "at_due_time"),
    Kind("referrals", "at_due_time"),
    Kind("alert_events", "travellers"),
    Kind("command_receipts", "travellers"),
    Kind("suppressions", "at_due_time"),
    Kind("handover_notes", "alerts"),
    Kind("seen_persons", "persons"),
    Kind("webhook_deliveries", "alerts"),
    Kind("subject_requests", "alerts"),
    Kind("message_facts", "statistics"),
    Kind("expired_alerts", "statistics"),
    Kind("traveller_counts", "statistics"),
    Kind("alert_counts", "statistics"),
    Kind("reception_reports", "statistics"),
    Kind("flight_marks", "alerts"),
    Kind("exchanged_content", "at_due_time"),
)
"""In this order: submissions after their manifests. `at_due_time`: the rows say themselves when they are due."""


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """How many of each kind were removed (or would be: `dry_run`), and when."""

    at: datetime
    dry_run: bool
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Of all kinds."""
        return sum(self.counts.values())


async def purge(database: Database, policy: Policy, now: datetime, by: str, *, dry_run: bool = False) -> PurgeReport:
    """Remove what is due. The audit trail says how much of what. Raises StoreUnavailableError; what was done by then is
    done."""
    counts: Counter[str] = Counter()
    counts.update(await purge_flights.purge(database, policy, now, dry_run=dry_run))
    for kind in KINDS:
        counts[kind.name] += await _purge_kind(database, kind, now - policy.kept(kind.kept), dry_run=dry_run)
    counts["alerts"] += await alert_expiry.expire_due(database, policy, now, dry_run=dry_run)
    counts["audit_lines"] += await audit_purge.purge(database, now - policy.audit, (now, by), dry_run=dry_run)
    counts["day_keys"] += await destroy_keys(database, policy, now, dry_run=dry_run)
    report = PurgeReport(now, dry_run, {name: count for name, count in counts.items() if count})
    if report.counts and not dry_run:
        async with database.unit_of_work() as work:
            await audit.append(work, audit.Line(now, by, "retention.purged", "retention", "*", report.counts))
    return report


async def _purge_kind(database: Database, kind: Kind, due_at: datetime, *, dry_run: bool) -> int:
    sql = queries("retention")
    if dry_run:
        async with database.reading() as work:
            return int(await work.fetchval(sql[f"count_{kind.name}"], due_at))
    done = 0
    while True:
        async with database.unit_of_work() as work:
            if not await work.fetchval(sql["try_lead"]):
                return done
            status = await work.execute(sql[f"purge_{kind.name}"], due_at, BATCH_ROWS)
        removed = int(status.rpartition(" ")[2])
        done += removed
        if removed < BATCH_ROWS:
            return done
