"""Every endpoint, driven from its own description: `python -m tests.soak.api [--seconds N] [--seed N] [--role ROLE]`.

Schemathesis reads `/openapi.json` of the real application over a real database and sends, as each role, requests that fit, that
almost fit, and chains of them. Whatever answers with a 5xx, an undocumented status, another content type, or something other
than its schema says, is printed with the request that did it; the exit code is then 1.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from api_service.app import create_app
from api_service.context import make_context
from api_service.guess_limits import GuessLimits
from api_service.keys import KeyOrder, create_key
from api_service.logs import make_logger
from api_service.settings import Settings
from schemas.roles import Role
from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.migrate import migrate
from tests.sample_alerts import place, sample_alert

START_SECONDS_MAX = 60.0
SEED = 355
ACCEPTED = ["2xx", "3xx", "400", "401", "403", "404", "406", "408", "409", "412", "413", "415", "422", "428", "429", "503"]
"""What a request that fits its schema may be told all the same: no schema says that a list must exist, or a version be the newest."""
CONFIGURATION = f"""
[checks]
positive_data_acceptance.expected-statuses = {ACCEPTED}
negative_data_rejection.expected-statuses = {[*ACCEPTED[2:], "405"]}
"""


@dataclass(frozen=True)
class Site:
    """Where the application listens, and a key a role."""

    url: str
    keys: dict[Role, str]


@contextlib.contextmanager
def site(database_url: str, data_dir: Path, plant: Callable[[FastAPI], None] = lambda _: None) -> Iterator[Site]:
    """The application in a thread, with keys, alerts and nothing that makes a request wait. `plant` may change it."""
    ready, holder = threading.Event(), list[Site]()
    stopping: list[uvicorn.Server] = []

    async def serve() -> None:
        limits = {"inline_bytes_max": 1_000_000, "requests_per_second_max": 1e6, "requests_burst_max": 10**6}
        settings = Settings(_env_file=None, data_dir=data_dir, database_url=database_url, **limits)  # type: ignore[arg-type]
        database = await Database.connect(database_url)
        context = make_context(settings, database, make_logger("error"))
        context = replace(context, guess_limits=GuessLimits(free_refusals=10**9))
        context.alert_tail.release()  # polls and streams end at once
        await place(database, *(sample_alert(number) for number in range(1, 6)))
        scopes = {Role.CARRIER: {"carrier": "OR"}, Role.OFFICER: {"ports": ("TIA",)}}
        keys = {}
        for role in Role:
            order = KeyOrder(role, **scopes.get(role, {}))  # type: ignore[arg-type]
            keys[role] = await create_key(database, order, "soak", datetime.now(UTC))
        app = create_app(context)
        plant(app)
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, lifespan="off", access_log=False, log_config=None, proxy_headers=False)
        )
        stopping.append(server)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn sets a flag, no event
            await asyncio.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        holder.append(Site(f"http://127.0.0.1:{port}", keys))
        ready.set()
        await serving
        await context.alert_tail.close()
        await context.reading_pool.close()
        await database.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(START_SECONDS_MAX), "the application did not start"
        yield holder[0]
    finally:
        for server in stopping:
            server.should_exit = True
        thread.join(START_SECONDS_MAX)


@dataclass(frozen=True)
class Effort:
    """How much to try. `paths`: which operations, as `METHOD /path`; empty = all."""

    examples: int = 100
    phases: str = "examples,coverage,fuzzing,stateful"
    seconds: int | None = None
    seed: int = SEED
    operations: tuple[str, ...] = ()


def drive(running: Site, role: Role, effort: Effort, home: Path) -> subprocess.CompletedProcess[str]:
    """Schemathesis as this role, in a process of its own."""
    configuration = home / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(configuration), "run"]
    command += [f"{running.url}/openapi.json", "--checks", "all", "--phases", effort.phases]
    command += ["--max-examples", str(effort.examples), "--seed", str(effort.seed), "--continue-on-failure", "--no-color"]
    command += ["-H", f"Authorization: Bearer {running.keys[role]}", "--suppress-health-check", "all", "--no-shrink"]
    command += ["--warnings", "off", "--request-timeout", "20"]
    command += ["--max-time", str(effort.seconds)] if effort.seconds else []
    for operation in effort.operations:
        command += ["--include-name", operation]
    paths = os.pathsep.join([str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.soak.media_types", "PYTHONPATH": paths}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=home, env=environment)


def main() -> int:
    """Run every role; 1 if any found anything."""
    parser = argparse.ArgumentParser(description="Drive every endpoint from its own description.")
    parser.add_argument("--seconds", type=int, default=300, help="for each role")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--role", type=Role, choices=list(Role), default=None)
    arguments = parser.parse_args()
    found = 0
    with tempfile.TemporaryDirectory() as home, EmbeddedPostgres(Path(home)) as server:
        asyncio.run(migrate(server.url))
        with site(server.url, Path(home)) as running:
            for role in [arguments.role] if arguments.role else list(Role):
                result = drive(running, role, Effort(10_000, seconds=arguments.seconds, seed=arguments.seed), Path(home))
                sys.stdout.write(f"===== {role.value}: exit {result.returncode}\n{result.stdout}\n")
                found |= result.returncode
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
