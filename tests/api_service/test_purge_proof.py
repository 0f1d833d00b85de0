"""The proof: people with names nobody else has go through the whole service, time passes, the purge runs, and nothing has the names.

Looked for in every column of every table (what is deflated is inflated, what is sealed is opened), and in the bytes of every file of
the data directory: there a sealed body is unreadable from the first moment, and an alert's after the space it had is vacuumed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from cryptography.exceptions import InvalidTag
from test_flights import entry, message, person

from schemas.roles import Role
from storage.audit_seal import seal_all
from storage.audit_verify import Span, verify
from storage.bodies import inflate
from storage.day_keys import KeyDestroyedError
from storage.embedded import EmbeddedPostgres
from storage.retention import PurgeReport, purge
from tests.held_world import HeldWorld, held_world

UNSEEN, MATCHED, ABSENT = "XHYQWERA", "ZVUKTHAJ", "QOPJMIRA"
"""Surnames of three people: one who boarded, one who raises an alert and boarded, one who did not board."""
LIST = message(
    1,
    "745",
    person(UNSEEN, "ARTA", "800101", abo="A1", document="BA1000001"),
    person(MATCHED, "DRITA", "810417", abo="D1", document="ZX7654321"),
    person(ABSENT, "EVA", "900202", abo="E1", document="BA1000003"),
)
CLOSURE = message(40, "266+CLOB", entry(abo="A1"), entry(abo="D1"))
LOST = {"record_id": "R1", "category": "lost", "action": "seize_document", "names": [], "documents": []}


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[HeldWorld]:
    async with held_world(database_url, tmp_path) as made:
        made.now = datetime.now(UTC)  # the database's own clock stamps some rows
        yield made


async def _alerted(world: HeldWorld, *, high: bool = False) -> dict:
    document = {"type": "P", "number": "ZX7654321", "issuing_country": "ALB", "status": "stolen"}
    severity = "high" if high else "medium"
    await world.list_record(LOST | {"documents": [document]}, severity=severity, kind="document")
    await world.push(LIST, CLOSURE)
    await world.screen()
    (alert,) = await world.alerts()
    assert alert["traveller"]["surname"] == MATCHED
    return alert


async def _purge(world: HeldWorld, *, dry_run: bool = False) -> PurgeReport:
    return await purge(world.database, world.context.settings.retention_policy, world.now, "test", dry_run=dry_run)


def _texts(world: HeldWorld, value: object) -> Iterator[str]:
    if isinstance(value, bytes):
        for read in (
            lambda: value,
            lambda: world.database.vault.open(value),
            lambda: inflate(world.database.vault.open(value)),
        ):
            try:
                yield read().decode("latin-1")
            except (KeyDestroyedError, InvalidTag, ValueError, AssertionError, Exception):
                continue
    elif value is not None:
        yield str(value)


async def tables_with(world: HeldWorld, word: str) -> set[str]:
    """Tables in which the word stands, in any column and form."""
    found: set[str] = set()
    async with world.database.reading() as work:
        names = await work.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for name in (row["tablename"] for row in names):
            for row in await work.fetch(f'SELECT * FROM "{name}"'):
                if any(word in text.upper() for value in row.values() for text in _texts(world, value)):
                    found.add(name)
    return found


async def test_the_proof_in_every_table(world: HeldWorld) -> None:
    alert = await _alerted(world)
    assert await tables_with(world, UNSEEN) == {"submissions", "manifests"}
    assert await tables_with(world, MATCHED) == {"submissions", "manifests", "alerts", "alert_outbox"}
    assert (await _purge(world)).counts == {}, "something went before its time"
    world.pass_time(hours=49)
    due = await _purge(world, dry_run=True)
    done = await _purge(world)
    assert due.counts["travellers"] == done.counts["travellers"] == 4, "two on the list, and the two whom the closure names"
    assert await tables_with(world, UNSEEN) == set()
    assert await tables_with(world, MATCHED) == {"alerts", "alert_outbox"}
    assert await tables_with(world, ABSENT) == {"manifests"}, "who did not present stays 96 hours"
    world.pass_time(hours=48)
    await _purge(world)
    assert await tables_with(world, ABSENT) == set()
    world.pass_time(days=31)
    await _purge(world)
    assert [await tables_with(world, name) for name in (UNSEEN, MATCHED, ABSENT)] == [set(), set(), set()]
    (expired,) = await world.alerts()
    assert (expired["alert_id"], expired["state"], expired["version"]) == (alert["alert_id"], "expired", alert["version"] + 1)
    assert (expired["traveller"]["surname"], expired["evidence"], expired["record"]["names"]) == (None, [], [])
    assert world.keys.days() == [], "a day's key outlived its day"
    assert (await _purge(world)).counts == {}


async def test_the_proof_where_people_wrote_the_name(world: HeldWorld) -> None:
    alert = await _alerted(world)
    path = f"/v1/alerts/{alert['alert_id']}/decisions"
    async with world.client(Role.ANALYST) as analyst:
        for version, decision in enumerate(("start_review", "no_match"), 1):
            body = {
                "decision": decision,
                "reason_code": "other",
                "comment": f"not {MATCHED}",
                "suppress": decision == "no_match",
            }
            headers = {"If-Match": f'"{version}"', "Idempotency-Key": f"k{version}"}
            answer = await analyst.post(path, json=body, headers=headers)
            assert answer.status_code == 200, answer.text
    written = {"alerts", "alert_outbox", "suppressions"}
    assert await tables_with(world, MATCHED) == written | {"submissions", "manifests", "command_receipts"}
    world.pass_time(hours=97)
    report = await _purge(world)
    assert (report.counts["command_receipts"], report.counts["alert_events"]) == (2, 2)
    assert await tables_with(world, MATCHED) == written
    world.pass_time(days=31)
    await _purge(world)
    assert await tables_with(world, MATCHED) == {"suppressions"}, "what is suppressed is remembered for as long as it is"
    world.pass_time(days=366)
    await _purge(world)
    assert await tables_with(world, MATCHED) == set()


async def test_the_proof_in_the_files(
    world: HeldWorld, postgres: EmbeddedPostgres, superuser_url: Callable[[str], str], database_url: str
) -> None:
    await _alerted(world)
    cluster = Path(await _setting(superuser_url(database_url), "data_directory"))
    sealed = await asyncio.to_thread(_files_with, cluster, UNSEEN)
    assert sealed == [], "a sealed body can be read in a file"
    world.pass_time(days=40)
    await _purge(world)
    connection = await asyncpg.connect(superuser_url(database_url))
    for table in ("alerts", "alert_outbox"):
        await connection.execute(f"VACUUM FULL {table}")
    await connection.execute("CHECKPOINT")
    database = await connection.fetchval("SELECT oid FROM pg_database WHERE datname = current_database()")
    await connection.close()
    left = [await asyncio.to_thread(_files_with, cluster / "base" / str(database), name) for name in (UNSEEN, MATCHED, ABSENT)]
    assert left == [[], [], []]
    assert await asyncio.to_thread(_files_with, cluster, UNSEEN) == []
    assert await asyncio.to_thread(_files_with, world.home, UNSEEN) == []


def _files_with(directory: Path, word: str) -> list[str]:
    return [path.name for path in directory.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


async def _setting(url: str, name: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval(f"SHOW {name}"))
    finally:
        await connection.close()


async def test_a_hold_keeps_the_alert_and_its_traveller_alone(world: HeldWorld) -> None:
    alert = await _alerted(world)
    path = f"/v1/alerts/{alert['alert_id']}/hold"
    order = {"reason": "court order 17/2026"}
    assert (await world.call(Role.ANALYST, "POST", path, json=order)).status_code == 403
    assert (await world.call(Role.SUPERVISOR, "POST", path, json=order)).status_code == 201
    assert (await world.call(Role.SUPERVISOR, "POST", path, json=order)).status_code == 409
    assert (await world.call(Role.SUPERVISOR, "POST", "/v1/alerts/no-such/hold", json=order)).status_code == 404
    world.pass_time(days=400)
    for _ in range(2):
        await _purge(world)
        assert await tables_with(world, MATCHED) == {"manifests", "alerts", "alert_outbox"}
        assert await tables_with(world, UNSEEN) == set()
        assert await tables_with(world, ABSENT) == set()
        world.pass_time(days=10)
    async with world.database.reading() as work:
        counts = await work.fetch("SELECT traveller_count FROM manifests")
    assert [row["traveller_count"] for row in counts] == [1, 1], "the list and the closure, each with him alone"
    assert len(world.keys.days()) == 1, "the key of the day on which it came is kept for one traveller's sake"
    assert (await world.call(Role.SUPERVISOR, "DELETE", path)).status_code == 204
    assert (await world.call(Role.SUPERVISOR, "DELETE", path)).status_code == 404
    await _purge(world)
    world.pass_time(days=2)
    await _purge(world)
    assert await tables_with(world, MATCHED) == set()
    page = (await world.call(Role.AUDITOR, "GET", "/v1/audit", params={"subject": alert["alert_id"]})).json()["items"]
    assert {"alert.held", "alert.hold_lifted", "alert.expire"} <= {line["action"] for line in page}


async def test_the_trail_is_purged_by_blocks_and_stays_sound(
    world: HeldWorld, superuser_url: Callable[[str], str], database_url: str
) -> None:
    await _alerted(world)
    await seal_all(world.database, world.now)
    first = (await verify(world.database, Span())).lines
    world.pass_time(days=1900)
    report = await _purge(world)
    assert report.counts["audit_lines"] == first
    await seal_all(world.database, world.now)
    done = await verify(world.database, Span())
    assert (done.sound, done.purged) == (True, first)
    connection = await asyncpg.connect(superuser_url(database_url))
    await connection.execute("SET session_replication_role = replica; DELETE FROM audit WHERE action = 'retention.purged'")
    await connection.close()
    assert [fault.kind for fault in (await verify(world.database, Span())).faults] == ["removed"]


async def test_terms_of_a_legal_basis(database_url: str, tmp_path: Path) -> None:
    own = {"border check": {"alert_days": 6, "hit_days": 700}}
    async with held_world(database_url, tmp_path, retention_by_legal_basis=own) as world:
        world.now = datetime.now(UTC)
        await _alerted(world)
        world.pass_time(days=5, hours=23)
        assert "alerts" not in (await _purge(world)).counts
        world.pass_time(hours=2)
        assert (await _purge(world)).counts["alerts"] == 1


@pytest.mark.parametrize("settings", [{"retention_alert_days": 4}, {"retention_alert_days": 5, "retention_no_show_hours": 200}])
def test_alerts_must_outlive_their_manifests(settings: dict) -> None:
    from api_service.settings import Settings

    with pytest.raises(ValueError, match=r"retention_alert_days|alerts must be kept"):
        Settings(_env_file=None, **settings)


async def test_small_batches_purge_everything(world: HeldWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("storage.retention.BATCH_ROWS", "storage.purge_flights.BATCH_FLIGHTS", "storage.alert_expiry.BATCH_ALERTS"):
        monkeypatch.setattr(name, 1)
    for number in range(3):
        body = LIST.replace(b"OR260", b"OR26%d" % (number + 1))
        await world.push(body, CLOSURE.replace(b"OR260", b"OR26%d" % (number + 1)))
    world.pass_time(hours=97)
    due = await _purge(world, dry_run=True)
    done = await _purge(world)
    assert done.counts["travellers"] == due.counts["travellers"] == 15
    assert done.counts["submissions"] == 6
    assert due.counts["raw_messages"] == done.counts["raw_messages"] == 6
