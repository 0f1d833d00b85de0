"""The alert ledger on PostgreSQL (`screening.ports.AlertLedger`): alerts, their events, marks and progress in one transaction.

A batch takes the same few round trips whatever its size: mark the news, lock what it names, number the traveller versions,
insert, update, tell, finish. Locks are taken in one order (marks of news by manifest, alerts by id, new alerts by id,
manifests, progress by partition), so that two screeners in the moment of a hand-over wait for each other, but never crosswise.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import orjson

from schemas.alert import Alert, AlertState
from schemas.alert_step import MACHINE
from schemas.delivery import Cursor, Delivery
from schemas.flight_life import Report
from schemas.flight_times import FlightTimes, Route
from schemas.identifiers import derive
from schemas.ledger import AlertChanges, EarlierAlert, FlightHistory, Ground, OvertakenError, Suppression
from schemas.manifest import Manifest
from schemas.watchlist import AlertSeverity, RecordKey
from storage import alert_rows, flight_bodies, outbox
from storage.bodies import deflate
from storage.database import Database, StoreUnavailableError, Work
from storage.json_text import json_text
from storage.ledger_plan import LedgerEvent, LedgerPlan, Planner, concerned
from storage.report_shelf import ReportShelf
from storage.sql import queries

QUARANTINE_RETENTION = timedelta(hours=48)
"""What cannot be processed holds passenger data like any manifest, and lives no longer (contract, section 9)."""
ATTEMPTS_MAX = 5
"""Two screeners may meet on the same new alert in a hand-over. Whoever comes second plans again, and then sees it."""


class _OvertakenError(Exception):
    """Another screener wrote one of our new alerts between our look and our insert."""


@dataclass(frozen=True, slots=True)
class _Suppressions:
    """Valid suppressions as of a mark: read again only when the mark changes."""

    mark: tuple[object, ...] = ()
    rows: tuple[Suppression, ...] = ()


class PostgresLedger:
    """`reader` names whose progress it keeps; `clock` gives the time of the machine's own steps."""

    def __init__(
        self,
        database: Database,
        reader: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        quarantine_retention: timedelta = QUARANTINE_RETENTION,
    ) -> None:
        self._database = database
        self._reader = reader
        self._clock = clock
        self._quarantine_retention = quarantine_retention
        self._suppressions = _Suppressions()
        self._shelf = ReportShelf()

    async def history(self, flight_ids: Sequence[str]) -> Mapping[str, FlightHistory]:
        """What is known already. Suppressions concern travellers, not flights: every flight asked for gets the same tuple."""
        async with self._database.snapshot() as work:
            rows = await work.fetch(queries("ledger")["list_earlier_alerts"], list(flight_ids))
            suppressions = await self._valid_suppressions(work)
            reports = await self._reports(work, flight_ids)
        alerts: defaultdict[str, list[EarlierAlert]] = defaultdict(list)
        for row in rows:
            alerts[row["flight_id"]].append(_earlier_alert(row))
        known = flight_ids if suppressions else sorted(alerts.keys() | reports.keys())
        return {one: FlightHistory(tuple(alerts.get(one, ())), suppressions, reports.get(one, ())) for one in known}

    async def _reports(self, work: Work, flight_ids: Sequence[str]) -> Mapping[str, tuple[Report, ...]]:
        """What was screened of these flights, from memory as far as it is there."""
        taken_in = await flight_bodies.screened_ids(work, flight_ids)
        wanted = [one for ids in taken_in.values() for one in ids]
        found = self._shelf.get(wanted)
        if absent := [one for one in wanted if one not in found]:
            read = await flight_bodies.reports(work, absent)
            found |= {report.manifest_id: report for report in read}
            for report in read:
                self._shelf.put(report)
        return {flight: tuple(found[one] for one in ids if one in found) for flight, ids in taken_in.items()}

    async def manifests(self, manifest_ids: Sequence[str]) -> Mapping[str, Manifest]:
        """Manifests by id; those that were purged are absent."""
        async with self._database.reading() as work:
            return await flight_bodies.of_ids(work, manifest_ids)

    async def _valid_suppressions(self, work: Work) -> tuple[Suppression, ...]:
        now = self._clock()
        row = await work.fetchrow(queries("ledger")["suppressions_mark"], now)
        assert row is not None
        if self._suppressions.mark != tuple(row):
            rows = await work.fetch(queries("ledger")["list_suppressions"], now)
            self._suppressions = _Suppressions(tuple(row), tuple(_suppression(found) for found in rows))
        return self._suppressions.rows

    async def screened(self, manifest_ids: Sequence[str]) -> frozenset[str]:
        """Which of these manifests were recorded before, by any reader."""
        async with self._database.snapshot() as work:
            rows = await work.fetch(queries("ledger")["list_screened"], list(manifest_ids))
        return frozenset(row["manifest_id"] for row in rows)

    async def screened_with(self, manifest_ids: Sequence[str]) -> Mapping[str, int]:
        """With which version of the lists, whoever did it."""
        async with self._database.reading() as work:
            rows = await work.fetch(queries("ledger")["list_screened_with"], list(manifest_ids))
        return {row["manifest_id"]: row["list_version"] for row in rows}

    async def bodies(self, manifest_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Manifests as JSON; those that were purged are absent."""
        async with self._database.reading() as work:
            return await flight_bodies.as_stored(work, manifest_ids)

    async def alerted_records(self, flight_ids: Sequence[str]) -> Mapping[str, frozenset[RecordKey]]:
        """Which records the alerts of these flights stand on."""
        async with self._database.reading() as work:
            rows = await work.fetch(queries("ledger")["list_alerted_records"], list(flight_ids))
        found: defaultdict[str, set[RecordKey]] = defaultdict(set)
        for row in rows:
            others = (Ground(*one).key for one in orjson.loads(row["other_records"]))
            found[row["flight_id"]] |= {(row["list_id"], row["record_id"]), *others}
        return {flight: frozenset(keys) for flight, keys in found.items()}

    async def progress(self, partition: int) -> Cursor | None:
        """How far this reader is done with a partition."""
        async with self._database.snapshot() as work:
            row = await work.fetchrow(queries("ledger")["find_progress"], self._reader, partition)
        return None if row is None else Cursor(row["major"], row["minor"])

    async def record(self, changes: Sequence[AlertChanges], progress: Mapping[int, Cursor]) -> int:
        """Write a batch whole or not at all; returns how many alerts were new. Raises StoreUnavailableError, OvertakenError."""
        for _ in range(ATTEMPTS_MAX):
            try:
                async with self._database.unit_of_work() as work:
                    new = await self._record(work, changes, progress)
            except (_OvertakenError, alert_rows.StaleAlertError):
                continue
            for change in changes:
                if change.report is not None:
                    self._shelf.put(change.report)
            return new
        raise StoreUnavailableError("other screeners keep writing the same alerts")

    async def _record(self, work: Work, changes: Sequence[AlertChanges], progress: Mapping[int, Cursor]) -> int:
        now = self._clock()
        await _take_in(work, sorted(change.manifest_id for change in changes if change.news), now)
        plan = await _plan(work, changes, now)
        await _write(work, plan)
        await self._finish(work, [_audit_line(event, now) for event in plan.events], (changes, progress, now))
        return len(plan.created)

    async def _finish(
        self,
        work: Work,
        audit_lines: Sequence[Mapping[str, object]],
        done: tuple[Sequence[AlertChanges], Mapping[int, Cursor], datetime],
    ) -> None:
        changes, progress, now = done
        marks = {change.manifest_id: _mark(change) for change in changes}
        await work.execute(
            queries("ledger")["finish_batch"],
            json_text(audit_lines),
            json_text(list(marks.values())),
            now,
            self._reader,
            list(progress),
            [cursor.major for cursor in progress.values()],
            [cursor.minor for cursor in progress.values()],
        )

    async def quarantine(self, delivery: Delivery, reason: str) -> None:
        """Put an event aside and move past it. The same event twice is put aside once."""
        now, cursor = self._clock(), delivery.cursor
        place = (str(delivery.partition), str(cursor.major), str(cursor.minor))
        quarantine_id = derive("qua", self._reader, *place)
        body = self._database.vault.seal(now, deflate(delivery.body))
        row = (quarantine_id, self._reader, delivery.partition, *cursor, delivery.key, body, reason, now)
        async with self._database.unit_of_work() as work:
            await work.execute(queries("ledger")["quarantine"], *row, now + self._quarantine_retention)
            line = _line(now, "event.quarantine", ("quarantine", quarantine_id), {"reason": reason})
            await self._finish(work, [line], ((), {delivery.partition: cursor}, now))


async def _take_in(work: Work, manifest_ids: Sequence[str], now: datetime) -> None:
    """Mark news before anything is written about them; whoever comes second waits here, and then is told."""
    if not manifest_ids:
        return
    ours = {row["manifest_id"] for row in await work.fetch(queries("ledger")["take_in"], manifest_ids, now)}
    marked = {row["manifest_id"] for row in await work.fetch(queries("ledger")["list_screened"], manifest_ids)}
    if marked - ours:
        raise OvertakenError("another worker took this in")


async def _plan(work: Work, changes: Sequence[AlertChanges], now: datetime) -> LedgerPlan:
    named = concerned(changes)
    known = await alert_rows.lock_all(work, named) if named else {}
    travellers = sorted({alert.traveller.traveller_id for change in changes for alert in change.create})
    versions: dict[str, dict[str, int]] = {}
    for row in await work.fetch(queries("ledger")["list_traveller_versions"], travellers) if travellers else ():
        versions.setdefault(row["traveller_id"], {})[row["traveller_version_id"]] = row["traveller_version"]
    return Planner(known, versions, now).plan(changes)


async def _write(work: Work, plan: LedgerPlan) -> None:
    new = [plan.alerts[alert_id] for alert_id in sorted(plan.created)]
    if new and len(await alert_rows.insert_all(work, new)) != len(new):
        raise _OvertakenError
    if plan.expected_versions:
        await alert_rows.save_all(work, [plan.alerts[alert_id] for alert_id in plan.expected_versions], plan.expected_versions)
    if plan.events:
        await outbox.publish_alerts(work, [event.alert for event in plan.events])


_EARLIER_COLUMNS = (
    *("alert_id", "traveller_id", "traveller_version_id", "traveller_version"),
    *("list_id", "record_id", "record_version", "score"),
)


def _earlier_alert(row: asyncpg.Record) -> EarlierAlert:
    values = {name: row[name] for name in _EARLIER_COLUMNS}
    return EarlierAlert(
        **values,
        state=AlertState(row["state"]),
        others=tuple(Ground(*one) for one in orjson.loads(row["other_records"])),
        route=Route(row["departure_port"], row["arrival_port"]),
        times=FlightTimes(row["scheduled_departure"], row["scheduled_arrival"]),
        severity=AlertSeverity(row["severity"]),
    )


def _suppression(row: asyncpg.Record) -> Suppression:
    return Suppression(frozenset(row["fingerprints"]), row["list_id"], row["record_id"], row["record_version"])


def _mark(change: AlertChanges) -> dict[str, object]:
    return {
        "manifest_id": change.manifest_id,
        "list_version": change.list_version,
        "matcher_version": change.matcher_version,
    }


def _audit_line(event: LedgerEvent, now: datetime) -> dict[str, object]:
    return _line(now, f"alert.{event.command}", ("alert", event.alert.alert_id), _details(event.alert))


def _details(alert: Alert) -> dict[str, object]:
    return {
        "version": alert.version,
        "to": alert.state,
        "manifest_id": alert.manifest_id,
        "list_version": alert.list_version,
        "matcher_version": alert.matcher_version,
        "reason_code": alert.history[-1].reason_code if alert.history else None,
    }


def _line(at: datetime, action: str, subject: tuple[str, str], details: Mapping[str, object]) -> dict[str, object]:
    kind, identifier = subject
    line = {"at": at, "actor": MACHINE, "action": action, "subject_kind": kind, "subject_id": identifier}
    return line | {"details": dict(details)}
