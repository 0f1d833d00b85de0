"""The relay and the reconciliation over a real database and a real broker."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from kafka_broker import KafkaBroker, delete_topics
from stored_manifests import manifest_of, store

from schemas.delivery import Cursor
from schemas.events import QuarantineEvent, Topic
from schemas.ledger import AlertChanges
from schemas.manifest import Manifest
from storage import kafka_carrier, reconciliation
from storage.database import Database
from storage.kafka_carrier import Carrier, producer_of, waves
from storage.kafka_feeds import MANIFESTS, Message
from storage.kafka_relay import Relay
from storage.kafka_stream import KafkaStream
from storage.kafka_topics import KafkaSettings, ensure_topics
from storage.ledger import PostgresLedger
from storage.reconciliation import Reconciliation

READER = "kulla-screener"


@pytest.fixture
async def settings(fresh_topics: KafkaBroker) -> KafkaSettings:
    return KafkaSettings(fresh_topics.bootstrap)


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    """A relay at work while the block lasts; it must end by itself when told to."""
    stopping = asyncio.Event()
    task = asyncio.create_task(relay.run(stopping))
    try:
        yield
    finally:
        stopping.set()
        async with asyncio.timeout(20):
            await task


async def held(settings: KafkaSettings, topic: Topic, count: int) -> list[ConsumerRecord]:
    """What a topic holds, once it holds at least so many."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers, request_timeout_ms=5000)
    await consumer.start()
    try:
        async with asyncio.timeout(40):
            while not (partitions := consumer.partitions_for_topic(topic.value)):
                consumer._client.add_topic(topic.value)
                await consumer._client.force_metadata_update()
            places = [TopicPartition(topic.value, number) for number in partitions]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            records: list[ConsumerRecord] = []
            while len(records) < count:
                records += [record for some in (await consumer.getmany(timeout_ms=200)).values() for record in some]
        records += [record for some in (await consumer.getmany(timeout_ms=100)).values() for record in some]
        return records
    finally:
        await consumer.stop()


def numbers(records: Sequence[ConsumerRecord], flight: str) -> list[int]:
    """The manifests of a flight, in the order of the topic."""
    manifests = [Manifest.model_validate_json(record.value) for record in records if record.key == flight.encode()]
    return [int(manifest.document_number or -1) for manifest in manifests]


@pytest.mark.kafka
async def test_manifests_arrive_whole_once_and_in_order_of_their_flight(database, settings):
    flights = [f"OR{number}" for number in range(7)]
    for start in range(0, 420, 60):  # several chunks, several transactions
        await store(database, [flights[number % 7] for number in range(start, start + 60)], start)
    async with running(Relay(database, settings, READER)):
        records = await held(settings, Topic.MANIFESTS, 420)
    assert len(records) == 420
    assert {flight: numbers(records, flight) for flight in flights} == {
        f: list(range(n, 420, 7)) for n, f in enumerate(flights)
    }
    assert {record.headers[:2] for record in records} == {(("occasion", b"received"), ("list_version", b"0"))}
    for record in records:
        assert record.headers[2:] == (("manifest_id", Manifest.model_validate_json(record.value).manifest_id.encode()),)
    assert Manifest.model_validate_json(records[0].value) == manifest_of(
        records[0].key.decode(), numbers(records[:1], records[0].key.decode())[0]
    )


@pytest.mark.kafka
async def test_rows_wait_for_an_older_transaction_and_none_is_passed_over(database, settings):
    async with running(Relay(database, settings, READER)):
        async with database.unit_of_work() as older:
            await older.execute("SELECT pg_current_xact_id()")  # has its number, commits last
            await store(database, ["A"], 1)
            await store(database, ["B"], 2)
            await asyncio.sleep(0.5)
            await older.execute(
                "INSERT INTO manifest_outbox (flight_key, manifest_id, occasion) SELECT 'C', manifest_id, 'received' FROM manifests LIMIT 1"
            )
        records = await held(settings, Topic.MANIFESTS, 3)
    assert sorted(record.key for record in records) == [b"A", b"B", b"C"]


@pytest.mark.kafka
async def test_a_relay_killed_between_the_acknowledgement_and_its_cursor_sends_again(database, settings):
    class PowerCut(BaseException):
        pass

    class Dying(Carrier):
        async def advance(self, feed, cursor):
            raise PowerCut

    await store(database, ["A", "A", "B"])
    await ensure_topics(settings)
    async with database.reading() as connection, producer_of(settings) as producer:
        with suppress(PowerCut):
            await Dying(connection, producer).carry(MANIFESTS)
        assert await Carrier(connection, producer).carry(MANIFESTS) == 3
        assert await Carrier(connection, producer).carry(MANIFESTS) == 0
    records = await held(settings, Topic.MANIFESTS, 6)
    assert numbers(records, "A") == [0, 1, 0, 1]
    assert numbers(records, "B") == [2, 2]


@pytest.mark.kafka
async def test_only_one_relay_carries_and_another_takes_over(database, settings):
    first, second = Relay(database, settings, READER), Relay(database, settings, READER)
    async with running(second):
        async with running(first):
            await store(database, [f"F{number}" for number in range(50)])
            await held(settings, Topic.MANIFESTS, 50)
        await store(database, ["LATER"], 50)
        records = await held(settings, Topic.MANIFESTS, 51)
    assert len(records) == 51


@pytest.mark.kafka
async def test_a_relay_outlives_a_broker_killed_under_it_and_stops_while_it_is_down(database, settings, kafka_broker):
    await store(database, ["A"] * 5)
    async with running(Relay(database, settings, READER)):
        async with running(Relay(database, settings, READER)):
            await held(settings, Topic.MANIFESTS, 5)
            kafka_broker.kill()
            await store(database, ["A"] * 5, 5)
            await asyncio.sleep(0.5)
        # One of the two has stopped with its messages undelivered; the other takes over, or goes on.
        kafka_broker.restart()
        await store(database, ["A"] * 5, 10)
        records = await held(settings, Topic.MANIFESTS, 15)
    assert list(dict.fromkeys(numbers(records, "A"))) == list(range(15))


@pytest.mark.kafka
async def test_a_relay_outlives_the_loss_of_its_database_sessions(database, database_url, superuser_url, settings):
    other = await Database.connect(superuser_url(database_url))
    try:
        await store(database, ["A"])
        async with running(Relay(database, settings, READER)):
            await held(settings, Topic.MANIFESTS, 1)
            async with other.reading() as connection:
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            await asyncio.sleep(0.2)
            async with asyncio.timeout(20):
                await store(database, ["A"], 1)
            assert numbers(await held(settings, Topic.MANIFESTS, 2), "A")[:2] == [0, 1]
    finally:
        await other.close()


@pytest.mark.kafka
async def test_alerts_and_quarantine_have_their_topics(database, settings):
    async with database.unit_of_work() as work:
        await work.execute(
            """INSERT INTO alert_outbox (flight_key, alert_id, alert_version, payload) VALUES ('A', 'alr_1', 1, '{"alert_id": "alr_1"}')"""
        )
        await work.execute(
            "INSERT INTO quarantine (quarantine_id, reader, partition, major, minor, key, body, reason, at, purge_at) "
            "VALUES ('qua_1', 'x', 0, 0, 0, 'A', 'secret', 'not JSON', now(), now())"
        )
    async with running(Relay(database, settings, READER)):
        (alert,) = await held(settings, Topic.ALERTS, 1)
        (quarantined,) = await held(settings, Topic.QUARANTINE, 1)
    assert (alert.key, alert.value) == (b"A", b'{"alert_id": "alr_1"}')
    event = QuarantineEvent.model_validate_json(quarantined.value)
    assert (event.quarantine_id, event.key, event.reason) == ("qua_1", "A", "not JSON")
    assert b"secret" not in quarantined.value


@pytest.mark.kafka
async def test_a_manifest_too_large_for_kafka_is_put_aside_and_blocks_nobody(database, settings, monkeypatch):
    monkeypatch.setattr(kafka_carrier, "MANIFEST_BYTES_MAX", 2000)
    await store(database, ["A" * 1500, "B"])
    async with running(Relay(database, settings, READER)):
        records = await held(settings, Topic.MANIFESTS, 1)
        await held(settings, Topic.QUARANTINE, 1)
    assert [record.key for record in records] == [b"B"]
    async with database.reading() as connection:
        row = await connection.fetchrow("SELECT key, reason FROM quarantine")
    assert row["key"] == "A" * 1500
    assert "larger" in row["reason"]


async def screen(stream: KafkaStream, ledger: PostgresLedger, count: int) -> None:
    """A screener that finds nothing: it marks so many deliveries as screened."""
    done = 0
    async with asyncio.timeout(30):
        while done < count:
            batch = await stream.next_batch(100, 0.5)
            changes = [AlertChanges(Manifest.model_validate_json(d.body).manifest_id, 0, "test") for d in batch]
            await ledger.record(changes, {d.partition: d.cursor for d in batch})
            done += len(batch)


@pytest.mark.kafka
async def test_what_kafka_lost_is_found_and_sent_again(database, settings, monkeypatch):
    monkeypatch.setattr(reconciliation, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(reconciliation, "AGE_SECONDS_MIN", 0.0)
    ledger = PostgresLedger(database, READER)
    stream = KafkaStream(settings, ledger.progress, group="test-lost")
    try:
        identifiers = await store(database, [f"F{number}" for number in range(20)])
        async with running(Relay(database, settings, READER)):
            await held(settings, Topic.MANIFESTS, 20)
        await delete_topics(settings.bootstrap_servers)  # all 20 are gone before anybody read them
        relay = Relay(database, settings, READER)
        relay._reconciliation = Reconciliation(settings, READER, age_seconds=0.0)
        async with running(relay):
            await screen(stream, ledger, 20)
        async with database.reading() as connection:
            screened = await connection.fetch("SELECT manifest_id FROM manifest_screenings")
        assert {row["manifest_id"] for row in screened} == set(identifiers)
    finally:
        await stream.close()


@pytest.mark.kafka
async def test_a_backlog_is_not_taken_for_a_loss(database, settings):
    await store(database, ["A", "B", "C"])
    await ensure_topics(settings)
    found = Reconciliation(settings, READER, age_seconds=0.0)
    async with database.reading() as connection, producer_of(settings) as producer, found.opened():
        await Carrier(connection, producer).carry(MANIFESTS)
        assert [await found.compare(connection) for _ in range(4)] == [0, 0, 0, 0]  # nobody has read them yet
        await connection.execute("UPDATE manifests SET function = 'flight_cancel' WHERE flight_key = 'C'")
        for number in range(settings.partitions):  # now all are read, and A was screened
            await connection.execute("INSERT INTO stream_progress VALUES ($1, $2, 0, 100)", READER, number)
        await connection.execute(
            "INSERT INTO manifest_screenings SELECT manifest_id, now(), 0, 'test' FROM manifests WHERE flight_key = 'A'"
        )
        assert await found.compare(connection) == 2
        again = await connection.fetch("SELECT flight_key, occasion FROM manifest_outbox ORDER BY position OFFSET 3")
        assert {tuple(row) for row in again} == {("B", "received"), ("C", "received")}
        assert [await found.compare(connection) for _ in range(2)] == [0, 0]  # they wait in the outbox


@pytest.mark.kafka
async def test_a_manifest_that_cannot_be_screened_does_not_go_round_for_ever(database, settings):
    await store(database, ["A"])
    await ensure_topics(settings)
    found = Reconciliation(settings, READER, age_seconds=0.0)
    async with database.reading() as connection, producer_of(settings) as producer, found.opened():
        for number in range(settings.partitions):
            await connection.execute("INSERT INTO stream_progress VALUES ($1, $2, 0, 100)", READER, number)
        carrier, sent_again = Carrier(connection, producer), 0
        for _ in range(20):
            await carrier.carry(MANIFESTS)
            sent_again += await found.compare(connection)
    assert sent_again == reconciliation.ATTEMPTS_MAX - 1


@pytest.mark.postgres
async def test_no_progress_goes_back(database):
    async with database.reading() as connection:
        carrier = Carrier(connection, None)
        for cursor in (Cursor(5, 1), Cursor(4, 9)):
            await carrier.advance(MANIFESTS, cursor)
        assert await kafka_carrier.cursor_of(connection, MANIFESTS) == Cursor(5, 1)


def test_waves_keep_the_order_of_every_flight():
    messages = [Message(Cursor(0, place), key, b"") for place, key in enumerate("ABAACB")]
    cut = [[(message.key, message.cursor.minor) for message in wave] for wave in waves(messages)]
    assert cut == [[("A", 0), ("B", 1), ("C", 4)], [("A", 2), ("B", 5)], [("A", 3)]]
