"""Adapters under the contract suites: name a fixture here, and every test of the suite runs on it."""

from collections.abc import AsyncIterator

import pytest
from kafka_broker import KafkaBroker
from kafka_world import KafkaWorld
from ledger_worlds import LedgerWorld, MemoryLedgerWorld, PostgresLedgerWorld
from stream_worlds import MemoryWorld, OutboxWorld, StreamWorld

from storage.database import Database

STREAM_WORLDS = ("memory_world", "outbox_world", pytest.param("kafka_world", marks=pytest.mark.kafka))
"""Names of fixtures that yield a StreamWorld."""

LEDGER_WORLDS = ("memory_ledger_world", "postgres_ledger_world")
"""Names of fixtures that yield a LedgerWorld."""


@pytest.fixture(params=STREAM_WORLDS)
def stream_world(request: pytest.FixtureRequest) -> StreamWorld:
    """One arrangement after the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
async def memory_world() -> AsyncIterator[MemoryWorld]:
    world = MemoryWorld()
    yield world
    await world.close()


@pytest.fixture
async def outbox_world(database: Database) -> AsyncIterator[OutboxWorld]:
    world = OutboxWorld(database)
    yield world
    await world.close()


@pytest.fixture
async def kafka_world(database: Database, fresh_topics: KafkaBroker) -> AsyncIterator[KafkaWorld]:
    world = KafkaWorld(database, fresh_topics.bootstrap)
    yield world
    await world.close()


@pytest.fixture(params=LEDGER_WORLDS)
def ledger_world(request: pytest.FixtureRequest) -> LedgerWorld:
    """One arrangement after the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def memory_ledger_world() -> MemoryLedgerWorld:
    return MemoryLedgerWorld()


@pytest.fixture
async def postgres_ledger_world(database: Database) -> PostgresLedgerWorld:
    return PostgresLedgerWorld(database)
