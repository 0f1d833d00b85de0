"""Files of a drop folder: which are complete, reading them, and moving them.

A file is complete when its size and time have not changed for a while. Writers who want to be sure write under another name
(beginning with a point, or ending in `.part`, `.tmp`, ...) and rename. Links are not followed, and only regular files are read.
"""

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

UNFINISHED_SUFFIXES = (".part", ".tmp", ".filepart", ".partial", ".crdownload", ".swp", "~")
"""Names under which clients write what they will rename."""

EMPTY_SECONDS_MIN = 60.0
"""An empty file is more often one that somebody is about to write than one that somebody means."""

NAME_BYTES_MAX = 180
"""Names of reports are longer than that of the file, and no file system takes more than 255 bytes."""

FILES_MAX = 10_000
"""Looked at in one round; the others wait for the next."""


class Signature(NamedTuple):
    """What changes when a file is written."""

    size: int
    modified_ns: int
    inode: int


class FileTooLargeError(Exception):
    """More bytes than a submission may have."""


class FileChangedError(Exception):
    """Somebody is still writing, or took it away."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file as it was seen, and since when (monotonic seconds) it has looked like that."""

    signature: Signature
    since: float


def look(directory: Path, known: Mapping[Path, Waiting], now: float) -> dict[Path, Waiting]:
    """The files of a folder; those that look as before keep their `since`."""
    seen = {}
    for path, signature in _candidates(directory):
        before = known.get(path)
        seen[path] = before if before is not None and before.signature == signature else Waiting(signature, now)
    return seen


def complete(seen: Mapping[Path, Waiting], now: float, settle_seconds: float) -> list[Path]:
    """Those that have rested long enough, the oldest first, so that what belongs together is received in order."""
    rested = [
        (waiting.signature.modified_ns, path)
        for path, waiting in seen.items()
        if now - waiting.since >= (settle_seconds if waiting.signature.size else max(settle_seconds, EMPTY_SECONDS_MIN))
    ]
    return [path for _, path in sorted(rested)]


def _candidates(directory: Path) -> Iterable[tuple[Path, Signature]]:
    found: list[tuple[Path, Signature]] = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                if len(found) == FILES_MAX:
                    break
                if not entry.name.startswith(".") and not entry.name.lower().endswith(UNFINISHED_SUFFIXES):
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        found.append((Path(entry.path), _signature(status)))
    except FileNotFoundError:  # taken away while we looked
        pass
    return found


def _signature(status: os.stat_result) -> Signature:
    return Signature(status.st_size, status.st_mtime_ns, status.st_ino)


def read(path: Path, expected: Signature, bytes_max: int) -> bytes:
    """The bytes of a file that still looks as expected. Raises FileTooLargeError, FileChangedError, OSError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise FileChangedError from error
    with os.fdopen(descriptor, "rb") as file:
        if _signature(os.fstat(descriptor)) != expected:
            raise FileChangedError
        if expected.size > bytes_max:
            raise FileTooLargeError
        data = file.read(bytes_max + 1)
        if _signature(os.fstat(descriptor)) != expected or len(data) != expected.size:
            raise FileChangedError
    return data


def unchanged(path: Path, expected: Signature) -> bool:
    """Whether the file still looks as when it was read."""
    try:
        return _signature(path.stat(follow_symlinks=False)) == expected
    except FileNotFoundError:
        return False


def shown_name(path: Path) -> str:
    """The name for reports: whatever bytes it has."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def place_for(path: Path, target: Path, digest: str) -> Path:
    """Where a file goes in `done` or `failed`: under its name; where another has it already, with a piece of its digest."""
    name = path.name
    encoded = os.fsencode(name)
    if len(encoded) > NAME_BYTES_MAX:
        name = encoded[: NAME_BYTES_MAX - 60].decode("utf-8", "ignore") + "~" + digest[:16] + path.suffix[:16]
    place = target / name
    if not place.exists():
        return place
    return target / f"{Path(name).stem}~{digest[:16]}{Path(name).suffix}"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    draft = path.with_name(f".{path.name}.tmp")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def move(path: Path, place: Path) -> None:
    """One rename; the file's time becomes that of the move, from which its retention counts."""
    path.rename(place)
    os.utime(place)


def remove_older(directories: Iterable[Path], before: float) -> int:
    """Remove files last changed before this time (seconds since 1970); how many there were."""
    removed = 0
    for directory in directories:
        for path in directory.glob("*") if directory.is_dir() else ():
            status = path.stat(follow_symlinks=False)
            if stat.S_ISREG(status.st_mode) and status.st_mtime < before:
                path.unlink(missing_ok=True)
                removed += 1
    return removed
