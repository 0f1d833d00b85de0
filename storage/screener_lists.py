"""Which version of the lists the running screeners work with."""

from dataclasses import dataclass
from datetime import timedelta

from storage.database import Work
from storage.sql import queries

SILENT_AFTER = timedelta(seconds=30)
"""A screener that has not been heard of for so long is gone, or stands still, which is no different."""
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LoadedLists:
    """`screeners`: how many are heard of; of them, `list_version` and `record_count` of whoever is furthest behind, and how
    many seconds ago that was loaded. `behind_seconds`: since when a version is in force that somebody does not have."""

    screeners: int
    list_version: int | None
    record_count: int | None
    loaded_seconds: float | None
    behind_seconds: float


async def tell(work: Work, screener: str, list_version: int, record_count: int) -> None:
    """Say what this screener has loaded now."""
    await work.execute(queries("health")["tell_lists"], screener, list_version, record_count, FORGOTTEN_AFTER)


async def look(work: Work) -> LoadedLists:
    """What all screeners have loaded."""
    row = await work.fetchrow(queries("health")["loaded_lists"], SILENT_AFTER)
    assert row is not None
    return LoadedLists(**dict(row))
