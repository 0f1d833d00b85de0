"""A key for each day of receipt, wrapped by a master key, in a file outside the database; destroyed when its day is purged.

It must lie outside: a backup of the database, and the log the database writes ahead, then hold nothing that could be read once
the day's key is gone. All processes of a service share the directory. It holds a handful of files; losing it loses the bodies
of the last days (not the alerts), so it is worth a copy, whose files have to go when these go.
"""

import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from secrets import token_bytes

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage import key_files
from storage.master_keys import KEY_BYTES, MasterKeys

REMEMBERED_SECONDS_MAX = 60.0
"""How long a process may still use a key whose file is gone."""
_SUFFIX = ".key"


class KeyDestroyedError(Exception):
    """The key of that day is gone, and with it everything that was sealed with it."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    key: AESGCM
    until: float


class DayKeys:
    """The keys of one directory."""

    def __init__(self, directory: Path, masters: MasterKeys) -> None:
        self._directory = directory
        self._masters = masters
        self._remembered: dict[date, _Remembered] = {}

    def make(self, day: date) -> AESGCM:
        """The key of a day, made if there is none. Raises MasterKeyError, OSError."""
        try:
            return self.get(day)
        except KeyDestroyedError:
            name, wrapped = self._masters.wrap(token_bytes(KEY_BYTES), _use(day))
            key_files.write_new(self._path(day), _written(name, wrapped))
            return self.get(day)

    def get(self, day: date) -> AESGCM:
        """The key of a day. Raises KeyDestroyedError, MasterKeyError."""
        known = self._remembered.get(day)
        if known is None or known.until < time.monotonic():
            self._remembered = {other: one for other, one in self._remembered.items() if one.until >= time.monotonic()}
            known = _Remembered(self._read(day), time.monotonic() + REMEMBERED_SECONDS_MAX)
            self._remembered[day] = known
        return known.key

    def days(self) -> Sequence[date]:
        """Days whose keys are there, the oldest first."""
        names = [path.name.removesuffix(_SUFFIX) for path in self._directory.glob(f"[0-9]*{_SUFFIX}")]
        return sorted(date.fromisoformat(name) for name in names)

    def destroy(self, day: date) -> None:
        """From now on nobody can read what was sealed on that day (other processes: in a minute)."""
        key_files.destroy(self._path(day))
        self._remembered.pop(day, None)

    def rewrap(self) -> int:
        """Wrap every key with the first master key; how many had another. Raises MasterKeyError, and then nothing is lost."""
        changed = 0
        for day in self.days():
            name, wrapped = self._stored(day)
            if name != self._masters.current:
                again = self._masters.wrap(self._masters.unwrap(name, wrapped, _use(day)), _use(day))
                key_files.replace(self._path(day), _written(*again))
                changed += 1
        return changed

    def _read(self, day: date) -> AESGCM:
        name, wrapped = self._stored(day)
        return AESGCM(self._masters.unwrap(name, wrapped, _use(day)))

    def _stored(self, day: date) -> tuple[str, bytes]:
        try:
            told = orjson.loads(self._path(day).read_bytes())
        except FileNotFoundError as error:
            raise KeyDestroyedError(f"the key of {day} is gone") from error
        return told["master"], b64decode(told["wrapped"])

    def _path(self, day: date) -> Path:
        return self._directory / f"{day.isoformat()}{_SUFFIX}"


def _use(day: date) -> bytes:
    return f"kulla day {day.isoformat()}".encode()


def _written(name: str, wrapped: bytes) -> bytes:
    return orjson.dumps({"master": name, "wrapped": b64encode(wrapped).decode()}) + b"\n"
