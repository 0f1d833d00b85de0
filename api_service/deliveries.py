"""Who was shown which alerts through a console's feed: gathered for a second, then written to the audit trail together.

Other views write their line before anything is shown. A change that hundreds of consoles are told at once would be hundreds of
transactions; gathered, they are one statement. A process that is killed in that second loses the lines of that second.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from api_service.rounds import Round
from storage import audit
from storage.acting import MACHINE, acting
from storage.alert_feed import FeedEntry
from storage.database import Database

FLUSH_SECONDS = 1.0
LINES_MAX = 10_000
"""Kept while the database is away; consoles are shown nothing new meanwhile."""
ALERTS_MAX = 200
"""Named in one line; of more (a console that starts with an old cursor) only how many."""


class Reader(NamedTuple):
    """Who reads which port's feed."""

    key_id: str
    port: str


class Deliveries:
    """What was shown since the last flush."""

    def __init__(self) -> None:
        self._shown: dict[Reader, dict[str, int]] = {}
        self._unwritten: list[audit.Line] = []

    def note(self, reader: Reader, changes: Iterable[FeedEntry]) -> None:
        """These changes are being shown."""
        shown = self._shown.setdefault(reader, {})
        for change in changes:
            alert_id = change.rendered("alert_id", _alert_id).decode()
            shown[alert_id] = shown.get(alert_id, 0) + 1

    def lines(self, now: datetime) -> Sequence[audit.Line]:
        """What was noted, as lines; forgotten here."""
        shown, self._shown = self._shown, {}
        return [
            audit.Line(now, reader.key_id, "alert.delivered", "port", reader.port, _details(alerts))
            for reader, alerts in shown.items()
            if alerts
        ]

    async def flush(self, database: Database, now: datetime) -> None:
        """Write what was noted. Raises StoreUnavailableError."""
        self._unwritten = [*self._unwritten, *self.lines(now)][-LINES_MAX:]
        if self._unwritten:
            with acting(MACHINE):
                async with database.unit_of_work() as work:
                    await audit.append_all(work, self._unwritten)
            self._unwritten = []

    def round(self, database: Database, clock: Callable[[], datetime]) -> Round:
        """As work for the background."""

        async def work() -> bool:
            await self.flush(database, clock())
            return False

        return Round(work, FLUSH_SECONDS, "lines of the audit trail wait for the database", "deliveries could not be audited")


def _alert_id(payload: str) -> bytes:
    return str(orjson.loads(payload)["alert_id"]).encode()


def _details(alerts: Mapping[str, int]) -> dict[str, object]:
    return {"changes": sum(alerts.values()), "alerts": len(alerts), "alert_ids": sorted(alerts)[:ALERTS_MAX]}
