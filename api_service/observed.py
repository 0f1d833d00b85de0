"""The outermost layer: names each request, times it, logs one line about it, and turns our own mistakes into a problem.

The line has the route's template, not the path, and no query string: both may hold names that somebody searched for.
"""

import secrets
import time

from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_service.context import AppContext
from api_service.errors import unexpected
from api_service.logs import failure

QUIET_ROUTES = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Asked every few seconds by machines: logged only when they fail."""


_NOT_KEPT = ((b"cache-control", b"no-store"),)
"""What no endpoint says otherwise of must not lie about in a cache: it may be somebody's data."""


class Observed:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, context: AppContext) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, send)
        try:
            await self._app(scope, receive, request.send)
        except ClientDisconnect:
            request.status = request.status or 499  # nobody is there to be told; the number is the customary one
        except Exception as error:
            self._context.logger.error("request failed", request_id=request.id, route=request.route(), **failure(error))
            if request.status:
                raise  # the answer has begun: only breaking the connection is left
            await unexpected(scope["path"], request.id)(scope, receive, request.send)
        finally:
            self._observe(request)

    def _observe(self, request: "_Request") -> None:
        route, method, seconds = request.route(), request.scope["method"], time.perf_counter() - request.started
        metrics = self._context.metrics
        metrics.requests.labels(route, method, str(request.status)).inc()
        metrics.request_seconds.labels(route).observe(seconds)
        if route in QUIET_ROUTES and request.status < 400:
            return
        self._context.logger.info(
            "request",
            request_id=request.id,
            method=method,
            route=route,
            status=request.status,
            seconds=round(seconds, 4),
            key_id=request.scope.get("state", {}).get("key_id"),
        )


class _Request:
    """One request under way. `status` 0 until the answer begins."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.id = secrets.token_hex(8)
        self.started = time.perf_counter()
        self.status = 0
        self._send = send

    def route(self) -> str:
        """The template of the route; `unknown` where none fits (any text could be in the path)."""
        return getattr(self.scope.get("route"), "path", "unknown")

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            kept = () if any(name.lower() == b"cache-control" for name, _ in headers) else _NOT_KEPT
            message["headers"] = [*headers, *kept, (b"x-content-type-options", b"nosniff"), (b"x-request-id", self.id.encode())]
        await self._send(message)


def observe(app: FastAPI, context: AppContext) -> None:
    """Put the layer around the application."""
    app.add_middleware(Observed, context=context)
