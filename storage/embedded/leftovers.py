"""Processes that a killed predecessor left on our data directory.

A postmaster that got its parent-death signal may still be writing its last checkpoint; backends of a postmaster that was killed
outright end a moment later than it. Both must be gone before a new server starts. They are recognised by what they are (a
program called postgres whose working directory is this very directory), never by a number in a file alone: after a reboot the
number may be somebody else's.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

FAREWELL_SECONDS_MAX = 15.0
"""How long a predecessor may take to end in good order before it is made to."""
_LOOK_AGAIN_SECONDS = 0.05


def servers_on(cluster: Path) -> Iterator[int]:
    """Process ids of everything of PostgreSQL's that works in this data directory."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and _works_in(entry, cluster):
            yield int(entry.name)


def _works_in(process: Path, cluster: Path) -> bool:
    try:
        return process.joinpath("cwd").samefile(cluster) and process.joinpath("exe").readlink().name.startswith("postgres")
    except OSError:  # gone meanwhile, a zombie, or not ours to look at
        return False


def clear(cluster: Path) -> None:
    """Wait for leftovers to end, then make them; remove their stale pid file. Only for the holder of the directory's lock."""
    for stronger in (signal.SIGQUIT, signal.SIGKILL, None):
        if _gone(cluster, FAREWELL_SECONDS_MAX) or stronger is None:
            break
        for process_id in servers_on(cluster):
            _signal(process_id, stronger)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _gone(cluster: Path, seconds_max: float) -> bool:
    deadline = time.monotonic() + seconds_max
    while any(servers_on(cluster)):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_AGAIN_SECONDS)
    return True


def _signal(process_id: int, number: signal.Signals) -> None:
    try:
        os.kill(process_id, number)
    except ProcessLookupError:
        return
