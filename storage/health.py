"""How the store and the stream are doing."""

from dataclasses import dataclass

from storage import row_security, screener_lists
from storage.database import Work
from storage.screener_lists import LoadedLists
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class Health:
    """`list_version` 0 = no list yet. `stream_age_seconds`: how long the oldest manifest waits to be screened.
    `transaction_seconds`: the oldest open transaction; while it lasts, no reader of the outbox gets past it."""

    list_version: int
    stream_age_seconds: float
    transaction_seconds: float
    row_security: bool
    """Whether the second wall stands (`storage.row_security`)."""
    lists: LoadedLists


async def look(work: Work) -> Health:
    """Ask the database. Raises where the schema is not there yet."""
    area = queries("health")
    return Health(
        list_version=await work.fetchval(area["newest_list_version"]),
        stream_age_seconds=await work.fetchval(area["stream_age"]),
        row_security=await row_security.usable(work),
        transaction_seconds=await work.fetchval(area["longest_transaction"]),
        lists=await screener_lists.look(work),
    )
