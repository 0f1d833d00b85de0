"""Migrations are applied once, in order, and never with a changed file."""

import asyncio

import pytest

from storage import migrate as migrate_module
from storage.database import Database
from storage.migrate import Migration, MigrationError, migrate, migrations


async def test_a_migrated_database_has_nothing_left_to_apply(database: Database) -> None:
    assert await migrate(database) == []
    async with database.snapshot() as work:
        names = [row["name"] for row in await work.fetch("SELECT name FROM schema_migrations ORDER BY number")]
    assert names == [migration.name for migration in migrations()]
    assert len(names) >= 5


async def test_a_changed_file_is_refused(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.execute("UPDATE schema_migrations SET sha256 = '\\x00' WHERE number = 2")
    with pytest.raises(MigrationError, match=r"0002_create_streams\.sql changed"):
        await migrate(database)


async def test_a_newer_database_is_refused(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.execute("INSERT INTO schema_migrations (number, name, sha256) VALUES (9999, 'later.sql', '')")
    with pytest.raises(MigrationError, match="newer release"):
        await migrate(database)


async def test_two_migrators_take_turns_and_a_faulty_file_leaves_no_trace(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = Migration(9000, "9000_add_thing.sql", "CREATE TABLE thing (x int); INSERT INTO thing VALUES (1);")
    faulty = Migration(9001, "9001_break_thing.sql", "CREATE TABLE other (x int); SELECT 1/0;")
    shipped = migrations()
    monkeypatch.setattr(migrate_module, "migrations", lambda: [*shipped, good])
    outcomes = await asyncio.gather(migrate(database), migrate(database))
    assert sorted(outcomes) == [[], ["9000_add_thing.sql"]]

    monkeypatch.setattr(migrate_module, "migrations", lambda: [*shipped, good, faulty])
    with pytest.raises(Exception, match="division by zero"):
        await migrate(database)
    async with database.snapshot() as work:
        assert await work.fetchval("SELECT count(*) FROM thing") == 1
        assert await work.fetchval("SELECT to_regclass('other')") is None


async def test_readers_go_on_where_they_were_when_re_screens_get_partitions_of_their_own(database: Database) -> None:
    """What an older release had done of both is done; what it had not waits, each in its own partition."""
    (parted,) = (one for one in migrations() if one.name == "0090_part_rescreens.sql")
    async with database.unit_of_work() as work:
        await work.execute("DELETE FROM stream_progress")
        await work.execute("INSERT INTO stream_progress VALUES ('screener:outbox', 3, 40, 7), ('screener:kafka', 3, 0, 9)")
        await work.execute(parted.text)
        rows = await work.fetch("SELECT reader, partition, major, minor FROM stream_progress ORDER BY reader, partition")
    assert [tuple(row) for row in rows] == [
        ("screener:kafka", 3, 0, 9),
        ("screener:outbox", 3, 40, 7),
        ("screener:outbox", 19, 40, 7),
    ]
