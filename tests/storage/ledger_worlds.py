"""Worlds in which a ledger can be tested: the ledger, and what it left behind."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from storage_makers import NOW, make_manifest, store_manifest

from schemas.alert import Alert
from schemas.ledger import Suppression
from schemas.manifest import Manifest
from screening.ports import AlertLedger
from storage import alert_feed, alert_rows
from storage.database import Database
from storage.ledger import PostgresLedger
from storage.memory import MemoryLedger
from storage.partitions import START


class LedgerWorld(ABC):
    """What the suite needs of an arrangement."""

    ledger: AlertLedger

    @abstractmethod
    async def stored_manifest(self, number: int) -> str:
        """A manifest that the store has; returns its id."""

    @abstractmethod
    async def stored(self, manifest: Manifest) -> Manifest:
        """A manifest as the store has it."""

    @abstractmethod
    async def alerts(self) -> Mapping[str, Alert]: ...

    @abstractmethod
    async def events(self) -> list[Alert]:
        """Every version of every alert that was told, in order."""

    @abstractmethod
    async def screened(self) -> Mapping[str, tuple[int, str]]:
        """manifest id -> list version, matcher version."""

    @abstractmethod
    async def decide(self, alert: Alert) -> None:
        """Store the next version of an alert, as a person's decision does."""

    @abstractmethod
    async def suppress(self, suppression: Suppression) -> None: ...

    @abstractmethod
    async def quarantined(self) -> list[str]:
        """Reasons."""


class MemoryLedgerWorld(LedgerWorld):
    def __init__(self) -> None:
        self._memory = self.ledger = MemoryLedger(lambda: NOW)

    async def stored_manifest(self, number: int) -> str:
        return make_manifest("OR1-AMS-2026-03-01", number).manifest_id

    async def stored(self, manifest: Manifest) -> Manifest:
        return manifest

    async def alerts(self) -> Mapping[str, Alert]:
        return self._memory.alerts

    async def events(self) -> list[Alert]:
        return self._memory.events

    async def screened(self) -> Mapping[str, tuple[int, str]]:
        return {key: (change.list_version, change.matcher_version) for key, change in self._memory.recorded.items()}

    async def decide(self, alert: Alert) -> None:
        self._memory.alerts[alert.alert_id] = alert

    async def suppress(self, suppression: Suppression) -> None:
        self._memory.suppressions += (suppression,)

    async def quarantined(self) -> list[str]:
        return [row.reason for row in self._memory.quarantined.values()]


class PostgresLedgerWorld(LedgerWorld):
    def __init__(self, database: Database) -> None:
        self.database = database
        self.ledger = PostgresLedger(database, "screener", lambda: NOW)

    async def stored_manifest(self, number: int) -> str:
        return (await self.stored(make_manifest("OR1-AMS-2026-03-01", number))).manifest_id

    async def stored(self, manifest: Manifest) -> Manifest:
        stored = manifest.model_copy(update={"received_at": NOW})
        async with self.database.unit_of_work() as work:
            await store_manifest(work, stored)
        return stored

    async def alerts(self) -> Mapping[str, Alert]:
        async with self.database.snapshot() as work:
            bodies = [row["body"] for row in await work.fetch("SELECT body FROM alerts")]
        found = [Alert.model_validate_json(body) for body in bodies]
        return {alert.alert_id: alert for alert in found}

    async def events(self) -> list[Alert]:
        async with self.database.snapshot() as work:
            entries = await alert_feed.read_after(work, START, None, 1000)
        return [Alert.model_validate_json(entry.payload) for entry in entries]

    async def screened(self) -> Mapping[str, tuple[int, str]]:
        async with self.database.snapshot() as work:
            rows = await work.fetch("SELECT manifest_id, list_version, matcher_version FROM manifest_screenings")
        return {row["manifest_id"]: (row["list_version"], row["matcher_version"]) for row in rows}

    async def decide(self, alert: Alert) -> None:
        async with self.database.unit_of_work() as work:
            await alert_rows.save(work, alert, alert.version - 1)

    async def suppress(self, suppression: Suppression) -> None:
        async with self.database.unit_of_work() as work:
            await work.execute(
                "INSERT INTO suppressions VALUES (gen_random_uuid()::text, $1, $2, $3, $4, 'a', 'r', NULL, 'k', $5, $6)",
                list(suppression.fingerprints),
                suppression.list_id,
                suppression.record_id,
                suppression.record_version,
                NOW,
                NOW.replace(month=6),
            )

    async def quarantined(self) -> list[str]:
        async with self.database.snapshot() as work:
            return [row["reason"] for row in await work.fetch("SELECT reason FROM quarantine")]
