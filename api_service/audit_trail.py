"""The audit trail at work: who looks leaves a line, lines are sealed every second, the newest block is anchored every few
minutes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from structlog.typing import FilteringBoundLogger

from api_service.authentication import Principal
from api_service.context import AppContext, Clock
from api_service.rounds import Round
from api_service.settings import Settings
from storage import audit
from storage.anchors import AnchorBook
from storage.audit_chain import Block
from storage.audit_key import AuditKey
from storage.audit_seal import LINES_MAX, seal_next
from storage.database import Database

SEAL_SECONDS = 1.0
"""How long a committed line may lie unsealed, at most, while the service keeps up."""


async def seen(
    context: AppContext, who: Principal, action: str, subject: tuple[str, str], details: Mapping[str, object]
) -> None:
    """Somebody looks. The line is written before anything is shown: without it, nothing is."""
    async with context.database.unit_of_work() as work:
        await audit.append(work, audit.Line(context.clock(), who.key_id, action, *subject, details))


def anchor_book(settings: Settings, key: AuditKey) -> AnchorBook:
    """Where this service keeps its anchors."""
    return AnchorBook(settings.data_dir / "anchors", key)


class Sealing:
    """Seals what was committed. Every process that serves HTTP does this; one at a time gets its turn, and anchors what it
    made."""

    def __init__(self, database: Database, book: AnchorBook, clock: Clock, logger: FilteringBoundLogger) -> None:
        self._database = database
        self._book = book
        self._clock = clock
        self._logger = logger
        self._unanchored: Block | None = None
        self._anchored_at: datetime | None = None

    def round(self, anchor_seconds: float) -> Round:
        """As work for the background."""

        async def work() -> bool:
            return await self.once(timedelta(seconds=anchor_seconds))

        return Round(
            work, SEAL_SECONDS, "sealing the audit trail waits for the database", "the audit trail could not be sealed"
        )

    async def once(self, between_anchors: timedelta) -> bool:
        """Seal a block, and anchor where it is time; whether more waits."""
        now = self._clock()
        block = await seal_next(self._database, now)
        self._unanchored = block or self._unanchored
        if self._unanchored and (self._anchored_at is None or now - self._anchored_at >= between_anchors):
            self._anchor(self._unanchored, now)
        return block is not None and len(block.positions) == LINES_MAX

    def _anchor(self, block: Block, now: datetime) -> None:
        self._book.write(block, now)
        self._logger.info("audit trail anchored", block=block.block, hash=block.hash.hex())
        self._unanchored, self._anchored_at = None, now
