"""`kulla watch-folder` as a process: killed at any moment it loses nothing and repeats nothing; told to stop, it stops."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from parsers.table import template_csv
from storage.database import Database

ROUNDS, FILES_A_ROUND = 4, 10
SECONDS_MAX = 60.0

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    directory = tmp_path / "drop"
    directory.mkdir()
    return directory


@pytest.fixture
def start(tmp_path: Path, drop: Path, database_url: str) -> Iterator[Start]:
    made: list[subprocess.Popen[bytes]] = []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KULLA_")}
    environment |= {
        "KULLA_DATABASE_URL": database_url,
        "KULLA_DATA_DIR": str(tmp_path / "data"),
        "KULLA_INLINE_BYTES_MAX": "1000000",
    }
    command = [sys.executable, "-m", "api_service.cli", "watch-folder", str(drop), "--carrier", "OR"]
    command += ["--poll-seconds", "0.05", "--settle-seconds", "0.1"]

    def run() -> subprocess.Popen[bytes]:
        log = (tmp_path / "log").open("ab")
        made.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        log.close()
        return made[-1]

    yield run
    for process in made:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool], tmp_path: Path) -> None:
    until = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < until, (tmp_path / "log").read_text()[-3000:]
        time.sleep(0.02)


def received(drop: Path) -> set[str]:
    return {path.name for path in (drop / "done").glob("*.csv")}


def put(drop: Path, number: int) -> str:
    """A file as a careful writer leaves it: under another name first."""
    draft = drop / f".{number}.tmp"
    draft.write_bytes(template_csv().replace(b"BA0012345", b"BA%07d" % number))
    draft.rename(drop / f"{number}.csv")
    return f"{number}.csv"


def kill_and_restart(tmp_path: Path, drop: Path, start: Start) -> set[str]:
    """Rounds of files, in the middle of each of which the process is killed; then one that may finish."""
    rng, expected = Random(7), set()
    for round_number in range(ROUNDS):
        before = len(received(drop))
        expected |= {put(drop, round_number * FILES_A_ROUND + number) for number in range(FILES_A_ROUND)}
        process = start()
        wait_for(partial(_more_than, before, drop), tmp_path)
        time.sleep(rng.uniform(0, 0.04))
        if round_number < ROUNDS - 1:
            process.send_signal(signal.SIGKILL)
            process.wait()
    wait_for(lambda: received(drop) == expected, tmp_path)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert not list(drop.glob("*.csv"))
    return expected


def _more_than(before: int, drop: Path) -> bool:
    return len(received(drop)) > before


def reported(drop: Path, name: str) -> bool:
    return all((drop / "done" / f"{name}.{kind}").is_file() for kind in ("receipt.json", "report.txt"))


async def test_killed_again_and_again(tmp_path: Path, drop: Path, start: Start, database: Database) -> None:
    expected = kill_and_restart(tmp_path, drop, start)
    assert all(reported(drop, name) for name in expected)
    async with database.reading() as work:
        for table in ("submissions", "manifests", "manifest_outbox"):
            assert await work.fetchval(f"SELECT count(*) FROM {table}") == len(expected) == ROUNDS * FILES_A_ROUND


async def test_one_watcher_for_each_folder(tmp_path: Path, drop: Path, start: Start) -> None:
    first = start()
    (drop / "a.csv").write_bytes(template_csv())
    wait_for(lambda: received(drop) == {"a.csv"}, tmp_path)
    assert start().wait(20) == 1
    first.send_signal(signal.SIGINT)
    assert first.wait(20) == 0
