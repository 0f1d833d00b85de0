"""A stream in memory (`screening.ports.ManifestStream`): several readers share one outbox as processes share the real one."""

import asyncio
import zlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from time import monotonic
from typing import Protocol

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from storage.partitions import PARTITIONS, START, fair_share, of_flights, surplus, with_rescreens

POLL_SECONDS = 0.02
"""Readers look at each other's partitions this often."""


class ProgressSource(Protocol):
    """Where progress is kept: the ledger."""

    async def progress(self, partition: int) -> Cursor | None:
        """How far a partition is done."""


class MemoryOutbox:
    """Everything published, and who owns which partition."""

    def __init__(self) -> None:
        self.events: defaultdict[int, list[Delivery]] = defaultdict(list)
        self.owners: dict[int, object] = {}
        self.readers: list[object] = []
        self._count = 0

    def publish(
        self,
        key: str,
        body: bytes,
        occasion: Occasion = Occasion.RECEIVED,
        list_version: int = 0,
        manifest_id: str | None = None,
    ) -> Delivery:
        """Append an event; a key always goes to the same partition, or as a re-screen to the one that belongs to it."""
        self._count += 1
        partition = with_rescreens([zlib.crc32(key.encode()) % PARTITIONS])[occasion is Occasion.RESCREEN]
        event = Delivery(partition, Cursor(self._count, self._count), key, body, occasion, list_version, manifest_id)
        self.events[partition].append(event)
        return event


class MemoryStream:
    """One reader of a `MemoryOutbox`."""

    def __init__(self, outbox: MemoryOutbox, ledger: ProgressSource) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._positions: dict[int, Cursor] = {}
        self._unacknowledged: dict[int, Cursor] = {}

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions this reader holds now."""
        return frozenset(partition for partition in self._positions if partition < PARTITIONS)

    async def start(self) -> None:
        """Join the readers."""
        assert self not in self._outbox.readers, "started twice"
        self._outbox.readers.append(self)
        await self._rebalance()

    async def next_batch(
        self, events_max: int, wait_seconds: float, without: Collection[int] = frozenset()
    ) -> Sequence[Delivery]:
        """The next events of our partitions but for these, oldest first."""
        deadline = monotonic() + wait_seconds
        while True:
            leaving = await self._rebalance()
            batch = self._take(events_max, {*with_rescreens(leaving), *without})
            if batch or monotonic() >= deadline:
                return batch
            await asyncio.sleep(min(POLL_SECONDS, max(0.0, deadline - monotonic())))

    def _take(self, events_max: int, without: Collection[int]) -> Sequence[Delivery]:
        waiting = [
            event
            for partition, position in self._positions.items()
            if partition not in without
            for event in self._outbox.events[partition]
            if event.cursor > position
        ]
        batch = sorted(waiting, key=lambda event: event.cursor)[:events_max]
        delivered = {event.partition: event.cursor for event in batch}
        self._positions |= delivered
        self._unacknowledged |= delivered
        return batch

    async def acknowledge(self, progress: Mapping[int, Cursor]) -> None:
        """What the ledger has recorded may now change hands."""
        for partition, cursor in progress.items():
            if partition in self._unacknowledged and self._unacknowledged[partition] <= cursor:
                del self._unacknowledged[partition]

    async def close(self) -> None:
        """Give the partitions back."""
        if self in self._outbox.readers:
            self._outbox.readers.remove(self)
        for partition in self.partitions:
            del self._outbox.owners[partition]
        self._positions.clear()
        self._unacknowledged.clear()

    async def _rebalance(self) -> Sequence[int]:
        """Give back, claim; returns what will be given back as soon as it is acknowledged."""
        share = fair_share(len(self._outbox.readers))
        busy = frozenset(map(of_flights, self._unacknowledged))
        leaving = surplus(self.partitions, busy, share)
        for partition in set(leaving) - busy:
            del self._positions[partition], self._positions[partition + PARTITIONS], self._outbox.owners[partition]
        for partition in range(PARTITIONS):
            if partition not in self._outbox.owners and len(self.partitions) < share:
                self._outbox.owners[partition] = self
                for number in with_rescreens([partition]):
                    self._positions[number] = await self._ledger.progress(number) or START
        return leaving
