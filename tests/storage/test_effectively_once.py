"""Stream and ledger together, while sessions keep ending at random: nothing lost, nothing doubled, flights in order."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

import asyncpg
from storage_makers import make_alert, make_manifest, store_manifest
from stream_worlds import manifest_id_of, progress_of

from schemas.delivery import Delivery
from schemas.ledger import AlertChanges
from storage import outbox
from storage.database import Database, StoreUnavailableError
from storage.ledger import PostgresLedger
from storage.outbox_stream import OutboxStream

FLIGHTS, MANIFESTS_PER_FLIGHT = 12, 10
END_SOME_SESSIONS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = 'kulla' AND random() < 0.4"""


async def carry(database: Database, number: int) -> None:
    """Intake: repeat until it is stored; an unknown outcome is found out by repeating."""
    manifest = make_manifest(f"OR{number % FLIGHTS}-AMS-2026-03-01", number)
    while True:
        try:
            async with database.unit_of_work() as work:
                await store_manifest(work, manifest)
                await outbox.publish_manifest(work, manifest.manifest_id, manifest.flight.flight_key)
        except StoreUnavailableError:
            await asyncio.sleep(0.01)
            continue
        except asyncpg.UniqueViolationError:
            return
        return


class Consumer:
    """A worker that alerts on every manifest. `recorded` is the order in which it wrote them."""

    def __init__(self, database: Database) -> None:
        self._stream = OutboxStream(database, "screener")
        self._ledger = PostgresLedger(database, "screener")
        self.failures = 0

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self._stream.start()
                    await self._work()
                except StoreUnavailableError:
                    self.failures += 1
                    await self._stream.close()
                    await asyncio.sleep(0.02)
        finally:
            await self._stream.close()

    async def _work(self) -> None:
        while True:
            batch = await self._stream.next_batch(7, 0.2)
            await self._ledger.record([changes_of(delivery) for delivery in batch], progress_of(batch))
            await self._stream.acknowledge(progress_of(batch))


def changes_of(delivery: Delivery) -> AlertChanges:
    manifest_id = manifest_id_of(delivery)
    return AlertChanges(manifest_id, 1, "m1", create=(make_alert(surname=manifest_id, flight_key=delivery.key),))


async def sabotage(url: str, until: asyncio.Event) -> int:
    connection, ended = await asyncpg.connect(url), 0
    while not until.is_set():
        ended += await connection.fetchval(END_SOME_SESSIONS)
        await asyncio.sleep(0.05)
    await connection.close()
    return ended


async def all_screened(database: Database, expected: int) -> None:
    while True:
        async with database.snapshot() as work:
            if await work.fetchval("SELECT count(*) FROM manifest_screenings") == expected:
                return
        await asyncio.sleep(0.05)


async def test_sessions_end_at_random(database: Database, database_url: str, superuser_url: Callable[[str], str]) -> None:
    producing, consumers, calm = await Database.connect(database_url), [Consumer(database) for _ in range(2)], asyncio.Event()
    running = [asyncio.create_task(consumer.run()) for consumer in consumers]
    saboteur = asyncio.create_task(sabotage(superuser_url(database_url), calm))
    for number in range(FLIGHTS * MANIFESTS_PER_FLIGHT):
        await carry(producing, number)
    calm.set()
    assert await saboteur > 3
    assert sum(consumer.failures for consumer in consumers) > 0
    await asyncio.wait_for(all_screened(database, FLIGHTS * MANIFESTS_PER_FLIGHT), 60.0)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    await producing.close()
    async with database.snapshot() as work:
        rows = await work.fetch(
            "SELECT flight_key, payload ->> 'manifest_id' AS x, alert_id FROM alert_outbox ORDER BY position"
        )
        alerts = await work.fetchval("SELECT count(*) FROM alerts")
        audit = await work.fetchval("SELECT count(*) FROM audit WHERE action = 'alert.create'")
    assert alerts == audit == len(rows) == len({row["alert_id"] for row in rows}) == FLIGHTS * MANIFESTS_PER_FLIGHT
    assert told_by_flight([(row["flight_key"], row["alert_id"]) for row in rows]) == in_the_order_sent()


def told_by_flight(rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = defaultdict(list)
    for flight_key, alert_id in rows:
        told[flight_key].append(alert_id)
    return dict(told)


def in_the_order_sent() -> dict[str, list[str]]:
    manifests = [make_manifest(f"OR{n % FLIGHTS}-AMS-2026-03-01", n) for n in range(FLIGHTS * MANIFESTS_PER_FLIGHT)]
    alerts = [make_alert(surname=row.manifest_id, flight_key=row.flight.flight_key) for row in manifests]
    return told_by_flight([(alert.flight.flight_key, alert.alert_id) for alert in alerts])
