"""What is expected of a token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from schemas.roles import Role

ALGORITHMS_KNOWN = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Signatures that only the provider can make. Never `none`, and never HMAC: a public key must not pass as a shared secret."""
TOKEN_LIFE_MAX = timedelta(hours=12)
"""A shift. A token cannot be called back, so one that lives longer is refused, whatever its provider thinks."""
CLOCK_SKEW_SECONDS_MAX = 120.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Issuer and audience as in the tokens, to the letter. `authorized_parties`: who may have asked for them (`azp`); without,
    only the audience itself. `roles`: claim's value to role. Claims are named by a path, `realm_access.roles`."""

    issuer: str
    audience: str
    authorized_parties: frozenset[str] = frozenset()
    algorithms: frozenset[str] = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
    clock_skew: timedelta = timedelta(seconds=30)
    role_claim: str = "kulla_role"
    carrier_claim: str = "kulla_carrier"
    ports_claim: str = "kulla_ports"
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({role.value: role for role in Role}))


def words(text: str) -> frozenset[str]:
    """Words separated by commas."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def role_table(text: str) -> Mapping[str, Role]:
    """`value=role, value=role`; every role under its own name where nothing is said. Raises ValueError."""
    if not text.strip():
        return MappingProxyType({role.value: role for role in Role})
    pairs = [part.partition("=") for part in words(text)]
    return MappingProxyType({value.strip(): Role(role.strip()) for value, _equals, role in pairs})


def issuer_fault(issuer: str) -> str | None:
    """Why this cannot be an issuer: its keys would come over a line that anybody can write on."""
    parts = urlsplit(issuer)
    if parts.scheme == "https" and parts.hostname and not parts.query and not parts.fragment:
        return None
    if parts.scheme == "http" and parts.hostname in _LOCAL:
        return None
    return "an issuer is an https:// address without query (http:// only on this machine)"
