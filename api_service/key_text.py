"""Keys as text: `kulla_<key_id>_<secret>`.

The secret has 256 bits of entropy, so that a plain SHA-256 of it is enough at rest: there is no dictionary to try, and a slow
password hash would only make each request slow. The fixed beginning lets scanners of repositories and logs recognise a leak.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

from storage.keys import StoredKey

PREFIX = "kulla_"
_KEY_ID_BYTES = 5  # names a key, guards nothing; eight characters that can be read out over the telephone
_SECRET_BYTES = 32
_KEY = re.compile(r"kulla_([a-z2-7]{8})_([a-z2-7]{52})")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is made: `key` is shown once, `secret_sha256` is what is kept."""

    key_id: str
    key: str
    secret_sha256: bytes


def make_key(key_id: str | None = None) -> NewKey:
    """Draw a key, or a new secret for the key of this id."""
    key_id = key_id or _text(secrets.token_bytes(_KEY_ID_BYTES))
    secret = _text(secrets.token_bytes(_SECRET_BYTES))
    return NewKey(key_id, f"{PREFIX}{key_id}_{secret}", digest(secret))


def _text(data: bytes) -> str:
    return b32encode(data).decode("ascii").rstrip("=").lower()


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def parts(key: str) -> tuple[str, str] | None:
    """Id and secret of what may be a key of ours; None of what cannot be one."""
    match = _KEY.fullmatch(key)
    return None if match is None else (match[1], match[2])


NOBODY_SHA256 = bytes(32)
"""No secret has this digest; comparing with it costs what a real comparison costs."""


def opens(stored: StoredKey | None, secret: str, now: datetime) -> bool:
    """Whether the secret is that of the key, in a time that does not tell whether there is such a key or what differs."""
    offered = digest(secret)
    present = hmac.compare_digest(stored.secret_sha256 if stored else NOBODY_SHA256, offered)
    previous = hmac.compare_digest((stored and stored.previous_secret_sha256) or NOBODY_SHA256, offered)
    if stored is None or not stored.lives(now):
        return False
    return present or (previous and stored.previous_until is not None and now < stored.previous_until)
