"""The provider's public keys: found through its discovery document, kept for a while, fetched anew when a token names one that
is not known yet (so its keys may change at any moment).

What is fetched is bounded: in time, in bytes, in keys, and in how often. Whoever sends tokens with invented key names causes
one fetch in KEYS_FETCHED_EVERY_SECONDS, whatever he does. A provider that is away for a while costs nothing: its keys stay, up
to KEYS_SECONDS_MAX; after that nobody signs in with a token, because a key that was withdrawn might still be among them.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt
import orjson

from api_service.problems import IdentityProviderError
from api_service.tokens.rules import TokenRules, issuer_fault

KEYS_REFRESHED_AFTER_SECONDS = 600.0
"""A key that the provider took out of its set is worth nothing after ten minutes."""
KEYS_SECONDS_MAX = 3_600.0
"""How old the set may be where the provider does not answer."""
KEYS_FETCHED_EVERY_SECONDS = 10.0
"""A new key is known after at most this; nobody can make us ask more often."""
FETCH_SECONDS_MAX = 5.0
DOCUMENT_BYTES_MAX = 256 * 1024
"""Key sets have a few kilobytes."""
KEYS_MAX = 50
RSA_BITS_MIN = 2048
_Entry = Mapping[str, Any]
_DISCOVERY = "/.well-known/openid-configuration"


class IdentityProvider:
    """Keys of one issuer. `monotonic` in seconds. Safe to use from many requests at once: one of them fetches."""

    def __init__(
        self,
        rules: TokenRules,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rules = rules
        self._transport = transport
        self._monotonic = monotonic
        self._keys: Mapping[str | None, _Entry] = {}
        self._made: dict[tuple[str | None, str], jwt.PyJWK | None] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def key(self, key_id: str | None, algorithm: str, doubted: jwt.PyJWK | None = None) -> jwt.PyJWK | None:
        """The public key of this name, fit for this algorithm; None where the provider has none.

        `doubted`: a key that did not fit a token without a key's name; another may have taken its place.
        Raises IdentityProviderError where the provider's keys cannot be had.
        """
        if self._age() > KEYS_REFRESHED_AFTER_SECONDS or key_id not in self._keys or doubted is not None:
            await self._refresh(key_id, doubted)
        if self._age() > KEYS_SECONDS_MAX:
            raise IdentityProviderError("The identity provider does not answer; keys of this service work.")
        if key_id not in self._keys:
            return None
        if (key_id, algorithm) not in self._made:
            self._made[key_id, algorithm] = _made(self._keys.get(key_id), algorithm)
        return self._made[key_id, algorithm]

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._monotonic() - self._fetched_at

    async def _refresh(self, key_id: str | None, doubted: jwt.PyJWK | None) -> None:
        async with self._lock:
            now = self._monotonic()
            known = key_id in self._keys and (doubted is None or doubted not in self._made.values())
            if (known and self._age() <= KEYS_REFRESHED_AFTER_SECONDS) or (
                self._tried_at is not None and now - self._tried_at < KEYS_FETCHED_EVERY_SECONDS
            ):
                return
            self._tried_at = now
            try:
                self._keys = await self._fetched()
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError):
                return  # what is known stays, as long as it may
            self._fetched_at, self._made = now, {}

    async def _fetched(self) -> Mapping[str | None, _Entry]:
        """Raises httpx.HTTPError, ValueError, LookupError or TypeError for whatever is no set of keys of this issuer."""
        async with asyncio.timeout(2 * FETCH_SECONDS_MAX), self._client() as client:
            discovered = await _document(client, self.rules.issuer.rstrip("/") + _DISCOVERY)
            if discovered["issuer"] != self.rules.issuer:
                raise ValueError("the document is of another issuer")
            address = str(discovered["jwks_uri"])
            if issuer_fault(address.partition("?")[0]):
                raise ValueError("the keys are not behind https")
            return _usable((await _document(client, address))["keys"])

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self._transport, timeout=FETCH_SECONDS_MAX, follow_redirects=False)


async def _document(client: httpx.AsyncClient, address: str) -> Any:
    async with client.stream("GET", address, headers={"Accept": "application/json"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise ValueError("no document")
        content = bytearray()
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > DOCUMENT_BYTES_MAX:
                raise ValueError("too long a document")
    return orjson.loads(content)


def _usable(listed: list[_Entry]) -> Mapping[str | None, _Entry]:
    """By name; what is not for checking signatures is left out. A single key serves tokens that name none, too."""
    found = {
        entry.get("kid"): entry
        for entry in listed[:KEYS_MAX]
        if entry.get("use", "sig") == "sig" and entry.get("kty") in ("RSA", "EC", "OKP")
    }
    return {None: next(iter(found.values())), **found} if len(found) == 1 else found


def _made(entry: _Entry | None, algorithm: str) -> jwt.PyJWK | None:
    """The key for this algorithm. One that names another algorithm, is of another kind or too short does not serve."""
    if entry is None or entry.get("alg", algorithm) != algorithm:
        return None
    try:
        key = jwt.PyJWK(dict(entry), algorithm)
    except jwt.PyJWTError:
        return None
    return None if entry["kty"] == "RSA" and key.key.key_size < RSA_BITS_MIN else key
