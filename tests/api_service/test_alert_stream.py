"""Alerts as server-sent events: from where the reader left off, each change once."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from api_service import alert_stream
from schemas.roles import Role
from storage.database import Database
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


async def test_a_strange_event_id_is_refused(analyst: httpx.AsyncClient) -> None:
    assert (await analyst.get("/v1/alerts/stream", headers={"Last-Event-ID": "7"})).status_code == 422


async def test_officers_and_carriers_do_not_listen(service: Any) -> None:
    for role in (Role.OFFICER, Role.CARRIER, Role.AUDITOR, Role.OPERATOR, Role.LIST_OWNER):
        async with service.client(await service.key(role)) as client:
            assert (await client.get("/v1/alerts/stream")).status_code == 403
