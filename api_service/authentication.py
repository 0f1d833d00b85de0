"""Who asks: a key (`Authorization: Bearer kulla_...`), a token of the identity provider (`Bearer` with three parts), or a
client certificate that a trusted proxy has checked (`api_service.peers`).

Every request looks its key up, so that a revocation holds from the next request on, in every process. That costs one round
trip; a cache would have to be told of revocations, and could miss one.

Refusals say the same whatever was wrong, cost the same, are counted (`api_service.guess_limits`), and stand in the log with the
address and the id of the key, never with what was sent.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api_service.context import AppContext, context_of
from api_service.key_text import make_key, opens, parts
from api_service.peers import Peer
from api_service.principal import Principal
from api_service.problems import ForbiddenError, TooManyRequestsError, UnauthenticatedError
from api_service.tokens.claims import TokenRefusedError, looks_like_token, principal_of
from schemas.roles import Role
from storage import audit, keys, people
from storage.acting import MACHINE, act_as, acting
from storage.keys import StoredKey

__all__ = ["Principal", "authenticate", "make_key", "require"]

_REFUSED = "The key is missing, unknown, expired or revoked."
_SLOWED = "Too many refused attempts from this address, or for this key; nothing was looked at."
_bearer = HTTPBearer(
    auto_error=False, description="A key made with `kulla keys create`, or a token of the configured identity provider."
)


async def authenticate(context: AppContext, credentials: str | None, peer: Peer) -> Principal:
    """Whose key, token or certificate this is.

    Raises UnauthenticatedError, TooManyRequestsError, IdentityProviderError, StoreUnavailableError.
    """
    if credentials is None and peer.certificate_sha256 is None:
        raise UnauthenticatedError(_REFUSED)
    named = parts(credentials) if credentials is not None else None
    key_id = named[0] if named else None
    wait = context.guess_limits.wait(peer.address, key_id, time.monotonic())
    if wait > 0.0:
        raise TooManyRequestsError(_SLOWED, wait)
    with acting(MACHINE):
        try:
            found = await _found(context, credentials, peer)
        except UnauthenticatedError:
            await _note_refusal(context, peer.address, key_id)
            raise
    context.guess_limits.accepted(peer.address, found.key_id)
    return found


async def _found(context: AppContext, credentials: str | None, peer: Peer) -> Principal:
    if credentials is None:
        assert peer.certificate_sha256 is not None
        return await _of_certificate(context, peer.certificate_sha256)
    if looks_like_token(credentials):
        return await _of_token(context, credentials)
    return await _of_key(context, credentials, peer)


async def _of_key(context: AppContext, key: str, peer: Peer) -> Principal:
    named = parts(key)
    if named is None:
        raise UnauthenticatedError(_REFUSED)
    key_id, secret = named
    now = context.clock()
    async with context.database.reading() as work:
        stored = await keys.find(work, key_id)
        if not opens(stored, secret, now) or stored is None or stored.certificate_sha256 not in (None, peer.certificate_sha256):
            raise UnauthenticatedError(_REFUSED)
        await keys.note_use(work, stored, now)
    return _principal(stored)


async def _of_certificate(context: AppContext, certificate_sha256: bytes) -> Principal:
    now = context.clock()
    async with context.database.reading() as work:
        stored = await keys.of_certificate(work, certificate_sha256)
        if stored is None or not stored.lives(now):
            raise UnauthenticatedError(_REFUSED)
        await keys.note_use(work, stored, now)
    return _principal(stored)


async def _of_token(context: AppContext, token: str) -> Principal:
    provider = context.identity_provider
    if provider is None:
        raise UnauthenticatedError(_REFUSED)
    now = context.clock()
    try:
        who = await principal_of(token, provider, provider.rules, now)
    except TokenRefusedError as error:
        context.logger.info("token refused", token_fault=str(error))
        raise UnauthenticatedError(_REFUSED) from error
    if who.role is not Role.CARRIER:  # nobody gives anything to a carrier
        async with context.database.reading() as work:
            await people.note_seen(work, who.key_id, who.role, now)
    return who


def _principal(stored: StoredKey) -> Principal:
    ports = None if stored.ports is None else frozenset(stored.ports)
    return Principal(stored.key_id, stored.role, stored.carrier, ports)


async def _note_refusal(context: AppContext, address: str, key_id: str | None) -> None:
    """Count it, log it, and leave a line in the audit trail whenever the address is closed for longer than before."""
    wait = context.guess_limits.refused(address, key_id, time.monotonic())
    context.logger.warning("authentication refused", address=address, claimed_key_id=key_id, closed_seconds=wait)
    if wait > 0.0:
        details = {"key_id": key_id, "closed_seconds": wait}
        line = audit.Line(context.clock(), "kulla", "authentication.slowed", "address", address, details)
        async with context.database.unit_of_work() as work:
            await audit.append(work, line)


def require(*roles: Role) -> Callable[..., Awaitable[Principal]]:
    """A dependency: the caller's principal, if its role is (or includes) one of these; else 401 or 403.

    `Annotated[Principal, Depends(require(Role.ANALYST))]`
    """

    async def principal(
        request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Principal:
        peer: Peer = getattr(request.state, "peer", Peer())
        found = await authenticate(context_of(request), bearer.credentials if bearer else None, peer)
        request.state.key_id = found.key_id
        act_as(found.caller)
        if wait := await context_of(request).rate_limits.take(found.key_id, time.monotonic()):
            raise TooManyRequestsError("This key asks too much at once; nothing was read.", wait)
        if not found.acts_as(*roles):
            raise ForbiddenError(f"This needs a key of one of these roles: {', '.join(roles)}.")
        return found

    return principal
