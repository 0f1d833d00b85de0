"""The second wall: queries without any condition, run as each kind of caller, still show only what is the caller's."""

from datetime import timedelta

import asyncpg
import pytest

from storage import row_security
from storage.acting import MACHINE, NOBODY, Caller, Sort, acting
from storage.database import Database
from tests.sample_alerts import CREATED, place, sample_alert

OR = Caller(Sort.CARRIER, "key1", owner="OR", carrier="OR")
W6 = Caller(Sort.CARRIER, "key2", owner="W6", carrier="W6")
TIRANA = Caller(Sort.OFFICER, "key3", ports=frozenset({"TIA", "KFZ"}))
SKOPJE = Caller(Sort.OFFICER, "key4", ports=frozenset({"SKP"}))
ANYWHERE = Caller(Sort.OFFICER, "key5")
STAFF = Caller(Sort.STAFF, "https://id.example#agim o'neil")


@pytest.fixture
async def filled(database: Database) -> Database:
    """Submissions of two carriers with a manifest each, and alerts into three ports."""
    await place(database, sample_alert(1), sample_alert(2, port="SKP"), sample_alert(3, port="KFZ"))
    async with database.unit_of_work() as work:
        for carrier in ("OR", "W6"):
            await work.execute(
                "INSERT INTO submissions VALUES ($1, $2, 'key', $3, $4, 'application/edifact', '', '', true, $5)",
                *(f"sub_{carrier}", carrier, CREATED, carrier.encode(), CREATED + timedelta(hours=48)),
            )
            await work.execute(
                "INSERT INTO manifests (manifest_id, submission_id, message_index, flight_id, flight_key, carrier, arrival_port,"
                " function, traveller_count, test, received_at, purge_at, body)"
                " VALUES ($1, $2, 0, 'f', 'k', $3, 'TIA', 'passenger_list', 1, false, $4, $4, '')",
                *(f"man_{carrier}", f"sub_{carrier}", carrier, CREATED),
            )
            await work.execute(
                "INSERT INTO message_facts (submission_id, message_index, carrier, status, test, received_at, travellers,"
                " travellers_asked, last_part, elements, findings) VALUES ($1, 0, $2, 'accepted', false, $3, 1, 1, true, '{}', '{}')",
                *(f"sub_{carrier}", carrier, CREATED),
            )
    return database


async def read(database: Database, caller: Caller, query: str) -> list[object]:
    with acting(caller):
        async with database.reading() as work:
            return [row[0] for row in await work.fetch(query)]


@pytest.mark.parametrize("table", ["submissions", "manifests", "message_facts"])
async def test_a_carrier_sees_its_own_rows_whatever_is_asked(filled: Database, table: str) -> None:
    for caller in (OR, W6):
        assert await read(filled, caller, f"SELECT submission_id FROM {table}") == [f"sub_{caller.owner}"]
    assert len(await read(filled, STAFF, f"SELECT submission_id FROM {table}")) == 2


async def test_of_screening_a_carrier_sees_nothing_at_all(filled: Database) -> None:
    tables = await read(filled, STAFF, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
    refused = set()
    for table in tables:
        try:
            await read(filled, OR, f"SELECT 1 FROM {table}")
        except asyncpg.InsufficientPrivilegeError:
            refused.add(table)
    readable = {"submissions", "manifests", "message_facts", "submission_answers", "schedules", "schedule_legs"}
    assert set(tables) - refused == readable, "every table that a carrier may read stands here"
    assert {
        "alerts",
        "alert_outbox",
        "manifest_screenings",
        "records",
        "watchlists",
        "suppressions",
        "audit",
        "api_keys",
    } <= refused


async def test_an_officer_sees_alerts_of_its_ports(filled: Database) -> None:
    for caller, ports in ((TIRANA, ["KFZ", "TIA"]), (SKOPJE, ["SKP"]), (ANYWHERE, ["KFZ", "SKP", "TIA"])):
        assert await read(filled, caller, "SELECT arrival_port FROM alerts ORDER BY 1") == ports
        assert await read(filled, caller, "SELECT port FROM alert_outbox ORDER BY 1") == ports
    assert await read(filled, SKOPJE, "SELECT manifest_id FROM manifests") == []
    for hidden in (
        "SELECT body FROM manifests",
        *(f"SELECT 1 FROM {table}" for table in ("records", "watchlists", "suppressions")),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await read(filled, TIRANA, hidden)


async def test_nothing_is_changed_across_the_wall(filled: Database) -> None:
    with acting(SKOPJE):
        async with filled.unit_of_work() as work:
            assert await work.execute("UPDATE alerts SET assignee = 'me' WHERE arrival_port <> 'SKP'") == "UPDATE 0"
    with acting(OR), pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with filled.unit_of_work() as work:
            await work.execute(
                "INSERT INTO submissions SELECT 'sub_x', 'W6', key_id, received_at, 'x', '', '', '', true, purge_at FROM submissions"
            )
    for statement in ("DELETE FROM audit", "UPDATE audit SET actor = 'x'", "DELETE FROM schema_migrations", "DROP TABLE audit"):
        with acting(STAFF), pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with filled.unit_of_work() as work:
                await work.execute(statement)


async def test_who_asks_is_forgotten_with_the_transaction(filled: Database) -> None:
    """However it ends, the connection serves the next caller as if it were new."""
    for fault in (None, ValueError, asyncpg.DivisionByZeroError):
        with acting(OR):
            try:
                async with filled.unit_of_work() as work:
                    await work.execute("SELECT 1 / 0" if fault is asyncpg.DivisionByZeroError else "SELECT 1")
                    if fault is ValueError:
                        raise ValueError
            except (ValueError, asyncpg.DivisionByZeroError):
                assert fault is not None
        with acting(MACHINE):
            async with filled.reading() as work:
                assert await work.fetchval("SELECT current_user::text") == "kulla"
                assert not await work.fetchval("SELECT current_setting('kulla.owner', true)")
    assert await read(filled, W6, "SELECT submission_id FROM submissions") == ["sub_W6"]
    assert await read(filled, STAFF, "SELECT convert_from(decode(current_setting('kulla.subject'), 'hex'), 'UTF8')") == [
        STAFF.subject
    ]


async def test_a_snapshot_is_confined_too(filled: Database) -> None:
    with acting(OR):
        async with filled.snapshot() as work:
            assert await work.fetchval("SELECT count(*) FROM submissions") == 1
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await work.execute("UPDATE submission_answers SET answer = ''")
            # what the server refused has ended the transaction; leaving the block rolls it back


async def test_nobody_gets_nothing(filled: Database) -> None:
    with acting(NOBODY):
        for way in (filled.reading, filled.unit_of_work, filled.snapshot):
            with pytest.raises(AssertionError, match="who asks"):
                async with way():
                    pass


@pytest.mark.parametrize("owner", ["x'; DROP TABLE audit; --", "x\\", "x y", "\u0130"])
def test_no_value_can_be_a_statement(owner: str) -> None:
    with pytest.raises(AssertionError):
        Caller(Sort.CARRIER, "k", owner=owner).settings()


async def test_one_command_receipt_is_not_anothers(filled: Database) -> None:
    with acting(STAFF):
        async with filled.unit_of_work() as work:
            await work.execute("INSERT INTO command_receipts VALUES ($1, 'same', '', 200, '{}', $2)", STAFF.subject, CREATED)
    assert await read(filled, STAFF, "SELECT idempotency_key FROM command_receipts") == ["same"]
    assert await read(filled, Caller(Sort.STAFF, "somebody else"), "SELECT idempotency_key FROM command_receipts") == []


async def test_what_is_there_is_not_made_again(database: Database) -> None:
    async with database.unit_of_work() as work:
        before = await work.fetchval("SELECT applied_at FROM row_security")
        assert await row_security.apply(work)
        assert await work.fetchval("SELECT applied_at FROM row_security") == before
        await work.execute("CREATE TABLE later (x integer)")
        assert await row_security.apply(work)
        assert await work.fetchval("SELECT applied_at FROM row_security") > before
    assert await read(database, STAFF, "SELECT x FROM later") == []
    for caller in (OR, TIRANA):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await read(database, caller, "SELECT x FROM later")
