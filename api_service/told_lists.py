"""Lists that tell the database which version of them is loaded, so that health checks see it (`storage.screener_lists`)."""

import os
import socket
from contextlib import suppress
from datetime import datetime, timedelta

from api_service.context import Clock
from screening.index.port import Index
from screening.lists_in_force import InForce
from screening.recent import RecentChanges
from storage import screener_lists
from storage.database import Database, StoreUnavailableError

TOLD_EVERY = timedelta(seconds=10)
"""A third of what makes a screener count as gone."""


class ToldLists:
    """Satisfies `InForce`. What could not be told is told the next time: it is only for people."""

    def __init__(self, lists: InForce, database: Database, clock: Clock) -> None:
        self._lists = lists
        self._database = database
        self._clock = clock
        self._screener = f"{socket.gethostname()}:{os.getpid()}"
        self._told: int | None = None
        self._told_at = clock()

    async def newest(self) -> Index:
        """See `InForce`."""
        index, now = await self._lists.newest(), self._clock()
        if index.listed.version != self._told or now >= self._told_at + TOLD_EVERY:
            with suppress(StoreUnavailableError):
                await self._tell(index, now)
        return index

    async def _tell(self, index: Index, now: datetime) -> None:
        async with self._database.unit_of_work() as work:
            await screener_lists.tell(work, self._screener, index.listed.version, index.listed.record_count)
        self._told, self._told_at = index.listed.version, now

    @property
    def recent(self) -> RecentChanges | None:
        """See `InForce`."""
        return self._lists.recent

    async def close(self) -> None:
        """See `InForce`."""
        await self._lists.close()
