"""The real service over a real database with the people of a shift, for tests in which many of them act at once."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from api_service.app import create_app
from api_service.context import AppContext, make_context
from api_service.keys import KeyOrder, create_key
from api_service.logs import make_logger
from api_service.settings import Settings
from schemas.ledger import AlertChanges
from schemas.roles import Role
from storage.database import Database
from storage.ledger import PostgresLedger
from tests.alert_model import ROLES, Asked
from tests.sample_alerts import CREATED


@dataclass
class World:
    """The service, its people, and a clock that only goes on."""

    database: Database
    context: AppContext
    clients: dict[str, httpx.AsyncClient]
    ids: dict[str, str]
    now: datetime = CREATED
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def names(self) -> dict[str, str]:
        return {identifier: name for name, identifier in self.ids.items()} | {"kulla": "kulla"}

    async def send(self, asked: Asked, alert_id: str, key: str) -> httpx.Response:
        headers = {"Idempotency-Key": key} | ({} if asked.seen is None else {"If-Match": f'"{asked.seen}"'})
        paths = {"acknowledge": "acknowledgement", "outcome": "outcome", "assign": "assignment"}
        url = f"/v1/alerts/{alert_id}/{paths.get(asked.what, 'decisions')}"
        return await self.clients[asked.who].post(url, json=self._body(asked), headers=headers)

    def _body(self, asked: Asked) -> dict[str, Any] | None:
        if asked.what == "acknowledge":
            return None
        if asked.what == "outcome":
            return {"outcome": "right_person"}
        if asked.what == "assign":
            return {"assignee": None if asked.whom is None else self.ids.get(asked.whom, asked.whom)}
        reason = {"reason_code": "looked"} if asked.reason else {}
        return {"decision": asked.what, "suppress": asked.suppress, **reason}

    async def hand_over(self, giver: str, taker: str) -> httpx.Response:
        body = {"from": self.ids[giver], "to": self.ids[taker]}
        return await self.clients["sue"].post("/v1/shifts/handover", json=body)

    async def withdraw(self, alert_id: str) -> None:
        changes = AlertChanges(manifest_id="man_none", withdraw={alert_id: "flight_cancelled"})
        await PostgresLedger(self.database, "test", lambda: self.now).record([changes], {})


async def open_world(url: str, folder: Path) -> World:
    database = await Database.connect(url)
    configured = Settings(_env_file=None, data_dir=folder)
    world = World(database, None, {}, {})  # type: ignore[arg-type]  # the context needs the world's clock
    world.context = make_context(configured, database, make_logger("error"), lambda: world.now)
    transport = httpx.ASGITransport(create_app(world.context), raise_app_exceptions=False)
    for name, role in ROLES.items():
        ports = (name.upper(),) if role is Role.OFFICER else ()
        key = await create_key(database, KeyOrder(role, ports=ports), "test", CREATED, confined=False)
        headers = {"Authorization": f"Bearer {key}"}
        world.clients[name] = httpx.AsyncClient(transport=transport, base_url="http://kulla", headers=headers)
        world.ids[name] = key.split("_")[1]
    return world


async def close_world(world: World) -> None:
    for client in world.clients.values():
        await client.aclose()
    await world.context.reading_pool.close()
    await world.database.close()
