"""Claims and key sets, case by case, against keys made here."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from api_service.settings import Settings
from api_service.tokens.claims import TokenRefusedError, principal_of
from api_service.tokens.provider import (
    KEYS_FETCHED_EVERY_SECONDS,
    KEYS_REFRESHED_AFTER_SECONDS,
    KEYS_SECONDS_MAX,
    IdentityProvider,
)
from api_service.tokens.rules import TokenRules
from schemas.roles import Role

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ISSUER = "https://id.example"
RULES = TokenRules(issuer=ISSUER, audience="kulla")
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
SHORT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
CLAIMS = {
    "iss": ISSUER,
    "aud": "kulla",
    "sub": "agim",
    "iat": NOW.timestamp(),
    "exp": NOW.timestamp() + 600,
    "kulla_role": "analyst",
}


def _published(key: Any, algorithm: str, **more: Any) -> dict[str, Any]:
    made = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key())
    return {**json.loads(made), **more}


class Site:
    """What the issuer serves, and how often it was asked."""

    def __init__(self, *keys: dict[str, Any], **discovery: Any) -> None:
        self.keys = list(keys)
        self.discovery = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"} | discovery
        self.asked = 0
        self.away = False
        self.now = 0.0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        if request.url.path == "/.well-known/openid-configuration":
            self.asked += 1
            return httpx.Response(200, json=self.discovery)
        return httpx.Response(200, json={"keys": self.keys})

    def provider(self, rules: TokenRules = RULES) -> IdentityProvider:
        return IdentityProvider(rules, httpx.MockTransport(self), lambda: self.now)


SITE_KEYS = (_published(RSA_KEY, "RS256", kid="r", use="sig"), _published(EC_KEY, "ES256", kid="e", alg="ES256"))


async def _fault(token: str, rules: TokenRules = RULES, *keys: dict[str, Any]) -> str | None:
    try:
        await principal_of(token, Site(*(keys or SITE_KEYS)).provider(rules), rules, NOW)
    except TokenRefusedError as error:
        return str(error)
    return None


def _token(algorithm: str = "RS256", key: Any = RSA_KEY, kid: str | None = "r", **claims: Any) -> str:
    merged = {name: value for name, value in (CLAIMS | claims).items() if value != "absent"}
    return jwt.encode(merged, key, algorithm, None if kid is None else {"kid": kid})


async def test_algorithms() -> None:
    assert await _fault(_token()) is None
    assert await _fault(_token("PS256")) is None
    assert await _fault(_token("ES256", EC_KEY, "e")) is None
    assert await _fault(_token("RS512")) == "algorithm"
    assert await _fault(_token("ES256", EC_KEY, "r")) == "unknown_key", "a key of another kind"
    assert await _fault(_token(kid=None)) == "unknown_key", "two keys, and the token names none"
    short = _published(SHORT_KEY, "RS256", kid="s")
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        weak = _token(key=SHORT_KEY, kid="s")
    assert await _fault(weak, RULES, short) == "unknown_key", "too short a key"
    assert await _fault(_token(), RULES, SITE_KEYS[0] | {"use": "enc"}) == "unknown_key"


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"aud": ["kulla"]}, None),
        ({"aud": ["kulla", "other"]}, "authorized_party"),
        ({"aud": ["kulla", "other"], "azp": "kulla"}, None),
        ({"azp": "other"}, "authorized_party"),
        ({"aud": "other"}, "InvalidAudienceError"),
        ({"aud": "absent"}, "MissingRequiredClaimError"),
        ({"iss": "https://id.example/"}, "InvalidIssuerError"),
        ({"sub": "absent"}, "MissingRequiredClaimError"),
        ({"sub": ""}, "subject"),
        ({"sub": "a\x00b"}, "subject"),
        ({"sub": "x" * 256}, "subject"),
        ({"exp": NOW.timestamp() - 29}, None),
        ({"exp": NOW.timestamp() - 31}, "expired"),
        ({"exp": "absent"}, "MissingRequiredClaimError"),
        ({"exp": "tomorrow"}, "times"),
        ({"exp": float("nan")}, "times"),
        ({"iat": True}, "times"),
        ({"iat": NOW.timestamp() + 31}, "not_yet_valid"),
        ({"nbf": NOW.timestamp() + 31}, "not_yet_valid"),
        ({"nbf": NOW.timestamp() + 29}, None),
        ({"nbf": None}, "times"),
        ({"exp": NOW.timestamp() + 13 * 3600}, "lives_too_long"),
        ({"kulla_role": {"a": 1}}, "role"),
        ({"kulla_role": "officer", "kulla_ports": ["TIA", 7, "x" * 9]}, "ports"),
        ({"kulla_role": "carrier", "kulla_carrier": ["OR", "W6"]}, "carrier"),
    ],
)
async def test_claims(claims: dict[str, Any], fault: str | None) -> None:
    assert await _fault(_token(**claims)) == fault


async def test_who_it_is() -> None:
    rules = TokenRules(
        issuer=ISSUER,
        audience="kulla",
        authorized_parties=frozenset({"console"}),
        role_claim="realm_access.roles",
        roles={"border-guard": Role.OFFICER},
    )
    token = _token(azp="console", realm_access={"roles": ["offline_access", "border-guard"]}, kulla_ports="tia")
    found = await principal_of(token, Site(*SITE_KEYS).provider(rules), rules, NOW)
    assert (found.key_id, found.role, found.ports) == ("https://id.example#agim", Role.OFFICER, frozenset({"TIA"}))


async def test_hostile_headers() -> None:
    assert await _fault("x" * 9000 + "..") == "too_long"
    nested = jwt.utils.base64url_encode(b'{"alg":"RS256","x":' + b"[" * 5000).decode()
    assert await _fault(f"{nested}.e30.e30") == "malformed"
    for header in ({"alg": ["RS256"]}, {"alg": "RS256", "typ": "logout+jwt"}, {"alg": "RS256", "crit": ["b64"]}, {"alg": 7}):
        head = jwt.utils.base64url_encode(json.dumps(header).encode()).decode()
        assert await _fault(f"{head}.e30.e30") in ("algorithm", "type", "malformed")


async def test_how_often_the_provider_is_asked() -> None:
    site = Site(*SITE_KEYS)
    provider = site.provider()
    for number in range(50):
        assert await provider.key(f"invented {number}", "RS256") is None
    assert site.asked == 1
    site.now += KEYS_FETCHED_EVERY_SECONDS
    assert await provider.key("again", "RS256") is None
    assert await provider.key("r", "RS256") is not None
    assert site.asked == 2
    site.now += KEYS_REFRESHED_AFTER_SECONDS + 1
    site.keys = [SITE_KEYS[1]]
    assert await provider.key("r", "RS256") is None, "withdrawn"


async def test_a_provider_that_is_away() -> None:
    from api_service.problems import IdentityProviderError

    site = Site(*SITE_KEYS)
    provider = site.provider()
    assert await provider.key("r", "RS256") is not None
    site.away = True
    site.now += KEYS_SECONDS_MAX - 1
    assert await provider.key("r", "RS256") is not None
    site.now += 2
    with pytest.raises(IdentityProviderError):
        await provider.key("r", "RS256")


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://evil.example"}, {"jwks_uri": "http://id.example/keys"}, {"jwks_uri": 7}, {"issuer": "x" * 300_000}],
)
async def test_a_discovery_document_that_is_not_to_be_trusted(discovery: dict[str, Any]) -> None:
    from api_service.problems import IdentityProviderError

    with pytest.raises(IdentityProviderError):
        await Site(*SITE_KEYS, **discovery).provider().key("r", "RS256")


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": ISSUER},
        {"oidc_issuer": "http://id.example", "oidc_audience": "kulla"},
        {"oidc_algorithms": "RS256,none"},
        {"oidc_algorithms": "HS256"},
        {"oidc_roles": "a=king"},
        {"oidc_clock_skew_seconds": 600},
        {"trusted_proxies": "10.0.0.0/99"},
    ],
)
def test_settings_that_would_open_a_door(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"(?i)oidc|role|proxies|network|less than"):
        Settings(_env_file=None, **wrong)


def test_a_shift_is_the_longest() -> None:
    from api_service.tokens.rules import TOKEN_LIFE_MAX

    assert timedelta(hours=12) == TOKEN_LIFE_MAX
