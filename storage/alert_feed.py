"""The alert feed: every change of every alert exactly once, in the order of commits, for consoles and for the relay.

A reader keeps the cursor of the last change it saw and asks for what comes after it. Rows are shown only below the oldest
transaction still running, so that nothing can ever appear before a cursor that was handed out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from schemas.delivery import Cursor
from storage.database import Work
from storage.partitions import START
from storage.sql import queries


@dataclass(frozen=True, slots=True, eq=False)
class FeedEntry:
    """One change: its cursor, and the alert as it then was (`schemas.alert.Alert` as JSON), of a flight into `port`.

    Many readers share one entry, so what is written of it for one of them is kept for the next.
    """

    cursor: Cursor
    payload: str
    port: str | None = None
    _renderings: dict[str, bytes] = field(default_factory=dict, repr=False)

    def rendered(self, view: str, render: Callable[[str], bytes]) -> bytes:
        """The payload as `render` shows it, worked out once for each `view`."""
        if view not in self._renderings:
            self._renderings[view] = render(self.payload)
        return self._renderings[view]


async def read_after(work: Work, cursor: Cursor, port: str | None, limit: int) -> list[FeedEntry]:
    """At most `limit` changes after `cursor`, of alerts of flights into `port` (None = all of them)."""
    arguments = (cursor.major, cursor.minor, limit)
    if port is None:
        rows = await work.fetch(queries("alert_feed")["read_after"], *arguments)
    else:
        rows = await work.fetch(queries("alert_feed")["read_port_after"], *arguments, port)
    return [FeedEntry(Cursor(row["transaction_id"], row["position"]), row["payload"], row["port"]) for row in rows]


async def newest_cursor(work: Work) -> Cursor:
    """Where a reader starts that wants only what is still to come."""
    row = await work.fetchrow(queries("alert_feed")["newest_cursor"])
    return START if row is None else Cursor(row["transaction_id"], row["position"])
