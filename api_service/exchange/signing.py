"""Signed documents: JWS (RFC 7515) in the compact form, with Ed25519 (RFC 8037).

Both sides are named by their keys: `iss` and `aud` are the SHA-256 of the public keys, so that a document for one partner is
worth nothing to another, and nobody has to agree on names. Which algorithm it is, we say, never the document.
"""

import hashlib
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from storage import key_files

DOCUMENT_BYTES_MAX = 256 * 1024
"""A case with all its evidence has some 20 kB."""
VALID_FOR = timedelta(days=7)
"""Long enough to be carried by hand over a weekend."""
CLOCKS_APART = timedelta(minutes=5)
TYPE = "kulla-exchange+json"
_ALGORITHM = "EdDSA"
_KEY_BYTES = 32
_CLAIMS: Mapping[str, type] = {
    **dict.fromkeys(("iss", "aud", "jti", "agreement", "purpose", "kind"), str),
    **dict.fromkeys(("iat", "exp"), int),
    "content": dict,
}


class DocumentError(Exception):
    """Not a document for us from this partner now. The text is one of our words for why."""


def fingerprint(public_key: bytes) -> str:
    """How a key is named."""
    return hashlib.sha256(public_key).hexdigest()


@dataclass(frozen=True, slots=True)
class ExchangeKey:
    """Our own key."""

    private: Ed25519PrivateKey

    @classmethod
    def of_file(cls, path: Path) -> "ExchangeKey":
        """The key in this file, made if there is none. Raises OSError, or ValueError for what is no key of ours."""
        if not path.exists():
            key_files.write_new(path, b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
        return cls(Ed25519PrivateKey.from_private_bytes(b64decode(path.read_bytes().strip(), validate=True)))

    @property
    def public(self) -> bytes:
        """What partners register, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def signed(self, claims: Mapping[str, Any]) -> str:
        """The document."""
        headers = {"typ": TYPE, "kid": fingerprint(self.public)}
        return jwt.PyJWS(algorithms=[_ALGORITHM]).encode(orjson.dumps(claims), self.private, _ALGORITHM, headers)


def claims_of(message_id: str, parties: tuple[bytes, bytes], now: datetime, told: Mapping[str, Any]) -> dict[str, Any]:
    """What is signed: from whom to whom (public keys), when, and `told` (agreement, purpose, kind, content)."""
    sender, receiver = parties
    until = now + VALID_FOR
    times = {"iat": int(now.timestamp()), "exp": int(until.timestamp())}
    return {"iss": fingerprint(sender), "aud": fingerprint(receiver), "jti": message_id, **times, **told}


def signer_of(document: str) -> str:
    """The fingerprint of the key that the document says it was signed with; nothing is believed yet. Raises DocumentError."""
    try:
        header = jwt.get_unverified_header(document)
    except jwt.InvalidTokenError as error:
        raise DocumentError("malformed") from error
    if header.get("typ") != TYPE or not isinstance(header.get("kid"), str):
        raise DocumentError("malformed")
    return str(header["kid"])


def verified(document: str, sender: bytes, receiver: bytes, now: datetime) -> dict[str, Any]:
    """The claims, if `sender` signed them for `receiver`, and now is their time. Raises DocumentError."""
    key = Ed25519PublicKey.from_public_bytes(sender)
    try:
        claims = orjson.loads(jwt.PyJWS(algorithms=[_ALGORITHM]).decode(document, key, algorithms=[_ALGORITHM]))
    except jwt.InvalidTokenError as error:
        raise DocumentError("signature") from error
    except orjson.JSONDecodeError as error:
        raise DocumentError("malformed") from error
    if not isinstance(claims, dict) or not all(type(claims.get(name)) is kind for name, kind in _CLAIMS.items()):
        raise DocumentError("malformed")
    if claims["iss"] != fingerprint(sender) or claims["aud"] != fingerprint(receiver):
        raise DocumentError("other_parties")
    _check_times(claims, now.astimezone(UTC).timestamp())
    return claims


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    apart = CLOCKS_APART.total_seconds()
    if claims["iat"] > now + apart or claims["exp"] - claims["iat"] > VALID_FOR.total_seconds():
        raise DocumentError("times")
    if claims["exp"] <= now - apart:
        raise DocumentError("expired")
