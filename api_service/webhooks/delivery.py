"""One delivery: a change as the receiver may see it, signed, posted, and judged by the status alone."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import httpx
import orjson

from api_service.cursors import encode_cursor
from api_service.officer_view import officer_json
from api_service.webhooks.signing import headers
from api_service.webhooks.targets import Target, TargetError, TargetRules
from schemas.identifiers import derive
from schemas.roles import Role
from storage.alert_feed import FeedEntry
from storage.webhooks import ChangeName, StoredWebhook

SECONDS_MAX = 10.0
"""A receiver puts the change into a queue of its own and answers; one that works on it meanwhile keeps the next one waiting."""
ANSWER_BYTES_MAX = 16 * 1024
"""A receiver that says more is interrupted."""
_USER_AGENT = "kulla-webhooks/1"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it: `failure` "" = taken. `status`: of the answer, if there was one."""

    failure: str = ""
    status: int | None = None


_VIEWS: Mapping[Role, Callable[[str], bytes]] = MappingProxyType({Role.ANALYST: str.encode, Role.OFFICER: officer_json})
"""What each role is shown of an alert."""


def named(entry: FeedEntry) -> ChangeName:
    """The change's name, the same for every receiver and however often it is sent."""
    alert = orjson.loads(entry.payload)
    return ChangeName(delivery_id(alert["alert_id"], alert["version"]), alert["alert_id"], alert["version"], entry.cursor)


def delivery_id(alert_id: str, version: int) -> str:
    """By this the receiver recognises what it has seen before."""
    return derive("dlv", alert_id, str(version))


def body_of(entry: FeedEntry, role: Role) -> bytes:
    """What is sent: the alert as the role may see it, and the change's place in the feed."""
    alert = entry.rendered(role.value, _VIEWS[role])
    return orjson.dumps({"type": "alert.changed", "cursor": encode_cursor(*entry.cursor), "data": orjson.Fragment(alert)})


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client for one receiver: no proxies or passwords from the environment, no redirects, no cookies, the system's own
    certificate authorities. Shared by several receivers, a connection made for one name could carry another's deliveries."""
    trusted = ssl.create_default_context()
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    async with httpx.AsyncClient(
        verify=trusted, trust_env=False, follow_redirects=False, timeout=SECONDS_MAX, limits=limits
    ) as made:
        yield made


@dataclass(frozen=True, slots=True)
class Courier:
    """Posts to one receiver."""

    http: httpx.AsyncClient
    rules: TargetRules

    async def post(self, webhook: StoredWebhook, entry: FeedEntry, identifier: str, now: datetime) -> Attempt:
        """Send a change; whatever goes wrong is an Attempt, not an exception."""
        body = body_of(entry, webhook.role)
        overlap = webhook.previous_secret is not None and webhook.previous_until is not None and now < webhook.previous_until
        secrets = [webhook.secret, *([webhook.previous_secret] if overlap and webhook.previous_secret else [])]
        try:
            target = await self.rules.resolve(webhook.url)
            status = await self._status(target, body, headers(identifier, now, body, secrets))
        except TargetError:
            return Attempt("target_not_allowed")
        except (httpx.TimeoutException, TimeoutError):
            return Attempt("no_answer_in_time")
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError):
            return Attempt("no_connection")
        return Attempt(_judged(status), status)

    async def _status(self, target: Target, body: bytes, signed: Mapping[str, str]) -> int:
        """The answer's status. Its body is not looked at; a short one is read, so that the connection can be used again."""
        url = httpx.URL(target.url).copy_with(host=target.address)
        sent = {**signed, "Host": _authority(target), "Content-Type": "application/json", "User-Agent": _USER_AGENT}
        extensions = {"sni_hostname": target.host}
        async with (
            asyncio.timeout(SECONDS_MAX),
            self.http.stream("POST", url, content=body, headers=sent, extensions=extensions) as answer,
        ):
            size = 0
            async for piece in answer.aiter_raw():
                size += len(piece)
                if size > ANSWER_BYTES_MAX:
                    break
            return answer.status_code


def _authority(target: Target) -> str:
    own = {"https": 443, "http": 80}[target.scheme] == target.port
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if own else f"{host}:{target.port}"


def _judged(status: int) -> str:
    if 200 <= status < 300:
        return ""
    return "redirected" if 300 <= status < 400 else "refused"
