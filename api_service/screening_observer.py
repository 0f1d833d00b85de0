"""What a screener says about its work: counts and durations, never a person."""

from structlog.typing import FilteringBoundLogger

from api_service.logs import failure

_SLOW_BATCH_SECONDS = 5.0


class ScreeningObserver:
    """A `screening.observer.Observer` that writes to the log."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        self._log = logger.bind(service_role="screener")

    def batch_done(self, events: int, travellers: int, alerts: int, seconds: float) -> None:
        """Quiet unless something came of it, or it took long."""
        say = self._log.info if alerts or seconds > _SLOW_BATCH_SECONDS else self._log.debug
        say("screened", manifests=events, travellers=travellers, alerts=alerts, seconds=round(seconds, 3))

    def quarantined(self, reason: str) -> None:
        """Somebody must look at it."""
        self._log.error("event quarantined", reason_code=reason)

    def retrying(self, error: BaseException, delay_seconds: float) -> None:
        """The world is away for a while."""
        self._log.warning("screening waits", seconds=delay_seconds, **failure(error))

    def lists_loaded(self, version: int, records: int, seconds: float) -> None:
        """A new version is in force."""
        self._log.info("lists loaded", list_version=version, count=records, seconds=round(seconds, 3))
