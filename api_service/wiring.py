"""The wiring: the one place that knows every room. Each role is built here, in one readable function, and closed in reverse.

It is also where the type checker proves that the adapters of `storage` fit the ports of `screening`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

from structlog.typing import FilteringBoundLogger

from api_service.audit_trail import Sealing, anchor_book
from api_service.closures import keep_settling
from api_service.context import AppContext, make_context, utc_now
from api_service.escalation import keep_escalating
from api_service.lists_on_disk import lists_in_force
from api_service.purging import purging
from api_service.rounds import keep_doing
from api_service.screening_observer import ScreeningObserver
from api_service.settings import Mode, Settings
from api_service.statistics.gathering import counting
from api_service.told_lists import ToldLists
from api_service.webhooks.sender import Surroundings, keep_sending
from api_service.webhooks.targets import TargetRules
from screening.policy import PolicySettings
from screening.ports import LiveSource
from screening.worker import Worker, WorkerSettings
from storage.database import Database
from storage.day_keys import DayKeys
from storage.embedded.supervisor import EmbeddedPostgres, running_url
from storage.kafka_relay import Relay
from storage.kafka_stream import KafkaStream
from storage.kafka_topics import KafkaSettings
from storage.ledger import PostgresLedger
from storage.list_source import PostgresListSource
from storage.live_manifests import KafkaLive, StoredLive
from storage.master_keys import MasterKeys
from storage.migrate import migrate
from storage.outbox_stream import OutboxStream
from storage.vault import NO_VAULT, Vault

OUTBOX_READER = "screener:outbox"
KAFKA_READER = "screener:kafka"
"""Whose progress is whose: an outbox cursor and a Kafka offset must never be taken for each other."""
_SCREENER_CONNECTIONS_MAX = 4
"""A worker does one thing at a time; the stream holds a connection of its own."""


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[Database]:
    """The configured database; the embedded one that already runs; else an embedded one for as long as it is needed."""
    url = settings.database_url or running_url(settings.data_dir)
    if url is not None:
        async with opened(url, vault_of_settings(settings)) as database:
            yield database
        return
    async with EmbeddedPostgres(settings.data_dir) as server, connected(server.url, vault_of_settings(settings)) as database:
        yield database


def vault_of_settings(settings: Settings) -> Vault:
    """How bodies are sealed at this site. Production brings its master key; the sandbox makes one. Raises MasterKeyError."""
    path = settings.master_key_path
    masters = MasterKeys(path) if settings.mode is Mode.PRODUCTION else MasterKeys.made_at_need(path)
    return Vault(DayKeys(settings.day_keys_path, masters))


@asynccontextmanager
async def connected(url: str, vault: Vault = NO_VAULT) -> AsyncIterator[Database]:
    """A pool on this database."""
    database = await Database.connect(url, vault=vault)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def opened(url: str, vault: Vault = NO_VAULT) -> AsyncIterator[Database]:
    """A pool on this database, whether it answers now or not: the roles wait for it, each in its own way."""
    database = await Database.open(url, vault=vault)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def migrated_database(settings: Settings) -> AsyncIterator[Database]:
    """`database_of`, with its tables up to date."""
    async with database_of(settings) as database:
        await migrate(database)
        yield database


@asynccontextmanager
async def api_context(settings: Settings, logger: FilteringBoundLogger) -> AsyncIterator[AppContext]:
    """What the HTTP application is made of."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(database_of(settings))
        context = make_context(settings, database, logger)
        stack.push_async_callback(context.alert_tail.close)
        await context.alert_tail.start()
        stack.push_async_callback(context.matcher.close)
        stack.push_async_callback(context.reading_pool.close)
        await context.reading_pool.start()
        around = Surroundings(database, context.alert_tail, TargetRules.of(settings), context.clock, logger)
        sending = asyncio.create_task(keep_sending(around))
        stack.push_async_callback(_cancelled, sending)
        settling = asyncio.create_task(keep_settling(database, context.clock, logger))
        stack.push_async_callback(_cancelled, settling)
        escalating = asyncio.create_task(keep_escalating(context))
        stack.push_async_callback(_cancelled, escalating)
        sealing = Sealing(database, anchor_book(settings, context.audit_key), context.clock, logger)
        purges = purging(database, settings, context.clock, logger)
        shown = context.deliveries.round(database, context.clock)
        works = (sealing.round(settings.audit_anchor_seconds), counting(database, context.clock), purges, shown)
        rounds = [asyncio.create_task(keep_doing(work, logger)) for work in works]
        for task in rounds:
            stack.push_async_callback(_cancelled, task)
        yield context


@asynccontextmanager
async def intake_context(settings: Settings, logger: FilteringBoundLogger) -> AsyncIterator[AppContext]:
    """What receiving needs where nobody is served over HTTP."""
    async with migrated_database(settings) as database:
        context = make_context(settings, database, logger)
        try:
            yield context
        finally:
            await context.reading_pool.close()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def screener_worker(settings: Settings, logger: FilteringBoundLogger) -> AsyncIterator[Worker]:
    """A worker on the outbox, or on Kafka where it is configured."""
    async with database_of(settings) as database:
        ledger = PostgresLedger(database, KAFKA_READER if settings.kafka_bootstrap_servers else OUTBOX_READER, utc_now)
        stream = _stream(settings, database, ledger)
        live = _live(database, stream)
        worker_settings = WorkerSettings(policy=_policy(settings), observer=ScreeningObserver(logger), live_source=live)
        lists = ToldLists(lists_in_force(settings, PostgresListSource(database)), database, utc_now)
        try:
            yield Worker(stream, lists, ledger, worker_settings, utc_now)
        finally:
            await lists.close()


@asynccontextmanager
async def relay_of(settings: Settings) -> AsyncIterator[Relay]:
    """The relay from the outbox to Kafka."""
    async with database_of(settings) as database:
        yield Relay(database, _kafka(settings), KAFKA_READER)


def _live(database: Database, stream: OutboxStream | KafkaStream) -> LiveSource:
    return StoredLive(database, stream, utc_now) if isinstance(stream, OutboxStream) else KafkaLive(database, stream, utc_now)


def _stream(settings: Settings, database: Database, ledger: PostgresLedger) -> OutboxStream | KafkaStream:
    if settings.kafka_bootstrap_servers is None:
        return OutboxStream(database, OUTBOX_READER)
    return KafkaStream(_kafka(settings), ledger.progress)


def _kafka(settings: Settings) -> KafkaSettings:
    assert settings.kafka_bootstrap_servers is not None
    return KafkaSettings(settings.kafka_bootstrap_servers, retention_hours=settings.retention_hours)


def _policy(settings: Settings) -> PolicySettings:
    return PolicySettings(due=settings.due_terms, alert_retention=timedelta(days=settings.retention_alert_days))
