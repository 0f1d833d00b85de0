"""The newest changes of one port (or of all), in memory and in order, with a bound.

A ring knows from where on it is whole (`floor`): everything after that cursor that was ever readable is in it. What it cannot
answer it says so (None), and the caller asks the database; from such an answer it may learn what lies below its floor.
"""

from bisect import bisect_right
from collections.abc import Sequence

from schemas.delivery import Cursor
from storage.alert_feed import FeedEntry

CHANGES_MAX = 512
CHANGE_BYTES_MAX = 1024 * 1024
"""Some 200 changes of 5 kB: ten times what the busiest port has between two polls of a console."""


class ChangeRing:
    """Whole above `floor`."""

    def __init__(self, floor: Cursor) -> None:
        self.floor = floor
        self._entries: list[FeedEntry] = []
        self._bytes = 0

    @property
    def newest(self) -> Cursor:
        """The last change, or the floor where there is none."""
        return self._entries[-1].cursor if self._entries else self.floor

    def append(self, entry: FeedEntry) -> None:
        """The next change in order; the oldest ones make room."""
        assert entry.cursor > self.newest, "the feed went backwards"
        self._entries.append(entry)
        self._bytes += len(entry.payload)
        self._make_room()

    def since(self, cursor: Cursor, limit: int) -> Sequence[FeedEntry] | None:
        """At most `limit` changes after `cursor`; None = some of them may not be here."""
        if cursor < self.floor:
            return None
        first = self._index(cursor)
        return self._entries[first : first + limit]

    def learn(self, after: Cursor, entries: Sequence[FeedEntry], covered: Cursor) -> None:
        """`entries` are all there is in (`after`, `covered`]: what lies below our floor is put in front, as far as it fits."""
        if not after < self.floor <= covered:
            return
        older = [entry for entry in entries if entry.cursor <= self.floor]
        self._entries[:0] = older
        self._bytes += sum(len(entry.payload) for entry in older)
        self.floor = after
        self._make_room()

    def _index(self, cursor: Cursor) -> int:
        return bisect_right(self._entries, cursor, key=lambda entry: entry.cursor)

    def _make_room(self) -> None:
        """At least one stays, however large."""
        surplus = 0
        while len(self._entries) - surplus > 1 and (
            len(self._entries) - surplus > CHANGES_MAX or self._bytes > CHANGE_BYTES_MAX
        ):
            self._bytes -= len(self._entries[surplus].payload)
            surplus += 1
        if surplus:
            self.floor = self._entries[surplus - 1].cursor
            del self._entries[:surplus]
