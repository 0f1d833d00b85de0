"""Use case: somebody wants changes of alerts sent to an address.

An operator proposes (who keeps addresses and sees no alerts), a supervisor approves (who answers for the alerts, and sees the
address): nobody alone can lead alerts out of the house. Whatever is changed later is done by an operator and can only make less
of it: a new secret, or an end.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api_service.problems import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from api_service.webhooks.signing import SECRET_BYTES, secret_text
from api_service.webhooks.targets import TargetError, TargetRules
from schemas.roles import Role
from storage import audit, webhooks
from storage.alert_tail import AlertTail
from storage.database import Database, Work
from storage.webhooks import StoredWebhook, Undelivered

WEBHOOKS_MAX = 50
"""Each is a task of its own that posts one change after the other; a border has a handful of systems that listen."""
OVERLAP_HOURS_MAX = 7 * 24
"""A secret that is being changed for longer than a week is not being changed."""
ROLES = (Role.ANALYST, Role.OFFICER)
"""As whom a receiver may see alerts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The webhook somebody proposes."""

    url: str
    role: Role
    port: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and when."""

    key_id: str
    at: datetime


async def propose(database: Database, rules: TargetRules, wanted: Wanted, actor: Actor) -> tuple[StoredWebhook, str]:
    """The webhook, and its secret, which is shown this once. Raises InvalidRequestError, ConflictError."""
    _check(rules, wanted)
    secret = secrets.token_bytes(SECRET_BYTES)
    webhook = StoredWebhook(
        webhook_id=f"whk_{secrets.token_hex(8)}",
        url=wanted.url,
        role=wanted.role,
        port=wanted.port,
        label=wanted.label,
        state="proposed",
        secret=secret,
        created_by=actor.key_id,
        created_at=actor.at,
    )
    async with database.unit_of_work() as work:
        if await webhooks.count(work) >= WEBHOOKS_MAX:
            raise ConflictError(f"There are {WEBHOOKS_MAX} webhooks already; remove one.")
        await webhooks.add(work, webhook)
        await _note(work, actor, "proposed", webhook.webhook_id, {"role": wanted.role, "port": wanted.port})
    return webhook, secret_text(secret)


def _check(rules: TargetRules, wanted: Wanted) -> None:
    if wanted.role not in ROLES:
        raise InvalidRequestError("A receiver sees alerts as an analyst or as an officer.")
    if wanted.role is Role.OFFICER and wanted.port is None:
        raise InvalidRequestError("A receiver that sees alerts as an officer needs a port.")
    try:
        rules.check(wanted.url)
    except TargetError as error:
        raise InvalidRequestError(str(error)) from error


async def approve(database: Database, tail: AlertTail, webhook_id: str, actor: Actor) -> StoredWebhook:
    """From now on changes are sent. Raises NotFoundError, ConflictError, ForbiddenError."""
    newest = await tail.newest()
    async with database.unit_of_work() as work:
        webhook = await _found(work, webhook_id)
        if webhook.created_by == actor.key_id:
            raise ForbiddenError("What you proposed has to be approved by somebody else.")
        if not await webhooks.approve(work, webhook_id, actor.key_id, actor.at, newest):
            raise ConflictError("This webhook is approved already.")
        await _note(work, actor, "approved", webhook_id, {"role": webhook.role, "port": webhook.port})
        return await _found(work, webhook_id)


async def rotate(database: Database, webhook_id: str, overlap: timedelta, actor: Actor) -> str:
    """A new secret, shown this once; until the overlap is over the old one signs too. Raises NotFoundError."""
    secret = secrets.token_bytes(SECRET_BYTES)
    async with database.unit_of_work() as work:
        if not await webhooks.rotate(work, webhook_id, secret, actor.at + overlap):
            raise NotFoundError("There is no such webhook.")
        await _note(work, actor, "secret_rotated", webhook_id, {})
    return secret_text(secret)


async def remove(database: Database, webhook_id: str, actor: Actor) -> None:
    """Nothing more is sent. Raises NotFoundError."""
    async with database.unit_of_work() as work:
        if not await webhooks.remove(work, webhook_id):
            raise NotFoundError("There is no such webhook.")
        await _note(work, actor, "removed", webhook_id, {})


async def one(database: Database, webhook_id: str) -> StoredWebhook:
    """Raises NotFoundError."""
    async with database.reading() as work:
        return await _found(work, webhook_id)


async def every(database: Database) -> Sequence[StoredWebhook]:
    """All that were not removed."""
    async with database.reading() as work:
        return await webhooks.every(work)


async def undelivered(
    database: Database, webhook_id: str, state: str | None, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Undelivered]:
    """What was not delivered. Raises NotFoundError."""
    async with database.reading() as work:
        await _found(work, webhook_id)
        return await webhooks.deliveries(work, webhook_id, state, after, limit)


async def send_again(database: Database, webhook_id: str, delivery_id: str, actor: Actor) -> None:
    """Take a dead delivery up again. Raises NotFoundError."""
    async with database.unit_of_work() as work:
        await _found(work, webhook_id)
        if not await webhooks.send_again(work, webhook_id, delivery_id, actor.at):
            raise NotFoundError("This webhook has no dead delivery of that id.")
        await _note(work, actor, "delivery_sent_again", webhook_id, {"delivery_id": delivery_id})


async def _found(work: Work, webhook_id: str) -> StoredWebhook:
    webhook = await webhooks.find(work, webhook_id)
    if webhook is None:
        raise NotFoundError("There is no such webhook.")
    return webhook


async def _note(work: Work, actor: Actor, verb: str, webhook_id: str, details: Mapping[str, object]) -> None:
    await audit.append(work, audit.Line(actor.at, actor.key_id, f"webhook.{verb}", "webhook", webhook_id, details))
