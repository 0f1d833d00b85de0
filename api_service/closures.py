"""Closures held against the lists of their flight, in the background: whom they name, had he been reported before?

The comparison needs the travellers, who are purged after days; its result is two numbers, which stay. It waits some minutes
for messages that overtook each other. Several processes may do it at once: each takes closures that nobody has in hand.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from structlog.typing import FilteringBoundLogger

from api_service.context import Clock
from api_service.logs import failure
from schemas.manifest import Function
from storage import message_facts
from storage.database import Database, StoreUnavailableError

WAIT = timedelta(minutes=10)
"""A list that comes longer than this after the closure of its flight was late, not overtaken."""
ROUND_SECONDS = 30.0
_CLOSURES_MAX = 5
"""In one transaction: inflating the lists of five flights takes some 50 ms."""
_LISTS = frozenset({Function.PASSENGER_LIST, Function.PASSENGER_CHANGE, Function.CREW_LIST, Function.CREW_CHANGE})


def compared(manifests: Iterable[Mapping[str, Any]], closure_id: str) -> dict[str, int]:
    """Of the travellers whom this closure names (`named`), how many the flight's lists had reported (`named_known`).

    Manifests as JSON objects, all those of the flight; `reported` counts whom the lists name.
    """
    reported: set[str] = set()
    named: set[str] = set()
    for manifest in manifests:
        travellers = {traveller["traveller_id"] for traveller in manifest["travellers"]}
        if manifest["manifest_id"] == closure_id:
            named = travellers
        elif manifest["function"] in _LISTS:
            reported |= travellers
    return {"named": len(named), "named_known": len(named & reported), "reported": len(reported)}


async def settle_closures(database: Database, now: datetime) -> int:
    """Compare some closures that waited long enough; how many there were."""
    async with database.unit_of_work() as work:
        found: Sequence[message_facts.OpenClosure] = await message_facts.open_closures(work, now - WAIT, _CLOSURES_MAX)
        for closure in found:
            manifests = await message_facts.flight_manifests(work, closure.flight_id)
            await message_facts.settle(work, closure, compared(manifests, closure.manifest_id))
    return len(found)


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
