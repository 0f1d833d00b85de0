"""Keys: `kulla_<key_id>_<secret>`, sent as `Authorization: Bearer KEY`.

The secret has 256 bits of entropy, so that a plain SHA-256 of it is enough at rest: there is no dictionary to try, and a slow
password hash would only make each request slow. Every request looks the key up, so that a revocation holds from the next
request on, in every process. That costs one round trip; a cache would have to be told of revocations, and could miss one.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api_service.context import AppContext, context_of
from api_service.problems import ForbiddenError, UnauthenticatedError
from schemas.roles import INCLUDES, Role
from storage import keys
from storage.keys import StoredKey

_PREFIX = "kulla"
_KEY_ID_BYTES = 5  # names a key, guards nothing; eight characters that can be read out over the telephone
_SECRET_BYTES = 32
_KEY_CHARACTERS_MAX = 200  # ours have 67; hashing a megabyte for whoever asks would be a gift

_REFUSED = "The key is missing, unknown, expired or revoked."
_bearer = HTTPBearer(auto_error=False, description="A key made with `kulla keys create`.")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `carrier` None = any carrier, `port` None = any port (both only in the sandbox, or where the role has none)."""

    key_id: str
    role: Role
    carrier: str | None = None
    port: str | None = None

    @property
    def owner(self) -> str:
        """Under which name its submissions are kept: the carrier's, so that a new key of the same carrier sees the old ones."""
        return self.carrier or self.key_id

    def acts_as(self, *roles: Role) -> bool:
        """Whether it may do what any of these roles may."""
        return not INCLUDES[self.role].isdisjoint(roles)

    def may_see_port(self, port: str) -> bool:
        """Whether this port's console is open to it."""
        return self.port is None or self.port == port


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is made: `key` is shown once, `secret_sha256` is what is kept."""

    key_id: str
    key: str
    secret_sha256: bytes


def make_key() -> NewKey:
    """Draw a key."""
    key_id = _text(secrets.token_bytes(_KEY_ID_BYTES))
    secret = _text(secrets.token_bytes(_SECRET_BYTES))
    return NewKey(key_id, f"{_PREFIX}_{key_id}_{secret}", _digest(secret))


def _text(data: bytes) -> str:
    return b32encode(data).decode("ascii").rstrip("=").lower()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


async def authenticate(context: AppContext, key: str) -> Principal:
    """Whose key this is. Raises UnauthenticatedError, and StoreUnavailableError."""
    prefix, _, rest = key[:_KEY_CHARACTERS_MAX].partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != _PREFIX or not key_id.isalnum() or not secret:
        raise UnauthenticatedError(_REFUSED)
    async with context.database.reading() as work:
        stored = await keys.find(work, key_id)
    if stored is None or not _valid(stored, secret, context.clock()):
        raise UnauthenticatedError(_REFUSED)
    return Principal(stored.key_id, stored.role, stored.carrier, stored.port)


def _valid(stored: StoredKey, secret: str, now: datetime) -> bool:
    matches = hmac.compare_digest(stored.secret_sha256, _digest(secret))
    return matches and stored.revoked_at is None and (stored.expires_at is None or now < stored.expires_at)


def require(*roles: Role) -> Callable[..., Awaitable[Principal]]:
    """A dependency: the caller's principal, if its role is (or includes) one of these; else 401 or 403.

    `Annotated[Principal, Depends(require(Role.ANALYST))]`
    """

    async def principal(
        request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Principal:
        if bearer is None:
            raise UnauthenticatedError(_REFUSED)
        found = await authenticate(context_of(request), bearer.credentials)
        request.state.key_id = found.key_id
        if not found.acts_as(*roles):
            raise ForbiddenError(f"This needs a key of one of these roles: {', '.join(roles)}.")
        return found

    return principal
