"""Make, list and revoke keys: use cases of the command line and of operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api_service.authentication import make_key
from api_service.problems import InvalidRequestError, NotFoundError
from schemas.roles import Role
from storage import audit, keys
from storage.database import Database
from storage.keys import StoredKey


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """The key somebody wants. `carrier` is an airline designator, `port` an IATA code; both are of one role only."""

    role: Role
    carrier: str | None = None
    port: str | None = None
    label: str | None = None
    expires_at: datetime | None = None


async def create_key(database: Database, order: KeyOrder, by: str, now: datetime, *, confined: bool = True) -> str:
    """Make a key and return it; it is shown this once and never again. Raises InvalidRequestError.

    `confined` False lets a carrier's key have no carrier and an officer's no port (the sandbox's keys).
    """
    _check(order, confined)
    made = make_key()
    stored = StoredKey(
        key_id=made.key_id,
        secret_sha256=made.secret_sha256,
        role=order.role,
        created_at=now,
        created_by=by,
        carrier=order.carrier.upper() if order.carrier else None,
        port=order.port.upper() if order.port else None,
        label=order.label,
        expires_at=order.expires_at,
    )
    async with database.unit_of_work() as work:
        await keys.add(work, stored)
        await audit.append(work, audit.Line(now, by, "key.created", "key", stored.key_id, {"role": stored.role.value}))
    return made.key


def _check(order: KeyOrder, confined: bool) -> None:
    if order.carrier is not None and order.role is not Role.CARRIER:
        raise InvalidRequestError("Only the key of a carrier has a carrier.")
    if order.port is not None and order.role is not Role.OFFICER:
        raise InvalidRequestError("Only the key of an officer has a port.")
    if confined and order.role is Role.CARRIER and order.carrier is None:
        raise InvalidRequestError("The key of a carrier needs a carrier.")
    if confined and order.role is Role.OFFICER and order.port is None:
        raise InvalidRequestError("The key of an officer needs a port.")


async def list_keys(database: Database) -> Sequence[StoredKey]:
    """All keys, oldest first, without secrets."""
    async with database.reading() as work:
        return await keys.every(work)


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
