"""The real application over a real database, called in this process."""

import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api_service.app import create_app
from api_service.context import AppContext, make_context
from api_service.keys import KeyOrder, create_key
from api_service.logs import make_logger
from api_service.settings import Settings
from schemas.roles import Role
from storage.database import Database

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class Service:
    """The application with its context; `log` is what it wrote."""

    app: FastAPI
    context: AppContext
    log: io.StringIO

    def client(self, key: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://kulla", headers=headers)

    async def key(self, role: Role, **scope: Any) -> str:
        ports = (scope.pop("port"),) if "port" in scope else ()
        order = KeyOrder(role, **{"ports": ports} | scope)
        return await create_key(self.context.database, order, "test", self.context.clock(), confined=False)


MakeService = Callable[..., Service]


@pytest.fixture
async def make_service(database: Database, tmp_path: Path) -> AsyncIterator[MakeService]:
    """Build the application with settings of the test's own; `clock=` sets the time."""
    made: list[AppContext] = []

    def make(clock: Callable[[], datetime] = lambda: NOW, **settings: Any) -> Service:
        log = io.StringIO()
        settings = {"inline_bytes_max": 1_000_000} | settings  # a process for each test would only be slow
        configured = Settings(_env_file=None, data_dir=tmp_path, **settings)
        context = make_context(configured, database, make_logger("debug", log), clock)
        made.append(context)
        return Service(create_app(context), context, log)

    yield make
    for context in made:
        await context.alert_tail.close()
        await context.reading_pool.close()


@pytest.fixture
def service(make_service: MakeService) -> Service:
    """The application as the defaults have it, on 1 March 2026."""
    return make_service()


@asynccontextmanager
async def _client(service: Service, role: Role, **scope: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with service.client(await service.key(role, **scope)) as client:
        yield client


@pytest.fixture
async def carrier(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a key of the carrier OR."""
    async with _client(service, Role.CARRIER, carrier="OR") as client:
        yield client


@pytest.fixture
async def operator(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an operator's key."""
    async with _client(service, Role.OPERATOR) as client:
        yield client
