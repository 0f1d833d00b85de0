"""Alerts as server-sent events: each change once, in the order of commits, from where the reader left off.

Every event's id is a cursor, so a browser that lost its connection sends it back as `Last-Event-ID` and misses nothing. A
reader without one starts with what is still to come. A stream ends by itself after a while: the reader comes back, and is asked
for its key again, so that a revoked one does not listen on.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from api_service.context import AppContext
from api_service.cursors import encode_cursor
from api_service.long_poll import until_found
from schemas.delivery import Cursor
from storage import alert_feed
from storage.alert_feed import FeedEntry

STREAM_SECONDS_MAX = 600.0
"""How long a revoked key may listen on."""
HEARTBEAT_SECONDS = 15.0
"""Proxies give up on a connection that is silent for some 30 s."""
PAGE = 100
RETRY_MILLISECONDS = 1_000
"""What a reader waits before it comes back."""


async def events(context: AppContext, after: Cursor | None) -> AsyncIterator[bytes]:
    """Events behind `after` (None = only what is still to come), with heartbeats, until STREAM_SECONDS_MAX are over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + STREAM_SECONDS_MAX
    cursor = await _newest(context) if after is None else after
    yield f"retry: {RETRY_MILLISECONDS}\nid: {encode_cursor(*cursor)}\n\n".encode()
    while (left := deadline - loop.time()) > 0:
        entries = await _next(context, cursor, min(left, HEARTBEAT_SECONDS))
        if not entries:
            yield b": still here\n\n"
        for entry in entries:
            cursor = entry.cursor
            yield _event(entry)


async def _newest(context: AppContext) -> Cursor:
    async with context.database.reading() as work:
        return await alert_feed.newest_cursor(work)


async def _next(context: AppContext, cursor: Cursor, wait_seconds: float) -> Sequence[FeedEntry]:
    async def look() -> Sequence[FeedEntry] | None:
        async with context.database.reading() as work:
            return await alert_feed.read_after(work, cursor, None, PAGE) or None

    return await until_found(look, context.alert_signal, wait_seconds) or ()


def _event(entry: FeedEntry) -> bytes:
    """JSON has no line breaks of its own, so one line of data is enough."""
    return f"id: {encode_cursor(*entry.cursor)}\nevent: alert\ndata: {entry.payload}\n\n".encode()
