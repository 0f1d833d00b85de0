"""Webhooks: two persons make one, and what it sends is ordered, signed, tried again, put aside, and nothing the role may not see."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from api_service.webhooks import sender
from api_service.webhooks.delivery import Courier, client
from api_service.webhooks.sender import ATTEMPTS_MAX, Surroundings, keep_sending, turn
from api_service.webhooks.targets import TargetRules
from schemas.roles import Role
from storage.database import Database
from tests.running_service import free_port
from tests.sample_alerts import place, sample_alert

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "integrators" / "webhooks.md"


@pytest.fixture(scope="module")
def genuine() -> Callable[..., bool]:
    """The example that the guide gives to integrators, as it stands there."""
    [code] = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    found: Callable[..., bool] = namespace["genuine"]
    return found


@dataclass
class Receiver:
    """A system that listens: it answers with the statuses it is told, then 204."""

    port: int = field(default_factory=free_port)
    statuses: list[int] = field(default_factory=list)
    deliveries: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/kulla"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status = self.statuses.pop(0) if self.statuses else 204
        self.deliveries.append((headers, body))
        if status < 300:
            self.taken.append(orjson.loads(body)["data"]["record"]["record_id"])
        location = [(b"location", f"http://localhost:{self.port}/elsewhere".encode())]
        await send({"type": "http.response.start", "status": status, "headers": location})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = uvicorn.Server(uvicorn.Config(made, port=made.port, lifespan="off", log_config=None, timeout_graceful_shutdown=0))
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    yield made
    server.should_exit = True
    await serving


@dataclass
class Setting:
    """The service with a receiver that it may send to, and clocks of its own."""

    service: Any
    receiver: Receiver
    clients: dict[Role, httpx.AsyncClient]
    now: datetime = NOW

    async def webhook(self, **wanted: Any) -> dict[str, Any]:
        """An approved one, with its secret."""
        order = {"url": self.receiver.url, "role": "officer", "port": "TIA"} | wanted
        made = await self.clients[Role.OPERATOR].post("/v1/webhooks", json=order)
        assert made.status_code == 201, made.text
        approval = await self.clients[Role.SUPERVISOR].post(f"/v1/webhooks/{made.json()['webhook_id']}/approval")
        assert approval.status_code == 200, approval.text
        return dict(made.json())

    @property
    def around(self) -> Surroundings:
        context = self.service.context
        return Surroundings(
            context.database, context.alert_tail, TargetRules.of(context.settings), lambda: self.now, context.logger
        )

    async def turns(self, webhook: dict[str, Any], count: int = 1, step: timedelta = timedelta()) -> None:
        """So many turns, each by a sender that was just started, with time passing between them."""
        for _ in range(count):
            async with client() as http:
                assert await turn(self.around, Courier(http, self.around.rules), webhook["webhook_id"])
            self.now += step

    async def deliveries(self, webhook: dict[str, Any], state: str | None = None) -> list[dict[str, Any]]:
        answer = await self.clients[Role.OPERATOR].get(
            f"/v1/webhooks/{webhook['webhook_id']}/deliveries", params={"state": state} if state else {}
        )
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@asynccontextmanager
async def setting_of(service: Any, receiver: Receiver) -> AsyncIterator[Setting]:
    clients = {
        role: service.client(await service.key(role)) for role in (Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR, Role.ANALYST)
    }
    yield Setting(service, receiver, clients)
    for one in clients.values():
        await one.aclose()


@pytest.fixture
async def setting(make_service: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Setting]:
    monkeypatch.setattr(sender, "ROUND_SECONDS", 0.01)
    monkeypatch.setattr(sender, "STANDBY_SECONDS", 0.05)
    hosts = f"localhost:{receiver.port},elsewhere.example"
    async with setting_of(make_service(webhook_hosts=hosts, webhook_private_addresses=True), receiver) as made:
        yield made


async def test_two_persons_make_one(setting: Setting) -> None:
    operator, supervisor = setting.clients[Role.OPERATOR], setting.clients[Role.SUPERVISOR]
    made = await operator.post("/v1/webhooks", json={"url": setting.receiver.url, "role": "analyst", "label": "lake"})
    assert made.status_code == 201
    webhook = made.json()
    assert webhook["secret"].startswith("whsec_")
    assert webhook["state"] == "proposed"
    path = f"/v1/webhooks/{webhook['webhook_id']}"
    for role, status in (
        (Role.OPERATOR, 403),
        (Role.AUDITOR, 403),
        (Role.ANALYST, 403),
        (Role.SUPERVISOR, 200),
        (Role.SUPERVISOR, 409),
    ):
        assert (await setting.clients[role].post(f"{path}/approval")).status_code == status
    for reader in (operator, supervisor, setting.clients[Role.AUDITOR]):
        listed = (await reader.get("/v1/webhooks")).json()["items"]
        assert [(one["state"], one["label"]) for one in listed] == [("active", "lake")]
        assert "secret" not in (await reader.get(path)).json()
    assert (await setting.clients[Role.ANALYST].get("/v1/webhooks")).status_code == 403
    assert (await supervisor.post("/v1/webhooks", json={"url": setting.receiver.url, "role": "analyst"})).status_code == 403
    assert (await operator.delete(path)).status_code == 204
    for gone in (await operator.get(path), await operator.delete(path), await operator.post(f"{path}/secret", json={})):
        assert gone.status_code == 404
    async with setting.service.context.database.snapshot() as work:
        lines = [
            row["action"]
            for row in await work.fetch("SELECT action FROM audit WHERE subject_kind = 'webhook' ORDER BY position")
        ]
        assert lines == ["webhook.proposed", "webhook.approved", "webhook.removed"]
        assert await work.fetchval("SELECT secret FROM webhooks") == b""


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://other.example/"},
        {"url": "http://127.0.0.1:1/"},
        {"role": "supervisor"},
        {"role": "officer", "port": None},
        {"more": 1},
    ],
)
async def test_what_cannot_be_proposed(setting: Setting, wrong: dict[str, Any]) -> None:
    order = {"url": setting.receiver.url, "role": "officer", "port": "TIA"} | wrong
    assert (await setting.clients[Role.OPERATOR].post("/v1/webhooks", json=order)).status_code == 422


async def test_changes_come_in_order_signed_and_only_from_now_on(setting: Setting, database: Database, genuine: Any) -> None:
    await place(database, sample_alert(1))
    webhook = await setting.webhook()
    await place(database, sample_alert(2), sample_alert(3))
    await place(database, sample_alert(4, port="SKP"), sample_alert(5))
    await setting.turns(webhook, 2)
    assert setting.receiver.taken == ["R2", "R3", "R5"]
    for headers, body in setting.receiver.deliveries:
        now = setting.now.timestamp()
        assert headers["host"] == f"localhost:{setting.receiver.port}"
        assert genuine(webhook["secret"], headers, body, now)
        assert not genuine(webhook["secret"], headers, body + b" ", now)
        assert not genuine(webhook["secret"], headers | {"webhook-id": "dlv_x"}, body, now)
        assert not genuine(webhook["secret"], headers, body, now + 301)
        assert not genuine("whsec_AAAA", headers, body, now)
        assert b"SECRET" not in body
    assert len({headers["webhook-id"] for headers, _ in setting.receiver.deliveries}) == 3
    shown = (await setting.clients[Role.OPERATOR].get(f"/v1/webhooks/{webhook['webhook_id']}")).json()
    assert shown["delivered"] == 3


async def test_an_analysts_receiver_sees_what_analysts_see(setting: Setting, database: Database) -> None:
    webhook = await setting.webhook(role="analyst", port=None)
    await place(database, sample_alert(1, port="SKP"))
    await setting.turns(webhook)
    [(_, body)] = setting.receiver.deliveries
    assert orjson.loads(body)["data"]["record"]["reason"] == "SECRET REASON"


async def test_one_that_is_not_taken_is_tried_later_and_the_next_ones_wait(setting: Setting, database: Database) -> None:
    webhook = await setting.webhook()
    await place(database, sample_alert(1), sample_alert(2))
    setting.receiver.statuses = [500, 302, 429]
    await setting.turns(webhook, 3)
    assert len(setting.receiver.deliveries) == 1, "its time has not come"
    await setting.turns(webhook, 3, timedelta(minutes=1))
    assert len(setting.receiver.deliveries) == 3, "a redirect is not followed"
    [waiting] = await setting.deliveries(webhook, "waiting")
    assert (waiting["attempts"], waiting["failure"], waiting["status"]) == (3, "refused", 429)
    await setting.turns(webhook, 1)
    assert setting.receiver.taken == ["R1", "R2"]
    identifiers = [headers["webhook-id"] for headers, _ in setting.receiver.deliveries]
    assert identifiers[:4] == [identifiers[0]] * 4
    assert await setting.deliveries(webhook) == []


async def test_a_dead_one_is_put_aside_and_sent_again_on_request(setting: Setting, database: Database) -> None:
    webhook = await setting.webhook()
    await place(database, sample_alert(1), sample_alert(2))
    setting.receiver.statuses = [503] * ATTEMPTS_MAX
    await setting.turns(webhook, ATTEMPTS_MAX + 1, timedelta(minutes=10))
    assert setting.receiver.taken == ["R2"]
    [dead] = await setting.deliveries(webhook, "dead")
    assert (dead["attempts"], dead["status"], dead["next_at"]) == (ATTEMPTS_MAX, 503, None)
    path = f"/v1/webhooks/{webhook['webhook_id']}/deliveries/{dead['delivery_id']}/redelivery"
    assert (await setting.clients[Role.ANALYST].post(path)).status_code == 403
    assert (await setting.clients[Role.OPERATOR].post(path)).status_code == 202
    assert (await setting.clients[Role.OPERATOR].post(path)).status_code == 404
    await setting.turns(webhook)
    assert setting.receiver.taken == ["R2", "R1"]
    assert await setting.deliveries(webhook) == []
    assert "PERSON1" not in setting.service.log.getvalue()
    assert "webhook delivery failed" in setting.service.log.getvalue()


async def test_what_was_purged_is_not_sent_again(setting: Setting, database: Database) -> None:
    webhook = await setting.webhook()
    await place(database, sample_alert(1))
    setting.receiver.statuses = [503] * ATTEMPTS_MAX
    await setting.turns(webhook, ATTEMPTS_MAX, timedelta(minutes=10))
    [dead] = await setting.deliveries(webhook, "dead")
    async with database.unit_of_work() as work:
        await work.execute("DELETE FROM alert_outbox")
    await setting.clients[Role.OPERATOR].post(
        f"/v1/webhooks/{webhook['webhook_id']}/deliveries/{dead['delivery_id']}/redelivery"
    )
    await setting.turns(webhook)
    assert [(one["state"], one["failure"]) for one in await setting.deliveries(webhook)] == [("dead", "purged")]
    assert setting.receiver.taken == []


async def test_a_secret_is_changed_with_an_overlap(setting: Setting, database: Database, genuine: Any) -> None:
    webhook = await setting.webhook()
    answer = await setting.clients[Role.OPERATOR].post(
        f"/v1/webhooks/{webhook['webhook_id']}/secret", json={"overlap_hours": 1}
    )
    old, new = webhook["secret"], answer.json()["secret"]
    await place(database, sample_alert(1))
    await setting.turns(webhook, 1, timedelta(hours=1))
    await place(database, sample_alert(2))
    await setting.turns(webhook)
    (first, body), (second, later) = setting.receiver.deliveries
    during = setting.now.timestamp() - 3600
    assert genuine(old, first, body, during)
    assert genuine(new, first, body, during)
    assert not genuine(old, second, later, setting.now.timestamp())
    assert genuine(new, second, later, setting.now.timestamp())


async def test_nobody_listens(setting: Setting, database: Database) -> None:
    webhook = await setting.webhook(url="http://elsewhere.example/")
    await place(database, sample_alert(1))
    await setting.turns(webhook)
    [waiting] = await setting.deliveries(webhook)
    assert (waiting["failure"], waiting["status"]) == ("target_not_allowed", None)
    setting.receiver.port = free_port()
    async with database.unit_of_work() as work:
        await work.execute("UPDATE webhooks SET url = $1", setting.receiver.url)
    rules = TargetRules(frozenset({f"localhost:{setting.receiver.port}"}), private=True, plain_http=True)
    setting.now += timedelta(minutes=1)
    async with client() as http:
        await turn(setting.around, Courier(http, rules), webhook["webhook_id"])
    [waiting] = await setting.deliveries(webhook)
    assert (waiting["failure"], waiting["attempts"]) == ("no_connection", 2)


async def test_one_sender_at_a_time_and_another_takes_over(setting: Setting, database: Database) -> None:
    """Two processes, one of which dies: everything arrives, in order, and only what was in hand may come twice."""
    await setting.webhook()
    first, second = (asyncio.create_task(keep_sending(setting.around)) for _ in range(2))
    try:
        await place(database, *(sample_alert(number) for number in range(1, 6)))
        async with asyncio.timeout(30):
            while len(setting.receiver.taken) < 5:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
        async with database.snapshot() as work:
            assert (
                await work.fetchval(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
                == 1
            )
        first.cancel()
        await asyncio.wait([first])
        await place(database, *(sample_alert(number) for number in range(6, 9)))
        async with asyncio.timeout(30):
            while "R8" not in setting.receiver.taken:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
    finally:
        for task in (first, second):
            task.cancel()
        await asyncio.wait([first, second])
    assert list(dict.fromkeys(setting.receiver.taken)) == [f"R{number}" for number in range(1, 9)]
    assert len(setting.receiver.taken) <= 9
