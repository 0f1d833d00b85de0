"""The unit of work: what counts as "the database is away", what does not, and that nothing is half-written."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from storage.database import Database, StoreUnavailableError


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    async with database.unit_of_work() as work:
        await work.execute("CREATE TABLE thing (x int)")
    with pytest.raises(LookupError):  # noqa: PT012 - the block is what is tested
        async with database.unit_of_work() as work:
            await work.execute("INSERT INTO thing VALUES (1)")
            raise LookupError
    async with database.snapshot() as work:
        assert await work.fetchval("SELECT count(*) FROM thing") == 0


async def test_a_wrong_argument_is_our_fault_not_the_stores(database: Database) -> None:
    with pytest.raises(asyncpg.DataError):
        async with database.unit_of_work() as work:
            await work.fetchval("SELECT $1::int", "not a number")


async def test_two_statements_at_once_are_our_fault(database: Database) -> None:
    with pytest.raises(asyncpg.InterfaceError):
        async with database.unit_of_work() as work:
            await asyncio.gather(work.execute("SELECT pg_sleep(0.1)"), work.execute("SELECT 1"))


@pytest.mark.parametrize("error", [FileNotFoundError("mine"), TimeoutError("mine"), ConnectionResetError("mine")])
async def test_the_blocks_own_errors_pass_unchanged(database: Database, error: OSError) -> None:
    with pytest.raises(type(error), match="mine"):  # noqa: PT012 - the block is what is tested
        async with database.unit_of_work() as work:
            await work.execute("SELECT 1")
            raise error


async def test_a_statement_that_takes_too_long_means_the_store_is_away(database: Database) -> None:
    with pytest.raises(StoreUnavailableError):
        async with database.unit_of_work() as work:
            await work.execute("SELECT pg_sleep(30)", timeout=0.05)
    async with database.snapshot() as work:
        assert await work.fetchval("SELECT 1") == 1


async def test_an_ended_session_means_the_store_is_away_and_the_next_unit_works(
    database: Database, database_url: str, superuser_url: Callable[[str], str]
) -> None:
    async with database.unit_of_work() as work:
        await work.execute("CREATE TABLE thing (x int)")
    with pytest.raises(StoreUnavailableError):  # noqa: PT012 - the block is what is tested
        async with database.unit_of_work() as work:
            await work.execute("INSERT INTO thing VALUES (1)")
            await end_sessions(superuser_url(database_url))
    async with database.unit_of_work() as work:
        assert await work.fetchval("SELECT count(*) FROM thing") == 0


async def test_nobody_listening_means_the_store_is_away() -> None:
    with pytest.raises(StoreUnavailableError):
        await Database.connect("postgresql:///kulla?host=/nonexistent&user=kulla")


async def test_a_closed_pool_means_the_store_is_away(database_url: str) -> None:
    database = await Database.connect(database_url)
    await database.close()
    with pytest.raises(StoreUnavailableError):
        async with database.snapshot():
            pass


async def end_sessions(url: str) -> None:
    """End every other session of this database, as an operator or a failing server would."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
