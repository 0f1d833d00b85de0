"""The roles at work: each builds what it needs, runs until it is told to stop, and closes in reverse.

SIGTERM and SIGINT mean: finish what is in hand, then end. Being killed instead loses nothing; it only repeats something.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable

import uvicorn

from api_service.app import create_app
from api_service.logs import configure_logs, make_logger
from api_service.settings import Settings
from api_service.wiring import api_context, relay_of, screener_worker
from storage.alert_tail import AlertTail

_GRACE_SECONDS = 5
"""For requests in hand when the API is told to stop; a long poll is answered early."""
_KEEP_ALIVE_SECONDS = 65
"""Longer than a console's poll interval, so that its connection is used again."""
_CONNECTIONS_MAX = 4_096
"""Consoles hold a connection each while they wait; beyond this many somebody is playing."""


async def serve_api(settings: Settings, listener: int | None) -> None:
    """HTTP until told to stop. `listener`: the file descriptor of a socket that somebody else holds, else one of our own."""
    configure_logs(settings.log_level)
    async with api_context(settings, make_logger(settings.log_level)) as context:
        config = uvicorn.Config(
            create_app(context),
            host=settings.http_host,
            port=settings.http_port,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,  # who is behind a proxy is worked out in `api_service.peers`, which knows whom to trust
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            limit_concurrency=_CONNECTIONS_MAX,
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            # uvicorn takes these signals, stops, and then raises them again: that must not end us before we have closed.
            signal.signal(number, lambda *_: None)
        sockets = None if listener is None else [socket.socket(fileno=listener)]
        await Server(config, context.alert_tail).serve(sockets)


class Server(uvicorn.Server):
    """A server that answers waiting polls and ends streams before it says goodbye."""

    def __init__(self, config: uvicorn.Config, tail: AlertTail) -> None:
        super().__init__(config)
        self._tail = tail

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Nobody waits any more; then as usual."""
        self._tail.release()
        await super().shutdown(sockets)


async def serve_screener(settings: Settings) -> None:
    """Screen until told to stop."""
    configure_logs(settings.log_level)
    async with screener_worker(settings, make_logger(settings.log_level)) as worker:
        await _until_told(worker.run())


async def serve_relay(settings: Settings) -> None:
    """Relay until told to stop."""
    configure_logs(settings.log_level)
    async with relay_of(settings) as relay:
        stopping = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await relay.run(stopping)


async def _until_told(work: Awaitable[None]) -> None:
    """Run until it ends, or cancel it on SIGTERM or SIGINT."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
