"""One look for everybody: the tail of the alert feed, read once per process and served from memory.

    commit --NOTIFY--> signal --> one read behind the last change --> rings by port --> whoever waits for that port

Consoles and streams ask the tail, not the database: 500 of them with nothing new cost 500 glances at a list. The signal
is a hint, never the truth: it may come before a change can be read (an older transaction still runs), or be lost with its
connection. So the tail also looks by itself, soon after a signal that led to nothing and once a second otherwise.

Memory is bounded (rings by port, at most PORTS_MAX of them). A reader further behind than the rings reach, one whose cursor the
tail has not come to yet, and everybody while the tail has not looked for a while, reads the database itself. Both give the same
rows, in commit order, so it does not matter who was answered from where.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress

from schemas.delivery import Cursor
from storage import alert_feed
from storage.alert_feed import FeedEntry
from storage.change_ring import ChangeRing
from storage.database import Database, StoreUnavailableError
from storage.outbox import ALERT_CHANNEL
from storage.partitions import START
from storage.signal import Signal

LOOK_AGAIN_SECONDS = 1.0
"""How late a change may be when its signal was lost."""
HELD_BACK_SECONDS = 0.05
"""How soon to look again after a signal without a row: honest transactions last a few milliseconds."""
STALE_SECONDS = 3.0
"""A tail that has not looked for this long is not believed."""
PAGE = 200
"""A megabyte of changes a read: a burst neither fills the memory nor keeps others from their turns."""
PORTS_MAX = 64
"""Rings kept, the most recently used ones: with CHANGE_BYTES_MAX this bounds the memory at 64 MiB."""


class AlertTail:
    """Follows the feed from `start` to `close`. Before and after that it answers too, from the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._signal = Signal(database, ALERT_CHANNEL)
        self._task: asyncio.Task[None] | None = None
        self._everything = ChangeRing(START)
        self._ports: OrderedDict[str, ChangeRing] = OrderedDict()
        self._ports_floor = START
        self._reached: Cursor | None = None
        self._looked_at = float("-inf")
        self._news: dict[str | None, asyncio.Event] = {}
        self._closing = False

    @property
    def closing(self) -> bool:
        """Whether the process is about to end: nobody should wait any more."""
        return self._closing

    async def start(self) -> None:
        """Begin to follow. The database need not be there yet."""
        assert self._task is None, "started twice"
        await self._signal.start()
        self._task = asyncio.create_task(self._follow())

    def release(self) -> None:
        """Whoever waits is answered at once, and nobody waits again: the process is about to end."""
        self._closing = True
        for port in tuple(self._news):
            self._wake(port)

    async def close(self) -> None:
        """Stop following. Safe to call twice and without a start."""
        self.release()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await self._signal.close()

    async def newest(self) -> Cursor:
        """Where a reader starts that wants only what is still to come. Raises StoreUnavailableError."""
        if self._fresh() and self._reached is not None:
            return self._reached
        async with self._database.reading() as work:
            return await alert_feed.newest_cursor(work)

    async def read(self, cursor: Cursor, port: str | None, limit: int) -> Sequence[FeedEntry]:
        """At most `limit` changes after `cursor`, of alerts of flights into `port` (None = all).

        Raises StoreUnavailableError.
        """
        found = self._remembered(cursor, port, limit)
        return await self._read_store(cursor, port, limit) if found is None else found

    async def wait(self, cursor: Cursor, port: str | None, limit: int, seconds: float) -> Sequence[FeedEntry]:
        """The same, but as soon as there is something, or after `seconds`. Raises StoreUnavailableError."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            news = self._news.setdefault(port, asyncio.Event())  # the ear is at the wall before the eye looks
            found = await self.read(cursor, port, limit)
            left = deadline - loop.time()
            if found or left <= 0 or self._closing:
                return found
            await _set_within(news, left if self._fresh() else min(left, LOOK_AGAIN_SECONDS))

    def _fresh(self) -> bool:
        return asyncio.get_running_loop().time() - self._looked_at <= STALE_SECONDS

    def _remembered(self, cursor: Cursor, port: str | None, limit: int) -> Sequence[FeedEntry] | None:
        if self._reached is None or cursor > self._reached or not self._fresh():
            return None
        if port is None:
            return self._everything.since(cursor, limit)
        ring = self._ports.get(port)
        if ring is None:
            return None if cursor < self._ports_floor else ()
        self._ports.move_to_end(port)
        return ring.since(cursor, limit)

    async def _read_store(self, cursor: Cursor, port: str | None, limit: int) -> Sequence[FeedEntry]:
        reached = self._reached  # whatever the tail has seen before we ask, the answer has too
        async with self._database.reading() as work:
            entries = await alert_feed.read_after(work, cursor, port, limit)
        whole_up_to = reached if len(entries) < limit else entries[-1].cursor
        if port is not None and reached is not None and whole_up_to is not None and cursor <= reached:
            self._ring(port).learn(cursor, entries, whole_up_to)
        return entries

    def _ring(self, port: str) -> ChangeRing:
        """The port's ring. Where it is one too many, the one that was used longest ago is forgotten."""
        ring = self._ports.get(port)
        if ring is None:
            ring = self._ports[port] = ChangeRing(self._ports_floor)
            if len(self._ports) > PORTS_MAX:
                _, forgotten = self._ports.popitem(last=False)
                self._ports_floor = max(self._ports_floor, forgotten.newest)
        self._ports.move_to_end(port)
        return ring

    async def _follow(self) -> None:
        pause = LOOK_AGAIN_SECONDS
        while True:
            listening = asyncio.ensure_future(self._signalled(pause))
            seen = 0
            try:
                with suppress(StoreUnavailableError):
                    seen = await self._catch_up()
                signalled = await listening
            finally:
                listening.cancel()
            pause = HELD_BACK_SECONDS if signalled or seen else min(2 * pause, LOOK_AGAIN_SECONDS)

    async def _signalled(self, seconds: float) -> bool:
        """Whether the signal came within `seconds`."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        await self._signal.wait(seconds)
        return loop.time() - started < seconds

    async def _catch_up(self) -> int:
        """Read what is new; how many changes."""
        seen = 0
        while True:
            began = asyncio.get_running_loop().time()
            entries = await self._next_page()
            self._take(entries)
            self._looked_at = began
            seen += len(entries)
            if len(entries) < PAGE:
                return seen

    async def _next_page(self) -> Sequence[FeedEntry]:
        async with self._database.reading() as work:
            if self._reached is None:
                self._begin(await alert_feed.newest_cursor(work))
            assert self._reached is not None
            return await alert_feed.read_after(work, self._reached, None, PAGE)

    def _begin(self, floor: Cursor) -> None:
        self._reached = self._ports_floor = floor
        self._everything = ChangeRing(floor)
        self._ports.clear()

    def _take(self, entries: Sequence[FeedEntry]) -> None:
        if not entries:
            return
        if self._reached is None or entries[0].cursor <= self._reached:
            self._begin(START)  # the database was restored under us, and its feed begins again
        for entry in entries:
            self._everything.append(entry)
            if entry.port is not None:
                self._ring(entry.port).append(entry)
        self._reached = entries[-1].cursor
        for port in {None, *(entry.port for entry in entries)}:
            self._wake(port)

    def _wake(self, port: str | None) -> None:
        event = self._news.pop(port, None)
        if event is not None:
            event.set()


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
