"""Alerts as people look for them: by any mixture of filters, in several orders, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from schemas.alert import LIVE_STATES, AlertState, Queue
from schemas.evidence import Lane
from schemas.watchlist import AlertSeverity
from storage.database import Work
from storage.sql import queries

PAGE_MAX = 200
"""An alert is some 5 kB of JSON; a page stays near a megabyte."""


class Sort(StrEnum):
    """The order of a page; a minus means the largest (newest) first. Severity counts high, medium, low."""

    NEWEST = "-created_at"
    OLDEST = "created_at"
    LAST_CHANGED = "-updated_at"
    LONGEST_UNCHANGED = "updated_at"
    DUE = "due_at"
    HIGHEST_SCORE = "-score"
    LOWEST_SCORE = "score"
    SEVERITY = "-severity"
    ESCALATION = "-escalation"


class Place(NamedTuple):
    """Where a page ended: the number that orders it, and the alert's id."""

    number: float
    alert_id: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What to look for; None or empty = any. `created_from` is inclusive, `created_to` exclusive.

    `outcome_due_before`: handed over, without an outcome, of flights (or hand-overs, where later) before that.
    """

    states: Sequence[AlertState] = ()
    severities: Sequence[AlertSeverity] = ()
    lanes: Sequence[Lane] = ()
    flight: str | None = None
    carrier: str | None = None
    port: str | None = None
    nationality: str | None = None
    list_id: str | None = None
    assignee: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    name_part: str | None = None
    queue: Queue | None = None
    escalations: Sequence[int] = ()
    outcome_due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Alerts as JSON, exactly as stored, and where to go on (None = that was all)."""

    items: Sequence[str]
    next_place: Place | None


async def search(work: Work, filters: Filters, sort: Sort, after: Place | None, limit: int) -> Page:
    """One page of the alerts that pass the filters."""
    number, alert_id = after or (None, None)
    values = (*_arguments(filters), sort, number, alert_id, limit + 1, *_arguments_of_clocks(filters))
    rows = await work.fetch(queries("alerts")["search"], *values)
    page = rows[:limit]
    next_place = Place(page[-1]["place"], page[-1]["alert_id"]) if len(rows) > limit else None
    return Page([row["body"] for row in page], next_place)


def _arguments(filters: Filters) -> tuple[object, ...]:
    return (
        list(filters.states) or None,
        list(filters.severities) or None,
        list(filters.lanes) or None,
        filters.flight,
        filters.carrier,
        filters.port,
        filters.nationality,
        filters.list_id,
        filters.assignee,
        filters.created_from,
        filters.created_to,
        filters.name_part and _pattern(filters.name_part),
    )


def _arguments_of_clocks(filters: Filters) -> tuple[object, ...]:
    return (filters.queue, list(filters.escalations) or None, filters.outcome_due_before)


def _pattern(part: str) -> str:
    """A LIKE pattern for a part of a name, where the caller's % and _ are just characters."""
    escaped = part.upper().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A flight that comes in: what was received of it, and how many of its alerts still need somebody. Of the open alerts,
    `open_protection_alerts` are about people to be protected; `outcomes_overdue` wait for an officer's outcome."""

    flight_id: str
    flight_key: str
    carrier: str | None
    departure_port: str | None
    arrival_port: str | None
    scheduled_departure: datetime | None
    scheduled_arrival: datetime | None
    first_received_at: datetime
    manifests: int
    passenger_lists: int
    cancelled: bool
    open_alerts: int
    open_protection_alerts: int
    outcomes_overdue: int


ARRIVALS_MAX = 1_000
"""More flights than any airport of the region sees in two days."""


@dataclass(frozen=True, slots=True)
class ArrivalsWindow:
    """Which flights: into a port by scheduled arrival, `since` inclusive, `until` exclusive. `outcome_due_before`: outcomes of
    arrivals and hand-overs before are overdue."""

    port: str
    since: datetime
    until: datetime
    outcome_due_before: datetime


async def arrivals(work: Work, window: ArrivalsWindow) -> Sequence[Arrival]:
    """Flights into a port, with the times that were received last."""
    values = (window.port, window.since, window.until, sorted(LIVE_STATES), ARRIVALS_MAX, window.outcome_due_before)
    rows = await work.fetch(queries("alerts")["arrivals"], *values)
    return [Arrival(**row) for row in rows]
