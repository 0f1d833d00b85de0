"""Client certificates: they count from a trusted proxy only, and a key that is tied to one is worth nothing without it."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from api_service.peers import Peer, Peers, fingerprint, networks
from schemas.roles import Role


def _certificate(name: str) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    built = x509.CertificateBuilder(
        subject, subject, key.public_key(), x509.random_serial_number(), start, start + timedelta(days=365)
    )
    return built.sign(key, hashes.SHA256())


OURS, OTHER = _certificate("check-in of OR"), _certificate("somebody else")


def _header(certificate: x509.Certificate) -> str:
    return f":{b64encode(certificate.public_bytes(Encoding.DER)).decode()}:"


def _sha256(certificate: x509.Certificate) -> bytes:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()


def _client(service: Any, address: str, key: str | None, *certificates: str) -> httpx.AsyncClient:
    headers = [("Client-Cert", value) for value in certificates] + ([("Authorization", f"Bearer {key}")] if key else [])
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://kulla", headers=headers)


PROXY, STRANGER = "10.0.0.7", "192.0.2.9"


@pytest.mark.parametrize(
    ("address", "with_key", "certificates", "status"),
    [
        (PROXY, True, [OURS], 200),
        (PROXY, False, [OURS], 200),
        (PROXY, True, [], 401),
        (PROXY, True, [OTHER], 401),
        (PROXY, False, [OTHER], 401),
        (PROXY, True, [OTHER, OURS], 401),
        (STRANGER, True, [OURS], 401),
        (STRANGER, False, [OURS], 401),
    ],
)
async def test_a_key_tied_to_a_certificate(
    make_service: Any, address: str, with_key: bool, certificates: list[x509.Certificate], status: int
) -> None:
    service = make_service(trusted_proxies="10.0.0.0/8, ::1")
    key = await service.key(Role.CARRIER, carrier="OR", certificate_sha256=_sha256(OURS))
    async with _client(service, address, key if with_key else None, *map(_header, certificates)) as client:
        assert (await client.get("/v1/submissions")).status_code == status


async def test_nobody_is_trusted_unless_somebody_says_so(service: Any) -> None:
    await service.key(Role.CARRIER, carrier="OR", certificate_sha256=_sha256(OURS))
    async with _client(service, "127.0.0.1", None, _header(OURS)) as client:
        assert (await client.get("/v1/submissions")).status_code == 401


async def test_a_certificate_is_no_way_around_revocation(make_service: Any, operator: httpx.AsyncClient) -> None:
    service = make_service(trusted_proxies=PROXY)
    key = await service.key(Role.CARRIER, carrier="OR", certificate_sha256=_sha256(OURS))
    order = {"role": "carrier", "carrier": "W6", "certificate_sha256": _sha256(OURS).hex()}
    assert (await operator.post("/v1/keys", json=order)).status_code == 409, "it belongs to a key already"
    assert (await operator.delete(f"/v1/keys/{key.split('_')[1]}")).status_code == 204
    async with _client(service, PROXY, None, _header(OURS)) as client:
        assert (await client.get("/v1/submissions")).status_code == 401
    assert (await operator.post("/v1/keys", json=order)).status_code == 201, "and may be given to another now"


def test_both_ways_to_write_it() -> None:
    pem = quote(OURS.public_bytes(Encoding.PEM)).encode()
    assert fingerprint(_header(OURS).encode()) == fingerprint(pem) == _sha256(OURS)
    for wrong in (
        b"",
        b"::",
        b":!:",
        b":AAAA:",
        b"-----BEGIN%20CERTIFICATE-----",
        b"\xff",
        _header(OURS).encode() + b"x" * 20_000,
    ):
        assert fingerprint(wrong) is None


@pytest.mark.parametrize(
    ("address", "forwarded", "found"),
    [
        (STRANGER, [b"10.1.1.1"], STRANGER),
        (PROXY, [], PROXY),
        (PROXY, [b"198.51.100.4"], "198.51.100.4"),
        (PROXY, [b"1.1.1.1, 198.51.100.4"], "198.51.100.4"),
        (PROXY, [b"1.1.1.1, 198.51.100.4, 10.2.2.2"], "198.51.100.4"),
        (PROXY, [b"1.1.1.1", b"198.51.100.4"], "198.51.100.4"),
        (PROXY, [b"198.51.100.4, nonsense"], PROXY),
        ("::ffff:10.0.0.7", [b"2001:db8::1"], "2001:db8::1"),
    ],
)
async def test_who_asks_behind_a_proxy(address: str, forwarded: list[bytes], found: str) -> None:
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["state"]["peer"], scope["headers"]))

    headers = [(b"X-Forwarded-For", value) for value in forwarded] + [(b"client-cert", b"::"), (b"accept", b"*/*")]
    scope = {"type": "http", "client": (address, 1), "headers": headers}
    await Peers(application, networks("10.0.0.0/8"))(scope, None, None)  # type: ignore[arg-type]  # nothing is sent here
    assert seen == [(Peer(found, None), [(b"accept", b"*/*")])]
