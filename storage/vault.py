"""Bodies at rest, encrypted: AES-256-GCM under the key of the day on which they came.

    0xE1  day (days since 1970, 4 bytes)  nonce (12 bytes)  ciphertext and tag

The tag covers the head as well, so that a body says truly which day's key it needs. A nonce is drawn at random for each body: a
day has some thousands, and a key stands for four thousand million. What was stored before encryption was switched on begins
otherwise (deflated JSON with 0x78) and is read as it is.
"""

from datetime import UTC, date, datetime
from secrets import token_bytes

from storage.day_keys import DayKeys

_MARK = b"\xe1"
_HEAD_BYTES = 5
_NONCE_BYTES = 12
_FIRST_DAY = date(1970, 1, 1).toordinal()


class Vault:
    """Seals and opens bodies. Without keys (`Vault(None)`) bodies rest as they are: for tests and tools, never for a
    service."""

    def __init__(self, keys: DayKeys | None) -> None:
        self._keys = keys

    @property
    def keys(self) -> DayKeys | None:
        """The keys it uses."""
        return self._keys

    def seal(self, at: datetime, body: bytes) -> bytes:
        """A body of this moment's day, to what is stored. Raises MasterKeyError, OSError."""
        if self._keys is None:
            return body
        day = at.astimezone(UTC).date()
        head, nonce = _MARK + (day.toordinal() - _FIRST_DAY).to_bytes(4), token_bytes(_NONCE_BYTES)
        return head + nonce + self._keys.make(day).encrypt(nonce, body, head)

    def open(self, stored: bytes) -> bytes:
        """What is stored to the body. Raises KeyDestroyedError, MasterKeyError, and InvalidTag for what nobody sealed."""
        day = sealed_on(stored)
        if self._keys is None or day is None:
            return stored
        head, nonce = stored[:_HEAD_BYTES], stored[_HEAD_BYTES : _HEAD_BYTES + _NONCE_BYTES]
        return self._keys.get(day).decrypt(nonce, stored[_HEAD_BYTES + _NONCE_BYTES :], head)


NO_VAULT = Vault(None)
"""Where nothing is encrypted."""


def sealed_on(stored: bytes) -> date | None:
    """The day whose key this body needs; None where it is not sealed."""
    if stored[:1] != _MARK or len(stored) < _HEAD_BYTES + _NONCE_BYTES:
        return None
    number = int.from_bytes(stored[1:_HEAD_BYTES])
    return date.fromordinal(_FIRST_DAY + number) if number < 3_000_000 else None
