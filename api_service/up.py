"""`kulla up`: the whole service on one machine. One parent, a child a role.

    kulla up
      |- postgres            unless KULLA_DATABASE_URL names another
      |- kulla api           as many as KULLA_API_PROCESSES, all on one listening socket
      |- kulla screener      as many as KULLA_SCREENER_PROCESSES
      |- kulla relay         only with Kafka
      `- kulla simulate      only in sandbox mode with traffic

The parent holds the listening socket, so that a connection that arrives while an API process is being restarted waits instead
of being refused. Whoever dies is started again; when the parent dies, the kernel ends the children.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import structlog

from api_service.logs import failure
from api_service.processes import RESTART_SECONDS_MAX, Child, run_all
from api_service.sandbox_setup import SandboxKeys, prepare
from api_service.settings import Mode, Settings
from api_service.wiring import vault_of_settings
from storage.database import StoreUnavailableError
from storage.embedded.supervisor import EmbeddedPostgres

READY_SECONDS_MAX = 120.0
_BACKLOG = 2048
"""Connections the kernel keeps for us while every API process is busy or being restarted."""

_BEHIND_RECEIPTS = 5
"""Screening takes all the processor it can get; a carrier that waits for its receipt comes first (three to one)."""

log = structlog.get_logger()


async def run(settings: Settings) -> None:
    """Run every role until SIGINT or SIGTERM, then stop them in order."""
    vault_of_settings(settings)  # a master key that is missing is said here, not by every role again and again
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(_listen(settings))
        url = settings.database_url
        if url is None:
            url = await stack.enter_async_context(_supervised_postgres(settings.data_dir, stopping))
        keys = await _prepared(settings, url, stopping)
        if stopping.is_set():
            return
        children = _children(settings, url, listener)
        announcement = asyncio.create_task(_announce(_base_url(settings, listener), keys))
        stack.callback(announcement.cancel)
        await run_all(children, stopping)


async def _prepared(settings: Settings, url: str, stopping: asyncio.Event) -> SandboxKeys | None:
    """`prepare`, as soon as the database answers."""
    while not stopping.is_set():
        try:
            return await prepare(settings, url)
        except StoreUnavailableError as error:
            log.warning("the database does not answer, trying again", **failure(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), RESTART_SECONDS_MAX)
    return None


def _listen(settings: Settings) -> socket.socket:
    listener = socket.create_server((settings.http_host, settings.http_port), backlog=_BACKLOG, reuse_port=False)
    listener.set_inheritable(True)
    return listener


def _base_url(settings: Settings, listener: socket.socket) -> str:
    return f"http://{settings.http_host}:{listener.getsockname()[1]}"


@asynccontextmanager
async def _supervised_postgres(data_dir: Path, stopping: asyncio.Event) -> AsyncIterator[str]:
    """An embedded server that is started again when it dies."""
    async with EmbeddedPostgres(data_dir) as server:
        guard = asyncio.create_task(_keep_alive(server, stopping))
        try:
            yield server.url
        finally:
            guard.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await guard


async def _keep_alive(server: EmbeddedPostgres, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        await server.wait()
        if not stopping.is_set():
            log.warning("role ended, starting it again", service_role="postgres")
            try:
                await server.start_async()
            except Exception as error:
                log.error("postgres did not start", **failure(error))
                await asyncio.sleep(RESTART_SECONDS_MAX)


def _children(settings: Settings, url: str, listener: socket.socket) -> list[Child]:
    environment = dict(os.environ) | {"KULLA_DATABASE_URL": url, "KULLA_DATA_DIR": str(settings.data_dir)}
    roles: list[Child] = [
        _role("api", environment, ("--listener", str(listener.fileno())), (listener.fileno(),))
        for _ in range(settings.api_processes)
    ]
    roles += [_role("screener", environment, niceness=_BEHIND_RECEIPTS) for _ in range(settings.screener_processes)]
    if settings.kafka_bootstrap_servers is not None:
        roles.append(_role("relay", environment))
    if settings.mode is Mode.SANDBOX and settings.sandbox_traffic:
        roles.append(_role("simulate", environment, ("--endless", "--url", _base_url(settings, listener))))
    return roles


def _role(
    name: str,
    environment: Mapping[str, str],
    arguments: tuple[str, ...] = (),
    sockets: tuple[int, ...] = (),
    niceness: int = 0,
) -> Child:
    command = (sys.executable, "-m", "api_service.cli", name, *arguments)
    return Child(name, command, environment, inherited_sockets=sockets, niceness=niceness)


async def _announce(base_url: str, keys: SandboxKeys | None) -> None:
    """Wait until the service is ready, then say where it listens and what to try."""
    async with httpx.AsyncClient(base_url=base_url) as client:
        async with asyncio.timeout(READY_SECONDS_MAX):
            while not await _ready(client):
                await asyncio.sleep(0.1)
    sys.stdout.write(_welcome(base_url, keys))
    sys.stdout.flush()


async def _ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _welcome(base_url: str, keys: SandboxKeys | None) -> str:
    lines = [f"Kulla listens on {base_url}   (API description: {base_url}/docs)"]
    if keys is not None:
        lines += [
            "This is a SANDBOX: synthetic people, synthetic lists, simulated flights. Do not send it real passengers.",
            f"Keys, one a role, are in {keys.path}:",
            *(f"    {role:<11} {key}" for role, key in keys.by_role.items()),
            "The supervisor has the protection scope and sees referrals of every port; contacts and referrals are made up.",
            "Four things to try:",
            f"    curl -s {base_url}/v1/alerts?limit=3 -H 'Authorization: Bearer {keys.by_role['analyst']}'",
            f"    curl -s {base_url}/v1/manifests --data-binary @docs/examples/passenger_list.edi"
            f" -H 'Content-Type: application/edifact' -H 'Authorization: Bearer {keys.by_role['carrier']}'",
            f"    curl -s {base_url}/v1/referrals?limit=3 -H 'Authorization: Bearer {keys.by_role['supervisor']}'",
            f"    .venv/bin/kulla simulate --flights 3 --url {base_url}",
        ]
    return "\n".join([*lines, "Ctrl-C stops it.", ""])
