"""The tail: one look for everybody, and from it every change once, whatever writers and connections do meanwhile."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from storage_makers import make_alert
from test_database import end_sessions

from schemas.alert import Alert
from schemas.delivery import Cursor
from storage import alert_tail, change_ring, outbox, signal
from storage.alert_tail import AlertTail
from storage.database import Database, StoreUnavailableError, Work
from storage.partitions import START

PORTS = ("TIA", "PRN", "SKP")


def change(name: str, port: str = "TIA") -> Alert:
    alert = make_alert(surname=name)
    flight = alert.flight.model_copy(update={"arrival_port": port})
    return alert.model_copy(update={"alert_id": name, "flight": flight})


async def publish(database: Database, *alerts: Alert) -> None:
    async with database.unit_of_work() as work:
        await outbox.publish_alerts(work, alerts)


async def followed(tail: AlertTail) -> None:
    """Return when the tail has looked."""
    async with asyncio.timeout(20):
        while not tail._fresh():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


@pytest.fixture
async def tail(database: Database) -> AsyncIterator[AlertTail]:
    started = AlertTail(database)
    await started.start()
    await followed(started)
    yield started
    await started.close()


@pytest.fixture
def looks(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every connection that is asked for reading."""
    asked: list[int] = []
    real = database.reading

    @asynccontextmanager
    async def counted() -> AsyncIterator[Work]:
        asked.append(1)
        async with real() as work:
            yield work

    monkeypatch.setattr(database, "reading", counted)
    return asked


class Reader:
    """Follows one port (None = all) like a console: a cursor, pages of odd sizes, sometimes waiting."""

    def __init__(self, tail: AlertTail, port: str | None, seed: int) -> None:
        self.tail, self.port, self.chance = tail, port, random.Random(seed)
        self.cursor, self.seen = START, list[str]()

    async def turn(self) -> bool:
        limit, seconds = self.chance.randint(1, 5), self.chance.choice((0.0, 0.0, 0.05))
        try:
            found = await self.tail.wait(self.cursor, self.port, limit, seconds)
        except StoreUnavailableError:
            return True
        self.seen += [Alert.model_validate_json(one.payload).alert_id for one in found]
        self.cursor = found[-1].cursor if found else self.cursor
        return bool(found)

    async def follow(self, done: asyncio.Event) -> None:
        while True:
            last = done.is_set()
            if not await self.turn() and last:
                return
            await asyncio.sleep(0)


async def write(database: Database, number: int) -> None:
    """Transactions of every kind: short, long, several changes, given up."""
    chance = random.Random(number)
    for turn in range(8):
        names = {f"w{number}-{turn}-{port}": port for port in PORTS if chance.random() < 0.7}
        give_up = chance.random() < 0.3
        try:
            async with database.unit_of_work() as work:
                for name, port in names.items():
                    await outbox.publish_alert(work, change(name, port))
                    await asyncio.sleep(chance.choice((0, 0.002, 0.05)))
                if give_up:
                    raise _GivenUpError
        except (_GivenUpError, StoreUnavailableError):
            continue


class _GivenUpError(Exception):
    pass


@pytest.fixture
def administrator(database_url: str, superuser_url: Callable[[str], str]) -> str:
    """Who may end the sessions of others."""
    return superuser_url(database_url)


@pytest.mark.parametrize("cut", [False, True])
async def test_no_change_lost_or_repeated(
    database: Database,
    tail: AlertTail,
    cut: bool,
    administrator: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Memory small enough that readers are answered from both places; in one round the signal's session is ended again and again."""
    monkeypatch.setattr(change_ring, "CHANGES_MAX", 4)
    done = asyncio.Event()
    readers = [Reader(tail, port, seed) for seed, port in enumerate((*PORTS, *PORTS, None, None))]
    following = asyncio.gather(*(reader.follow(done) for reader in readers))
    late = Reader(tail, None, 99)
    writing = asyncio.gather(*(write(database, number) for number in range(6)))
    while cut and not writing.done():
        await end_sessions(administrator)
        await asyncio.sleep(0.1)
    await writing
    await asyncio.sleep(0.2)
    done.set()
    await asyncio.wait_for(asyncio.gather(following, late.follow(done)), 60)
    async with database.snapshot() as work:
        committed = dict(await work.fetch("SELECT alert_id, port FROM alert_outbox"))
    assert len(committed) > (0 if cut else 50)
    orders: dict[str | None, list[str]] = {}
    for reader in (*readers, late):
        assert sorted(reader.seen) == sorted(name for name, port in committed.items() if reader.port in (None, port))
        assert orders.setdefault(reader.port, reader.seen) == reader.seen


async def test_five_hundred_who_wait_cost_no_query(
    tail: AlertTail, database: Database, looks: list[int], monkeypatch: Any
) -> None:
    monkeypatch.setattr(alert_tail, "STALE_SECONDS", 600.0)
    await publish(database, change("early"))
    [first] = await tail.wait(START, "TIA", 10, 10.0)
    before = len(looks)
    waiting = [asyncio.create_task(tail.wait(first.cursor, "TIA", 10, 25.0)) for _ in range(500)]
    for _ in range(1000):
        assert not await tail.read(first.cursor, "TIA", 10)
    await asyncio.sleep(0.3)
    assert len(looks) - before <= 10, "only the tail itself looks"
    await publish(database, change("news"))
    found = await asyncio.wait_for(asyncio.gather(*waiting), 30)
    assert {len(page) for page in found} == {1}
    assert len({id(page[0]) for page in found}) == 1, "they share it"
    assert len(looks) - before <= 20


async def test_another_ports_news_wakes_nobody_here(tail: AlertTail, database: Database) -> None:
    waiting = asyncio.create_task(tail.wait(START, "TIA", 10, 20.0))
    await publish(database, change("there", "PRN"))
    [there] = await tail.wait(START, "PRN", 10, 20.0)
    assert there.port == "PRN"
    assert not waiting.done()
    await publish(database, change("here"))
    [here] = await asyncio.wait_for(waiting, 20.0)
    assert here.port == "TIA"


async def test_a_tail_that_does_not_look_is_not_believed(tail: AlertTail, database: Database, looks: list[int]) -> None:
    assert tail._task is not None
    tail._task.cancel()
    await publish(database, change("news"))
    tail._looked_at -= alert_tail.STALE_SECONDS
    assert len(await tail.read(START, "TIA", 10)) == 1
    assert looks


async def test_a_quiet_port_is_asked_for_once(tail: AlertTail, database: Database, looks: list[int], monkeypatch: Any) -> None:
    monkeypatch.setattr(alert_tail, "STALE_SECONDS", 600.0)
    await publish(database, *(change(f"busy{number}", "PRN") for number in range(5)))
    await tail.wait(START, "PRN", 10, 10.0)
    async with database.unit_of_work() as work:
        await work.execute("DELETE FROM alert_outbox WHERE port = 'PRN'")
    restarted = AlertTail(database)
    await publish(database, change("later", "PRN"))
    try:
        await restarted.start()
        await restarted.wait(START, "PRN", 10, 10.0)
        await followed(restarted)
        assert not await restarted.read(START, "SKP", 10)
        before = len(looks)
        for _ in range(50):
            assert not await restarted.read(START, "SKP", 10)
        assert len(looks) - before <= 3
        await publish(database, change("first", "SKP"))
        assert len(await restarted.wait(START, "SKP", 10, 10.0)) == 1
    finally:
        await restarted.close()


async def test_many_ports_are_forgotten_without_a_gap(tail: AlertTail, database: Database, monkeypatch: Any) -> None:
    monkeypatch.setattr(alert_tail, "PORTS_MAX", 2)
    for number in range(12):
        await publish(database, change(f"n{number}", f"P{number % 4}X"))
        await tail.wait(START, f"P{number % 4}X", 10, 10.0)
    assert len(tail._ports) <= 2
    for port in range(4):
        reader = Reader(tail, f"P{port}X", port)
        while await reader.turn():
            pass
        assert reader.seen == [f"n{number}" for number in range(port, 12, 4)]


async def test_a_feed_that_begins_again_is_followed(tail: AlertTail, database: Database) -> None:
    """As after a restored dump: what is read lies before where the tail was."""
    await publish(database, change("old"))
    [old] = await tail.wait(START, "TIA", 10, 10.0)
    tail._reached = Cursor(2**62, 1)
    assert [one.cursor for one in await tail.wait(START, "TIA", 10, 10.0)] == [old.cursor]
    await publish(database, change("new"))
    async with asyncio.timeout(20):
        while tail._reached is None or tail._reached.major == 2**62:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)
    assert len(await tail.read(START, "TIA", 10)) == 2
    assert len(await tail.read(old.cursor, "TIA", 10)) == 1


async def test_who_waits_is_answered_before_the_end(tail: AlertTail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "WAIT_SECONDS_MAX", 60.0)
    waiting = [asyncio.create_task(tail.wait(START, port, 10, 600.0)) for port in ("TIA", None)]
    await asyncio.sleep(0.05)
    tail.release()
    assert not any(await asyncio.wait_for(asyncio.gather(*waiting), 10.0))
    assert not await asyncio.wait_for(tail.wait(START, "TIA", 10, 600.0), 10.0)


async def test_a_rendering_is_made_once(tail: AlertTail, database: Database) -> None:
    await publish(database, change("one"))
    [entry] = await tail.wait(START, "TIA", 10, 10.0)
    made: list[str] = []
    for _ in range(3):
        assert entry.rendered("short", lambda payload: made.append(payload) or b"short") == b"short"  # type: ignore[func-returns-value]  # append gives None
    assert made == [entry.payload]
