"""The tail's age: how long the oldest manifest has been waiting. The number by which one sees that screening stands still.

`now` is the database's clock in both places, since rows carry its time.
"""

from datetime import datetime

from storage.database import Work
from storage.sql import queries


async def waiting_seconds(work: Work, reader: str) -> float:
    """Age of the oldest outbox row behind this reader's progress; 0 where it is done with all. For readers of the outbox."""
    return await _age(work, "oldest_waiting", reader)


async def unscreened_seconds(work: Work) -> float:
    """Age of the oldest received manifest that was never screened; 0 where there is none. Also where Kafka lies between."""
    return await _age(work, "oldest_unscreened")


async def _age(work: Work, query: str, *arguments: str) -> float:
    oldest: datetime | None = await work.fetchval(queries("tail_age")[query], *arguments)
    if oldest is None:
        return 0.0
    now: datetime = await work.fetchval("SELECT clock_timestamp()")
    return max(0.0, (now - oldest).total_seconds())
