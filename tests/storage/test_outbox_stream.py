"""The outbox as a stream: late commits, stalled tails, lost sessions."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest
from storage_makers import NOW, make_alert, make_manifest, store_manifest
from stream_worlds import OutboxWorld, manifest_id_of, progress_of
from test_database import end_sessions
from test_stream_contract import read

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from schemas.manifest import Function, Manifest
from schemas.traveller import Traveller
from storage import alert_feed, outbox, restored, tail_age
from storage.database import Database, StoreUnavailableError, Work
from storage.migrate import migrate
from storage.outbox_stream import OutboxStream


async def write(work: Work, flight_key: str, number: int) -> str:
    manifest = make_manifest(flight_key, number)
    await store_manifest(work, manifest)
    await outbox.publish_manifest(work, manifest.manifest_id, flight_key)
    return manifest.manifest_id


async def test_a_transaction_that_commits_late_loses_nothing(outbox_world: OutboxWorld) -> None:
    """A takes its position first and commits last; a reader between must not pass it."""
    database, stream = outbox_world.database, await outbox_world.open_stream()
    got: list[Delivery] = []
    async with database.unit_of_work() as early:
        first = await write(early, "OR1-AMS-2026-03-01", 1001)
        async with database.unit_of_work() as late:
            second = await write(late, "OR1-AMS-2026-03-01", 1002)
        got += await stream.next_batch(10, 0.3)
        assert got == []
    got += await read(stream, 2)
    assert [manifest_id_of(delivery) for delivery in got] == [first, second]


async def test_positions_in_the_opposite_order_of_transactions_lose_nothing(outbox_world: OutboxWorld) -> None:
    """The older transaction writes last and commits first."""
    database, stream = outbox_world.database, await outbox_world.open_stream()
    async with database.unit_of_work() as older:
        await older.execute("SELECT pg_current_xact_id()")
        async with database.unit_of_work() as newer:
            await write(newer, "OR1-AMS-2026-03-01", 1001)
        await write(older, "OR1-AMS-2026-03-01", 1002)
    got = await read(stream, 2)
    await outbox_world.record(got)
    assert len({manifest_id_of(delivery) for delivery in got}) == 2
    await write_one(database, 1003)
    assert len(await read(stream, 1)) == 1
    assert await stream.next_batch(10, 0.05) == []


async def test_whoever_promised_to_send_no_manifests_holds_nobody_up(outbox_world: OutboxWorld) -> None:
    """The promise counts for the promiser alone; and whoever breaks it is stopped, for his rows would be passed over."""
    database, stream = outbox_world.database, await outbox_world.open_stream()
    async with database.unit_of_work() as long, database.unit_of_work() as other:
        await long.execute("SELECT pg_current_xact_id()")
        await write_one(database, 1001)
        assert await stream.next_batch(10, 0.2) == []
        await outbox.promise_no_manifests(long)
        assert len(await read(stream, 1)) == 1
        with pytest.raises(asyncpg.RaiseError, match="no manifests"):
            await write(long, "OR1-AMS-2026-03-01", 1002)
        await other.execute("SELECT pg_current_xact_id()")
        await write_one(database, 1003)
        assert await stream.next_batch(10, 0.2) == []
    assert len(await read(stream, 1)) == 1


async def write_one(database: Database, number: int) -> None:
    async with database.unit_of_work() as work:
        await write(work, "OR1-AMS-2026-03-01", number)


async def test_many_writers_at_once_lose_nothing(outbox_world: OutboxWorld) -> None:
    stream = await outbox_world.open_stream()

    async def writer(number: int) -> None:
        async with outbox_world.database.unit_of_work() as work:
            await write(work, f"OR{number}-AMS-2026-03-01", number)
            await asyncio.sleep((number * 7 % 5) / 200)
            await write(work, f"OR{number}-AMS-2026-03-01", 1000 + number)

    writers = asyncio.gather(*(writer(number) for number in range(60)))
    got = await read(stream, 120)
    await writers
    assert len(got) == len({manifest_id_of(delivery) for delivery in got}) == 120
    for number in range(60):
        own = [manifest_id_of(delivery) for delivery in got if delivery.key == f"OR{number}-AMS-2026-03-01"]
        assert own == [make_manifest(f"OR{number}-AMS-2026-03-01", n).manifest_id for n in (number, 1000 + number)]


async def test_a_forgotten_transaction_shows_as_tail_age(outbox_world: OutboxWorld) -> None:
    database, stream = outbox_world.database, await outbox_world.open_stream()
    async with database.snapshot() as work:
        assert await tail_age.waiting_seconds(work, "screener") == 0
    async with database.unit_of_work() as forgotten:
        await forgotten.execute("SELECT pg_current_xact_id()")
        await outbox_world.publish("OR1-AMS-2026-03-01")
        assert await stream.next_batch(10, 0.1) == []
        async with database.snapshot() as work:
            assert await tail_age.waiting_seconds(work, "screener") >= 0.1
    got = await read(stream, 1)
    async with database.snapshot() as work:
        assert await tail_age.waiting_seconds(work, "screener") > 0
    await outbox_world.record(got)
    async with database.snapshot() as work:
        assert await tail_age.waiting_seconds(work, "screener") == 0


async def test_a_lost_session_is_said_and_start_mends_it(
    outbox_world: OutboxWorld, database_url: str, superuser_url: Callable[[str], str]
) -> None:
    stream = await outbox_world.open_stream()
    waiting = asyncio.create_task(stream.next_batch(10, 30.0))
    await asyncio.sleep(0.1)
    await end_sessions(superuser_url(database_url))
    with pytest.raises(StoreUnavailableError):
        await waiting
    with pytest.raises(StoreUnavailableError):
        await stream.next_batch(10, 0.0)
    await stream.close()
    await stream.start()
    manifest_id = await outbox_world.publish("OR1-AMS-2026-03-01")
    assert [manifest_id_of(delivery) for delivery in await read(stream, 1)] == [manifest_id]


async def test_what_is_being_worked_on_does_not_change_hands(outbox_world: OutboxWorld) -> None:
    first = OutboxStream(outbox_world.database, "screener")
    await first.start()
    for number in range(60):
        await outbox_world.publish(f"OR{number}-AMS-2026-03-01")
    working_on = await read(first, 60)
    busy = {delivery.partition for delivery in working_on}
    assert len(busy) > 8
    second = OutboxStream(outbox_world.database, "screener")
    await second.start()
    first._rebalance_at = second._rebalance_at = 0.0
    assert await first.next_batch(10, 0.0) == []
    assert busy <= first.partitions
    await outbox_world.record(working_on)
    await first.acknowledge(progress_of(working_on))
    first._rebalance_at = second._rebalance_at = 0.0
    assert await first.next_batch(10, 0.0) == []
    second._rebalance_at = 0.0
    assert await second.next_batch(10, 0.0) == []
    assert len(first.partitions) == len(second.partitions) == 8
    assert first.partitions.isdisjoint(second.partitions)
    await first.close()
    await second.close()


async def test_a_list_change_sends_every_live_manifest_again(outbox_world: OutboxWorld) -> None:
    database, stream = outbox_world.database, await outbox_world.open_stream()
    ids = [await outbox_world.publish("OR1-AMS-2026-03-01") for _ in range(3)]
    async with database.unit_of_work() as work:
        await store_manifest(work, make_manifest("OR1-AMS-2026-03-01", 900), test=True)
        await store_manifest(work, make_manifest("OR2-AMS-2026-02-01", 901))
        await work.execute(
            "UPDATE manifests SET scheduled_arrival = $1::timestamptz - interval '13 hours',"
            " received_at = $1::timestamptz - interval '14 hours' WHERE flight_key LIKE 'OR2-%'",
            NOW,
        )
    await outbox_world.record(await read(stream, 3))
    async with database.unit_of_work() as work:
        assert await outbox.republish_live(work, 7, NOW) == 3
    again = await read(stream, 3)
    assert {delivery.manifest_id for delivery in again} == set(ids)
    assert {(delivery.occasion, delivery.list_version) for delivery in again} == {(Occasion.RESCREEN, 7)}
    assert await stream.next_batch(10, 0.05) == []


async def test_new_manifests_do_not_wait_behind_a_list_change(outbox_world: OutboxWorld, database: Database) -> None:
    """Re-screens are read beside them, with progress of their own, and change hands together with them."""
    flights = [f"OR{number}-AMS-2026-03-01" for number in range(30)]
    for flight in flights:
        await outbox_world.publish(flight)
    first = await outbox_world.open_stream()
    await outbox_world.record(await read(first, 30))
    async with database.unit_of_work() as work:
        assert await outbox.republish_live(work, 7, NOW) == 30
    new = [await outbox_world.publish(flight) for flight in flights[:3]]
    batch = await first.next_batch(4, 1.0)
    assert [one.manifest_id for one in batch if one.occasion is Occasion.RECEIVED] == new
    assert sum(one.occasion is Occasion.RESCREEN for one in batch) == 4
    partitions = {one.partition for one in batch if one.occasion is Occasion.RECEIVED}
    assert partitions.isdisjoint(one.partition for one in batch if one.occasion is Occasion.RESCREEN)
    await outbox_world.record([one for one in batch if one.occasion is Occasion.RECEIVED])
    await outbox_world.crash(first)
    second = await outbox_world.open_stream()
    again = await read(second, 30)
    assert {one.occasion for one in again} == {Occasion.RESCREEN}
    assert sorted(one.key for one in again) == sorted(flights)


async def test_a_rescreen_names_the_manifest_as_it_was_stored(outbox_world: OutboxWorld) -> None:
    database, stream = outbox_world.database, await outbox_world.open_stream()
    people = tuple(Traveller(traveller_id=one) for one in "ab")
    reported = make_manifest("OR1-AMS-2026-03-01", 100).model_copy(update={"travellers": people})
    cancelled = make_manifest("OR1-AMS-2026-03-01", 101).model_copy(
        update={"travellers": people[:1], "function": Function.PASSENGER_CANCEL}
    )
    async with database.unit_of_work() as work:
        for message in (reported, cancelled):
            await store_manifest(work, message)
            await outbox.publish_manifest(work, message.manifest_id, message.flight.flight_key)
    assert len(await read(stream, 2)) == 2
    async with database.unit_of_work() as work:
        assert await outbox.republish_live(work, 7, NOW) == 1, "a cancellation reports nobody"
    (again,) = await read(stream, 1)
    assert (again.manifest_id, again.body) == (reported.manifest_id, b"")
    bodies = await outbox_world.ledger.bodies([reported.manifest_id, "man_unknown"])
    assert list(bodies) == [reported.manifest_id]
    assert Manifest.model_validate_json(bodies[reported.manifest_id]) == reported


async def test_a_cancelled_call_leaves_no_doubt_about_ownership(outbox_world: OutboxWorld) -> None:
    stream = await outbox_world.open_stream()
    waiting = asyncio.create_task(stream.next_batch(10, 30.0))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(StoreUnavailableError):
        await stream.next_batch(10, 0.0)
    await stream.close()
    await stream.start()
    await outbox_world.publish("OR1-AMS-2026-03-01")
    assert len(await read(stream, 1)) == 1


async def test_a_database_restored_on_another_server_goes_on(outbox_world: OutboxWorld) -> None:
    """A dump keeps transaction ids of the old server; the new one counts from the beginning."""
    database = outbox_world.database
    old = [await outbox_world.publish("OR1-AMS-2026-03-01") for _ in range(3)]
    console = Cursor(9_000_000_000_000, 1)
    async with database.unit_of_work() as work:
        await outbox.publish_alert(work, make_alert())
        await work.execute("UPDATE manifest_outbox SET transaction_id = transaction_id + 9000000000000")
        await work.execute("UPDATE alert_outbox SET transaction_id = transaction_id + 9000000000000")
        await work.execute(
            "INSERT INTO webhooks (webhook_id, url, role, state, secret, major, created_by, created_at)"
            " VALUES ('whk_1', 'https://x/', 'analyst', 'proposed', '', 9000000000000, 'ola', now())"
        )
    await outbox_world.ledger.record([], {n: Cursor(9_000_000_000_000, 9) for n in range(16)})
    assert await migrate(database) == []
    new = await outbox_world.publish("OR1-AMS-2026-03-01")
    stream = await outbox_world.open_stream()
    delivered = await read(stream, 4)
    assert [manifest_id_of(delivery) for delivery in delivered] == [*old, new]
    await outbox_world.record(delivered)
    assert await outbox_world.ledger.progress(delivered[0].partition) == delivered[-1].cursor
    async with database.snapshot() as work:
        assert len(await alert_feed.read_after(work, console, "TIA", 10)) == 1
        assert len(await alert_feed.read_after(work, console, None, 10)) == 1
        assert await work.fetchval("SELECT major FROM webhooks") == 0
    async with database.unit_of_work() as work:
        assert await restored.mend(work) is False
