"""Keys over their life: replaced with an overlap, used, tied to a certificate."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from api_service import keys
from api_service.cli import app
from api_service.keys import RotationOrder
from schemas.roles import Role
from storage.database import Database

START = datetime(2026, 3, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def _opens(service: Any, key: str) -> bool:
    async with service.client(key) as client:
        return bool((await client.get("/v1/submissions")).status_code == 200)


async def test_both_secrets_count_for_the_overlap(make_service: Any, clock: Clock, database: Database) -> None:
    service = make_service(clock=clock)
    first = await service.key(Role.CARRIER, carrier="OR")
    async with service.client(await service.key(Role.OPERATOR)) as operator:
        answer = await operator.post(f"/v1/keys/{first.split('_')[1]}/rotation", json={"overlap_hours": 2})
    second = answer.json()["key"]
    assert answer.status_code == 200
    assert answer.json()["previous_until"] == "2026-03-01T02:00:00Z"
    assert first.split("_")[1] == second.split("_")[1], "one holder, one id"
    assert await _opens(service, first)
    assert await _opens(service, second)
    clock.now += timedelta(hours=2)
    assert not await _opens(service, first)
    assert await _opens(service, second)
    async with database.reading() as work:
        stored = str([dict(row) for row in await work.fetch("SELECT * FROM audit WHERE action = 'key.rotated'")])
    assert "previous_until" in stored
    assert second.split("_")[2] not in stored + service.log.getvalue()


async def test_a_second_rotation_ends_the_first_secret(make_service: Any, clock: Clock, database: Database) -> None:
    service = make_service(clock=clock)
    first = await service.key(Role.CARRIER, carrier="OR")
    key_id = first.split("_")[1]
    second, _ = await keys.rotate_key(database, RotationOrder(key_id), "test", clock())
    third, _ = await keys.rotate_key(database, RotationOrder(key_id), "test", clock())
    assert [await _opens(service, key) for key in (first, second, third)] == [False, True, True]
    leaked, _ = await keys.rotate_key(database, RotationOrder(key_id, timedelta()), "test", clock())
    assert [await _opens(service, key) for key in (second, third, leaked)] == [False, False, True]


async def test_a_revoked_key_has_no_second_secret(service: Any, database: Database) -> None:
    first = await service.key(Role.CARRIER, carrier="OR")
    key_id = first.split("_")[1]
    second, _ = await keys.rotate_key(database, RotationOrder(key_id), "test", START)
    await keys.revoke_key(database, key_id, "test", START)
    assert [await _opens(service, key) for key in (first, second)] == [False, False]
    async with service.client(await service.key(Role.OPERATOR)) as operator:
        assert (await operator.post(f"/v1/keys/{key_id}/rotation", json={})).status_code == 404


@pytest.mark.parametrize(
    "body", [{"overlap_hours": -1}, {"overlap_hours": 9999}, {"expires_at": "2020-01-01T00:00:00Z"}, {"x": 1}]
)
async def test_rotations_that_make_no_sense(operator: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await operator.post("/v1/keys/aaaaaaaa/rotation", json=body)).status_code == 422


async def test_revoked_in_every_process(make_service: Any) -> None:
    """Two applications over one database are two processes: nothing is kept between requests."""
    one, other = make_service(), make_service()
    key = await one.key(Role.CARRIER, carrier="OR")
    assert await _opens(one, key)
    assert await _opens(other, key)
    await keys.revoke_key(one.context.database, key.split("_")[1], "test", START)
    assert not await _opens(other, key)
    assert not await _opens(one, key)


async def test_when_it_was_last_used(make_service: Any, clock: Clock, database: Database) -> None:
    service = make_service(clock=clock)
    key = await service.key(Role.CARRIER, carrier="OR")

    async def last_used() -> datetime | None:
        async with database.reading() as work:
            found: datetime | None = await work.fetchval(
                "SELECT last_used_at FROM api_keys WHERE key_id = $1", key.split("_")[1]
            )
            return found

    assert await last_used() is None
    await _opens(service, key)
    assert await last_used() == START
    clock.now += timedelta(seconds=50)
    await _opens(service, key)
    assert await last_used() == START, "once a minute is enough"
    clock.now += timedelta(seconds=20)
    await _opens(service, key)
    assert await last_used() == clock.now


async def test_several_ports(service: Any, operator: httpx.AsyncClient) -> None:
    made = await operator.post("/v1/keys", json={"role": "officer", "ports": ["tia", "KFZ"]})
    async with service.client(made.json()["key"]) as officer:
        statuses = [(await officer.get(f"/v1/ports/{port}/alerts")).status_code for port in ("TIA", "KFZ", "SKP")]
    assert statuses == [200, 200, 403]
    [listed] = [item for item in (await operator.get("/v1/keys")).json()["items"] if item["key_id"] == made.json()["key_id"]]
    assert listed["ports"] == ["KFZ", "TIA"]


def test_on_the_command_line(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KULLA_DATABASE_URL", postgres_url)
    monkeypatch.setenv("KULLA_DATA_DIR", str(tmp_path))
    made = CliRunner().invoke(app, ["keys", "create", "--role", "officer", "--port", "TIA", "--port", "KFZ"])
    assert made.exit_code == 0, made.output
    key_id = made.stdout.split("_")[1]
    rotated = CliRunner().invoke(app, ["keys", "rotate", key_id, "--overlap-hours", "1"])
    assert rotated.exit_code == 0, rotated.output
    assert rotated.stdout.startswith(f"kulla_{key_id}_")
    assert rotated.stdout.splitlines()[0] != made.stdout.splitlines()[0]
    assert CliRunner().invoke(app, ["keys", "revoke", key_id]).exit_code == 0
    assert CliRunner().invoke(app, ["keys", "rotate", key_id]).exit_code != 0
