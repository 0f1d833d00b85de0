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
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from traceback import walk_tb
from typing import TYPE_CHECKING, Self, TypeAlias

import asyncpg

from storage.acting import MACHINE, NOBODY, Caller, now_acting
from storage.confinement import confined
from storage.sql import queries
from storage.vault import NO_VAULT, Vault

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Work: TypeAlias = PoolConnectionProxy[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    Pool = Work = Connection = object


class VaultConnection(asyncpg.Connection):
    """A connection that knows how the bodies of its database are sealed, and whether its user may work as the roles of callers
    (where it may not, there is one wall only)."""

    vault: Vault = NO_VAULT
    confines = False


def vault_of(connection: "Connection | Work") -> Vault:
    """How the bodies of this connection's database are sealed."""
    vault = getattr(connection, "vault", NO_VAULT)
    assert isinstance(vault, Vault)
    return vault


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


ALONE_COMMAND_SECONDS_MAX = 10.0
"""Sessions of their own only ask small questions; a silent network shall not hold them up longer."""

_SESSION = {
    "application_name": "kulla",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS_MAX),
    "transaction_timeout": str(TRANSACTION_MS_MAX),
}
_KEEP_ALIVE = {
    # The server shall notice within half a minute that a machine which holds locks is gone. (Nothing on a local socket.)
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}


class StoreUnavailableError(Exception):
    """The database did not answer. Nothing is half-written; trying again is safe."""


_CANNOT_CONNECT = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError)
"""What connecting may raise: refused, gone, starting up, too many; "pool is closing"."""
_SERVER_SAYS = (
    asyncpg.PostgresConnectionError,  # class 08: the connection broke
    asyncpg.TransactionRollbackError,  # 40: deadlock, serialisation; repeating helps
    asyncpg.InsufficientResourcesError,  # 53: disk, memory, connections
    asyncpg.OperatorInterventionError,  # 57: shutting down, session ended by an operator, starting up
    asyncpg.PostgresSystemError,  # 58: the machine below it
    asyncpg.ReadOnlySQLTransactionError,  # a failed-over primary
)


@contextmanager
def store_errors(connection: "Connection | Work") -> Iterator[None]:
    """Turn what means "the database is away" into StoreUnavailableError, and leave everything else as it is.

    OSError and TimeoutError count only where they come out of the driver: a block may have its own. An InterfaceError counts
    only on a closed connection: else it says that we misuse the driver (a wrong argument, two statements at once). A session
    that is ended just when a statement is prepared leaves the driver confused; such a connection is thrown away.
    """
    try:
        yield
    except _SERVER_SAYS as error:
        raise StoreUnavailableError("the database does not answer") from error
    except asyncpg.InternalClientError as error:
        connection.terminate()
        raise StoreUnavailableError("the connection to the database is confused") from error
    except (OSError, asyncpg.InterfaceError) as error:  # TimeoutError is an OSError
        if not (_closed(connection) if isinstance(error, asyncpg.InterfaceError) else _from_driver(error)):
            raise
        raise StoreUnavailableError("the database does not answer") from error


def _closed(connection: "Connection | Work") -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # a pooled connection that was taken away from its holder
        return True


def _from_driver(error: BaseException) -> bool:
    modules = (frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__))
    return any(module.partition(".")[0] == asyncpg.__name__ for module in modules)


async def _as_it_is(_connection: object) -> None:
    """What is done to a connection that comes back to the pool: nothing.

    The driver would spend a round trip on forgetting settings, locks and LISTENs of the session. A pooled one has none: what
    needs a session opens one of its own (`connect_alone`).
    """


async def _pool(url: str, connections_min: int, connections_max: int, vault: Vault) -> "Pool":
    async def prepare(connection: "Connection") -> None:
        _give(connection, vault).confines = await connection.fetchval(queries("row_security")["roles_are_usable"])

    return await asyncpg.create_pool(
        url,
        min_size=connections_min,
        max_size=connections_max,
        reset=_as_it_is,
        init=prepare,
        connection_class=VaultConnection,
        timeout=ACQUIRE_SECONDS_MAX,
        command_timeout=COMMAND_SECONDS_MAX,
        server_settings=_SESSION,
    )


def _give(connection: "Connection", vault: Vault) -> VaultConnection:
    assert isinstance(connection, VaultConnection)
    connection.vault = vault
    return connection


_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def _transaction(connection: Work, begin: str) -> AbstractAsyncContextManager[object]:
    """A transaction on behalf of whoever acts now. A request that nobody is known to have made gets none."""
    who = now_acting()
    assert who is not NOBODY, "who asks?"
    if isinstance(who, Caller) and getattr(connection, "confines", False):
        return confined(connection, begin, who)
    if begin == _SNAPSHOT:
        return connection.transaction(isolation="repeatable_read", readonly=True)
    return connection.transaction()


class Database:
    """A pool of connections to one PostgreSQL database. `vault`: how its bodies are sealed."""

    def __init__(self, pool: Pool, url: str, vault: Vault = NO_VAULT) -> None:
        self._pool = pool
        self._url = url
        self.vault = vault

    @classmethod
    async def connect(cls, url: str, connections_max: int = CONNECTIONS_MAX, vault: Vault = NO_VAULT) -> Self:
        """Open a pool. Raises StoreUnavailableError when nobody answers.

        `url` is any libpq URL; a private socket is `postgresql:///kulla?host=DIRECTORY&user=kulla`.
        """
        try:
            return cls(await _pool(url, 1, connections_max, vault), url, vault)
        except _CANNOT_CONNECT as error:
            raise StoreUnavailableError("the database does not accept connections") from error

    @classmethod
    async def open(cls, url: str, connections_max: int = CONNECTIONS_MAX, vault: Vault = NO_VAULT) -> Self:
        """A pool that connects when it is first asked for something: for a role that must answer while the database is down."""
        return cls(await _pool(url, 0, connections_max, vault), url, vault)

    async def connect_alone(self, application_name: str) -> Connection:
        """A connection outside the pool, for what belongs to a session: LISTEN, advisory locks. The caller closes it."""
        try:
            connection = await asyncpg.connect(
                self._url,
                connection_class=VaultConnection,
                timeout=ACQUIRE_SECONDS_MAX,
                command_timeout=ALONE_COMMAND_SECONDS_MAX,
                server_settings=_SESSION | _KEEP_ALIVE | {"application_name": application_name},
            )
            return _give(connection, self.vault)
        except _CANNOT_CONNECT as error:
            raise StoreUnavailableError("the database does not accept connections") from error

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[Work]:
        """One transaction (read committed): committed when the block ends, rolled back when it raises."""
        async with self._connection() as connection, _transaction(connection, "BEGIN"):
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Work]:
        """One consistent read-only view across several queries."""
        async with self._connection() as connection, _transaction(connection, _SNAPSHOT):
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Work]:
        """A connection for one query. Without a transaction, a third of the round trips of `snapshot`, where the service asks
        for itself; on behalf of a caller within one, because what confines him lasts for a transaction."""
        async with self._connection() as connection:
            if isinstance(now_acting(), Caller):
                async with _transaction(connection, "BEGIN"):
                    yield connection
            else:
                assert now_acting() is MACHINE, "who asks?"
                yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Work]:
        try:
            connection = await self._pool.acquire(timeout=ACQUIRE_SECONDS_MAX)
        except _CANNOT_CONNECT as error:
            raise StoreUnavailableError("the database does not accept connections") from error
        try:
            with store_errors(connection):
                yield connection
        finally:
            await self._release(connection)

    async def _release(self, connection: Work) -> None:
        """Give it back. What was committed stays so even if the server dies in this moment: no reason to tell anybody."""
        with suppress(*_CANNOT_CONNECT):
            await self._pool.release(connection)

    async def close(self) -> None:
        """Give every connection back. Waits for those in use, but not for ever."""
        try:
            await asyncio.wait_for(self._pool.close(), ACQUIRE_SECONDS_MAX)
        except TimeoutError:
            self._pool.terminate()
