"""The purge as work that comes round. Every process that serves HTTP does it; one at a time gets its turn."""

from structlog.typing import FilteringBoundLogger

from api_service.context import Clock
from api_service.rounds import Round
from api_service.settings import Settings
from schemas.alert_step import MACHINE
from storage.database import Database
from storage.retention import purge


def purging(database: Database, settings: Settings, clock: Clock, logger: FilteringBoundLogger) -> Round:
    """Remove what is due, every few minutes."""

    async def work() -> bool:
        report = await purge(database, settings.retention_policy, clock(), MACHINE)
        if report.counts:
            logger.info("purged", rows=report.total)
        return False

    return Round(work, settings.purge_minutes * 60.0, "the purge waits for the database", "the purge failed")
