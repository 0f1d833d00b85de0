"""Alerts as server-sent events: from where the reader left off, each change once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from api_service import alert_stream, standing
from api_service.keys import revoke_key
from api_service.principal import Principal
from api_service.serving import Server
from schemas.roles import Role
from storage.database import Database
from tests.running_service import free_port
from tests.sample_alerts import place, sample_alert


@pytest.fixture
async def analyst(service: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A stream that ends soon, because the test's client waits for its end."""
    monkeypatch.setattr(alert_stream, "STREAM_SECONDS_MAX", 0.4)
    monkeypatch.setattr(alert_stream, "HEARTBEAT_SECONDS", 0.1)
    async with service.client(await service.key(Role.ANALYST)) as client:
        yield client


def parsed(text: str) -> list[tuple[str, str | None]]:
    """(id, record id or None) of each block with an id."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [
        (block["id"], orjson.loads(block["data"])["record"]["record_id"] if "data" in block else None)
        for block in blocks
        if "id" in block
    ]


async def test_a_stream_begins_now_and_goes_on_where_it_broke_off(analyst: httpx.AsyncClient, database: Database) -> None:
    await place(database, sample_alert(1))
    first = await analyst.get("/v1/alerts/stream")
    assert first.headers["content-type"].startswith("text/event-stream")
    assert ": still here" in first.text
    [(start, nothing)] = parsed(first.text)
    assert nothing is None
    await place(database, sample_alert(2))
    await place(database, sample_alert(3))
    second = parsed((await analyst.get("/v1/alerts/stream", headers={"Last-Event-ID": start})).text)
    assert [name for _, name in second] == [None, "R2", "R3"]
    third = parsed((await analyst.get("/v1/alerts/stream", headers={"Last-Event-ID": second[1][0]})).text)
    assert [name for _, name in third] == [None, "R3"]


async def test_a_revoked_key_does_not_listen_on(service: Any, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "ASKED_EVERY_SECONDS", 0.0)
    key = await service.key(Role.ANALYST)
    listening = alert_stream.events(
        service.context.alert_tail, None, standing.Standing(service.context, Principal(key.split("_")[1], Role.ANALYST))
    )
    await anext(listening)
    await place(database, sample_alert(1))
    assert b"R1" in await anext(listening)
    await revoke_key(database, key.split("_")[1], "test", service.context.clock())
    await place(database, sample_alert(2))
    with pytest.raises(StopAsyncIteration):
        await anext(listening)


async def test_a_strange_event_id_is_refused(analyst: httpx.AsyncClient) -> None:
    assert (await analyst.get("/v1/alerts/stream", headers={"Last-Event-ID": "7"})).status_code == 422


async def test_officers_and_carriers_do_not_listen(service: Any) -> None:
    for role in (Role.OFFICER, Role.CARRIER, Role.AUDITOR, Role.OPERATOR, Role.LIST_OWNER):
        async with service.client(await service.key(role)) as client:
            assert (await client.get("/v1/alerts/stream")).status_code == 403


async def test_a_reader_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_stream, "SLOW_READER_SECONDS_MAX", 0.05)
    taken, ended = [], asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"piece"
        finally:
            ended.set()

    async def send(message: Any) -> None:
        taken.append(message)
        if len(taken) > 5:
            await asyncio.Event().wait()

    stream = pieces()
    await asyncio.wait_for(alert_stream.EventStream(stream).stream_response(send), 15)
    assert len(taken) == 6
    await stream.aclose()
    assert ended.is_set()


async def test_a_server_that_stops_answers_who_waits_and_ends_streams(service: Any) -> None:
    """In earnest, over a socket: the poll waits 25 s, the stream ten minutes, the server would give them 60."""
    config = uvicorn.Config(service.app, port=free_port(), lifespan="off", log_config=None, timeout_graceful_shutdown=60)
    server = Server(config, service.context.alert_tail)
    serving = asyncio.create_task(server._serve())
    async with asyncio.timeout(40):
        while not server.started:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        officer, analyst = await service.key(Role.OFFICER, port="TIA"), await service.key(Role.ANALYST)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{config.port}", timeout=60) as client:
            wanted = (("/v1/ports/TIA/alerts?wait=25", officer), ("/v1/alerts/stream", analyst))
            answers = [
                asyncio.create_task(client.get(path, headers={"Authorization": f"Bearer {key}"})) for path, key in wanted
            ]
            await asyncio.sleep(0.3)
            assert not any(answer.done() for answer in answers)
            server.should_exit = True
            poll, stream = await asyncio.gather(*answers)
        await serving
    assert (poll.status_code, poll.json()["items"]) == (200, [])
    assert "retry: " in stream.text
