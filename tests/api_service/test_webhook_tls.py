"""Over TLS: the connection goes to the judged address, and the certificate must still name the host."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api_service.webhooks.delivery import Courier, client
from api_service.webhooks.targets import Target, TargetRules
from schemas.delivery import Cursor
from schemas.roles import Role
from storage.alert_feed import FeedEntry
from storage.webhooks import StoredWebhook
from tests.running_service import free_port
from tests.sample_alerts import sample_alert

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own authority for receiver.example; it does not name the address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver.example")])
    today = datetime.now(UTC)
    built = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), today - timedelta(1), today + timedelta(1)
    )
    names = x509.SubjectAlternativeName([x509.DNSName("receiver.example")])
    authority = x509.BasicConstraints(ca=True, path_length=None)
    signed = built.add_extension(names, critical=False).add_extension(authority, critical=True).sign(key, hashes.SHA256())
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_file.write_bytes(private)
    return certificate_file, key_file


class Pinned(TargetRules):
    """Every name leads to this machine."""

    async def resolve(self, url: str) -> Target:
        host, port = self.check(url)
        return Target(url, "https", host, port, "127.0.0.1")


@pytest.mark.parametrize(
    ("trusted", "host", "failure"),
    [(True, "receiver.example", ""), (True, "other.example", "no_connection"), (False, "receiver.example", "no_connection")],
)
async def test_the_certificate_must_name_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool, host: str, failure: str
) -> None:
    certificate_file, key_file = certificate(tmp_path)
    seen: list[Any] = []

    async def receive_one(scope: Any, receive: Any, send: Any) -> None:
        seen.append(dict(scope["headers"])[b"host"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    port = free_port()
    files = {"ssl_certfile": str(certificate_file), "ssl_keyfile": str(key_file)}
    server = uvicorn.Server(uvicorn.Config(receive_one, port=port, lifespan="off", log_config=None, **files))  # type: ignore[arg-type]  # two texts among many options
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    if trusted:
        context = ssl.create_default_context(cafile=str(certificate_file))
        monkeypatch.setattr(ssl, "create_default_context", lambda: context)
    webhook = StoredWebhook("whk_1", f"https://{host}:{port}/x", Role.ANALYST, None, None, "active", b"secret", "ola", NOW)
    entry = FeedEntry(Cursor(1, 1), sample_alert().model_dump_json())
    rules = Pinned(frozenset({f"{host}:{port}"}), private=True, plain_http=False)
    async with client() as http:
        attempt = await Courier(http, rules).post(webhook, entry, "dlv_1", NOW)
    server.should_exit = True
    await serving
    assert attempt.failure == failure
    assert seen == ([] if failure else [f"{host}:{port}".encode()])
