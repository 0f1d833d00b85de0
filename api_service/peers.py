"""Who is at the other end of the connection: the address, and the client certificate that a proxy has checked.

The header contract: a proxy that ends TLS asks for a client certificate, checks its chain, and hands the certificate on in

    Client-Cert: :<the certificate, DER, in base64>:          (RFC 9440; what HAProxy, Caddy and Envoy can write)
    Client-Cert: -----BEGIN%20CERTIFICATE-----...             (URL-encoded PEM; what nginx writes as $ssl_client_escaped_cert)

and the client's address at the end of `X-Forwarded-For`. Both count only on connections from `KULLA_TRUSTED_PROXIES`; from
anybody else they are taken away before anything of ours sees them, so that nobody can write himself a certificate. The proxy
must do the same with what its own clients send.
"""

import hashlib
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.types import ASGIApp, Receive, Scope, Send

from storage.acting import NOBODY, acting

CERTIFICATE_HEADER = b"client-cert"
FORWARDED_HEADER = b"x-forwarded-for"
CERTIFICATE_BYTES_MAX = 16 * 1024
"""Certificates with many names stay below 8 kB."""
UNKNOWN_ADDRESS = "local"
"""Of a connection that has none: a private socket."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Peer:
    """`certificate_sha256` None where no trusted proxy showed a certificate that can be read."""

    address: str = UNKNOWN_ADDRESS
    certificate_sha256: bytes | None = None


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. Raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


class Peers:
    """ASGI middleware: writes `scope["state"]["peer"]`, and takes away what only a trusted proxy may say. From here on the
    request is nobody's, until authentication knows better."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, knowing who asks."""
        if scope["type"] == "http":
            scope.setdefault("state", {})["peer"] = self._peer(scope)
            names = (CERTIFICATE_HEADER, FORWARDED_HEADER)
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() not in names]
        with acting(NOBODY):
            await self._app(scope, receive, send)

    def _peer(self, scope: Scope) -> Peer:
        address = scope["client"][0] if scope.get("client") else UNKNOWN_ADDRESS
        if not self._trusts(address):
            return Peer(address)
        shown = _values(scope, CERTIFICATE_HEADER)
        certificate = fingerprint(shown[0]) if len(shown) == 1 else None  # two of them: somebody slipped one past the proxy
        return Peer(self._origin(address, _values(scope, FORWARDED_HEADER)), certificate)

    def _origin(self, address: str, forwarded: Sequence[bytes]) -> str:
        """The nearest address that is no proxy of ours: what stands before it, anybody may have written."""
        hops = b",".join(forwarded).decode("latin-1").split(",")
        for hop in reversed([hop.strip() for hop in hops]):
            if _address(hop) is None:
                return address
            address = hop
            if not self._trusts(hop):
                return hop
        return address

    def _trusts(self, address: str) -> bool:
        parsed = _address(address)
        return parsed is not None and any(parsed in network for network in self._trusted)


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for header, value in scope["headers"] if header.lower() == name]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def fingerprint(header: bytes) -> bytes | None:
    """SHA-256 of the certificate in the header; None of what is no certificate."""
    if len(header) > CERTIFICATE_BYTES_MAX:
        return None
    try:
        if header.startswith(b":") and header.endswith(b":"):
            certificate = x509.load_der_x509_certificate(b64decode(header[1:-1], validate=True))
        else:
            certificate = x509.load_pem_x509_certificate(unquote_to_bytes(header))
    except ValueError:
        return None
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
