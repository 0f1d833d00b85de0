"""Waiting for news without asking all the time.

A poll that finds nothing waits for the signal that some alert changed, and looks again. The signal is a hint, never the truth:
it may come before the row can be read (an older transaction is still running, so the feed holds back what is behind it), it may
be lost with a connection, and in some arrangements there is none. So a poll also looks again by itself, soon after a signal
that led to nothing and seldom otherwise.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api_service.context import AlertSignal
from api_service.cursors import decode_cursor
from api_service.problems import InvalidRequestError
from schemas.delivery import Cursor

WAIT_SECONDS_MAX = 25.0
"""Below the 30 s after which proxies commonly give up on a silent connection."""
LOOK_AGAIN_SECONDS = 1.0
"""How late a change may be when its signal was lost; 500 waiting consoles then cost 500 small index reads a second."""
HELD_BACK_SECONDS = 0.05
"""How soon to look again after a signal without a row: honest transactions last a few milliseconds."""

_CURSOR_MAX = 2**63 - 1  # the columns are 64-bit integers

Found = TypeVar("Found")


def feed_cursor(text: str) -> Cursor:
    """The place in the alert feed that a reader was given. Raises InvalidRequestError."""
    major, minor = (int(part) for part in decode_cursor(text, (int, int)))
    if not (0 <= major <= _CURSOR_MAX and 0 <= minor <= _CURSOR_MAX):
        raise InvalidRequestError("This cursor was not made here.")
    return Cursor(major, minor)


async def until_found(
    look: Callable[[], Awaitable[Found | None]], signal: AlertSignal | None, wait_seconds: float
) -> Found | None:
    """What `look` finds, at once or within `wait_seconds` (at most WAIT_SECONDS_MAX); None when that time is over.

    The ear is at the wall before the eye looks: a change between looking and listening is not missed.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + min(wait_seconds, WAIT_SECONDS_MAX)
    pause = LOOK_AGAIN_SECONDS
    while True:
        listening = asyncio.ensure_future(_signalled(signal, max(0.0, min(pause, deadline - loop.time()))))
        try:
            found = await look()
            if found is not None or loop.time() >= deadline:
                return found
            pause = HELD_BACK_SECONDS if await listening else min(2 * pause, LOOK_AGAIN_SECONDS)
        finally:
            listening.cancel()


async def _signalled(signal: AlertSignal | None, seconds: float) -> bool:
    """Whether the signal came within `seconds`."""
    if signal is None:
        await asyncio.sleep(seconds)
        return False
    started = asyncio.get_running_loop().time()
    await signal.wait(seconds)
    return asyncio.get_running_loop().time() - started < seconds
