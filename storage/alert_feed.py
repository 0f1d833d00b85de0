"""The alert feed: every change of every alert exactly once, in the order of commits, for consoles and for the relay.

A reader keeps the cursor of the last change it saw and asks for what comes after it. Rows are shown only below the oldest
transaction still running, so that nothing can ever appear before a cursor that was handed out.
"""

from typing import NamedTuple

from schemas.delivery import Cursor
from storage.database import Work
from storage.partitions import START
from storage.sql import queries


class FeedEntry(NamedTuple):
    """One change: its cursor, and the alert as it then was (`schemas.alert.Alert` as JSON)."""

    cursor: Cursor
    payload: str


async def read_after(work: Work, cursor: Cursor, port: str | None, limit: int) -> list[FeedEntry]:
    """At most `limit` changes after `cursor`, of alerts of flights into `port` (None = all of them)."""
    arguments = (cursor.major, cursor.minor, limit)
    if port is None:
        rows = await work.fetch(queries("alert_feed")["read_after"], *arguments)
    else:
        rows = await work.fetch(queries("alert_feed")["read_port_after"], *arguments, port)
    return [FeedEntry(Cursor(row["transaction_id"], row["position"]), row["payload"]) for row in rows]


async def newest_cursor(work: Work) -> Cursor:
    """Where a reader starts that wants only what is still to come."""
    row = await work.fetchrow(queries("alert_feed")["newest_cursor"])
    return START if row is None else Cursor(row["transaction_id"], row["position"])
