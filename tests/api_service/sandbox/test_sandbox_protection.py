"""Protection in the sandbox: contacts, a supervisor who sees the cards, simulated officers; and nothing of it in production."""

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from api_service.context import protection_of
from api_service.protection_plan import ALERT
from api_service.routes.referrals import ReferralRequest
from api_service.sandbox.carriers import REGION_PORTS
from api_service.sandbox.protection import REFERRAL_SECONDS, ask_for_protection, officer_client, referral_requests
from api_service.sandbox_setup import prepare
from api_service.settings import Mode, Settings
from schemas.referral import ReferralKind
from schemas.roles import Role
from storage.database import Database


class Waits(list[float]):
    """Stands in for sleeping: remembers for how long."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def test_every_port_of_the_sandbox_has_somebody_to_call_and_production_nobody() -> None:
    plan = protection_of(Settings(_env_file=None))
    for port in REGION_PORTS:
        for kind in (*ReferralKind, ALERT):
            [contact] = plan.contacts_for(port, kind)
            assert "(sandbox)" in str(contact["name"])
    production = protection_of(Settings.model_construct(mode=Mode.PRODUCTION, protection_file=None))
    assert production.contacts == ()


def test_a_sites_own_plan_counts_in_the_sandbox_too(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text('[[contacts]]\nname = "Ours"\n', "utf-8")
    plan = protection_of(Settings(_env_file=None, protection_file=tmp_path / "plan.toml"))
    assert [one.name for one in plan.contacts] == ["Ours"]


def test_requests_are_what_an_officer_could_send_the_same_for_the_same_seed() -> None:
    requests = list(islice(referral_requests(7), 300))
    assert requests == list(islice(referral_requests(7), 300)) != list(islice(referral_requests(8), 300))
    assert [request["kind"] for _, request in requests[:4]] == [kind.value for kind in ReferralKind]
    for port, request in requests:
        asked = ReferralRequest.model_validate(request)
        assert port in REGION_PORTS
        assert asked.children <= asked.people


async def test_officers_ask_at_once_and_then_now_and_then(make_service: Any) -> None:
    service, waits = make_service(), Waits()
    async with service.client(await service.key(Role.OFFICER)) as officer:
        assert await ask_for_protection(officer, 7, requests_max=6, sleep=waits) == 6
        assert waits == [REFERRAL_SECONDS] * 2
        port, _ = next(referral_requests(7))
        items = (await officer.get(f"/v1/ports/{port}/referrals")).json()["items"]
    assert all(len(item["contacts"]) == 1 for item in items)
    assert items


async def test_a_service_that_is_away_costs_a_request() -> None:
    answers = Counter[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        answers["asked"] += 1
        if answers["asked"] == 1:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(503 if answers["asked"] == 2 else 201)

    async with officer_client("http://kulla.test", "secret", httpx.MockTransport(answer)) as client:
        assert await ask_for_protection(client, 1, requests_max=4, sleep=Waits()) == 2
    assert answers["asked"] == 4


async def test_the_supervisor_of_the_sandbox_sees_the_cards(
    make_service: Any, database: Database, database_url: str, tmp_path: Path
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, sandbox_lists=False)
    for _ in range(2):
        keys = await prepare(settings, database_url)
    assert keys is not None
    service = make_service()
    async with service.client(keys.by_role["officer"]) as officer:
        assert await ask_for_protection(officer, 7, requests_max=4) == 4
    seen = {}
    for role in ("supervisor", "analyst"):
        async with service.client(keys.by_role[role]) as client:
            seen[role] = await client.get("/v1/referrals")
    assert (seen["analyst"].status_code, seen["supervisor"].status_code) == (403, 200)
    assert {item["kind"] for item in seen["supervisor"].json()["items"]} == {kind.value for kind in ReferralKind}
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM audit WHERE action = 'protection_scope.grant'") == 1


async def test_production_grants_nothing(make_service: Any, database: Database, database_url: str, tmp_path: Path) -> None:
    await make_service().key(Role.OPERATOR)
    settings = Settings(_env_file=None, data_dir=tmp_path).model_copy(update={"mode": Mode.PRODUCTION})
    assert await prepare(settings, database_url) is None
    async with database.reading() as work:
        assert await work.fetchval("SELECT count(*) FROM protection_scope") == 0
        assert await work.fetchval("SELECT count(*) FROM referrals") == 0
