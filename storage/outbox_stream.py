"""The outbox as a stream of manifests (`screening.ports.ManifestStream`): several processes share it, none loses a row.

Everything happens on one connection of its own: LISTEN, the advisory locks that say who owns which partition, and the reading.
When that connection breaks, its locks are gone with it, so the stream says StoreUnavailableError and stands still until
`close` and `start`; another process takes over meanwhile. What both read in such a moment the ledger absorbs.

A partition's reading starts behind the ledger's progress at the moment of the claim. Ownership is looked over inside
`next_batch`: a process that is busy elsewhere gives nothing back, and what it has handed out but not had acknowledged stays its
own until it has been, so that a flight's events are never worked on in two places.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from time import monotonic

import asyncpg

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from storage.bodies import inflate
from storage.database import ALONE_COMMAND_SECONDS_MAX, Connection, Database, StoreUnavailableError, store_errors, vault_of
from storage.outbox import MANIFEST_CHANNEL
from storage.partitions import PARTITIONS, START, fair_share, of_flights, surplus, with_rescreens
from storage.sql import queries
from storage.vault import Vault

REBALANCE_SECONDS = 0.5
"""How often ownership is looked over: how long a dead neighbour's flights wait."""
POLL_SECONDS = 1.0
"""How long we trust NOTIFY before we look without it."""
PENDING_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1)
"""Rows are there, but an older transaction still runs: how long to wait before each next look."""
RESCREENS_MAX = 5_000
"""In one batch, while a list change is being worked off: they come without their bodies, some hundred bytes each, and a million
live travellers are two batches."""


class OutboxStream:
    """`reader` is the name under which the ledger keeps progress; processes with the same name share the partitions."""

    def __init__(self, database: Database, reader: str) -> None:
        self._database = database
        self._reader = reader
        self._connection: Connection | None = None
        self._positions: dict[int, Cursor] = {}
        self._unacknowledged: dict[int, Cursor] = {}
        self._woken = asyncio.Event()
        self._rebalance_at = 0.0
        self._looks_at_pending = 0
        self._leaving: frozenset[int] = frozenset()
        self._horizon = 0
        self._working_off = False

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions this process holds now."""
        return frozenset(partition for partition in self._positions if partition < PARTITIONS)

    async def start(self) -> None:
        """Connect, listen, and claim partitions. Raises StoreUnavailableError, and is then as before."""
        assert self._connection is None, "started twice"
        connection = await self._database.connect_alone(f"kulla {self._reader} stream")
        self._connection = connection
        try:
            with store_errors(connection):
                await self._join(connection)
        except BaseException:
            await self.close()
            raise

    async def _join(self, connection: Connection) -> None:
        connection.add_termination_listener(self._wake)
        await connection.add_listener(MANIFEST_CHANNEL, self._wake)
        await connection.execute(queries("outbox_stream")["join_readers"], self._reader)
        await self._rebalance(connection)

    async def next_batch(
        self, events_max: int, wait_seconds: float, without: Collection[int] = frozenset()
    ) -> Sequence[Delivery]:
        """The next events of our partitions but for these. Raises StoreUnavailableError; then `close` and `start` again.

        The same after a cancelled call: in the middle of a hand-over nobody could say which partitions are ours.
        """
        connection = self._live_connection()
        try:
            with store_errors(connection):
                return await self._next_batch(connection, (events_max, without), monotonic() + wait_seconds)
        except asyncio.CancelledError:
            connection.terminate()
            raise

    async def _next_batch(
        self, connection: Connection, wanted: tuple[int, Collection[int]], deadline: float
    ) -> Sequence[Delivery]:
        while True:
            self._woken.clear()
            if monotonic() >= self._rebalance_at:
                await self._rebalance(connection)
            batch = await self._fetch(connection, *wanted)
            if batch or monotonic() >= deadline:
                return batch
            await self._pause(connection, deadline)

    async def acknowledge(self, progress: Mapping[int, Cursor]) -> None:
        """What the ledger has recorded may now change hands."""
        for partition, cursor in progress.items():
            if partition in self._unacknowledged and self._unacknowledged[partition] <= cursor:
                del self._unacknowledged[partition]

    async def close(self) -> None:
        """Give the partitions back by ending the session."""
        connection, self._connection = self._connection, None
        self._positions.clear()
        self._unacknowledged.clear()
        self._leaving = frozenset()
        if connection is None:
            return
        connection.remove_termination_listener(self._wake)
        try:
            await connection.close(timeout=ALONE_COMMAND_SECONDS_MAX)
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresError):
            connection.terminate()

    def _live_connection(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            raise StoreUnavailableError("the stream is not connected")
        return self._connection

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _rebalance(self, connection: Connection) -> None:
        self._rebalance_at = monotonic() + REBALANCE_SECONDS
        readers = await connection.fetchval(queries("outbox_stream")["count_readers"], self._reader)
        share = fair_share(readers)
        busy = frozenset(map(of_flights, self._unacknowledged))
        leaving = surplus(self.partitions, busy, share)
        self._leaving = frozenset(leaving)
        await self._release(connection, [partition for partition in leaving if partition not in busy])
        if len(self.partitions) < share:
            await self._claim(connection, share - len(self.partitions))

    async def _release(self, connection: Connection, partitions: Sequence[int]) -> None:
        if partitions:
            await connection.execute(queries("outbox_stream")["release"], self._reader, partitions)
        for partition in with_rescreens(partitions):
            del self._positions[partition]

    async def _claim(self, connection: Connection, partitions_max: int) -> None:
        wanted = [partition for partition in range(PARTITIONS) if partition not in self._positions]
        rows = await connection.fetch(queries("outbox_stream")["claim"], self._reader, wanted, partitions_max)
        claimed = with_rescreens(row["partition"] for row in rows)
        if not claimed:
            return
        # Only now, under the lock: the owner before us may have recorded progress until it let go.
        rows = await connection.fetch(queries("outbox_stream")["list_progress"], self._reader, claimed)
        self._positions |= dict.fromkeys(claimed, START)
        self._positions |= {row["partition"]: Cursor(row["major"], row["minor"]) for row in rows}

    async def _fetch(self, connection: Connection, events_max: int, without: Collection[int]) -> Sequence[Delivery]:
        places = [
            (partition, cursor)
            for partition, cursor in self._positions.items()
            if of_flights(partition) not in self._leaving and partition not in without
        ]
        rows = await connection.fetch(
            queries("outbox_stream")["next_batch"],
            [partition for partition, _ in places],
            [cursor.major for _, cursor in places],
            [cursor.minor for _, cursor in places],
            events_max,
            max(events_max, RESCREENS_MAX) if self._working_off else events_max,
        )
        self._horizon = rows[0]["below"]
        deliveries = [_delivery(row, vault_of(connection)) for row in rows if row["manifest_id"] is not None]
        self._working_off = any(one.occasion is Occasion.RESCREEN for one in deliveries)
        delivered = {delivery.partition: delivery.cursor for delivery in deliveries}
        self._positions |= delivered
        self._unacknowledged |= delivered
        return deliveries

    async def _pause(self, connection: Connection, deadline: float) -> None:
        """Sleep until woken, or until there is a reason to look without being woken."""
        seconds = min(deadline, self._rebalance_at, monotonic() + POLL_SECONDS) - monotonic()
        if await connection.fetchval(queries("outbox_stream")["has_pending"], list(self._positions), self._horizon):
            seconds = min(seconds, PENDING_SECONDS[min(self._looks_at_pending, len(PENDING_SECONDS) - 1)])
            self._looks_at_pending += 1
        else:
            self._looks_at_pending = 0
        try:
            await asyncio.wait_for(self._woken.wait(), max(seconds, 0.0))
        except TimeoutError:
            return


def _delivery(row: asyncpg.Record, vault: Vault) -> Delivery:
    return Delivery(
        partition=row["partition"],
        cursor=Cursor(row["transaction_id"], row["position"]),
        key=row["flight_key"],
        body=b"" if row["body"] is None else inflate(vault.open(row["body"])),
        occasion=Occasion(row["occasion"]),
        list_version=row["list_version"],
        manifest_id=row["manifest_id"],
    )
