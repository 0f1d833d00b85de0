"""Every endpoint x every role: refused without a key (401) and with another role's (403), let in with the right one.

The endpoints are the application's own, not a list of ours, so that a new one without a line in `access_matrix` fails here.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from access_matrix import permissions
from starlette.routing import Route

from schemas.roles import Role

PERMISSIONS = permissions()
SAMPLES = {"port": "TIA", "code": "OR", "version": "1", "name": "favicon.png"}
"""What to put into a path; anything else there is names nothing that exists."""


def endpoints(holder: Any) -> Iterator[tuple[str, str]]:
    """Method and path of whatever the application answers."""
    for route in holder.routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            assert not route.include_context.prefix, "a prefix given where the router is included is not looked at here"
            yield from endpoints(included)
            continue
        assert isinstance(route, Route), f"{route} is answered by something that the matrix does not know"
        yield from ((method, route.path) for method in sorted(route.methods or ()) if method != "HEAD")


def test_every_endpoint_has_its_line(service: Any) -> None:
    found = set(endpoints(service.app))
    assert found - set(PERMISSIONS) == set(), "who may call these? Add a line to tests/api_service/access_matrix.py"
    assert set(PERMISSIONS) - found == set(), "these are gone; take their lines away"


@dataclass
class Answer:
    """Status and headers as the application begins to answer; the body only as far as it came by then."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def call(app: Any, method: str, path: str, key: str | None, body: bytes = b"{}") -> Answer:
    """Ask, and break off once the answer is there: a stream would never end."""
    answer, done = Answer(), asyncio.Event()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    headers += [(b"authorization", f"Bearer {key}".encode())] if key else []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "server": ("kulla", 80),
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "client": ("192.0.2.1", 1),
        "headers": headers,
    }
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        message = next(messages, None)
        if message is None:
            await asyncio.Event().wait()
        assert message is not None
        return message

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                done.set()
        else:
            answer.body += message.get("body", b"")
            if not message.get("more_body"):
                done.set()

    task = asyncio.ensure_future(app(scope, receive, send))
    ended = asyncio.ensure_future(done.wait())
    await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    for one in (task, ended):
        one.cancel()
    await asyncio.gather(task, ended, return_exceptions=True)
    return answer


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)(?::path)?\}", lambda match: SAMPLES.get(match[1], f"no_such_{match[1]}"), path)


@pytest.fixture
async def keys(service: Any) -> dict[Role, str]:
    """One key a role, confined as in production; those of analysts with the protection scope."""
    scopes = {Role.CARRIER: {"carrier": "OR"}, Role.OFFICER: {"port": "TIA"}}
    made = {role: await service.key(role, **scopes.get(role, {})) for role in Role}
    for role in (Role.ANALYST, Role.SUPERVISOR):
        person = made[role].split("_")[1]
        assert (await call(service.app, "PUT", f"/v1/protection-scope/{person}", made[Role.OPERATOR])).status == 204
    return made


async def test_every_endpoint_and_every_role(service: Any, keys: dict[Role, str]) -> None:
    wrong = []
    for (method, path), allowed in PERMISSIONS.items():
        address = _filled(path)
        anonymous = await call(service.app, method, address, None)
        if allowed is None:
            wrong += [(method, path, "anybody", anonymous.status)] if anonymous.status in (401, 403) else []
            continue
        wrong += [] if _refused(anonymous, 401) else [(method, path, "nobody", anonymous.status)]
        for role, key in keys.items():
            answer = await call(service.app, method, address, key)
            let_in = answer.status not in (0, 401, 403) and answer.status < 500
            right = let_in if role in allowed else _refused(answer, 403)
            wrong += [] if right else [(method, path, role.value, answer.status)]
    assert wrong == []


def _refused(answer: Answer, status: int) -> bool:
    """Refused as a problem that says nothing about what is behind the door."""
    problem = answer.headers.get("content-type") == "application/problem+json" and orjson.loads(answer.body)["status"] == status
    return answer.status == status and problem and (status != 401 or "www-authenticate" in answer.headers)
