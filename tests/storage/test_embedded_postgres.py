"""The embedded PostgreSQL: every way of dying, every kind of place, nothing left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import asyncpg
import pytest

from storage.embedded import (
    DataDirectoryInUseError,
    DataVersionError,
    EmbeddedPostgres,
    StartError,
    running_url,
)
from storage.embedded.account import Account, Streams, spawn
from storage.embedded.leftovers import servers_on

CHECKOUT = Path(__file__).parents[2]
NOBODY = 65534
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after its first start and stop."""
    data_dir = tmp_path_factory.mktemp("made")
    with EmbeddedPostgres(data_dir):
        pass
    return data_dir


@pytest.fixture
def data_dir(made: Path, tmp_path: Path) -> Path:
    """A copy of it, owners kept: a test starts in no time."""
    subprocess.run(["cp", "-a", made, tmp_path / "data"], check=True)
    return tmp_path / "data"


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """A started server on a data directory of its own."""
    with EmbeddedPostgres(data_dir) as started:
        yield started


def ask(url: str, statement: str) -> object:
    """One statement, one value."""

    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    with asyncio.Runner() as runner:
        return runner.run(run())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < deadline, "it did not happen"
        sleep(0.02)


def nobody_works_on(data_dir: Path) -> bool:
    return not list(servers_on(data_dir / "postgres" / "cluster"))


def test_data_survive_a_clean_stop_and_no_process_stays(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        ask(server.url, "CREATE TABLE kept AS SELECT 1 AS x")
        assert server.alive()
        assert running_url(data_dir) == server.url
    assert not server.alive()
    assert nobody_works_on(data_dir)
    assert running_url(data_dir) is None
    with EmbeddedPostgres(data_dir) as server:
        assert ask(server.url, "SELECT x FROM kept") == 1


async def test_the_asynchronous_face(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir) as server:
        died = asyncio.create_task(server.wait())
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("SELECT 1") == 1
        assert not died.done()
        connection.terminate()
        os.kill(server.process_id, signal.SIGQUIT)
        await asyncio.wait_for(died, PATIENCE_SECONDS)
        await server.start_async()
    assert nobody_works_on(data_dir)


def test_committed_data_survive_sigkill_of_the_server(server: EmbeddedPostgres, data_dir: Path) -> None:
    url = server.url
    for value in range(2):
        ask(url, f"CREATE TABLE kept_{value} AS SELECT 1 AS x")
        os.kill(server.process_id, signal.SIGKILL)
        wait_until(lambda: not server.alive())
        assert server.start() == url
    assert [ask(url, f"SELECT x FROM kept_{value}") for value in range(2)] == [1, 1]


def test_sigkill_of_the_supervisor_leaves_no_orphan_and_no_lock(data_dir: Path) -> None:
    for attempt in range(2):
        supervisor = start_supervisor(data_dir)
        assert not nobody_works_on(data_dir)
        supervisor.kill()
        supervisor.communicate()
        with EmbeddedPostgres(data_dir) as server:  # at once: the server of the dead one may still be stopping
            assert ask(server.url, "SELECT 1") == 1
        assert nobody_works_on(data_dir), attempt
    supervisor = start_supervisor(data_dir)
    supervisor.kill()
    supervisor.communicate()
    wait_until(lambda: nobody_works_on(data_dir))


def start_supervisor(data_dir: Path) -> "subprocess.Popen[str]":
    """Another process of ours that runs the server and then does nothing."""
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from storage.embedded import EmbeddedPostgres
        EmbeddedPostgres(Path(sys.argv[1])).start()
        print("started", flush=True)
        time.sleep(600)
        """
    )
    command = [sys.executable, "-c", script, str(data_dir)]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def test_a_second_supervisor_is_told_so(server: EmbeddedPostgres, data_dir: Path) -> None:
    with pytest.raises(DataDirectoryInUseError, match="another kulla runs on"):
        EmbeddedPostgres(data_dir).start()
    assert ask(server.url, "SELECT 1") == 1


def test_a_stale_pid_file_that_names_a_living_stranger_does_not_matter(data_dir: Path) -> None:
    pid_file = data_dir / "postgres" / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n/x\n\n\nready\n")
    assert running_url(data_dir) is None
    with EmbeddedPostgres(data_dir) as server:
        assert ask(server.url, "SELECT 1") == 1


def test_an_interrupted_creation_is_begun_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with EmbeddedPostgres(tmp_path) as server:
        assert ask(server.url, "SELECT 1") == 1
    assert not half.exists()


def test_data_of_another_major_version_are_refused_and_the_lock_is_given_back(data_dir: Path) -> None:
    version = data_dir / "postgres" / "cluster" / "PG_VERSION"
    written = version.read_text()
    version.write_text("12\n")
    with pytest.raises(DataVersionError, match="written by PostgreSQL 12"):
        EmbeddedPostgres(data_dir).start()
    version.write_text(written)
    with EmbeddedPostgres(data_dir) as server:
        assert ask(server.url, "SELECT 1") == 1


def test_a_server_that_gives_up_says_why(data_dir: Path) -> None:
    local = data_dir / "postgres" / "local.conf"
    local.write_text("work_mem = 'nonsense'\n")
    local.chmod(0o644)
    with pytest.raises(StartError, match="work_mem"):
        EmbeddedPostgres(data_dir).start()
    local.write_text("work_mem = '7MB'\n")
    with EmbeddedPostgres(data_dir) as server:
        assert ask(server.url, "SHOW work_mem") == "7MB"


def test_a_place_below_a_closed_directory(tmp_path: Path) -> None:
    """As root the server's account cannot pass the directory by itself; as an ordinary user it is our own."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    supervisor = start_supervisor(closed / "data")
    supervisor.kill()
    supervisor.communicate()
    wait_until(lambda: nobody_works_on(closed / "data"))
    with EmbeddedPostgres(closed / "data") as server:
        assert ask(server.url, "SELECT 1") == 1
        assert capabilities(server.process_id) in (0, 1 << 2)


def test_an_open_place_needs_no_capability(data_dir: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        opened = data_dir.rename(Path(place) / "data")
        opened.chmod(0o755)
        with EmbeddedPostgres(opened) as server:
            assert capabilities(server.process_id) == 0 or not open_to_all(CHECKOUT)


def open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def capabilities(process_id: int) -> int:
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("CapEff")).split()[1], 16)


def test_the_server_is_never_root_and_its_directory_is_closed(server: EmbeddedPostgres, data_dir: Path) -> None:
    assert os.stat(f"/proc/{server.process_id}").st_uid != 0
    for path in ("postgres", "postgres/cluster", "postgres/socket"):
        assert os.stat(data_dir / path).st_mode & 0o777 == 0o700


def test_an_ordinary_user_runs_it_too(tmp_path: Path) -> None:
    """Root starts a supervisor as somebody else; an ordinary user has proved it with every other test of this file."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    account = Account(-1, -1) if os.geteuid() else Account(NOBODY, NOBODY)
    account.own(data_dir)
    script = (
        f"import os, sys; sys.path.insert(0, {str(CHECKOUT)!r}); from pathlib import Path\n"
        "from storage.embedded import EmbeddedPostgres\n"
        f"with EmbeddedPostgres(Path({str(data_dir)!r})) as server: print(os.geteuid(), server.alive())\n"
    )
    with spawn(
        account, data_dir, [sys.executable, "-B", "-c", script], Streams(subprocess.DEVNULL, subprocess.PIPE)
    ) as process:
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert output.decode() == f"{account.uid if os.geteuid() == 0 else os.geteuid()} True\n"
    assert nobody_works_on(data_dir)


def test_a_path_too_long_for_a_socket(tmp_path: Path) -> None:
    data_dir = tmp_path / ("x" * 100)
    with EmbeddedPostgres(data_dir) as server:
        assert ask(server.url, "SELECT 1") == 1
        directory = Path(str(ask(server.url_of("kulla", "postgres"), "SHOW unix_socket_directories")))
        assert directory.stat().st_mode & 0o777 == 0o700
        assert running_url(data_dir) == server.url
    assert not directory.exists()


def test_durable_private_and_ours(server: EmbeddedPostgres) -> None:
    shown = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "autovacuum": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
    }
    assert {name: ask(server.url, f"SHOW {name}") for name in shown} == shown
    assert ask(server.url, "SELECT datlocale FROM pg_database WHERE datname = 'kulla'") == "C.UTF-8"
    assert (
        ask(server.url, "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user") is False
    )
    assert ask(server.url, "SELECT upper('ë') || lower('Ђ')") == "Ëђ"


def test_the_log_never_repeats_what_was_sent(server: EmbeddedPostgres, data_dir: Path) -> None:
    ask(server.url, "CREATE TABLE persons (surname text UNIQUE, born date)")
    ask(server.url, "INSERT INTO persons VALUES ('HOXHASECRET')")
    for statement in (
        "INSERT INTO persons VALUES ('HOXHASECRET')",
        "INSERT INTO persons VALUES ('x', 'HOXHASECRET')",
        "SELECT 'HOXHASECRET'::int",
        "SELECT '{HOXHASECRET'::json",
        "SELECT HOXHASECRET",
    ):
        with pytest.raises(asyncpg.PostgresError):
            ask(server.url, statement)
    server.stop()
    log = (data_dir / "postgres" / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "HOXHASECRET" not in log.upper()
