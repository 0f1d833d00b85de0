"""The ledger in memory (`screening.ports.AlertLedger`). It decides with the same `Planner` as the one on PostgreSQL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from schemas.alert import Alert
from schemas.delivery import Cursor, Delivery
from schemas.flight_life import Report
from schemas.identifiers import flight_id
from schemas.ledger import AlertChanges, EarlierAlert, FlightHistory, OvertakenError, Suppression, earlier_alert
from schemas.manifest import Manifest
from schemas.watchlist import RecordKey
from storage.ledger_plan import Planner, concerned


class Quarantined(NamedTuple):
    """An event put aside, and why."""

    delivery: Delivery
    reason: str


class MemoryLedger:
    """Nothing awaits inside, so every call is one step for everybody else: the transaction."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._progress: dict[int, Cursor] = {}
        self.alerts: dict[str, Alert] = {}
        self.events: list[Alert] = []
        """Every version of every alert, in order."""
        self.recorded: dict[str, AlertChanges] = {}
        """By manifest id."""
        self.quarantined: dict[tuple[int, Cursor], Quarantined] = {}
        self.suppressions: tuple[Suppression, ...] = ()
        self.stored: dict[str, bytes] = {}
        """Manifests as intake stored them, for re-screens that come without a body."""

    async def history(self, flight_ids: Sequence[str]) -> Mapping[str, FlightHistory]:
        """What is known already; where there are suppressions, every flight asked for gets them."""
        found = {one: FlightHistory(tuple(self._earlier(one)), self.suppressions, self._reports(one)) for one in flight_ids}
        return {one: known for one, known in found.items() if known != FlightHistory()}

    def _reports(self, flight: str) -> tuple[Report, ...]:
        taken_in = (one for one in self.recorded.values() if one.manifest and one.report)
        return tuple(one.report for one in taken_in if one.report and _flight_of(one) == flight)

    async def manifests(self, manifest_ids: Sequence[str]) -> Mapping[str, Manifest]:
        """Manifests that were recorded."""
        kept = ((one, self.recorded[one].manifest) for one in manifest_ids if one in self.recorded)
        return {one: manifest for one, manifest in kept if manifest is not None}

    def _earlier(self, flight_id: str) -> Sequence[EarlierAlert]:
        ordered = sorted(self.alerts.values(), key=lambda alert: (alert.created_at, alert.alert_id))
        return [earlier_alert(alert) for alert in ordered if alert.flight.flight_id == flight_id]

    async def screened(self, manifest_ids: Sequence[str]) -> frozenset[str]:
        """Which of these were recorded before."""
        return frozenset(manifest_ids) & self.recorded.keys()

    async def screened_with(self, manifest_ids: Sequence[str]) -> Mapping[str, int]:
        """With which version of the lists."""
        return {one: self.recorded[one].list_version for one in manifest_ids if one in self.recorded}

    async def bodies(self, manifest_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Manifests that were stored."""
        return {one: self.stored[one] for one in manifest_ids if one in self.stored}

    async def alerted_records(self, flight_ids: Sequence[str]) -> Mapping[str, frozenset[RecordKey]]:
        """Which records the alerts of these flights stand on."""
        found = {flight: frozenset[RecordKey]().union(*(one.records for one in self._earlier(flight))) for flight in flight_ids}
        return {flight: keys for flight, keys in found.items() if keys}

    async def progress(self, partition: int) -> Cursor | None:
        """How far a partition is done."""
        return self._progress.get(partition)

    async def record(self, changes: Sequence[AlertChanges], progress: Mapping[int, Cursor]) -> int:
        """Write a batch; returns how many alerts were new. Raises OvertakenError."""
        if any(change.news and change.manifest_id in self.recorded for change in changes):
            raise OvertakenError("another worker took this in")
        known = {alert_id: self.alerts[alert_id] for alert_id in concerned(changes) if alert_id in self.alerts}
        plan = Planner(known, self._versions(), self._clock()).plan(changes)
        self.alerts |= plan.alerts
        self.events += [event.alert for event in plan.events]
        for change in changes:
            self.recorded[change.manifest_id] = self._marked(change)
        self._advance(progress)
        return len(plan.created)

    def _marked(self, change: AlertChanges) -> AlertChanges:
        """A mark alone leaves what was taken in as it is."""
        known = self.recorded.get(change.manifest_id)
        if known is None or change.manifest is not None:
            return change
        return replace(known, list_version=change.list_version, matcher_version=change.matcher_version)

    def _versions(self) -> dict[str, dict[str, int]]:
        versions: dict[str, dict[str, int]] = {}
        for alert in self.alerts.values():
            versions.setdefault(alert.traveller.traveller_id, {})[alert.traveller.version_id] = alert.traveller.version
        return versions

    def _advance(self, progress: Mapping[int, Cursor]) -> None:
        for partition, cursor in progress.items():
            self._progress[partition] = max(cursor, self._progress.get(partition, cursor))

    async def quarantine(self, delivery: Delivery, reason: str) -> None:
        """Put an event aside and move past it."""
        self.quarantined.setdefault((delivery.partition, delivery.cursor), Quarantined(delivery, reason))
        self._advance({delivery.partition: delivery.cursor})


def _flight_of(changes: AlertChanges) -> str | None:
    return None if changes.manifest is None else flight_id(changes.manifest.flight.flight_key)
