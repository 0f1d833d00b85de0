"""Closures held against the lists of their flight, in the background: whom they name, had he been reported before?

The comparison needs the travellers, who are purged after days; its result is two numbers, which stay. It waits some minutes
for messages that overtook each other. Several processes may do it at once: each takes closures that nobody has in hand.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from structlog.typing import FilteringBoundLogger

from api_service.context import Clock
from api_service.logs import failure
from schemas.flight_life.order import in_order
from schemas.flight_life.people import identities
from schemas.flight_life.report import report_of
from schemas.manifest import Function, Manifest
from storage import message_facts
from storage.bodies import inflate
from storage.database import Database, StoreUnavailableError

WAIT = timedelta(minutes=10)
"""A list that comes longer than this after the closure of its flight was late, not overtaken."""
ROUND_SECONDS = 30.0
_CLOSURES_MAX = 5
"""In one transaction: inflating the lists of five flights takes some 50 ms."""
_LISTS = frozenset({Function.PASSENGER_LIST, Function.PASSENGER_CHANGE, Function.CREW_LIST, Function.CREW_CHANGE})


def compared(manifests: Iterable[Manifest], closure_id: str) -> dict[str, int]:
    """Of the people whom this closure names (`named`), how many the lists had reported (`named_known`; `reported` in all).

    The manifests are those of the flight. People are recognised as the state of the flight recognises them; by booking alone,
    as many of a booking as the lists had.
    """
    reports = in_order(map(report_of, manifests))
    who = identities(reports)
    listed = {who.person(mention): mention for report in reports if report.function in _LISTS for mention in report.mentions}
    booked = Counter(booking for mention in listed.values() for booking in mention.bookings)
    mentions = [mention for report in reports if report.manifest_id == closure_id for mention in report.mentions]
    strangers = [mention for mention in mentions if who.person(mention) not in listed]
    by_booking = Counter(one.bookings[0] for one in strangers if one.bookings and not one.passenger)
    found = len(mentions) - len(strangers) + sum(min(count, booked[booking]) for booking, count in by_booking.items())
    return {"named": len(mentions), "named_known": found, "reported": len(listed)}


async def settle_closures(database: Database, now: datetime) -> int:
    """Compare some closures that waited long enough; how many there were."""
    async with database.unit_of_work() as work:
        found: Sequence[message_facts.OpenClosure] = await message_facts.open_closures(work, now - WAIT, _CLOSURES_MAX)
        for closure in found:
            bodies = await message_facts.flight_bodies(work, closure.flight_id)
            await message_facts.settle(work, closure, await asyncio.to_thread(_of_bodies, bodies, closure.manifest_id))
    return len(found)


def _of_bodies(bodies: Iterable[bytes], closure_id: str) -> dict[str, int]:
    """Reading two hundred people takes some 10 ms, so this runs in a thread: others get their turns."""
    return compared([Manifest.model_validate_json(inflate(body)) for body in bodies], closure_id)


async def keep_settling(database: Database, clock: Clock, logger: FilteringBoundLogger) -> None:
    """Settle until cancelled. A database that is away, or a mistake of ours, costs a round, not the service."""
    while True:
        settled = 0
        try:
            settled = await settle_closures(database, clock())
        except StoreUnavailableError:
            logger.warning("closures wait for the database")
        except Exception as error:
            logger.error("closures could not be compared", **failure(error))
        if settled < _CLOSURES_MAX:
            await asyncio.sleep(ROUND_SECONDS)
