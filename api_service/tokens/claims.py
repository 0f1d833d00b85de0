"""From a token to a principal. A refusal has a word for the log; the caller hears only that the token does not count."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

import jwt

from api_service.principal import Principal
from api_service.tokens.provider import IdentityProvider
from api_service.tokens.rules import TOKEN_LIFE_MAX, TokenRules
from schemas.roles import INCLUDES, Role

TOKEN_CHARACTERS_MAX = 8 * 1024
"""Tokens with the groups of a ministry have 3 kB."""
SUBJECT_CHARACTERS_MAX = 255
PORTS_MAX = 20
_CLAIMS = ("exp", "iat", "iss", "aud", "sub")
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""An identity or an access token; a logout or a refresh token is something else."""


class TokenRefusedError(Exception):
    """Why a token does not count: a word for the log, which holds nothing of the token."""


def looks_like_token(text: str) -> bool:
    """Whether it has the three parts of a signed token."""
    return text.count(".") == 2


async def principal_of(token: str, provider: IdentityProvider, rules: TokenRules, now: datetime) -> Principal:
    """Who the token says asks. Raises TokenRefusedError, IdentityProviderError."""
    claims = await _verified(token, provider, rules)
    _check_times(claims, rules, now)
    _check_party(claims, rules)
    return _principal(claims, rules)


async def _verified(token: str, provider: IdentityProvider, rules: TokenRules) -> Mapping[str, Any]:
    """The claims, once signature, issuer and audience hold."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenRefusedError("too_long")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:
        raise TokenRefusedError("malformed") from error
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in rules.algorithms:
        raise TokenRefusedError("algorithm")
    if str(header.get("typ", "JWT")).lower() not in _TYPES or "crit" in header:
        raise TokenRefusedError("type")
    key = await provider.key(key_id, algorithm)
    if key is None:
        raise TokenRefusedError("unknown_key")
    claims = _decoded(token, key, rules)
    if claims is None and key_id is None:  # the one key of the provider may be another one by now
        newer = await provider.key(None, algorithm, doubted=key)
        claims = None if newer is None else _decoded(token, newer, rules)
    if claims is None:
        raise TokenRefusedError("signature")
    return claims


def _decoded(token: str, key: jwt.PyJWK, rules: TokenRules) -> Mapping[str, Any] | None:
    """The claims; None where the signature is not this key's. Raises TokenRefusedError for everything else."""
    options: Any = {
        "require": ["exp", "iat", "iss", "aud", "sub"],
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
    }
    try:
        return jwt.decode(
            token, key, algorithms=[key.algorithm_name], audience=rules.audience, issuer=rules.issuer, options=options
        )
    except jwt.InvalidSignatureError:
        return None
    except (jwt.PyJWTError, RecursionError) as error:
        raise TokenRefusedError(type(error).__name__) from error


def _check_times(claims: Mapping[str, Any], rules: TokenRules, now: datetime) -> None:
    """The clock is an argument here, so the library is told to leave the times alone."""
    issued, expires, earliest = (claims.get(name, 0) for name in ("iat", "exp", "nbf"))
    if not all(_is_time(moment) for moment in (issued, expires, earliest)):
        raise TokenRefusedError("times")
    skew, at = rules.clock_skew.total_seconds(), now.timestamp()
    if at >= expires + skew:
        raise TokenRefusedError("expired")
    if max(issued, earliest) > at + skew:
        raise TokenRefusedError("not_yet_valid")
    if expires - issued > TOKEN_LIFE_MAX.total_seconds():
        raise TokenRefusedError("lives_too_long")


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _check_party(claims: Mapping[str, Any], rules: TokenRules) -> None:
    """Who asked for the token: needed where it is for several, checked wherever it is said."""
    party, audience = claims.get("azp"), claims["aud"]
    if party is None and not rules.authorized_parties and (isinstance(audience, str) or len(audience) == 1):
        return
    if party not in (rules.authorized_parties or {rules.audience}):
        raise TokenRefusedError("authorized_party")


def _principal(claims: Mapping[str, Any], rules: TokenRules) -> Principal:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARACTERS_MAX or not subject.isprintable():
        raise TokenRefusedError("subject")
    role = _role(_texts(claims, rules.role_claim), rules)
    carriers = [code.upper() for code in _texts(claims, rules.carrier_claim)]
    ports = frozenset(code.upper() for code in _texts(claims, rules.ports_claim))
    if role is Role.CARRIER and (len(carriers) != 1 or not _is_code(carriers[0], 2, 3)):
        raise TokenRefusedError("carrier")
    if role is Role.OFFICER and (not 0 < len(ports) <= PORTS_MAX or not all(_is_code(port, 3, 5) for port in ports)):
        raise TokenRefusedError("ports")
    return Principal(
        key_id=f"{rules.issuer}#{subject}",
        role=role,
        carrier=carriers[0] if role is Role.CARRIER else None,
        ports=ports if role is Role.OFFICER else None,
    )


def _role(values: list[str], rules: TokenRules) -> Role:
    """Exactly one role, once those are left out that another of them includes. A value that is no role of ours says nothing."""
    roles = {rules.roles[value] for value in values if value in rules.roles}
    widest = [role for role in roles if not any(role in INCLUDES[other] for other in roles - {role})]
    if len(widest) != 1:
        raise TokenRefusedError("role")
    return widest[0]


def _texts(claims: Mapping[str, Any], path: str) -> list[str]:
    """The claim at a path: one text or several. A claim whose name itself has dots (a URL) is found by its whole name."""
    value: Any = claims.get(path)
    if value is None:
        value = claims
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def _is_code(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isalnum() and least <= len(text) <= most
