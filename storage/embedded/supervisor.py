"""The supervisor: starts PostgreSQL on a data directory, knows whether it lives, stops it, leaves nothing behind.

    DATA_DIR/postgres/           0700, the server's account
        lock                     held by the one supervisor
        postgresql.conf          ours, written at every start;  local.conf: the operator's
        postgres.log             what the server says about itself
        cluster/                 PGDATA
        socket/                  or a directory under the system's temporary one, where this path is too long for a socket

It survives every way of dying: a clean stop; SIGKILL of the server (`alive()` turns False, `start()` again); SIGKILL of this
process (the kernel sends the server SIGINT, and it stops in good order); loss of power (a stale pid file is recognised).

Call `start` or `start_async` from a thread that lives as long as the server should, best the main one: the kernel ties the
parent-death signal to the thread that spawned.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

from storage.embedded import leftovers
from storage.embedded.account import Account, Streams, account_for, spawn
from storage.embedded.binaries import binary
from storage.embedded.configuration import configuration
from storage.embedded.errors import DataDirectoryInUseError, StartError
from storage.embedded.provisioning import DATABASE_NAME, ROLE_NAME, provision

START_SECONDS_MAX = 180.0
"""After a crash the log since the last checkpoint is replayed: at most two gigabytes."""
STOP_SECONDS_MAX = 20.0
"""A fast shutdown ends sessions and writes one checkpoint."""
IMMEDIATE_SECONDS_MAX = 5.0
"""An immediate one only has to die; the next start recovers."""
_WAYS_TO_STOP = (
    (signal.SIGINT, STOP_SECONDS_MAX),  # fast: ends sessions, writes a checkpoint
    (signal.SIGQUIT, IMMEDIATE_SECONDS_MAX),  # immediate: recovers at the next start
    (signal.SIGKILL, None),
)
_LOG_BYTES_MAX = 10_000_000
"""Above this the log is put aside at a start, and the one put aside earlier thrown away."""
_SOCKET_PATH_BYTES_MAX = 107
"""The kernel's sun_path, less its closing zero."""
_SOCKET_NAME = ".s.PGSQL.5432"
_LOOK_AGAIN_SECONDS = 0.05


class EmbeddedPostgres:
    """One PostgreSQL server on `data_dir / "postgres"`."""

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir.absolute() / "postgres"
        self._account = Account(-1, -1)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._sockets: Path | None = None

    @property
    def url(self) -> str:
        """Where clients connect; the same after a restart of the server. Only after a first start."""
        return self.url_of(DATABASE_NAME)

    def url_of(self, database: str, user: str = ROLE_NAME) -> str:
        """The URL of another database of this server, or for another user (`postgres` is the superuser)."""
        assert self._sockets is not None, "started first"
        return _url(self._sockets, database, user)

    def start(self) -> str:
        """Start, or start again after the server died; returns the URL once it accepts connections.

        Raises DataDirectoryInUseError, DataVersionError or StartError.
        """
        self._begin()
        while not self._ready():
            time.sleep(_LOOK_AGAIN_SECONDS)
        return self.url

    async def start_async(self) -> str:
        """`start` that lets the event loop run while the server recovers. (Making a new data directory still takes its 2 s.)"""
        self._begin()
        while not self._ready():  # noqa: ASYNC110 - a process sets no event when it is ready
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return self.url

    def stop(self) -> None:
        """Fast shutdown, then immediate, then by force; bounded. Safe to call twice and without a start."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)
        if self._sockets is not None and self._sockets.parent != self._home:
            shutil.rmtree(self._sockets, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
        self._lock = self._sockets = None

    async def stop_async(self) -> None:
        """`stop` that lets the event loop run."""
        await asyncio.to_thread(self.stop)

    def alive(self) -> bool:
        """Whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    async def wait(self) -> None:
        """Return when the server has died, or was stopped."""
        while self.alive():  # noqa: ASYNC110 - polled, so that no child watcher is needed
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    @property
    def process_id(self) -> int:
        """Of the postmaster. Only while started."""
        assert self._process is not None, "started first"
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await self.start_async()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop_async()

    def _begin(self) -> None:
        assert not self.alive(), "started twice"
        try:
            self._prepare()
        except BaseException:
            self.stop()
            raise

    def _prepare(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        self._account = account_for(self._home / "cluster")
        self._account.own(self._home)
        self._lock = self._lock if self._lock is not None else _lock(self._home / "lock")
        cluster = provision(self._home, self._account)
        leftovers.clear(cluster)
        self._sockets = self._sockets or self._socket_directory()
        self._write_configuration(self._sockets)
        self._spawn(cluster)

    def _socket_directory(self) -> Path:
        directory = self._home / "socket"
        if len(os.fsencode(directory / _SOCKET_NAME)) > _SOCKET_PATH_BYTES_MAX:
            directory = Path(tempfile.mkdtemp(prefix="kulla-"))
        directory.mkdir(exist_ok=True)
        self._account.own(directory)
        return directory

    def _write_configuration(self, sockets: Path) -> None:
        path = self._home / "postgresql.conf"
        path.unlink(missing_ok=True)
        path.write_text(configuration(sockets), "utf-8")
        path.chmod(0o644)

    def _spawn(self, cluster: Path) -> None:
        command: list[str | Path] = [binary("postgres"), "-D", cluster, "-c", f"config_file={self._home / 'postgresql.conf'}"]
        log = _open_log(self._home / "postgres.log")
        self._started_at = time.monotonic()
        try:
            self._process = spawn(self._account, self._home, command, Streams(subprocess.DEVNULL, log))
        finally:
            os.close(log)

    def _ready(self) -> bool:
        """Whether it accepts connections. Raises StartError when it never will."""
        if _status(self._home / "cluster") == (self.process_id, "ready"):
            return True
        late = time.monotonic() > self._started_at + START_SECONDS_MAX
        if self.alive() and not late:
            return False
        self.stop()
        reason = "is not ready in time" if late else "gave up"
        raise StartError(f"PostgreSQL {reason}; its log says: {_tail(self._home / 'postgres.log')}")


def running_url(data_dir: Path) -> str | None:
    """The URL of the server that another process of ours runs on this data directory; None where none is ready."""
    cluster = data_dir.absolute() / "postgres" / "cluster"
    status = _status(cluster)
    if status is None or status[1] != "ready" or status[0] not in leftovers.servers_on(cluster):
        return None
    return _url(Path(_pid_file(cluster)[4]), DATABASE_NAME, ROLE_NAME)


def _url(sockets: Path, database: str, user: str) -> str:
    return f"postgresql:///{quote(database)}?{urlencode({'host': str(sockets), 'user': user})}"


def _pid_file(cluster: Path) -> list[str]:
    """Lines: process, data directory, start, port, socket directory, listen address, memory key, status."""
    try:
        return (cluster / "postmaster.pid").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def _status(cluster: Path) -> tuple[int, str] | None:
    lines = _pid_file(cluster)
    return (int(lines[0]), lines[7].strip()) if len(lines) >= 8 else None


def _lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        message = f"another kulla runs on {path.parent}; stop it first, or choose another KULLA_DATA_DIR"
        raise DataDirectoryInUseError(message) from error
    return descriptor


def _open_log(path: Path) -> int:
    if path.exists() and path.stat().st_size > _LOG_BYTES_MAX:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _tail(path: Path) -> str:
    return " / ".join(path.read_text("utf-8", "replace").splitlines()[-5:])


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number, seconds_max in _WAYS_TO_STOP:
        process.send_signal(number)
        try:
            process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            continue
        return
