"""The whole service in one process, over a sealed database, with a clock that a test moves: messages in, alerts out, time passes."""

import io
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from api_service.app import create_app
from api_service.context import AppContext, make_context
from api_service.keys import KeyOrder, create_key
from api_service.logs import make_logger
from api_service.settings import Settings
from schemas.delivery import Delivery
from schemas.roles import Role
from screening.worker import Worker, WorkerSettings, lists_in_memory
from storage.database import Database
from storage.day_keys import DayKeys
from storage.ledger import PostgresLedger
from storage.list_source import PostgresListSource
from storage.master_keys import MasterKeys
from storage.outbox_stream import OutboxStream
from storage.vault import Vault

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
EDIFACT = {"Content-Type": "application/edifact"}


@dataclass
class HeldWorld:
    """`now` is the time of everything but the database's own clock."""

    app: FastAPI
    context: AppContext
    database: Database
    keys: DayKeys
    log: io.StringIO
    home: Path
    now: datetime = START

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, **much: float) -> None:
        self.now += timedelta(**much)

    @asynccontextmanager
    async def client(self, role: Role, **scope: Any) -> AsyncIterator[httpx.AsyncClient]:
        key = await create_key(self.database, KeyOrder(role, **scope), "test", self.now, confined=False)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://kulla", headers=headers) as client:
            yield client

    async def call(self, role: Role, method: str, path: str, **arguments: Any) -> httpx.Response:
        async with self.client(role) as client:
            return await client.request(method, path, **arguments)

    async def push(self, *bodies: bytes) -> list[dict[str, Any]]:
        """Send as the carrier OR; the receipts."""
        receipts = []
        async with self.client(Role.CARRIER, carrier="OR") as carrier:
            for body in bodies:
                answer = await carrier.post("/v1/manifests", content=body, headers=EDIFACT)
                assert answer.status_code in (200, 202), answer.text
                receipts.append(answer.json())
        return receipts

    async def list_record(self, record: dict[str, Any], severity: str = "medium", kind: str = "person") -> None:
        """Put a record on a list, made at need."""
        named = {"list_id": f"{kind}-{severity}", "kind": kind, "title": "T", "authority": "A", "legal_basis": "border check"}
        async with self.client(Role.LIST_OWNER) as owner:
            await owner.post("/v1/watchlists", json=named | {"severity": severity})
            path = f"/v1/watchlists/{named['list_id']}/records/{record['record_id']}"
            answer = await owner.put(path, json=record)
            assert answer.status_code in (200, 201, 202), answer.text

    async def screen(self) -> None:
        """Everything in the outbox, by a screener that has just started."""
        ledger = PostgresLedger(self.database, "screener:outbox", self.clock)
        stream = _UntilEmpty(self.database, "screener:outbox")
        lists = lists_in_memory(PostgresListSource(self.database))
        worker = Worker(stream, lists, ledger, WorkerSettings(wait_seconds=0.05, events_max=4), self.clock)
        stream.worker = worker
        await worker.run()

    async def alerts(self, role: Role = Role.ANALYST, **filters: str) -> list[dict[str, Any]]:
        answer = await self.call(role, "GET", "/v1/alerts", params=filters)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


class _UntilEmpty(OutboxStream):
    worker: Worker

    async def next_batch(
        self, events_max: int, wait_seconds: float, without: Collection[int] = frozenset()
    ) -> Sequence[Delivery]:
        batch = await super().next_batch(events_max, wait_seconds, without)
        if not batch and not without:
            self.worker.stop()
        return batch


@asynccontextmanager
async def held_world(database_url: str, home: Path, **settings: Any) -> AsyncIterator[HeldWorld]:
    """The world over this migrated database; its keys lie below `home`."""
    keys = DayKeys(home / "day_keys", MasterKeys.made_at_need(home / "master.key"))
    database = await Database.connect(database_url, vault=Vault(keys))
    log = io.StringIO()
    configured = Settings(_env_file=None, data_dir=home, **{"inline_bytes_max": 1_000_000} | settings)
    world: HeldWorld
    context = make_context(configured, database, make_logger("debug", log), lambda: world.now)
    world = HeldWorld(create_app(context), context, database, keys, log, home)
    try:
        yield world
    finally:
        await context.reading_pool.close()
        await database.close()
