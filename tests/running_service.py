"""A whole Kulla in its own processes, as a new user would start it: for the journey tests and the benchmarks.

It speaks to the service only over HTTP and signals; what it knows of the inside is the names of the roles in the process table.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

READY_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
_PAUSE_SECONDS = 0.05


def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningService:
    """`kulla up` on a data directory of its own."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KULLA_")}
        return inherited | {
            "KULLA_DATA_DIR": str(self.data_dir),
            "KULLA_HTTP_PORT": str(self.port),
            "KULLA_SANDBOX_TRAFFIC": "off",
            **self.settings,
        }

    def start(self) -> None:
        """Start and wait until it says it is ready."""
        log = (self.data_dir.parent / f"{self.data_dir.name}.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api_service.cli", "up"],
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.wait_ready()

    def wait_ready(self) -> None:
        """Until /health/ready answers 200."""
        until = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"kulla up ended with {self.process.returncode}:\n{self.log()[-4000:]}")
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(_PAUSE_SECONDS)
        raise AssertionError(f"not ready after {READY_SECONDS_MAX} s:\n{self.log()[-4000:]}")

    def log(self) -> str:
        """What it wrote so far."""
        return (self.data_dir.parent / f"{self.data_dir.name}.log").read_text("utf-8", "replace")

    def keys(self) -> dict[str, str]:
        """The sandbox's keys by role."""
        keys: dict[str, str] = json.loads((self.data_dir / "sandbox_keys.json").read_text("utf-8"))
        return keys

    def client(self, role: str, **options: Any) -> httpx.Client:
        """An HTTP client that holds the sandbox key of `role`."""
        headers = {"Authorization": f"Bearer {self.keys()[role]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=options.pop("timeout", 30.0), **options)

    def roles(self, role: str) -> list[psutil.Process]:
        """The live processes of a role: api, screener, relay, postgres."""
        assert self.process is not None
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if _role_of(child) == role:
                    found.append(child)
            except psutil.NoSuchProcess:
                continue
        return found

    def kill(self, role: str) -> int:
        """SIGKILL every process of a role (`up` for the parent of all); how many there were."""
        if role == "up":
            assert self.process is not None
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            return 1
        victims = self.roles(role)
        for victim in victims:
            try:
                victim.kill()
            except psutil.NoSuchProcess:
                continue
        return len(victims)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS_MAX)


def _role_of(process: psutil.Process) -> str | None:
    command = process.cmdline()
    if any(word.endswith("/postgres") or word == "postgres" for word in command[:1]):
        return "postgres"
    if "api_service.cli" in command:
        return command[command.index("api_service.cli") + 1]
    return None


@contextmanager
def running_service(data_dir: Path, **settings: str) -> Iterator[RunningService]:
    """Start, hand over, stop. Settings are `KULLA_*` variables."""
    data_dir.mkdir(parents=True, exist_ok=True)
    service = RunningService(data_dir, settings)
    try:
        service.start()
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            try:
                service.stop()
            except subprocess.TimeoutExpired:
                service.kill("up")
