"""The last answer on a connection whose request is still coming in.

Closing at once would lose the answer: with unread bytes waiting, the kernel resets the connection, and a client that first
writes everything and then reads (most do) never sees why. So the answer goes out at once, what still comes is read and thrown
away for a moment, and only then the connection is closed. Nothing of it is kept.
"""

import asyncio

from fastapi import Response
from starlette.types import Receive, Scope, Send

DRAIN_BYTES_MAX = 256 * 1024 * 1024
"""Twice the largest limit for a body that can be set: an honest mistake is read to its end."""
DRAIN_SECONDS_MAX = 15.0
DRAIN_IDLE_SECONDS_MAX = 1.0
"""A client that pauses this long is waiting for us to close."""


class FarewellResponse(Response):
    """A response after which the connection is closed, however much of the request is still to come."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI passes it
        """Answer, drain, close."""
        self.headers["Connection"] = "close"
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await _drain(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    left = DRAIN_BYTES_MAX
    try:
        async with asyncio.timeout(DRAIN_SECONDS_MAX):
            while left > 0:
                async with asyncio.timeout(DRAIN_IDLE_SECONDS_MAX):
                    message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
