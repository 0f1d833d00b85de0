"""The database and its unit of work: the one place that commits.

    async with database.unit_of_work() as work:      # BEGIN
        await submissions.add(work, ...)             # repositories take `work` and never commit
                                                     # COMMIT here, or ROLLBACK if the block raised

Whoever catches `StoreUnavailableError` knows that nothing is half-written: the transaction is either whole or absent. If
the connection broke during the commit itself, nobody knows which; the caller repeats, and identifiers derived from content
absorb it.

A forgotten open transaction would stall every tail of the outbox, so the server is told to end idle and over-long ones.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self, TypeAlias

import asyncpg

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Work: TypeAlias = PoolConnectionProxy[asyncpg.Record]
else:
    Pool = Work = object

CONNECTIONS_MAX = 10
"""Per process. Two cores serve no more at once; more would only queue inside the server."""
ACQUIRE_SECONDS_MAX = 5.0
"""A request that waited this long for a connection is better told 503 with Retry-After."""
COMMAND_SECONDS_MAX = 60.0
"""No single statement of ours honestly takes longer."""
IDLE_IN_TRANSACTION_MS_MAX = 15_000
"""No transaction of ours waits for anything but the database; one that idles is a bug and stalls every tail."""
TRANSACTION_MS_MAX = 120_000
"""The longest honest transaction publishes a large list."""


class StoreUnavailableError(Exception):
    """The database did not answer. Nothing is half-written; trying again is safe."""


_UNAVAILABLE = (
    OSError,  # refused, reset, socket gone
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # "connection is closed", "pool is closing"
    asyncpg.CannotConnectNowError,  # starting up or shutting down
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.ReadOnlySQLTransactionError,  # a failed-over primary
)


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str, connections_max: int = CONNECTIONS_MAX) -> Self:
        """Open a pool. Raises StoreUnavailableError when nobody answers.

        `url` is any libpq URL; a private socket is `postgresql:///kulla?host=DIRECTORY&user=kulla`.
        """
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=connections_max,
                command_timeout=COMMAND_SECONDS_MAX,
                server_settings={
                    "application_name": "kulla",
                    "timezone": "UTC",
                    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS_MAX),
                    "transaction_timeout": str(TRANSACTION_MS_MAX),
                },
            )
        except _UNAVAILABLE as error:
            raise StoreUnavailableError("the database does not accept connections") from error
        return cls(pool)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[Work]:
        """One transaction (read committed): committed when the block ends, rolled back when it raises."""
        async with self._connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Work]:
        """One consistent read-only view across several queries."""
        async with self._connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Work]:
        """A connection without a transaction, for one query: a third of the round trips of `snapshot`."""
        async with self._connection() as connection:
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Work]:
        try:
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS_MAX) as connection:
                yield connection
        except _UNAVAILABLE as error:
            raise StoreUnavailableError("the database does not answer") from error

    async def close(self) -> None:
        """Give every connection back. Waits for those in use, but not for ever."""
        try:
            await asyncio.wait_for(self._pool.close(), ACQUIRE_SECONDS_MAX)
        except TimeoutError:
            self._pool.terminate()
