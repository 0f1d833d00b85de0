"""A batch of events, screened: the part of the worker's work that needs no waiting, and therefore runs off the event loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from schemas.delivery import Delivery
from schemas.identifiers import flight_id
from schemas.ledger import AlertChanges, FlightHistory
from schemas.manifest import Manifest
from screening.engine import screen
from screening.index.port import Index
from screening.policy import PolicySettings, Screened, alert_changes, history_after, screened_travellers
from screening.prepared import flight_day


@dataclass(frozen=True, slots=True)
class Decoded:
    """An event and its manifest; None where it could not be read, and then `fault` says why, without passenger data."""

    delivery: Delivery
    manifest: Manifest | None = None
    fault: str = ""

    @property
    def flight_id(self) -> str | None:
        """The flight whose history is needed."""
        return None if self.manifest is None else flight_id(self.manifest.flight.flight_key)


@dataclass(frozen=True, slots=True)
class Decided:
    """An event and what shall be done about it; None where it could not be screened."""

    delivery: Delivery
    changes: AlertChanges | None = None
    travellers: int = 0
    fault: str = ""


def decode(batch: Sequence[Delivery]) -> list[Decoded]:
    """Every event's manifest, or why there is none."""
    return [_decode(delivery) for delivery in batch]


def decide(
    batch: Sequence[Decoded], histories: Mapping[str, FlightHistory], index: Index, policy: PolicySettings, now: datetime
) -> list[Decided]:
    """Screen and judge every event in order. A flight's later manifests see what its earlier ones of the batch changed."""
    known = dict(histories)
    return [_decide(event, known, index, policy, now) for event in batch]


def _decode(delivery: Delivery) -> Decoded:
    try:
        return Decoded(delivery, Manifest.model_validate_json(delivery.body))
    except ValidationError as error:
        # The error's text repeats what was sent, which may be passenger data: only its size is told.
        return Decoded(delivery, fault=f"The event is not a manifest of this schema ({error.error_count()} errors).")


def _decide(event: Decoded, known: dict[str, FlightHistory], index: Index, policy: PolicySettings, now: datetime) -> Decided:
    manifest, flight = event.manifest, event.flight_id
    if manifest is None or flight is None:
        return Decided(event.delivery, fault=event.fault)
    try:
        travellers = screened_travellers(manifest)
        matches = screen(travellers, index, flight_day(manifest, now.date()))
        screened = Screened(manifest, matches, index.listed.version, index.listed.model.version, event.delivery.occasion)
        changes = alert_changes(screened, known.get(flight, FlightHistory()), policy, now)
    except Exception as error:  # one manifest that cannot be screened must not stop the others
        return Decided(event.delivery, fault=f"The manifest could not be screened ({type(error).__name__}).")
    known[flight] = history_after(known.get(flight, FlightHistory()), changes)
    return Decided(event.delivery, changes, len(travellers))
