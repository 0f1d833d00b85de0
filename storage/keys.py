"""API keys at rest. The secret itself is never here, only its SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from schemas.roles import Role
from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key without its secret. `carrier`/`port` None = not confined to one."""

    key_id: str
    secret_sha256: bytes
    role: Role
    created_at: datetime
    created_by: str
    carrier: str | None = None
    port: str | None = None
    label: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


async def add(work: Work, key: StoredKey) -> None:
    """Keep a new key."""
    await work.execute(
        queries("keys")["add_key"],
        *(key.key_id, key.secret_sha256, key.role, key.carrier, key.port),
        *(key.label, key.created_at, key.created_by, key.expires_at),
    )


async def find(work: Work, key_id: str) -> StoredKey | None:
    """The key with this id, valid or not."""
    row = await work.fetchrow(queries("keys")["find_key"], key_id)
    return None if row is None else _key(row)


async def every(work: Work) -> Sequence[StoredKey]:
    """All keys, oldest first."""
    return [_key(row) for row in await work.fetch(queries("keys")["list_keys"])]


async def revoke(work: Work, key_id: str, now: datetime) -> bool:
    """Mark a key as revoked. False if there is none of that id; revoking twice keeps the first time."""
    return await work.fetchval(queries("keys")["revoke_key"], key_id, now) is not None


async def any_valid(work: Work, now: datetime) -> bool:
    """Whether anybody could use the service at all."""
    return bool(await work.fetchval(queries("keys")["any_valid_key"], now))


def _key(row: asyncpg.Record) -> StoredKey:
    return StoredKey(**{**row, "role": Role(row["role"])})
