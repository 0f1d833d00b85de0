"""The sender: carries each active webhook's changes, in their order, one after the other, at least once.

Every process that serves HTTP has one; the one whose session holds a lock sends, the others wait to take over. A webhook's
cursor and its failed attempts are in the database, so whoever takes over goes on where it was; what was sent just before is
sent twice, under the same id.

A change that is not taken is tried again, each time a little later and not at the same moment as everybody else's; those
behind it wait, because a receiver that sees them in another order would show what is no longer true. After ATTEMPTS_MAX (some
twenty minutes) it is put aside (dead) and the next one has its turn: an event is kept for people to send again, and no
receiver's silence lasts for the others.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from structlog.typing import FilteringBoundLogger

from api_service.logs import failure
from api_service.webhooks.delivery import Attempt, Courier, client, named
from api_service.webhooks.targets import TargetRules
from schemas.alert_step import MACHINE
from storage import audit, webhooks
from storage.alert_feed import FeedEntry
from storage.alert_tail import AlertTail
from storage.database import Connection, Database, StoreUnavailableError, store_errors
from storage.webhooks import ChangeName, Failure, StoredWebhook

ATTEMPTS_MAX = 12
"""1 + 2 + 4 + ... + 256 + 300 + 300 seconds: some nineteen minutes, longer than a receiver's restart or failover."""
RETRY_SECONDS_MIN = 1.0
RETRY_SECONDS_MAX = 300.0
JITTER = 0.5
"""A wait is longer or shorter by up to half, so that many changes that failed together do not come back together."""
ROUND_SECONDS = 2.0
"""How soon a webhook that was just approved, removed, or asked to send something again is noticed."""
STANDBY_SECONDS = 5.0
"""Between two attempts to become the sender, or to find that there is anything to send."""
PAGE = 20


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a sender works with."""

    database: Database
    tail: AlertTail
    rules: TargetRules
    clock: Callable[[], datetime]
    logger: FilteringBoundLogger


def retry_after(attempts: int, chance: float) -> timedelta:
    """The wait after so many failed attempts; `chance` is between 0 and 1."""
    seconds = min(RETRY_SECONDS_MIN * 2.0 ** (attempts - 1), RETRY_SECONDS_MAX)
    return timedelta(seconds=seconds * (1 + JITTER * (2 * chance - 1)))


async def keep_sending(around: Surroundings) -> None:
    """Send until cancelled. A database that is away, or a mistake of ours, costs a round, not the service."""
    while True:
        try:
            async with around.database.reading() as work:
                wanted = await webhooks.active_ids(work)
            if wanted:
                await _lead(around)
        except StoreUnavailableError:
            around.logger.warning("webhooks wait for the database")
        except Exception as error:
            around.logger.error("webhooks could not be served", **failure(error))
        await asyncio.sleep(STANDBY_SECONDS)


async def _lead(around: Surroundings) -> None:
    """Send as long as this session is the one that does."""
    connection = await around.database.connect_alone("kulla webhooks")
    try:
        with store_errors(connection):
            if await webhooks.try_lead(connection):
                await _serve_all(around, connection)
    finally:
        with suppress(OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            await connection.close(timeout=STANDBY_SECONDS)


async def _serve_all(around: Surroundings, connection: Connection) -> None:
    serving: dict[str, asyncio.Task[None]] = {}
    try:
        while True:
            await connection.execute("SELECT 1")  # the lock is ours only while the session lives
            async with around.database.reading() as work:
                wanted = set(await webhooks.active_ids(work))
            for webhook_id in [known for known, task in serving.items() if known not in wanted or task.done()]:
                serving.pop(webhook_id).cancel()
            for webhook_id in sorted(wanted - serving.keys()):
                serving[webhook_id] = asyncio.create_task(_serve(around, webhook_id))
            if not serving:
                return
            await asyncio.sleep(ROUND_SECONDS)
    finally:
        for task in serving.values():
            task.cancel()
        await asyncio.gather(*serving.values(), return_exceptions=True)


async def _serve(around: Surroundings, webhook_id: str) -> None:
    """One webhook, until it is removed. What goes wrong ends the task; the next round begins it anew."""
    try:
        async with client() as http:
            courier = Courier(http, around.rules)
            while await turn(around, courier, webhook_id):
                pass
    except StoreUnavailableError:
        around.logger.warning("webhook waits for the database", webhook_id=webhook_id)
    except Exception as error:
        around.logger.error("webhook could not be served", webhook_id=webhook_id, **failure(error))


async def turn(around: Surroundings, courier: Courier, webhook_id: str) -> bool:
    """What somebody wants sent again, then what is new, or a moment of waiting for it. False: there is no such webhook."""
    async with around.database.reading() as work:
        webhook = await webhooks.find(work, webhook_id)
        again = await webhooks.due_again(work, webhook_id, around.clock())
    if webhook is None or webhook.state != "active":
        return False
    if again is not None:
        await _send_again(around, courier, webhook, again)
    for entry in await around.tail.wait(webhook.cursor, webhook.port, PAGE, ROUND_SECONDS):
        if around.tail.closing or not await _send(around, courier, webhook_id, entry):
            break
    return True


async def _send(around: Surroundings, courier: Courier, webhook_id: str, entry: FeedEntry) -> bool:
    """Try the next change once, if its time has come. True: it is settled, and the one behind it may go."""
    change = named(entry)
    async with around.database.reading() as work:
        webhook = await webhooks.find(work, webhook_id)  # anew: a secret may have been changed, the webhook removed
        attempts, next_at = await webhooks.attempts(work, webhook_id, change.delivery_id)
    if webhook is None or webhook.state != "active":
        return False
    if next_at is not None and next_at > around.clock():
        await asyncio.sleep(min((next_at - around.clock()).total_seconds(), ROUND_SECONDS))
        return False
    attempt = await courier.post(webhook, entry, change.delivery_id, around.clock())
    if not attempt.failure:
        async with around.database.unit_of_work() as work:
            await webhooks.settle(work, webhook_id, change, 1)
        return True
    return await _failed(around, webhook_id, change, (attempt, attempts + 1, "waiting"))


async def _send_again(around: Surroundings, courier: Courier, webhook: StoredWebhook, change: ChangeName) -> None:
    async with around.database.reading() as work:
        entry = await webhooks.change(work, change)
        attempts, _ = await webhooks.attempts(work, webhook.webhook_id, change.delivery_id)
    if entry is None:
        await _failed(around, webhook.webhook_id, change, (Attempt("purged"), ATTEMPTS_MAX, "again"))
        return
    attempt = await courier.post(webhook, entry, change.delivery_id, around.clock())
    if attempt.failure:
        await _failed(around, webhook.webhook_id, change, (attempt, attempts + 1, "again"))
        return
    async with around.database.unit_of_work() as work:
        await webhooks.settle(work, webhook.webhook_id, change, 1)


async def _failed(around: Surroundings, webhook_id: str, change: ChangeName, what: tuple[Attempt, int, str]) -> bool:
    """Remember a failed attempt. True: it was the last one, and the change was put aside."""
    attempt, attempts, state = what
    now, dead = around.clock(), attempts >= ATTEMPTS_MAX
    next_at = None if dead else now + retry_after(attempts, random.random())  # noqa: S311 - jitter is no secret
    told = Failure("dead" if dead else state, attempts, attempt.failure, attempt.status, now, next_at)
    async with around.database.unit_of_work() as work:
        await webhooks.fail(work, webhook_id, change, told)
        if dead:
            await webhooks.settle(work, webhook_id, change, 0)
            details = {"alert_id": change.alert_id, "version": change.alert_version, "failure": attempt.failure}
            await audit.append(work, audit.Line(now, MACHINE, "webhook.delivery_dead", "webhook", webhook_id, details))
    around.logger.warning(
        "webhook delivery failed", webhook_id=webhook_id, attempt=attempts, status=attempt.status, failure=attempt.failure
    )
    return dead
