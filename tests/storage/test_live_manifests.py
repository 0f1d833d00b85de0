"""The store says which manifests a list change would send again, of whose partitions."""

from storage_makers import NOW, make_manifest, store_manifest
from stream_worlds import OutboxWorld

from storage import outbox
from storage.database import Database
from storage.live_manifests import StoredLive


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
