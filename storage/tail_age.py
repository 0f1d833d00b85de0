"""The tail's age: how long the oldest manifest has been waiting. The number by which one sees that screening stands still.

Both times are the database's: rows carry its clock.
"""

from datetime import datetime

from storage.database import Work
from storage.sql import queries


async def waiting_seconds(work: Work, reader: str) -> float:
    """Age of the oldest outbox row behind this reader's progress; 0 where it is done with all. For readers of the outbox."""
    oldest: datetime | None = await work.fetchval(queries("tail_age")["oldest_waiting"], reader)
    if oldest is None:
        return 0.0
    now: datetime = await work.fetchval(queries("tail_age")["clock"])
    return max(0.0, (now - oldest).total_seconds())
