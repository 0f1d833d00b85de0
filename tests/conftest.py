"""Fixtures for every test: a real PostgreSQL for the session, a fresh migrated database for each test that asks."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.migrate import migrate

pytest_plugins = ["kafka_broker"]

_TEMPLATE = "kulla_template"
_names = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The embedded server of this test session."""
    with EmbeddedPostgres(Path(tmp_path_factory.mktemp("data"))) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: EmbeddedPostgres) -> str:
    """URL of an empty database `kulla` of that server, for the service's own role."""
    return postgres.url


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """Name of a migrated database to copy."""

    async def make() -> None:
        await _administer(postgres, f"CREATE DATABASE {_TEMPLATE} OWNER kulla")
        await migrate(postgres.url_of(_TEMPLATE))

    with asyncio.Runner() as runner:
        runner.run(make())
    return _TEMPLATE


@pytest.fixture
async def database_url(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    """URL of a fresh migrated database, dropped after the test with whatever still hangs on it."""
    name = f"kulla_test_{next(_names)}"
    await _administer(postgres, f"CREATE DATABASE {name} OWNER kulla TEMPLATE {template} STRATEGY wal_log")
    yield postgres.url_of(name)
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on a fresh migrated database."""
    connected = await Database.connect(database_url)
    yield connected
    await connected.close()


@pytest.fixture
def superuser_url(postgres: EmbeddedPostgres) -> Callable[[str], str]:
    """The same database for the superuser, who may end sessions of others: for injecting faults."""
    return lambda url: postgres.url_of(urlsplit(url).path.lstrip("/"), "postgres")


async def _administer(postgres: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(postgres.url_of("postgres", "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
