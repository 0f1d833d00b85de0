"""What every stream of manifests promises (screening.ports.ManifestStream), on every adapter."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from time import monotonic

from stream_worlds import StreamWorld, manifest_id_of, progress_of

from schemas.delivery import Delivery
from screening.ports import ManifestStream

PATIENCE_SECONDS = 60.0
"""How long a test waits for what must happen, on a machine busy with other things."""


async def read(stream: ManifestStream, count: int) -> list[Delivery]:
    """So many events, unless patience ends."""
    found: list[Delivery] = []
    deadline = monotonic() + PATIENCE_SECONDS
    while len(found) < count and monotonic() < deadline:
        found += await stream.next_batch(count - len(found), 0.5)
    return found


async def settle(world: StreamWorld, stream: ManifestStream, deliveries: Sequence[Delivery]) -> None:
    await world.record(deliveries)
    await stream.acknowledge(progress_of(deliveries))


async def test_everything_arrives_in_order_within_a_flight_and_in_one_partition(stream_world: StreamWorld) -> None:
    sent: dict[str, list[str]] = defaultdict(list)
    for number in range(40):
        flight = f"OR{number % 7}-AMS-2026-03-01"
        sent[flight].append(await stream_world.publish(flight))
    stream = await stream_world.open_stream()
    got: dict[str, list[str]] = defaultdict(list)
    partitions: dict[str, set[int]] = defaultdict(set)
    for delivery in await read(stream, 40):
        got[delivery.key].append(manifest_id_of(delivery))
        partitions[delivery.key].add(delivery.partition)
    assert got == sent
    assert {len(held) for held in partitions.values()} == {1}
    assert await stream.next_batch(10, 0.05) == []


async def test_a_waiting_reader_is_told(stream_world: StreamWorld) -> None:
    stream = await stream_world.open_stream()
    assert await stream.next_batch(10, 0.2) == []
    waiting = asyncio.create_task(read(stream, 1))
    await asyncio.sleep(0.05)
    manifest_id = await stream_world.publish("OR1-AMS-2026-03-01")
    assert [manifest_id_of(delivery) for delivery in await waiting] == [manifest_id]


async def test_a_batch_is_bounded(stream_world: StreamWorld) -> None:
    for number in range(10):
        await stream_world.publish(f"OR{number}-AMS-2026-03-01")
    stream = await stream_world.open_stream()
    sizes = []
    while sum(sizes) < 10:
        sizes.append(len(await stream.next_batch(3, 1.0)))
    assert max(sizes) <= 3


async def test_nothing_comes_of_a_partition_that_is_not_wanted_until_it_is(stream_world: StreamWorld) -> None:
    flights = [f"OR{number}-AMS-2026-03-01" for number in range(12)]
    for flight in flights:
        await stream_world.publish(flight)
    stream = await stream_world.open_stream()
    (first,) = await read(stream, 1)
    kept_back = [await stream_world.publish(first.key) for _ in range(2)]
    found: list[Delivery] = []
    deadline = monotonic() + PATIENCE_SECONDS
    while not {one.key for one in found} and monotonic() < deadline:
        found += await stream.next_batch(100, 0.5, {first.partition})
    assert first.partition not in {one.partition for one in found}
    while sum(one.key == first.key for one in found) < 2 and monotonic() < deadline:
        found += await stream.next_batch(100, 0.5)
    assert [manifest_id_of(one) for one in found if one.key == first.key] == kept_back


async def test_what_was_not_recorded_comes_again_and_what_was_does_not(stream_world: StreamWorld) -> None:
    ids = [await stream_world.publish("OR1-AMS-2026-03-01") for _ in range(5)]
    first = await stream_world.open_stream()
    delivered = await read(first, 5)
    await settle(stream_world, first, delivered[:2])
    await stream_world.crash(first)
    second = await stream_world.open_stream()
    assert [manifest_id_of(delivery) for delivery in await read(second, 3)] == ids[2:]
    assert await second.next_batch(10, 0.05) == []


async def test_a_crash_between_record_and_acknowledge_repeats_nothing(stream_world: StreamWorld) -> None:
    for _ in range(3):
        await stream_world.publish("OR1-AMS-2026-03-01")
    first = await stream_world.open_stream()
    await stream_world.record(await read(first, 3))
    await stream_world.crash(first)
    last = await stream_world.publish("OR1-AMS-2026-03-01")
    second = await stream_world.open_stream()
    assert [manifest_id_of(delivery) for delivery in await read(second, 1)] == [last]


async def test_two_readers_share_and_one_takes_over_from_the_other(stream_world: StreamWorld) -> None:
    first, second = await stream_world.open_stream(), await stream_world.open_stream()
    await share_out(stream_world, first, second)
    await stream_world.crash(first)
    flights = {f"W6{number}-BGY-2026-03-02" for number in range(40)}
    for flight in sorted(flights):
        await stream_world.publish(flight)
    seen: set[str] = set()
    deadline = monotonic() + PATIENCE_SECONDS
    while not flights <= seen and monotonic() < deadline:
        batch = await second.next_batch(50, 0.2)
        seen |= {delivery.key for delivery in batch}
        await settle(stream_world, second, batch)
    assert flights <= seen


async def share_out(world: StreamWorld, first: ManifestStream, second: ManifestStream) -> None:
    """Publish rounds of flights until each reader gets some and no flight goes to both."""
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        flights = {f"OR{number}-AMS-2026-03-01" for number in range(40)}
        for flight in sorted(flights):
            await world.publish(flight)
        by_reader = await one_round(world, (first, second), flights)
        if all(by_reader) and by_reader[0].isdisjoint(by_reader[1]):
            return
    raise AssertionError("the readers never shared")


async def one_round(world: StreamWorld, readers: Sequence[ManifestStream], flights: set[str]) -> list[set[str]]:
    got: list[set[str]] = [set() for _ in readers]
    deadline = monotonic() + PATIENCE_SECONDS
    while not flights <= set().union(*got) and monotonic() < deadline:
        for keys, reader in zip(got, readers, strict=True):
            batch = await reader.next_batch(100, 0.1)
            await settle(world, reader, batch)
            keys |= {delivery.key for delivery in batch}
    assert flights <= set().union(*got)
    return got


async def test_close_is_safe_twice_and_without_start(stream_world: StreamWorld) -> None:
    unopened = stream_world._make_stream()
    await unopened.close()
    stream = await stream_world.open_stream()
    await stream.close()
    await stream.close()


async def test_a_closed_stream_can_start_again_behind_the_ledgers_progress(stream_world: StreamWorld) -> None:
    ids = [await stream_world.publish("OR1-AMS-2026-03-01") for _ in range(2)]
    stream = await stream_world.open_stream()
    await settle(stream_world, stream, (await read(stream, 2))[:1])
    await stream.close()
    await stream.start()
    assert [manifest_id_of(delivery) for delivery in await read(stream, 1)] == ids[1:]
