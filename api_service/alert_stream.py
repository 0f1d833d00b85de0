"""Alerts as server-sent events: each change once, in the order of commits, from where the reader left off.

Every event's id is a cursor, so a browser that lost its connection sends it back as `Last-Event-ID` and misses nothing. A
reader without one starts with what is still to come. A stream ends by itself after a while: the reader comes back. It ends
when the reader's key is revoked: that is looked up before anything is sent, once a second at most (`api_service.standing`).

A reader is sent its next page only when it has taken the last one, so a slow one costs a page of memory, mostly shared with the
others. One that takes nothing for SLOW_READER_SECONDS_MAX is dropped; the id of the last event it read is its way back.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from api_service.cursors import encode_cursor
from schemas.delivery import Cursor
from storage.alert_feed import FeedEntry
from storage.alert_tail import AlertTail

STREAM_SECONDS_MAX = 600.0
"""Balancers and proxies change; nobody holds a connection for ever."""
HEARTBEAT_SECONDS = 15.0
"""Proxies give up on a connection that is silent for some 30 s."""
SLOW_READER_SECONDS_MAX = 30.0
"""A reader that has not emptied its connection for this long sleeps, or is gone."""
PAGE = 100
RETRY_MILLISECONDS = 1_000
"""What a reader waits before it comes back."""


async def events(tail: AlertTail, after: Cursor | None, may_listen: Callable[[], Awaitable[bool]]) -> AsyncIterator[bytes]:
    """Events behind `after` (None = only what is still to come), with heartbeats, until STREAM_SECONDS_MAX are over, the reader
    may not listen any more, or the process is about to end."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + STREAM_SECONDS_MAX
    cursor = await tail.newest() if after is None else after
    yield f"retry: {RETRY_MILLISECONDS}\nid: {encode_cursor(*cursor)}\n\n".encode()
    while (left := deadline - loop.time()) > 0 and not tail.closing:
        entries = await tail.wait(cursor, None, PAGE, min(left, HEARTBEAT_SECONDS))
        if not await may_listen():
            return
        if not entries:
            yield b": still here\n\n"
        for entry in entries:
            cursor = entry.cursor
            yield _event(entry)


def _event(entry: FeedEntry) -> bytes:
    """JSON has no line breaks of its own, so one line of data is enough."""
    return f"id: {encode_cursor(*entry.cursor)}\nevent: alert\ndata: {entry.payload}\n\n".encode()


class EventStream(StreamingResponse):
    """A stream of events that gives up on a reader who does not read."""

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        """Send; where a piece is not taken in time, stop: the server then closes the connection."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(SLOW_READER_SECONDS_MAX):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            return
