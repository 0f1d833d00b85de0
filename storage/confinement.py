"""Transactions on somebody's behalf: they begin with the caller's role and settings, in the same round trip as the BEGIN.

Both are local to the transaction, so that the connection comes back to the pool as it was, however the transaction ends.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import asyncpg

from storage.acting import Caller

if TYPE_CHECKING:
    from storage.database import Work


@asynccontextmanager
async def confined(connection: "Work", begin: str, caller: Caller) -> AsyncIterator[None]:
    """`begin` (a BEGIN of some kind), then the block as the caller, then COMMIT, or ROLLBACK where it raised."""
    try:
        await connection.execute(f"{begin};{caller.settings()}")
        yield
    except BaseException:
        await _rolled_back(connection)
        raise
    await connection.execute("COMMIT")


async def _rolled_back(connection: "Work") -> None:
    """A connection that cannot even be rolled back is thrown away: it must not serve the next caller."""
    try:
        await connection.execute("ROLLBACK")
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError):
        with suppress(asyncpg.InterfaceError):
            connection.terminate()
