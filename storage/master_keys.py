"""The master keys: they wrap the keys of days, and are the only secret that encryption at rest asks an operator to guard.

The file holds a key a line (32 bytes, base64). The first wraps what is made from now on; the others still open what they
wrapped, as long as a rotation is under way. A running service reads the file again whenever it meets a key it does not know.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage import key_files

KEY_BYTES = 32
_NONCE_BYTES = 12


class MasterKeyError(Exception):
    """The file of master keys is missing or holds something else, or none of its keys opens what a rotation should have
    re-wrapped. The message never holds a key."""


class MasterKeys:
    """The master keys of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, AESGCM] = {}
        self._current = ""
        self._read()

    @classmethod
    def made_at_need(cls, path: Path) -> "MasterKeys":
        """For the sandbox: makes the file if there is none."""
        if not path.exists():
            key_files.write_new(path, _text([token_bytes(KEY_BYTES)]))
        return cls(path)

    def wrap(self, key: bytes, use: bytes) -> tuple[str, bytes]:
        """The name of the first master key, and `key` encrypted with it for this use only."""
        self._read()
        nonce = token_bytes(_NONCE_BYTES)
        return self._current, nonce + self._keys[self._current].encrypt(nonce, key, use)

    def unwrap(self, name: str, wrapped: bytes, use: bytes) -> bytes:
        """The key again. Raises MasterKeyError."""
        if name not in self._keys:
            self._read()
        if name not in self._keys:
            raise MasterKeyError(f"{self._path.name} lacks the master key {name}")
        try:
            return self._keys[name].decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], use)
        except InvalidTag as error:
            raise MasterKeyError(f"the master key {name} does not open what it should") from error

    def add(self) -> str:
        """Draw a new first key; its name."""
        secrets = [token_bytes(KEY_BYTES), *_secrets(self._path)]
        key_files.replace(self._path, _text(secrets))
        self._read()
        return self._current

    def keep_only_first(self) -> None:
        """Forget the others. Only when nothing is wrapped with them any more."""
        key_files.replace(self._path, _text(_secrets(self._path)[:1]))
        self._read()

    @property
    def current(self) -> str:
        """The name of the first key."""
        return self._current

    def _read(self) -> None:
        secrets = _secrets(self._path)
        self._keys = {_name(secret): AESGCM(secret) for secret in secrets}
        self._current = _name(secrets[0])


def _secrets(path: Path) -> list[bytes]:
    try:
        secrets = [b64decode(line, validate=True) for line in path.read_bytes().split()]
    except OSError as error:
        raise MasterKeyError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise MasterKeyError(f"{path} holds something that is not base64") from error
    if not secrets or any(len(secret) != KEY_BYTES for secret in secrets):
        raise MasterKeyError(f"{path} must hold keys of {KEY_BYTES} bytes in base64, one a line")
    return secrets


def _text(secrets: Sequence[bytes]) -> bytes:
    return b"".join(b64encode(secret) + b"\n" for secret in secrets)


def _name(secret: bytes) -> str:
    return hashlib.sha256(b"kulla master key" + secret).hexdigest()[:12]
