"""People who sign in with the identity provider hold alerts and take over shifts, once they have been seen, and are forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from identity_provider import IdentityProvider, running_provider

from api_service.context import utc_now
from schemas.roles import Role
from storage import people
from storage.database import Database
from storage.retention import purge
from tests.sample_alerts import place, sample_alert

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PEOPLE = (
    {"sub": "agim", "kulla_role": "analyst", "name": "Agim Secret", "email": "agim@secret.example"},
    {"sub": "besa", "kulla_role": "supervisor"},
    {"sub": "dritan", "kulla_role": "officer", "kulla_ports": ["TIA"]},
    {"sub": "wizz", "kulla_role": "carrier", "kulla_carrier": "W6"},
)


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with running_provider(*PEOPLE) as running:
        yield running


@pytest.fixture
def signed_in(make_service: Any, provider: IdentityProvider) -> Any:
    return make_service(clock=utc_now, oidc_issuer=provider.issuer, oidc_audience="kulla")


async def seen(service: Any, provider: IdentityProvider, *subjects: str) -> None:
    for subject in subjects:
        async with service.client(provider.sign_in(subject)) as client:
            assert (await client.get("/v1/alerts")).status_code in {200, 403}


async def rows(database: Database) -> list[dict[str, Any]]:
    async with database.reading() as work:
        return [dict(row) for row in await work.fetch("SELECT * FROM seen_persons ORDER BY person")]


async def test_alerts_go_to_whoever_has_been_seen(signed_in: Any, provider: IdentityProvider, database: Database) -> None:
    alert, agim, besa, dritan = sample_alert(), *(f"{provider.issuer}#{name}" for name in ("agim", "besa", "dritan"))
    await place(database, alert)
    assignment, shift = f"/v1/alerts/{alert.alert_id}/assignment", "/v1/shifts/handover"
    async with signed_in.client(await signed_in.key(Role.SUPERVISOR)) as sue:
        match = {"If-Match": '"1"'}
        assert (await sue.post(assignment, json={"assignee": agim}, headers=match)).status_code == 422, "nobody saw him"
        await seen(signed_in, provider, "agim", "dritan")
        assert (await sue.post(assignment, json={"assignee": dritan}, headers=match)).status_code == 422, "an officer"
        given = await sue.post(assignment, json={"assignee": agim}, headers=match)
        assert (given.status_code, given.json()["assignee"]) == (200, agim)
        assert (await sue.post(shift, json={"from": agim, "to": besa})).status_code == 422
        await seen(signed_in, provider, "besa")
        handed = await sue.post(shift, json={"from": agim, "to": besa})
        assert (handed.status_code, handed.json()["alerts"]) == (201, 1)
    async with signed_in.client(provider.sign_in("besa")) as client:
        mine = (await client.get("/v1/alerts", params={"assignee": besa})).json()["items"]
        assert [one["alert_id"] for one in mine] == [alert.alert_id]
        back = await client.post(shift, json={"to": agim})
        assert (back.status_code, back.json()["alerts"]) == (201, 1)


async def test_nothing_but_the_name_there_the_role_and_the_time_is_kept(
    signed_in: Any, provider: IdentityProvider, database: Database
) -> None:
    await seen(signed_in, provider, "agim", "agim", "dritan", "wizz")
    kept = await rows(database)
    assert [(row["person"], row["role"]) for row in kept] == [
        (f"{provider.issuer}#agim", "analyst"),
        (f"{provider.issuer}#dritan", "officer"),
    ], "of a carrier nobody needs to know"
    assert all(set(row) == {"person", "role", "last_seen_at"} for row in kept)
    assert "secret" not in str(kept).lower()


async def test_a_token_that_does_not_count_leaves_nothing(signed_in: Any, database: Database) -> None:
    async with signed_in.client("a.b.c") as client:
        assert (await client.get("/v1/alerts")).status_code == 401
    assert await rows(database) == []


async def test_the_time_is_noted_now_and_then_and_a_new_role_at_once(database: Database) -> None:
    async def noted(role: Role, minutes: int) -> tuple[str, datetime]:
        async with database.unit_of_work() as work:
            await people.note_seen(work, "idp#ana", role, NOW + timedelta(minutes=minutes))
        [row] = await rows(database)
        return row["role"], row["last_seen_at"]

    assert await noted(Role.ANALYST, 0) == ("analyst", NOW)
    assert await noted(Role.ANALYST, 9) == ("analyst", NOW)
    assert await noted(Role.ANALYST, 11) == ("analyst", NOW + timedelta(minutes=11))
    assert await noted(Role.OFFICER, 12) == ("officer", NOW + timedelta(minutes=12))
    async with database.reading() as work:
        assert not await people.may_hold_alerts(work, "idp#ana", NOW)
        assert not await people.may_hold_alerts(work, "idp#nobody", NOW)


async def test_who_stays_away_is_forgotten_and_can_be_given_nothing(make_service: Any, database: Database) -> None:
    policy = make_service(retention_person_days=7).context.settings.retention_policy
    for name, days in (("old", 0), ("new", 1)):
        async with database.unit_of_work() as work:
            await people.note_seen(work, f"idp#{name}", Role.ANALYST, NOW + timedelta(days=days))
    later = NOW + timedelta(days=7)
    assert (await purge(database, policy, later, "test", dry_run=True)).counts == {"seen_persons": 1}
    assert (await purge(database, policy, later, "test")).counts == {"seen_persons": 1}
    async with database.reading() as work:
        held = [await people.may_hold_alerts(work, f"idp#{name}", later) for name in ("old", "new")]
    assert held == [False, True]
