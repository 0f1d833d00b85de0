"""The manifest stream over a real broker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import pytest
from aiokafka import AIOKafkaProducer
from kafka_broker import KafkaBroker, delete_topics

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion, Topic
from storage.kafka_stream import KafkaStream, next_place, partition_of
from storage.kafka_topics import PARTITIONS, KafkaSettings, ensure_topics

TOPIC = Topic.MANIFESTS.value


class Ledger:
    """Progress only, as the real one keeps it: it never goes back."""

    def __init__(self) -> None:
        self.rows: dict[int, Cursor] = {}

    async def progress(self, partition: int) -> Cursor | None:
        return self.rows.get(partition)

    def record(self, deliveries: Sequence[Delivery]) -> Mapping[int, Cursor]:
        for delivery in deliveries:
            self.rows[delivery.partition] = max(self.rows.get(delivery.partition, delivery.cursor), delivery.cursor)
        return {delivery.partition: self.rows[delivery.partition] for delivery in deliveries}


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
async def settings(fresh_topics: KafkaBroker) -> KafkaSettings:
    settings = KafkaSettings(fresh_topics.bootstrap)
    await ensure_topics(settings)
    return settings


@pytest.fixture
async def open_stream(
    settings: KafkaSettings, ledger: Ledger, request: pytest.FixtureRequest
) -> AsyncIterator[Callable[[], KafkaStream]]:
    """Makes streams of one group, and closes them after the test."""
    async with AsyncExitStack() as opened:

        def make() -> KafkaStream:
            stream = KafkaStream(settings, ledger.progress, group=f"test-{request.node.name}")
            opened.push_async_callback(stream.close)
            return stream

        yield make


async def send(
    settings: KafkaSettings, messages: Sequence[tuple[str, bytes]], headers: Sequence[tuple[str, bytes]] = ()
) -> None:
    async with AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers, max_request_size=2**25) as producer:
        for key, value in messages:
            await producer.send_and_wait(TOPIC, value, key.encode(), headers=list(headers))


def numbered(keys: Sequence[str], count: int) -> list[tuple[str, bytes]]:
    return [(keys[number % len(keys)], str(number).encode()) for number in range(count)]


async def read(stream: KafkaStream, count: int, ledger: Ledger | None = None) -> list[Delivery]:
    """At least so many deliveries, recorded where a ledger is given."""
    deliveries: list[Delivery] = []
    async with asyncio.timeout(30):
        while len(deliveries) < count:
            batch = await stream.next_batch(100, 1.0)
            if ledger is not None:
                await stream.acknowledge(ledger.record(batch))
            deliveries += batch
    return deliveries


@pytest.mark.kafka
async def test_events_come_whole_and_in_order_within_a_flight(settings, ledger, open_stream):
    told = [("occasion", b"received"), ("list_version", b"17"), ("manifest_id", b"man_1")]
    await send(settings, numbered(["A", "B", "C"], 30), told)
    stream = open_stream()
    await stream.start()
    deliveries = await read(stream, 30, ledger)
    by_flight = {key: [int(d.body) for d in deliveries if d.key == key] for key in "ABC"}
    assert by_flight == {key: list(range(index, 30, 3)) for index, key in enumerate("ABC")}
    assert {(d.occasion, d.list_version, d.manifest_id) for d in deliveries} == {(Occasion.RECEIVED, 17, "man_1")}
    assert await stream.next_batch(100, 0.1) == []


@pytest.mark.kafka
async def test_re_screens_come_without_their_bodies_and_many_at_once(settings, ledger, open_stream):
    """So that a list change costs a screener next to nothing. What has a body stays bounded, and nothing is lost on the way."""
    again = [("occasion", b"rescreen"), ("list_version", b"17"), ("manifest_id", b"man_1")]
    await send(settings, numbered(["A"], 50), again)
    await send(settings, numbered(["A"], 9))
    await send(settings, numbered(["A"], 5), again[:2])
    stream, batches = open_stream(), []
    async with asyncio.timeout(30):
        while sum(map(len, batches)) < 64:
            batches.append(await stream.next_batch(4, 1.0))
            await stream.acknowledge(ledger.record(batches[-1]))
    found = [one for batch in batches for one in batch]
    assert [one.cursor.minor for one in found] == list(range(64))
    assert {one.body for one in found[:50]} == {b""}
    assert [int(one.body) for one in found[50:]] == [*range(9), *range(5)], "and one that names no manifest brings its body"
    assert max(map(len, batches)) > 4 >= max(sum(one.body != b"" for one in batch) for batch in batches)


@pytest.mark.kafka
async def test_nothing_comes_of_partitions_that_are_not_wanted(settings, open_stream):
    await send(settings, numbered(["A", "B"], 2))
    stream = open_stream()
    (first,) = await stream.next_batch(1, 5.0)
    assert await stream.next_batch(9, 0.3, stream.partitions) == []
    others = await stream.next_batch(9, 5.0, {first.partition})
    assert {one.key for one in others} == {"A", "B"} - {first.key}
    assert stream.holds("A")
    assert partition_of(first.key, len(stream.partitions)) == first.partition


def test_a_stream_that_is_not_connected_holds_no_flight():
    assert not KafkaStream(KafkaSettings("127.0.0.1:1"), lambda _: None).holds("A")


@pytest.mark.kafka
async def test_a_batch_is_no_larger_than_asked(settings, open_stream):
    await send(settings, numbered(["A"], 10))
    stream = open_stream()
    sizes = [len(await stream.next_batch(4, 5.0)) for _ in range(3)]
    assert sizes == [4, 4, 2]


@pytest.mark.kafka
async def test_the_ledger_decides_where_a_new_reader_begins(settings, ledger, open_stream):
    await send(settings, numbered(["A"], 10))
    first = open_stream()
    batch = await read(first, 10)
    await first.acknowledge({batch[-1].partition: batch[-1].cursor})  # Kafka's mark says: all done
    await first.close()
    ledger.record(batch[:4])  # the ledger says: four
    assert [d.body for d in await read(open_stream(), 6)] == [b"4", b"5", b"6", b"7", b"8", b"9"]


@pytest.mark.kafka
async def test_what_nobody_can_read_is_delivered_all_the_same(settings, open_stream):
    await send(settings, [("A", b"\xff not JSON")], [("occasion", b"\xff\xfe"), ("list_version", b"many")])
    async with AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers) as producer:
        await producer.send_and_wait(TOPIC, None, b"\xff")
    deliveries = await read(open_stream(), 2)
    assert {d.body for d in deliveries} == {b"\xff not JSON", b""}
    assert {(d.occasion, d.list_version, d.manifest_id) for d in deliveries} == {(Occasion.RECEIVED, 0, None)}


@pytest.mark.kafka
async def test_a_manifest_of_the_largest_size_passes(settings, open_stream):
    body = b"x" * (16 * 1024 * 1024)
    await send(settings, [("A", body)])
    assert (await read(open_stream(), 1))[0].body == body


@pytest.mark.kafka
async def test_two_readers_share_the_partitions_and_one_takes_over_from_the_other(settings, ledger, open_stream):
    first, second = open_stream(), open_stream()
    async with asyncio.timeout(30):
        while not (len(first.partitions) == len(second.partitions) == PARTITIONS // 2):
            await first.next_batch(1, 0.1)
            await second.next_batch(1, 0.1)
    assert first.partitions | second.partitions == set(range(PARTITIONS))
    await first.acknowledge(dict.fromkeys(second.partitions, Cursor(0, 0)))  # marks of what it lost meanwhile harm nobody
    assert first._commit is not None
    await first._commit
    await send(settings, numbered([f"F{n}" for n in range(40)], 80))
    seen: list[Delivery] = []
    async with asyncio.timeout(30):
        while len(seen) < 80:
            for stream in (first, second):
                batch = await stream.next_batch(100, 0.2)
                assert {d.partition for d in batch} <= stream.partitions
                ledger.record(batch)
                seen += batch
    assert sorted(int(d.body) for d in seen) == list(range(80))
    await second.close()
    await send(settings, [(f"F{n}", b"after") for n in range(40)])
    assert {d.key for d in await read(first, 40, ledger) if d.body == b"after"} == {f"F{n}" for n in range(40)}


@pytest.mark.kafka
async def test_a_broker_killed_in_the_middle_loses_nothing_and_is_waited_for(kafka_broker, settings, ledger, open_stream):
    await send(settings, numbered(["A", "B"], 20))
    stream, late = open_stream(), open_stream()
    seen = await stream.next_batch(5, 10.0)
    ledger.record(seen)
    kafka_broker.kill()
    leftover = await stream.next_batch(3, 0.2)  # what had been fetched may still come; nothing fails
    ledger.record(leftover)
    await stream.acknowledge(ledger.rows)
    await late.start()
    assert await late.next_batch(10, 0.1) == []
    kafka_broker.restart()
    await send(settings, [("A", b"20"), ("B", b"21")])
    bodies = {int(d.body) for d in [*seen, *leftover]}
    async with asyncio.timeout(60):
        while bodies != set(range(22)) or not late.partitions:
            batch = [*await stream.next_batch(100, 0.3), *await late.next_batch(100, 0.3)]
            ledger.record(batch)
            bodies |= {int(d.body) for d in batch}


@pytest.mark.kafka
async def test_a_topic_made_anew_is_read_from_its_beginning_and_progress_goes_on(settings, ledger, open_stream):
    await send(settings, numbered(["A"], 5))
    first = open_stream()
    await read(first, 5, ledger)
    await first.close()
    await delete_topics(settings.bootstrap_servers)
    await ensure_topics(settings)
    await send(settings, numbered(["A"], 3))
    second = open_stream()
    again = await read(second, 3, ledger)
    assert [d.cursor for d in again] == [(1, 0), (1, 1), (1, 2)]
    await second.close()
    await send(settings, [("A", b"3")])
    third = open_stream()
    assert [d.cursor for d in await read(third, 1, ledger)] == [(1, 3)]  # not from the beginning again
    await delete_topics(settings.bootstrap_servers)  # and now under a running reader
    await ensure_topics(settings)
    await send(settings, numbered(["A"], 2))
    assert [d.cursor for d in await read(third, 2)] == [(2, 0), (2, 1)]


@pytest.mark.parametrize(
    ("done", "first", "end", "expected"),
    [
        (None, 0, 0, (0, 0)),
        (None, 7, 9, (0, 7)),
        (Cursor(0, 4), 0, 9, (0, 5)),
        (Cursor(0, 8), 0, 9, (0, 9)),
        (Cursor(2, 4), 7, 9, (2, 7)),  # retention took what came next
        (Cursor(0, 9), 0, 9, (1, 0)),  # there never was an offset 9 in this topic
        (Cursor(3, 500), 2, 9, (4, 2)),
    ],
)
def test_where_reading_goes_on(done, first, end, expected):
    assert next_place(done, first, end) == expected
