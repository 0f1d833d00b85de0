"""What became of the messages of a submission, for the carrier that sent it: never anything about screening.

received              it counts
superseded            later messages have replaced everything it said
complete_at_closure   it counts, and its flight was closed after it
rejected              nothing was read in it
null                  a test, or of one of so many flights that nobody works them out for one answer
"""

import asyncio
from collections.abc import Mapping, Sequence

from schemas.flight_life import fold, report_of
from schemas.manifest import Manifest
from storage import flight_bodies, flights
from storage.database import Work

REJECTED = "rejected"
FLIGHTS_MAX = 20
"""A submission is of one flight, seldom of a few; all messages of each are read, a millisecond a message."""


async def standings_of(work: Work, submission_id: str) -> Mapping[str, str | None]:
    """By manifest id."""
    messages = await flights.of_submission(work, submission_id)
    named = sorted({flight for _, flight in messages if flight is not None})[:FLIGHTS_MAX]
    manifests = await flight_bodies.of_flights(work, named)
    standings = await asyncio.to_thread(_standings, list(manifests.values()))
    return {manifest_id: standings.get(manifest_id) for manifest_id, _ in messages}


def _standings(by_flight: Sequence[Sequence[Manifest]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for manifests in by_flight:
        found |= fold(map(report_of, manifests)).standings
    return found
