"""The directory of bases: which file is the newest, which may go, and who may build."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from screening.index.packed.layout import ForeignIndexError
from screening.index.packed.packed_index import PackedIndex
from screening.model import Model

_SUFFIX = ".index"
_DIGITS = 12
_LOCK = "building.lock"


def path_of(directory: Path, version: int) -> Path:
    """Where the base of this list version stands."""
    return directory / f"{version:0{_DIGITS}}{_SUFFIX}"


def newest_first(directory: Path) -> list[Path]:
    """All bases, the newest first."""
    return sorted(directory.glob(f"{'[0-9]' * _DIGITS}{_SUFFIX}"), reverse=True)


def version_of(path: Path) -> int:
    """The list version of a base."""
    return int(path.stem)


def open_newest(directory: Path, model: Model) -> tuple[Path, PackedIndex] | None:
    """The newest base that fits this release and this model; None where none does."""
    for path in newest_first(directory):
        with suppress(ForeignIndexError, FileNotFoundError):  # of another release; or just removed for a newer one
            return path, PackedIndex.open(path, model)
    return None


def remove_older(directory: Path, version: int) -> None:
    """Remove bases older than this version, and what an interrupted builder left."""
    for path in newest_first(directory):
        if version_of(path) < version:
            path.unlink(missing_ok=True)
    for path in directory.glob("*.new*"):
        path.unlink(missing_ok=True)


@asynccontextmanager
async def building(directory: Path) -> AsyncIterator[None]:
    """Be the only builder of this machine; waits for whoever is building now. The kernel lets go for one that dies."""
    descriptor = await asyncio.to_thread(_lock_file, directory)
    try:
        await asyncio.to_thread(fcntl.flock, descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock_file(directory: Path) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    return os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
