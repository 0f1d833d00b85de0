"""Keys: made, hashed at rest, confined to their role, expired, revoked at once."""

import hashlib
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI

from api_service.authentication import Principal, make_key, require
from schemas.roles import Role
from storage.database import Database


async def test_the_secret_is_hashed_at_rest(service: Any, database: Database) -> None:
    key = await service.key(Role.CARRIER, carrier="or")
    prefix, key_id, secret = key.split("_")
    async with database.reading() as work:
        row = await work.fetchrow("SELECT * FROM api_keys WHERE key_id = $1", key_id)
        line = await work.fetchrow("SELECT * FROM audit WHERE subject_id = $1", key_id)
    assert prefix == "kulla"
    assert row["secret_sha256"] == hashlib.sha256(secret.encode()).digest()
    assert row["carrier"] == "OR"
    assert secret not in str(dict(row)) + str(dict(line)) + service.log.getvalue()
    assert line["action"] == "key.created"


def test_keys_differ_and_carry_256_bits() -> None:
    keys = {make_key().key for _ in range(50)}
    assert len(keys) == 50
    assert {len(key.split("_")[2]) for key in keys} == {52}  # base 32 of 32 bytes


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Basic a3VsbGE6eA==",
        "Bearer kulla_x",
        "Bearer kulla_\u00e9_x",
        "Bearer nonsense",
        f"Bearer kulla_{'a' * 9000}_x",
    ],
)
async def test_without_a_key_or_with_nonsense(service: Any, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    async with service.client() as client:
        answer = await client.get("/v1/keys", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_right_id_with_a_wrong_secret(service: Any) -> None:
    key = await service.key(Role.OPERATOR)
    other = await service.key(Role.OPERATOR)
    forged = "_".join([*key.split("_")[:2], other.split("_")[2]])
    async with service.client(forged) as client:
        assert (await client.get("/v1/keys")).status_code == 401


async def test_revoked_at_once(service: Any, operator: httpx.AsyncClient) -> None:
    key = await service.key(Role.CARRIER, carrier="OR")
    async with service.client(key) as client:
        assert (await client.get("/v1/submissions")).status_code == 200
        assert (await operator.delete(f"/v1/keys/{key.split('_')[1]}")).status_code == 204
        assert (await client.get("/v1/submissions")).status_code == 401
    listed = (await operator.get("/v1/keys")).json()["items"]
    assert [item["revoked_at"] is not None for item in listed if item["key_id"] == key.split("_")[1]] == [True]


async def test_an_expired_key_is_worth_nothing(make_service: Any) -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 3, 1, tzinfo=UTC)
    service = make_service(clock=lambda: now)
    key = await service.key(Role.OPERATOR, expires_at=now + timedelta(hours=1))
    async with service.client(key) as client:
        assert (await client.get("/v1/keys")).status_code == 200
        now += timedelta(hours=1)
        assert (await client.get("/v1/keys")).status_code == 401


async def test_an_operator_makes_a_key_that_works(service: Any, operator: httpx.AsyncClient) -> None:
    made = await operator.post("/v1/keys", json={"role": "carrier", "carrier": "LH", "label": "check-in system"})
    assert made.status_code == 201
    async with service.client(made.json()["key"]) as client:
        assert (await client.get("/v1/submissions")).json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "order",
    [
        {"role": "carrier"},
        {"role": "officer"},
        {"role": "analyst", "carrier": "OR"},
        {"role": "carrier", "carrier": "OR", "port": "TIA"},
        {"role": "king"},
        {"role": "carrier", "carrier": "not a carrier"},
    ],
)
async def test_a_key_that_makes_no_sense(operator: httpx.AsyncClient, order: dict[str, str]) -> None:
    answer = await operator.post("/v1/keys", json=order)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "not a carrier" not in answer.text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
async def test_only_operators_keep_keys(service: Any, role: Role) -> None:
    async with service.client(await service.key(role)) as client:
        for answer in (await client.get("/v1/keys"), await client.post("/v1/keys", json={"role": "operator"})):
            assert answer.status_code == 403
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CARRIER])
async def test_only_carriers_push(service: Any, role: Role) -> None:
    async with service.client(await service.key(role)) as client:
        answer = await client.post("/v1/manifests", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 403


async def test_a_supervisor_is_an_analyst_too(service: Any) -> None:
    app: FastAPI = service.app

    @app.get("/probe")
    async def probe(who: Annotated[Principal, Depends(require(Role.ANALYST))]) -> str:
        return who.role

    for role, status in ((Role.SUPERVISOR, 200), (Role.ANALYST, 200), (Role.OFFICER, 403), (Role.AUDITOR, 403)):
        async with service.client(await service.key(role)) as client:
            assert (await client.get("/probe")).status_code == status


def test_scopes() -> None:
    assert Principal("k", Role.OFFICER, ports=frozenset({"TIA", "KFZ"})).may_see_port("TIA")
    assert not Principal("k", Role.OFFICER, ports=frozenset({"TIA"})).may_see_port("PRN")
    assert Principal("k", Role.OFFICER).may_see_port("PRN")
    assert Principal("k", Role.CARRIER, carrier="OR").owner == "OR"
    assert Principal("k", Role.CARRIER).owner == "k"
