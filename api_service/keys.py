"""Make, list, rotate and revoke keys: use cases of the command line and of operators.

A rotated key keeps its id: histories, idempotency keys and limits go on, and one person with the old and the new secret is
still one person where four eyes are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from api_service.key_text import make_key
from api_service.problems import ConflictError, InvalidRequestError, NotFoundError
from schemas.roles import Role
from storage import audit, keys
from storage.database import Database
from storage.keys import Rotation, StoredKey

OVERLAP_DEFAULT = timedelta(hours=24)
"""Time to bring the new secret to every machine of a carrier."""
OVERLAP_MAX = timedelta(days=30)
"""Longer, and nobody remembers that two secrets are about."""
PORTS_MAX = 20
"""More than the country has border crossing points with a console."""


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """The key somebody wants. `carrier` is an airline designator, `ports` are IATA codes; both are of one role only.
    `certificate_sha256`: the client certificate without which the key shall be worth nothing."""

    role: Role
    carrier: str | None = None
    ports: tuple[str, ...] = ()
    label: str | None = None
    expires_at: datetime | None = None
    certificate_sha256: bytes | None = None


async def create_key(database: Database, order: KeyOrder, by: str, now: datetime, *, confined: bool = True) -> str:
    """Make a key and return it; it is shown this once and never again. Raises InvalidRequestError, ConflictError.

    `confined` False lets a carrier's key have no carrier and an officer's no port (the sandbox's keys).
    """
    _check(order, confined)
    if order.expires_at is not None and order.expires_at <= now:
        raise InvalidRequestError("The key would have expired before it is made.")
    made = make_key()
    stored = StoredKey(
        key_id=made.key_id,
        secret_sha256=made.secret_sha256,
        role=order.role,
        created_at=now,
        created_by=by,
        carrier=order.carrier.upper() if order.carrier else None,
        ports=tuple(sorted({port.upper() for port in order.ports})) or None,
        label=order.label,
        expires_at=order.expires_at,
        certificate_sha256=order.certificate_sha256,
    )
    try:
        async with database.unit_of_work() as work:
            await keys.add(work, stored)
            await audit.append(work, audit.Line(now, by, "key.created", "key", stored.key_id, {"role": stored.role.value}))
    except asyncpg.UniqueViolationError as error:
        raise ConflictError("This certificate belongs to another key.") from error
    return made.key


def _check(order: KeyOrder, confined: bool) -> None:
    if order.carrier is not None and order.role is not Role.CARRIER:
        raise InvalidRequestError("Only the key of a carrier has a carrier.")
    if order.ports and order.role is not Role.OFFICER:
        raise InvalidRequestError("Only the key of an officer has ports.")
    if len(order.ports) > PORTS_MAX:
        raise InvalidRequestError(f"A key has at most {PORTS_MAX} ports.")
    if confined and order.role is Role.CARRIER and order.carrier is None:
        raise InvalidRequestError("The key of a carrier needs a carrier.")
    if confined and order.role is Role.OFFICER and not order.ports:
        raise InvalidRequestError("The key of an officer needs a port.")


async def list_keys(database: Database) -> Sequence[StoredKey]:
    """All keys, oldest first, without secrets."""
    async with database.reading() as work:
        return await keys.every(work)


@dataclass(frozen=True, slots=True)
class RotationOrder:
    """Which key gets a new secret, and how long the present one counts too. `expires_at` None: the key expires as before."""

    key_id: str
    overlap: timedelta = OVERLAP_DEFAULT
    expires_at: datetime | None = None


async def rotate_key(database: Database, order: RotationOrder, by: str, now: datetime) -> tuple[str, datetime]:
    """A new secret for a key: the key, shown this once, and until when the present one counts too.

    A secret that was still on its way out from an earlier rotation ends now. Raises InvalidRequestError, NotFoundError (also
    for a key that is revoked or expired).
    """
    if not timedelta() <= order.overlap <= OVERLAP_MAX:
        raise InvalidRequestError(f"The overlap is from 0 to {OVERLAP_MAX.days} days.")
    if order.expires_at is not None and order.expires_at <= now:
        raise InvalidRequestError("The key would have expired already.")
    made = make_key(order.key_id)
    until = now + order.overlap
    async with database.unit_of_work() as work:
        rotated = await keys.rotate(work, Rotation(order.key_id, made.secret_sha256, now, until, order.expires_at))
        if rotated is None:
            raise NotFoundError("There is no valid key of that id.")
        details = {"previous_until": until.isoformat()}
        await audit.append(work, audit.Line(now, by, "key.rotated", "key", order.key_id, details))
    return made.key, until


async def revoke_key(database: Database, key_id: str, by: str, now: datetime) -> None:
    """From the next request on, in every process, the key is worth nothing. Raises NotFoundError."""
    async with database.unit_of_work() as work:
        if not await keys.revoke(work, key_id, now):
            raise NotFoundError("There is no key of that id.")
        await audit.append(work, audit.Line(now, by, "key.revoked", "key", key_id))


async def any_valid_key(database: Database, now: datetime) -> bool:
    """Whether anybody could use the service; production refuses to start without."""
    async with database.reading() as work:
        return await keys.any_valid(work, now)
