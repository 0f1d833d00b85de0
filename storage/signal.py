"""A signal: one LISTEN connection per process wakes everybody here who waits for news.

It only ever says "look now". A change that is committed may become readable a moment later (an older transaction still
runs), so a second wake-up follows each first one, and nobody sleeps longer than a second without looking. While the
connection is away that second is all there is; the signal comes back by itself.
"""

import asyncio
from contextlib import suppress

from storage.database import Connection, Database, StoreUnavailableError, store_errors

WAIT_SECONDS_MAX = 1.0
"""The longest sleep without looking."""
ECHO_SECONDS = 0.1
"""The second wake-up: longer than transactions usually overlap."""
RECONNECT_SECONDS = 0.5
"""Between attempts to listen again."""
_ALIVE_SECONDS = 5.0
"""How often a silent connection is asked whether it is still there."""


class Signal:
    """Wakes waiters at every NOTIFY on `channel`."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel
        self._news = asyncio.Event()
        self._lost = asyncio.Event()
        self._echo: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen. The database need not be there yet."""
        assert self._task is None, "started twice"
        self._task = asyncio.create_task(self._listen())

    async def wait(self, seconds: float) -> None:
        """Return at the next change, after `seconds`, or after a second, whichever is first; then look, and wait again."""
        news = self._news
        with suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), min(seconds, WAIT_SECONDS_MAX))

    async def close(self) -> None:
        """Stop listening. Safe to call twice and without a start."""
        task, self._task = self._task, None
        if self._echo is not None:
            self._echo.cancel()
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._wake()

    async def _listen(self) -> None:
        while True:
            with suppress(StoreUnavailableError):
                await self._listen_once()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        connection = await self._database.connect_alone("kulla signal")
        self._lost.clear()
        try:
            with store_errors(connection):
                connection.add_termination_listener(self._on_loss)
                await connection.add_listener(self._channel, self._on_notification)
                self._wake()  # whatever happened while nobody listened
                await self._stay(connection)
        finally:
            connection.remove_termination_listener(self._on_loss)
            connection.terminate()

    async def _stay(self, connection: Connection) -> None:
        while not self._lost.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), _ALIVE_SECONDS)
                return
            await connection.execute("SELECT 1")

    def _on_loss(self, *_: object) -> None:
        self._lost.set()

    def _on_notification(self, *_: object) -> None:
        self._wake()
        if self._echo is None:
            self._echo = asyncio.get_running_loop().call_later(ECHO_SECONDS, self._on_echo)

    def _on_echo(self) -> None:
        self._echo = None
        self._wake()

    def _wake(self) -> None:
        """Wake everybody who waits now; whoever comes later waits for the next."""
        news, self._news = self._news, asyncio.Event()
        news.set()
