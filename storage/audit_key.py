"""The audit trail's own key: it signs anchors, and hides what was searched for.

A search is audited with a keyed hash of its words. Who holds the key can answer whether a given name was ever searched for, by
whom and why; nobody can read names out of the trail. Both uses are derived apart from one secret (HKDF), so that neither tells
anything about the other.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage import key_files

SECRET_BYTES = 32


class AuditKey:
    """Keys derived from a secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        assert len(secret) == SECRET_BYTES, "an audit key has 32 bytes"
        self._signing = Ed25519PrivateKey.from_private_bytes(_derived(secret, b"kulla audit anchors"))
        self._searches = _derived(secret, b"kulla audit searches")

    @classmethod
    def of_file(cls, path: Path) -> "AuditKey":
        """The key in this file, made if there is none. Raises OSError, or ValueError for what is no key of ours."""
        if not path.exists():
            key_files.write_new(path, b64encode(token_bytes(SECRET_BYTES)) + b"\n")
        secret = b64decode(path.read_bytes().strip(), validate=True)
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"{path.name} holds no key of {SECRET_BYTES} bytes in base64")
        return cls(secret)

    @property
    def public(self) -> bytes:
        """The public key of the signatures, 32 bytes."""
        return self._signing.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """An Ed25519 signature."""
        return self._signing.sign(content)

    def signed(self, content: bytes, signature: bytes) -> bool:
        """Whether we signed this."""
        try:
            self._signing.public_key().verify(signature, content)
        except InvalidSignature:
            return False
        return True

    def hidden(self, words: str) -> str:
        """A keyed hash of what was searched for; the same words, whatever their case and spacing, give the same."""
        told = " ".join(words.upper().split())
        return hmac.new(self._searches, told.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _derived(secret: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=use).derive(secret)
