"""API keys at rest. The secret itself is never here, only its SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from schemas.roles import Role
from storage.database import Work
from storage.sql import queries

USE_NOTED_EVERY = timedelta(minutes=1)
"""A key that works all day costs one write a minute, not one a request."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key without its secret. `carrier`/`ports` None = not confined. `previous_secret_sha256` counts until `previous_until`.
    With `certificate_sha256` the key is worth something only together with that client certificate."""

    key_id: str
    secret_sha256: bytes
    role: Role
    created_at: datetime
    created_by: str
    carrier: str | None = None
    ports: tuple[str, ...] | None = None
    label: str | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    previous_secret_sha256: bytes | None = None
    previous_until: datetime | None = None
    rotated_at: datetime | None = None
    last_used_at: datetime | None = None
    certificate_sha256: bytes | None = None

    def lives(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Rotation:
    """A new secret for a key. `overlap_until`: how long the present one counts too. `expires_at` None: as before."""

    key_id: str
    secret_sha256: bytes
    at: datetime
    overlap_until: datetime
    expires_at: datetime | None = None


async def add(work: Work, key: StoredKey) -> None:
    """Keep a new key. Raises asyncpg.UniqueViolationError where its certificate belongs to another."""
    await work.execute(
        queries("keys")["add_key"],
        *(key.key_id, key.secret_sha256, key.role, key.carrier, key.ports),
        *(key.label, key.created_at, key.created_by, key.expires_at, key.certificate_sha256),
    )


async def find(work: Work, key_id: str) -> StoredKey | None:
    """The key with this id, valid or not."""
    row = await work.fetchrow(queries("keys")["find_key"], key_id)
    return None if row is None else _key(row)


async def of_certificate(work: Work, certificate_sha256: bytes) -> StoredKey | None:
    """The key that a client certificate belongs to, if it is not revoked."""
    row = await work.fetchrow(queries("keys")["find_key_of_certificate"], certificate_sha256)
    return None if row is None else _key(row)


async def every(work: Work) -> Sequence[StoredKey]:
    """All keys, oldest first."""
    return [_key(row) for row in await work.fetch(queries("keys")["list_keys"])]


async def revoke(work: Work, key_id: str, now: datetime) -> bool:
    """Mark a key as revoked. False if there is none of that id; revoking twice keeps the first time."""
    return await work.fetchval(queries("keys")["revoke_key"], key_id, now) is not None


async def rotate(work: Work, rotation: Rotation) -> StoredKey | None:
    """Give a key a new secret. None where there is no such key, or it is revoked or expired."""
    values = (rotation.key_id, rotation.secret_sha256, rotation.at, rotation.overlap_until, rotation.expires_at)
    row = await work.fetchrow(queries("keys")["rotate_key"], *values)
    return None if row is None else _key(row)


async def note_use(work: Work, key: StoredKey, now: datetime) -> None:
    """Remember that the key was used, to the minute."""
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        await work.execute(queries("keys")["mark_used"], key.key_id, now)


async def any_valid(work: Work, now: datetime) -> bool:
    """Whether anybody could use the service at all."""
    return bool(await work.fetchval(queries("keys")["any_valid_key"], now))


def _key(row: asyncpg.Record) -> StoredKey:
    ports = row["ports"]
    return StoredKey(**{**row, "role": Role(row["role"]), "ports": None if ports is None else tuple(ports)})
