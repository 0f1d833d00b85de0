"""Who the server runs as, and how anything is run as that account."""

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from storage.embedded.errors import StartError

_ACCOUNTS = ("kulla", "postgres", "nobody")
"""Root's choices, best first: an account of our own, one meant for databases, the one every system has."""
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""What the server sees of our environment. Never the settings: some are secrets."""


class Account(NamedTuple):
    """uid and gid of the server; -1 = whoever we are."""

    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give `path` to this account, closed to everybody else."""
        path.chmod(0o700)
        if self.uid >= 0:
            os.chown(path, self.uid, self.gid)


class Streams(NamedTuple):
    """File descriptors, or the constants of `subprocess`; errors go where output goes."""

    reads: int
    writes: int


def account_for(cluster: Path) -> Account:
    """Whoever owns the data already, else the first account there is. Only root has a choice."""
    if os.geteuid() != 0:
        return Account(-1, -1)
    if cluster.exists():
        status = cluster.stat()
        return Account(status.st_uid, status.st_gid)
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise StartError("PostgreSQL refuses to run as root, and there is no account 'nobody' to run it as")


def spawn(account: Account, home: Path, command: Sequence[str | Path], streams: Streams) -> "subprocess.Popen[bytes]":
    """Start `command` as `account` in `home`; it gets SIGINT when the calling *thread* ends (see `storage.embedded.launch`).

    A session of its own keeps a terminal's Ctrl-C away from it: we decide when it stops.
    """
    launcher = Path(__file__).with_name("launch.py")
    prefix: list[str | Path] = [sys.executable, "-I", "-S", launcher, *map(str, (account.uid, account.gid, os.getpid())), home]
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"LC_ALL": "C", "TZ": "UTC"}
    return subprocess.Popen(  # noqa: S603 - our own binaries, no shell
        [*prefix, *command],
        env=environment,
        start_new_session=True,
        stdin=streams.reads,
        stdout=streams.writes,
        stderr=subprocess.STDOUT,
    )
