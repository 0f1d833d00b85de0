"""Use case: match travellers against the lists now (`POST /v1/match`).

The same index, scorer and eligibility as the screener's, so the same matches to the bit; no alert comes of it. Screening is
work for a processor, so it is done in a thread, a few travellers at a time, and only a few requests may wait for their turn: an
index is asked by one at a time.
"""

import asyncio
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api_service import problems
from schemas.traveller import Traveller
from screening.engine import screen
from screening.index.port import matcher_version
from screening.lists_in_force import InForce
from screening.match import Match
from storage.acting import MACHINE, acting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from screening.index.port import Index

TRAVELLERS_MAX = 1_000
"""Of one request (contract): a large aircraft twice over."""
TRAVELLERS_AT_ONCE = 25
"""Screened without a look at anything else: some ten milliseconds."""
WAITING_MAX = 16
"""Requests that may wait for their turn: at a second each for the largest, nobody waits longer than a client does."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What was found, and with what. `matches`: of each traveller, in the order they were asked about."""

    list_version: int
    matcher_version: str
    matches: Sequence[Sequence[Match]]


class Matcher:
    """Answers for one process. `lists`: the newest lists in force."""

    def __init__(self, lists: InForce) -> None:
        self._lists = lists
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def match(self, travellers: Sequence[Traveller], day: date) -> Matched:
        """Screen travellers against the newest lists, as for a flight on `day`. Raises OverloadedError, ListsBehindError,
        StoreUnavailableError."""
        async with self._own_turn():
            with acting(MACHINE):  # reading the lists, and having them indexed, is the service's own work
                index = await self._lists.newest()
            found: list[Sequence[Match]] = []
            for start in range(0, len(travellers), TRAVELLERS_AT_ONCE):
                some = travellers[start : start + TRAVELLERS_AT_ONCE]
                found += await asyncio.to_thread(_screened, some, index, day)
        return Matched(index.listed.version, matcher_version(index.listed), found)

    async def best_scores(self, travellers: Sequence[Traveller], list_id: str, day: date, floor_bits: float) -> list[float]:
        """Of each traveller who matches a list's records with this sum of bits or more, the highest. Raises as `match` does."""
        async with self._own_turn():
            with acting(MACHINE):
                index = await self._lists.newest()
            best: list[float] = []
            for start in range(0, len(travellers), TRAVELLERS_AT_ONCE):
                some = travellers[start : start + TRAVELLERS_AT_ONCE]
                best += await asyncio.to_thread(_best, some, index, (list_id, day, floor_bits))
        return best

    async def close(self) -> None:
        """Stop whatever is being built for it."""
        await self._lists.close()

    @asynccontextmanager
    async def _own_turn(self) -> "AsyncIterator[None]":
        if self._waiting >= WAITING_MAX:
            raise problems.OverloadedError("Too many travellers are being matched at once; please ask again.")
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1


def _screened(travellers: Sequence[Traveller], index: "Index", day: date) -> list[Sequence[Match]]:
    return [screen((traveller,), index, day) for traveller in travellers]


def _best(travellers: Sequence[Traveller], index: "Index", asked: tuple[str, date, float]) -> list[float]:
    list_id, day, floor_bits = asked
    found = (screen((traveller,), index, day, floor_bits) for traveller in travellers)
    scores = ([match.score for match in matches if match.record.watchlist.list_id == list_id] for matches in found)
    return [max(one) for one in scores if one]
