"""Flights, as far as rows tell of them. What their messages come to is worked out by `schemas.flight_life`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from schemas.alert import LIVE_STATES
from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class FlightRow:
    """A flight of which something was received. `place`: its arrival, else departure, else last receipt: what orders it."""

    flight_id: str
    flight_key: str
    carrier: str | None
    departure_port: str | None
    arrival_port: str | None
    scheduled_departure: datetime | None
    scheduled_arrival: datetime | None
    first_received_at: datetime
    last_received_at: datetime
    messages: int
    place: datetime
    open_alerts: int


class FlightPlace(NamedTuple):
    """A place in the list of flights."""

    at: datetime
    flight_id: str


@dataclass(frozen=True, slots=True)
class FlightFilter:
    """What to look for; None = any. `port`: of departure or of arrival. `since` is inclusive, `until` exclusive."""

    port: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def listed(work: Work, wanted: FlightFilter, after: FlightPlace | None, rows_max: int) -> Sequence[FlightRow]:
    """Flights by their place."""
    at, flight = after or (None, None)
    span = (wanted.port, wanted.since, wanted.until)
    rows = await work.fetch(queries("flights")["list_flights"], *span, at, flight, sorted(LIVE_STATES), rows_max)
    return [FlightRow(**row) for row in rows]


async def of_submission(work: Work, submission_id: str) -> Sequence[tuple[str, str | None]]:
    """(manifest id, flight id) of every message of a submission that was accepted; no flight where it was a test."""
    rows = await work.fetch(queries("flights")["submission_flights"], submission_id)
    return [(row["manifest_id"], row["flight_id"]) for row in rows]
