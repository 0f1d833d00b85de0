"""Escalation, in the background: clocks that have run out by some more are told of, once, whichever process is first.

Every API process runs this; a lock in the database lets one of them work at a time, for one transaction. It is cheap while
nothing is due: one look at an index every few seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from api_service.context import AppContext
from api_service.logs import failure
from api_service.referring import escalate_cards
from schemas.alert import Alert
from storage import escalations
from storage.database import StoreUnavailableError, Work

ROUND_SECONDS = 5.0
"""How late an escalation may be told; the shortest stage is minutes."""
BATCH_MAX = 100
"""Alerts in one transaction: some 0.1 s, so that nobody who decides one of them waits noticeably."""


async def escalate(context: AppContext) -> int:
    """Escalate what is due, a batch of it; how many alerts were looked at (0 also where another process leads)."""
    async with context.database.unit_of_work() as work:
        if not await escalations.leads(work):
            return 0
        looked_at, versions = await escalations.escalate_due(work, context.clock(), BATCH_MAX)
    _count(context, versions)
    return looked_at


def _count(context: AppContext, versions: Iterable[Alert]) -> None:
    for version in versions:
        clock, _, percent = (version.history[-1].reason_code or "").rpartition("_")
        context.metrics.escalations.labels(clock, percent).inc()


ROUNDS: tuple[Callable[[AppContext], Awaitable[int]], ...] = (escalate, escalate_cards)
"""What every round does, each in a transaction of its own."""


async def keep_escalating(context: AppContext) -> None:
    """Look until cancelled. A database that is away, or a mistake of ours, costs a round, not the service."""
    while True:
        done = [await _round(context, each) for each in ROUNDS]
        if max(done) < BATCH_MAX:
            await asyncio.sleep(ROUND_SECONDS)


async def _round(context: AppContext, each: Callable[[AppContext], Awaitable[int]]) -> int:
    try:
        return await each(context)
    except StoreUnavailableError:
        context.logger.warning("escalation waits for the database")
    except Exception as error:
        context.logger.error("clocks could not be looked at", **failure(error))
    return 0


async def refresh_gauges(context: AppContext, work: Work) -> None:
    """How many alerts are open, by severity, queue and escalation; and how many outcomes are overdue."""
    gauges = context.metrics
    gauges.open_alerts.clear()
    for row in await escalations.open_alerts(work):
        gauges.open_alerts.labels(row.severity, row.queue, str(row.escalation)).set(row.alerts)
    overdue_before = context.clock() - timedelta(minutes=context.settings.outcome_due_minutes)
    gauges.outcomes_overdue.set(await escalations.outcomes_due(work, overdue_before))
