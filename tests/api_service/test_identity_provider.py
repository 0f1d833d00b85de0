"""Tokens of a real provider: who signs in there may do here what its claims say, and nothing else counts."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from identity_provider import IdentityProvider, running_provider

from api_service.context import utc_now
from api_service.tokens import provider as provider_module

PEOPLE = (
    {"sub": "agim", "kulla_role": "analyst"},
    {"sub": "besa", "kulla_role": ["visitor", "analyst", "supervisor"]},
    {"sub": "dritan", "kulla_role": "officer", "kulla_ports": ["TIA", "KFZ"]},
    {"sub": "wizz", "kulla_role": "carrier", "kulla_carrier": "W6"},
    {"sub": "king", "kulla_role": "king"},
    {"sub": "nobody"},
    {"sub": "two-hats", "kulla_role": ["operator", "analyst"]},
    {"sub": "portless", "kulla_role": "officer"},
    {"sub": "carrierless", "kulla_role": "carrier", "kulla_carrier": "not a carrier"},
)


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with running_provider(*PEOPLE) as running:
        yield running


@pytest.fixture
def signed_in_service(make_service: Any, provider: IdentityProvider) -> Any:
    return make_service(clock=utc_now, oidc_issuer=provider.issuer, oidc_audience="kulla")


async def _status(service: Any, token: str, path: str = "/v1/alerts") -> int:
    async with service.client(token) as client:
        return int((await client.get(path)).status_code)


@pytest.mark.parametrize(
    ("subject", "path", "status"),
    [
        ("agim", "/v1/alerts", 200),
        ("agim", "/v1/keys", 403),
        ("besa", "/v1/alerts", 200),
        ("dritan", "/v1/ports/TIA/alerts", 200),
        ("dritan", "/v1/ports/KFZ/alerts", 200),
        ("dritan", "/v1/ports/SKP/alerts", 403),
        ("dritan", "/v1/alerts", 403),
        ("wizz", "/v1/submissions", 200),
        ("wizz", "/v1/carriers/OR/quality", 403),
        *[(subject, "/v1/alerts", 401) for subject in ("king", "nobody", "two-hats", "portless", "carrierless")],
    ],
)
async def test_what_the_claims_say(
    signed_in_service: Any, provider: IdentityProvider, subject: str, path: str, status: int
) -> None:
    assert await _status(signed_in_service, provider.sign_in(subject), path) == status


async def test_the_person_is_named(make_service: Any, provider: IdentityProvider, database: Any) -> None:
    roles = "approver=operator, analyst=analyst"
    service = make_service(clock=utc_now, oidc_issuer=provider.issuer, oidc_audience="kulla", oidc_roles=roles)
    assert await _status(service, provider.sign_in("agim"), "/v1/alerts/export") == 200
    async with database.reading() as work:
        assert await work.fetchval("SELECT actor FROM audit WHERE action = 'alert.export'") == f"{provider.issuer}#agim"


async def test_a_token_for_somebody_else(signed_in_service: Any, provider: IdentityProvider) -> None:
    assert await _status(signed_in_service, provider.sign_in("agim", client_id="payroll")) == 401


async def test_a_token_of_an_issuer_nobody_configured(service: Any, provider: IdentityProvider) -> None:
    assert await _status(service, provider.sign_in("agim")) == 401


async def test_an_expired_token(make_service: Any, provider: IdentityProvider) -> None:
    from datetime import timedelta

    token = provider.sign_in("agim")
    late = utc_now() + timedelta(seconds=3600 + 29)
    settings = {"oidc_issuer": provider.issuer, "oidc_audience": "kulla"}
    assert await _status(make_service(clock=lambda: late, **settings), token) == 200, "within the skew"
    assert await _status(make_service(clock=lambda: late + timedelta(seconds=5), **settings), token) == 401
    assert await _status(make_service(clock=lambda: utc_now() - timedelta(seconds=60), **settings), token) == 401, (
        "of the future"
    )


def _forged(token: str, header: dict[str, str], key: Any = None) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    if header["alg"] == "none":
        pieces = [json.dumps(part).encode() for part in (header, claims)]
        return ".".join(base64.urlsafe_b64encode(piece).decode().rstrip("=") for piece in pieces) + "."
    return jwt.encode(claims, key, header["alg"], header)


async def test_forgeries(signed_in_service: Any, provider: IdentityProvider) -> None:
    token = provider.sign_in("agim")
    published = provider.published_key()
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    head, body, signature = token.split(".")
    richer = base64.urlsafe_b64encode(json.dumps({"sub": "agim", "kulla_role": "operator"}).encode()).decode().rstrip("=")
    forgeries = [
        _forged(token, {"alg": "none"}),
        _forged(token, {"alg": "HS256"}, published["n"].ljust(64, "x")),
        _forged(token, {"alg": "RS256"}, own),
        _forged(token, {"alg": "RS256", "kid": published["kid"]}, own),
        _forged(token, {"alg": "RS256", "kid": "invented"}, own),
        f"{head}.{richer}.{signature}",
        f"{head}.{body}.",
        "a.b.c",
    ]
    for number, forgery in enumerate(forgeries):
        async with signed_in_service.client(forgery) as client:
            answer = await client.get("/v1/alerts", headers={"X-Number": str(number)})
        assert answer.status_code == 401, forgery[:60]
        assert answer.json()["detail"] == "The key is missing, unknown, expired or revoked."
    assert await _status(signed_in_service, token) == 200
    assert token not in signed_in_service.log.getvalue()


async def test_keys_that_change(make_service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_module, "KEYS_FETCHED_EVERY_SECONDS", 0.0)
    rotating = IdentityProvider()
    rotating.start(*PEOPLE)
    try:
        service = make_service(clock=utc_now, oidc_issuer=rotating.issuer, oidc_audience="kulla")
        before = rotating.sign_in("agim")
        assert await _status(service, before) == 200
        rotating.stop()
        assert await _status(service, before) == 200, "a provider that is away for a while costs nothing"
        rotating.start(*PEOPLE)
        assert await _status(service, rotating.sign_in("agim")) == 200, "a new key is found when it is needed"
        assert await _status(service, before) == 401, "and the old one is gone with it"
    finally:
        rotating.stop()


async def test_a_provider_that_never_answered(make_service: Any, provider: IdentityProvider) -> None:
    token = provider.sign_in("agim")
    service = make_service(clock=utc_now, oidc_issuer="http://127.0.0.1:1", oidc_audience="kulla")
    async with service.client(token) as client:
        answer = await client.get("/v1/alerts")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
