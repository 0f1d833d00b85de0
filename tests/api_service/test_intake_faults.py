"""Intake when the world breaks: readers that die, sessions that are ended, flights that are held, bodies cut off on the wire."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import psutil
import pytest
import uvicorn
from interchanges import Sent, interchange

from api_service.problems import OverloadedError
from api_service.reading import BodyKind, ReadingRules, read_submission
from api_service.reading_pool import ORDINARY_BYTES_MAX, ReadingPool
from schemas.roles import Role
from storage.database import Database

EDIFACT = {"Content-Type": "application/edifact"}
RULES = ReadingRules("OR", "OR", datetime(2026, 3, 1, tzinfo=UTC), None)


def _readers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


async def test_a_reader_that_dies_is_replaced() -> None:
    pool = ReadingPool(inline_bytes_max=0, processes=1)
    try:
        await pool.start()
        [reader] = _readers()
        reader.send_signal(signal.SIGKILL)
        reader.wait(10)
        with pytest.raises(OverloadedError):
            await pool.read(interchange(), BodyKind.EDIFACT, RULES)
        again = await pool.read(interchange(), BodyKind.EDIFACT, RULES)
        assert again == read_submission(interchange(), BodyKind.EDIFACT, RULES)
    finally:
        await pool.close()
    assert _readers() == []


async def test_a_huge_submission_does_not_stand_in_the_way_of_others() -> None:
    pool = ReadingPool(inline_bytes_max=0, processes=1)
    huge = interchange(*(Sent(f"OR{number}", travellers=60, reference=str(number)) for number in range(150)))
    assert len(huge) > ORDINARY_BYTES_MAX
    try:
        await pool.start()
        await pool.read(b"x" * (ORDINARY_BYTES_MAX + 1), BodyKind.EDIFACT, RULES)  # its process is there
        slow = asyncio.create_task(pool.read(huge, BodyKind.EDIFACT, RULES))
        await asyncio.sleep(0)
        assert (await pool.read(interchange(), BodyKind.EDIFACT, RULES)).usable
        assert not slow.done()
        assert len((await slow).manifests) == 150
    finally:
        await pool.close()


async def test_a_flights_lock_is_older_than_the_transactions_id(service: Any, database: Database) -> None:
    """Who waits for a flight has no transaction id yet: else a later one could leave the outbox first."""
    key = await service.key(Role.CARRIER, carrier="OR")
    async with service.client(key) as client, database.unit_of_work() as holder:
        await holder.execute("SELECT pg_advisory_xact_lock(hashtextextended('OR260-AMS-2026-03-01', 0))")
        waiting = asyncio.create_task(client.post("/v1/manifests", content=interchange(), headers=EDIFACT))
        await _until_somebody_waits(database)
        later = await holder.fetchval("SELECT pg_current_xact_id()::text::bigint")
        other = await client.post("/v1/manifests", content=interchange(Sent("OR999")), headers=EDIFACT)
        assert other.status_code == 202  # another flight does not wait
        assert not waiting.done()
    async with database.reading() as work:
        assert (await waiting).status_code == 202
        rows = await work.fetch("SELECT flight_key, transaction_id FROM manifest_outbox ORDER BY transaction_id")
    assert [row["flight_key"] for row in rows] == ["OR999-AMS-2026-03-01", "OR260-AMS-2026-03-01"]
    assert all(row["transaction_id"] > later for row in rows)


async def _until_somebody_waits(database: Database) -> None:
    async with asyncio.timeout(20), database.reading() as work:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not await work.fetchval(waiting):  # noqa: ASYNC110 - the database has no event for it
            await asyncio.sleep(0.01)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - nor has the server
            await asyncio.sleep(0.01)


async def test_a_session_ended_midway_is_503_and_repeating_is_safe(
    service: Any, database: Database, database_url: str, superuser_url: Callable[[str], str]
) -> None:
    key = await service.key(Role.CARRIER, carrier="OR")
    killer = await asyncpg.connect(superuser_url(database_url))
    async with service.client(key) as client:
        async with database.unit_of_work() as holder:
            await holder.execute("SELECT pg_advisory_xact_lock(hashtextextended('OR260-AMS-2026-03-01', 0))")
            waiting = asyncio.create_task(client.post("/v1/manifests", content=interchange(), headers=EDIFACT))
            await _until_somebody_waits(database)
            await killer.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            answer = await waiting
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert await killer.fetchval("SELECT count(*) FROM submissions") == 0
        assert (await client.post("/v1/manifests", content=interchange(), headers=EDIFACT)).status_code == 202
    await killer.close()


@contextlib.asynccontextmanager
async def _listening(service: Any) -> Any:
    """The application on a real socket, for what only the wire shows."""
    server = uvicorn.Server(uvicorn.Config(service.app, port=0, lifespan="off", access_log=False, log_config=None))
    serving = asyncio.create_task(server.serve())
    await _until(lambda: server.started)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


async def test_a_declared_length_is_refused_before_a_byte_is_sent(make_service: Any) -> None:
    service = make_service(submission_bytes_max=10_000)
    key = await service.key(Role.CARRIER)
    async with _listening(service) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /v1/manifests HTTP/1.1\r\nHost: kulla\r\nAuthorization: Bearer {key}\r\nContent-Length: 10001\r\n\r\n"
        writer.write(head.encode())
        answer = await asyncio.wait_for(reader.read(), 20)  # to the end: the connection is closed
        assert answer.startswith(b"HTTP/1.1 413")
        assert b"connection: close" in answer.lower()
        assert b'"submission_bytes_max":10000' in answer
        writer.close()


@pytest.mark.parametrize("declared", [True, False])
async def test_who_sends_far_too_much_still_gets_the_answer(make_service: Any, declared: bool) -> None:
    """Far more than the kernel's buffers hold: closing at once would reset the connection before the answer is read."""
    service = make_service(submission_bytes_max=10_000)
    key = await service.key(Role.CARRIER)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b"x" * 1_000_000

    async with _listening(service) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        content = b"x" * 32_000_000 if declared else pieces()
        answer = await client.post("/v1/manifests", content=content, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert service.context.in_flight.bytes == 0


async def test_who_hangs_up_leaves_nothing_behind(service: Any, database: Database) -> None:
    key = await service.key(Role.CARRIER)
    async with _listening(service) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /v1/manifests HTTP/1.1\r\nHost: kulla\r\nAuthorization: Bearer {key}\r\nContent-Length: 5000\r\n\r\n"
        writer.write(head.encode() + interchange()[:300])
        await writer.drain()
        await _until(lambda: service.context.in_flight.bytes > 0)
        writer.close()
        await _until(lambda: service.context.in_flight.bytes == 0)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/health/live")).status_code == 200
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM submissions") == 0
    assert '"status":499' in service.log.getvalue().replace(" ", "")
    assert "request failed" not in service.log.getvalue()


def test_readers_end_with_their_parent(tmp_path: Any) -> None:
    """A serving process that is killed leaves no process behind."""
    script = tmp_path / "serving.py"
    script.write_text(
        "import asyncio, os, sys\n"
        "from api_service.reading_pool import ReadingPool\n"
        "async def main():\n"
        "    pool = ReadingPool(0, 1)\n"
        "    await pool.start()\n"
        "    sys.stdout.write('started\\n'); sys.stdout.flush()\n"
        "    await asyncio.sleep(600)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    import subprocess
    import sys

    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
