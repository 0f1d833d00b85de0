"""The store says which manifests a list change would send again, of whose partitions."""

from storage_makers import NOW, make_manifest, store_manifest
from stream_worlds import OutboxWorld

from storage import outbox
from storage.database import Database
from storage.live_manifests import KafkaLive, StoredLive


def flight(number: int) -> str:
    return f"OR{number}-AMS-2026-03-01"


async def test_it_names_what_a_list_change_would_send_again(outbox_world: OutboxWorld) -> None:
    database = outbox_world.database
    live = [make_manifest(flight(number), number) for number in range(1, 9)]
    async with database.unit_of_work() as work:
        for one in live:
            await store_manifest(work, one)
        await store_manifest(work, make_manifest(flight(1), 900), test=True)
        await store_manifest(work, make_manifest(flight(99), 901))
        await work.execute(
            "UPDATE manifests SET scheduled_arrival = $1::timestamptz - interval '13 hours',"
            " received_at = $1::timestamptz - interval '14 hours' WHERE flight_key = $2",
            NOW,
            flight(99),
        )
    everywhere = await StoredLive(database, clock=lambda: NOW).live()
    assert sorted(everywhere.manifest_ids) == sorted(one.manifest_id for one in live)
    assert not everywhere.ours
    async with database.unit_of_work() as work:
        assert await outbox.republish_live(work, 7, NOW) == len(everywhere.manifest_ids)


async def test_readers_that_share_the_outbox_are_told_of_their_own(outbox_world: OutboxWorld, database: Database) -> None:
    ids = {await outbox_world.publish(flight(number)) for number in range(1, 25)}
    streams = [await outbox_world.open_stream() for _ in range(2)]
    for stream in (*streams, *streams):
        await stream.next_batch(1, 0.6)
    told = [await StoredLive(database, stream, lambda: NOW).live() for stream in streams]  # type: ignore[arg-type]  # of the outbox
    assert all(one.ours and one.manifest_ids for one in told)
    assert sorted(ids) == sorted([*told[0].manifest_ids, *told[1].manifest_ids])


class Topic:
    """A reader of two of the topic's partitions, to which the flights with even numbers come."""

    partitions = frozenset({3, 5})

    def holds(self, flight_key: str) -> bool:
        return int(flight_key[2:].partition("-")[0]) % 2 == 0


async def test_readers_of_a_topic_are_told_of_the_flights_that_come_to_them(
    outbox_world: OutboxWorld, database: Database
) -> None:
    ids = {number: await outbox_world.publish(flight(number)) for number in range(1, 9)}
    live = KafkaLive(database, Topic(), lambda: NOW)  # type: ignore[arg-type]  # all that is asked of it
    told = await live.live()
    assert sorted(told.manifest_ids) == sorted(one for number, one in ids.items() if number % 2 == 0)
    assert told.ours
    assert live.served == {3, 5}
