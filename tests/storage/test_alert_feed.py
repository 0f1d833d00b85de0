"""The alert feed: every change exactly once, in the order of commits, whoever commits late."""

import asyncio

from storage_makers import make_alert

from schemas.alert import Alert
from schemas.delivery import Cursor
from storage import alert_feed, outbox
from storage.database import Database
from storage.partitions import START


async def follow(database: Database, cursor: Cursor, port: str | None) -> tuple[list[Alert], Cursor]:
    async with database.snapshot() as work:
        entries = await alert_feed.read_after(work, cursor, port, 7)
    return [Alert.model_validate_json(entry.payload) for entry in entries], entries[-1].cursor if entries else cursor


def version(number: int, port: str = "TIA") -> Alert:
    alert = make_alert(surname=f"Name{number}")
    return alert.model_copy(update={"flight": alert.flight.model_copy(update={"arrival_port": port})})


async def test_a_late_commit_is_never_passed(database: Database) -> None:
    first, second = version(1), version(2)
    async with database.unit_of_work() as early:
        await outbox.publish_alert(early, first)
        async with database.unit_of_work() as late:
            await outbox.publish_alert(late, second)
        assert await follow(database, START, "TIA") == ([], START)
        async with database.snapshot() as work:
            assert await alert_feed.newest_cursor(work) == START
    found, cursor = await follow(database, START, "TIA")
    assert found == [first, second]
    assert await follow(database, cursor, "TIA") == ([], cursor)
    async with database.snapshot() as work:
        assert await alert_feed.newest_cursor(work) == cursor


async def test_ports_are_apart_and_none_is_lost_among_many_writers(database: Database) -> None:
    sent = {port: {version(number, port).alert_id + port for number in range(20)} for port in ("TIA", "PRN")}
    got: dict[str | None, list[str]] = {"TIA": [], "PRN": [], None: []}

    async def write(number: int) -> None:
        async with database.unit_of_work() as work:
            for port in ("TIA", "PRN"):
                alert = version(number, port)
                await outbox.publish_alert(work, alert.model_copy(update={"alert_id": alert.alert_id + port}))
                await asyncio.sleep((number * 3 % 4) / 300)

    async def read(port: str | None, count: int) -> None:
        cursor = START
        while len(got[port]) < count:
            found, cursor = await follow(database, cursor, port)
            got[port] += [alert.alert_id for alert in found]
            await asyncio.sleep(0.005)

    readers = asyncio.gather(read("TIA", 20), read("PRN", 20), read(None, 40))
    await asyncio.gather(*(write(number) for number in range(20)))
    await asyncio.wait_for(readers, 60.0)
    for port in ("TIA", "PRN"):
        assert len(got[port]) == 20
        assert set(got[port]) == sent[port]
    assert sorted(got[None]) == sorted(sent["TIA"] | sent["PRN"])


async def test_cursors_are_as_wide_as_they_will_get(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.execute("ALTER TABLE alert_outbox ALTER position RESTART WITH 5000000000")
        for number in range(2):
            await outbox.publish_alert(work, version(number))
    for port in ("TIA", None):
        both, cursor = await follow(database, START, port)
        assert len(both) == 2
        assert cursor.minor == 5_000_000_001
        assert await follow(database, Cursor(cursor.major, cursor.minor - 1), port) == (both[1:], cursor)
