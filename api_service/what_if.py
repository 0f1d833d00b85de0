"""Use case: a threshold of a list, tried against recent traffic (`POST /v1/what-if`). Counts only; nobody is named.

The travellers of the newest manifests are screened once more against the lists in force, from the lowest threshold that is
shown upwards. A count below ten is not shown, and the others are rounded down to tens, so that no two of them can be subtracted
to show a small one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api_service.matching import Matcher
from schemas.traveller import Traveller
from storage import flight_bodies
from storage.database import Database
from storage.sql import queries

COUNT_MIN = 10
"""No smaller count is shown (contract, section 5); the others are multiples of it."""
MANIFESTS_MAX = 60
"""Some 9,000 travellers, each screened in a fraction of a millisecond: seconds, in pieces."""
TRAVELLERS_MAX = 10_000
STEPS = 16
"""Bits above the lowest threshold that the curve shows: a factor of 65,000 in false alerts."""
BELOW = 2.0
"""Bits below the lower of the two thresholds where the curve begins."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Thresholds of a list to try. `day`: on which records must be valid."""

    list_id: str
    day: date
    bits: Sequence[float]


@dataclass(frozen=True, slots=True)
class Tried:
    """`travellers`: how many were screened; `alerted`: threshold in bits -> how many of them would alert on the list; None
    where fewer than ten would."""

    travellers: int
    alerted: Mapping[float, int | None]


async def recent_travellers(database: Database, since: datetime) -> list[Traveller]:
    """Travellers of the newest manifests received since then, tests apart."""
    async with database.reading() as work:
        rows = await work.fetch(queries("flight_bodies")["recent_ids"], since, MANIFESTS_MAX)
        manifests = await flight_bodies.of_ids(work, [row["manifest_id"] for row in rows])
    return [traveller for one in manifests.values() for traveller in one.travellers][:TRAVELLERS_MAX]


async def try_thresholds(matcher: Matcher, travellers: Sequence[Traveller], trial: Trial) -> Tried:
    """How many travellers would alert on a list at each of these thresholds. Raises as `Matcher.match` does."""
    best = await matcher.best_scores(travellers, trial.list_id, trial.day, min(trial.bits))
    counts = {one: sum(score >= one for score in best) for one in trial.bits}
    return Tried(shown_count(len(travellers)) or 0, {one: shown_count(count) for one, count in counts.items()})


def shown_count(count: int) -> int | None:
    """A count as it may be shown."""
    return None if count < COUNT_MIN else count - count % COUNT_MIN


def curve(current: float, proposed: float) -> list[float]:
    """The thresholds to try: both, and whole steps around them."""
    first = min(current, proposed) - BELOW
    return sorted({current, proposed, *(first + step for step in range(STEPS + 1))})


def window(now: datetime, hours: int) -> datetime:
    """Since when traffic counts as recent."""
    return now - timedelta(hours=hours)
