"""The directory of bases: which file is the newest, which may go, and who may build."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from api_service.lists_on_disk.layer import Layer, layer_path
from screening.index.documents import DocumentedIndex, ShelvedDocuments, documents_path, records_path
from screening.index.packed.layout import ForeignIndexError
from screening.index.packed.packed_index import PackedIndex
from screening.index.port import Index
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


def open_newest(directory: Path, model: Model) -> tuple[Path, Index] | None:
    """The newest base that fits this release and this model; None where none does."""
    for path in newest_first(directory):
        with suppress(ForeignIndexError, FileNotFoundError):  # of another release; or just removed for a newer one
            return path, open_base(path, model)
    return None


def open_base(path: Path, model: Model) -> Index:
    """A base: the index of names, with the documents beside it. Raises ForeignIndexError, OSError."""
    names, layer = PackedIndex.open(path, model), Layer.read(path)
    lists = {one.list_id: one for one in layer.watchlists}
    documents = [ShelvedDocuments.open(path_of(path.parent, run.version), lists, run.replaced) for run in layer.documents]
    return DocumentedIndex(names, documents) if documents else names


def remove_others(directory: Path, version: int) -> None:
    """Remove all but the base of this version and the documents it needs: older ones, and what an interrupted builder left."""
    path = path_of(directory, version)
    needed = {path, layer_path(path)}
    for run in Layer.read(path).documents:
        stem = path_of(directory, run.version)
        needed |= {documents_path(stem), records_path(stem)}
    for other in directory.glob(f"{'[0-9]' * _DIGITS}.*"):
        if other.is_dir():
            shutil.rmtree(other)
        elif other not in needed:
            other.unlink(missing_ok=True)


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
