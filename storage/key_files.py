"""Files that hold secrets: made once, whole or not at all, closed to everybody else."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


def write_new(path: Path, content: bytes) -> bool:
    """Make a file that must not be there yet; False where it is (somebody was quicker). On the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = _written_beside(path, content)
    try:
        os.link(made, path)
    except FileExistsError:
        return False
    finally:
        made.unlink()
    _sync(path.parent)
    return True


def replace(path: Path, content: bytes) -> None:
    """Put a new content in place of the old one, in one step."""
    _written_beside(path, content).replace(path)
    _sync(path.parent)


def destroy(path: Path) -> None:
    """Overwrite and remove. What the disk below keeps of overwritten blocks is beyond us; the master key guards that."""
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(os.urandom(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        _sync(path.parent)


def _written_beside(path: Path, content: bytes) -> Path:
    beside = path.with_name(f".{path.name}.{token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return beside


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
