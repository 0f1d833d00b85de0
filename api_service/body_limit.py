"""A bound on bodies that are read whole: every route but those that stream and set a limit of their own.

A command or a record is a few kilobytes. Without a bound, anybody (the body comes before the key) could fill the memory.
"""

from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_service import errors
from api_service.problems import BodyTooLargeError

JSON_BYTES_MAX = 2 * 1024 * 1024
"""A thousand travellers to be matched at once are some 1 MB."""


class _TooLongError(Exception):
    """More came than may come."""


class BodyLimit:
    """ASGI middleware: 413 as soon as it is known that a body is too long."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http" or streams(scope["path"]):
            await self._app(scope, receive, send)
        elif _declared_bytes(scope) > JSON_BYTES_MAX:
            await _refuse(scope, receive, send)
        else:
            await _Counted(self._app, receive, send).run(scope)


class _Counted:
    """One request whose body is counted as it comes."""

    def __init__(self, app: ASGIApp, receive: Receive, send: Send) -> None:
        self._app = app
        self._receive = receive
        self._send = send
        self._bytes = 0

    async def run(self, scope: Scope) -> None:
        """Run the application; where it choked on too long a body, answer in its place."""
        with suppress(_TooLongError):
            await self._app(scope, self._counting_receive, self._guarded_send)
        if self._bytes > JSON_BYTES_MAX:
            await _refuse(scope, self._receive, self._send)

    async def _counting_receive(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > JSON_BYTES_MAX:
            raise _TooLongError
        return message

    async def _guarded_send(self, message: Message) -> None:
        if self._bytes <= JSON_BYTES_MAX:
            await self._send(message)


def streams(path: str) -> bool:
    """Whether the route reads its body piece by piece, with a limit of its own."""
    return path.startswith("/v1/manifests") or path.endswith("/imports")


def _declared_bytes(scope: Scope) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    kind = errors.KINDS[BodyTooLargeError]
    answer = errors.problem(
        kind, f"At most {JSON_BYTES_MAX} bytes are read here.", scope["path"], {"body_bytes_max": JSON_BYTES_MAX}
    )
    await answer(scope, receive, send)
