"""Webhooks at rest: where changes of alerts are sent, how far each is, and what could not be delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from schemas.delivery import Cursor
from schemas.roles import Role
from storage.alert_feed import FeedEntry
from storage.database import Connection, Work
from storage.partitions import START
from storage.sql import queries

DELIVERIES_PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class StoredWebhook:
    """`role` and `port` say what the receiver may see; `cursor`: everything up to there is settled."""

    webhook_id: str
    url: str
    role: Role
    port: str | None
    label: str | None
    state: str
    secret: bytes
    created_by: str
    created_at: datetime
    previous_secret: bytes | None = None
    previous_until: datetime | None = None
    cursor: Cursor = START
    delivered: int = 0
    approved_by: str | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChangeName:
    """Which change of which alert, and where in the feed it stands. `delivery_id` is what the receiver knows it by."""

    delivery_id: str
    alert_id: str
    alert_version: int
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed. `state`: waiting, dead or again; `status`: of the receiver's answer, if there was one."""

    state: str
    attempts: int
    failure: str
    status: int | None
    failed_at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What was not delivered, and why."""

    delivery_id: str
    alert_id: str
    alert_version: int
    state: str
    attempts: int
    failure: str
    status: int | None
    failed_at: datetime
    next_at: datetime | None


async def try_lead(connection: Connection) -> bool:
    """Whether this session is the one that sends. It stays so until it ends."""
    return bool(await connection.fetchval(queries("webhooks")["try_lead"]))


async def add(work: Work, webhook: StoredWebhook) -> None:
    """Keep a proposed one."""
    await work.execute(
        queries("webhooks")["add"],
        *(webhook.webhook_id, webhook.url, webhook.role, webhook.port, webhook.label),
        *(webhook.secret, webhook.created_by, webhook.created_at),
    )


async def count(work: Work) -> int:
    """How many there are, proposed ones included."""
    return int(await work.fetchval(queries("webhooks")["count"]))


async def every(work: Work) -> Sequence[StoredWebhook]:
    """All that were not removed, oldest first."""
    return [_webhook(row) for row in await work.fetch(queries("webhooks")["every"])]


async def active_ids(work: Work) -> Sequence[str]:
    """Those to be served."""
    return [row["webhook_id"] for row in await work.fetch(queries("webhooks")["active_ids"])]


async def find(work: Work, webhook_id: str) -> StoredWebhook | None:
    """One that was not removed."""
    row = await work.fetchrow(queries("webhooks")["find"], webhook_id)
    return None if row is None else _webhook(row)


async def approve(work: Work, webhook_id: str, by: str, at: datetime, cursor: Cursor) -> bool:
    """Begin to send what comes behind `cursor`. False if it is not waiting for approval."""
    return await work.fetchval(queries("webhooks")["approve"], webhook_id, by, at, *cursor) is not None


async def rotate(work: Work, webhook_id: str, secret: bytes, previous_until: datetime) -> bool:
    """A new secret; the old one signs too until then. False if there is no such webhook."""
    return await work.fetchval(queries("webhooks")["rotate"], webhook_id, secret, previous_until) is not None


async def remove(work: Work, webhook_id: str) -> bool:
    """Send nothing more, and forget secrets and failures. False if there is no such webhook."""
    await work.execute(queries("webhooks")["forget_deliveries"], webhook_id)
    return await work.fetchval(queries("webhooks")["remove"], webhook_id) is not None


async def settle(work: Work, webhook_id: str, change: ChangeName, delivered: int) -> None:
    """A change is done with: the cursor moves behind it. `delivered`: 1 if the receiver took it, 0 if it was put aside."""
    await work.execute(queries("webhooks")["advance"], webhook_id, *change.cursor, delivered)
    if delivered:
        await work.execute(queries("webhooks")["settle"], webhook_id, change.delivery_id)


async def fail(work: Work, webhook_id: str, change: ChangeName, failure: Failure) -> None:
    """Remember that an attempt failed."""
    await work.execute(
        queries("webhooks")["fail"],
        *(webhook_id, change.delivery_id, *change.cursor, change.alert_id, change.alert_version),
        *(failure.state, failure.attempts, failure.failure, failure.status, failure.failed_at, failure.next_at),
    )


async def attempts(work: Work, webhook_id: str, delivery_id: str) -> tuple[int, datetime | None]:
    """How often it was tried, and when it may be tried again."""
    row = await work.fetchrow(queries("webhooks")["attempts"], webhook_id, delivery_id)
    return (0, None) if row is None else (row["attempts"], row["next_at"])


async def due_again(work: Work, webhook_id: str, now: datetime) -> ChangeName | None:
    """The next of those that somebody wants sent again."""
    row = await work.fetchrow(queries("webhooks")["due_again"], webhook_id, now)
    if row is None:
        return None
    return ChangeName(row["delivery_id"], row["alert_id"], row["alert_version"], Cursor(row["major"], row["minor"]))


async def send_again(work: Work, webhook_id: str, delivery_id: str, now: datetime) -> bool:
    """Take it from the dead. False if it is not there."""
    return await work.fetchval(queries("webhooks")["send_again"], webhook_id, delivery_id, now) is not None


async def deliveries(
    work: Work, webhook_id: str, state: str | None, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Undelivered]:
    """What was not delivered, in the order of the last failures."""
    failed_at, delivery_id = after or (None, None)
    rows = await work.fetch(queries("webhooks")["deliveries"], webhook_id, state, failed_at, delivery_id, limit)
    return [Undelivered(**row) for row in rows]


async def change(work: Work, name: ChangeName) -> FeedEntry | None:
    """The change itself; None if it was purged."""
    row = await work.fetchrow(queries("webhooks")["change"], name.alert_id, name.alert_version)
    return None if row is None else FeedEntry(name.cursor, row["payload"], row["port"])


def _webhook(row: asyncpg.Record) -> StoredWebhook:
    values = dict(row)
    cursor = Cursor(values.pop("major"), values.pop("minor"))
    return StoredWebhook(**values | {"role": Role(row["role"]), "cursor": cursor})
