"""Who is told what a screening worker does."""

from typing import Protocol


class Observer(Protocol):
    """Told what the worker does: for metrics and logs. Must not raise. Never gets passenger data."""

    def batch_done(self, events: int, travellers: int, alerts: int, seconds: float) -> None:
        """A batch was recorded; `alerts` are those that were new."""

    def quarantined(self, reason: str) -> None:
        """An event was put aside."""

    def retrying(self, error: BaseException, delay_seconds: float) -> None:
        """A port failed; the stream is started again after the delay."""

    def lists_loaded(self, version: int, records: int, seconds: float) -> None:
        """A new version of the lists is in force."""


class SilentObserver:
    """Nobody listens."""

    def batch_done(self, events: int, travellers: int, alerts: int, seconds: float) -> None:
        """See Observer."""

    def quarantined(self, reason: str) -> None:
        """See Observer."""

    def retrying(self, error: BaseException, delay_seconds: float) -> None:
        """See Observer."""

    def lists_loaded(self, version: int, records: int, seconds: float) -> None:
        """See Observer."""
