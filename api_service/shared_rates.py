"""How often a key may ask, counted for all processes together, without asking the database each time.

    up to a tenth of the rate   each process lets through by itself: consoles and most carriers never get further
    beyond it                   tokens are leased from a bucket in the database, some at a time
    none left there             429, and the database is not asked again until there could be one

So a key gets the rate of the setting, and a tenth of it more for each process: near enough against a loop gone wild.
"""

from collections import OrderedDict
from typing import TypeVar

from api_service.rate_limits import RateLimits
from storage import rate_buckets
from storage.acting import MACHINE, acting
from storage.database import Database

OWN_SHARE = 0.1
LEASES_PER_BURST = 20
"""One lease in so many requests: at 200 a second, ten short statements a second for the whole machine."""
LEASE_SECONDS_MAX = 1.0
"""Tokens that lie about longer are given up: another process may have needed them."""
KEYS_MAX = 10_000


_Value = TypeVar("_Value")


class SharedRates:
    """`per_second` requests on average, `burst` at once, for each key. Times are seconds of one monotonic clock."""

    def __init__(self, database: Database, per_second: float, burst: int) -> None:
        self._database = database
        self._per_second = per_second
        self._burst = burst
        own_burst = int(burst * OWN_SHARE)
        self._own = RateLimits(per_second * OWN_SHARE, own_burst) if own_burst else None
        self._leases: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._closed: OrderedDict[str, float] = OrderedDict()

    async def take(self, key_id: str, now: float) -> float:
        """Take one token. 0.0 if there was one; else the seconds until there may be one. Raises StoreUnavailableError."""
        if self._own is not None and self._own.take(key_id, now) == 0.0:
            return 0.0
        tokens, until = self._leases.get(key_id, (0, 0.0))
        if tokens and now < until:
            self._leases[key_id] = (tokens - 1, until)
            return 0.0
        closed_until = self._closed.get(key_id, 0.0)
        return closed_until - now if now < closed_until else await self._lease(key_id, now)

    async def _lease(self, key_id: str, now: float) -> float:
        wanted = max(1, self._burst // LEASES_PER_BURST)
        with acting(MACHINE):
            async with self._database.reading() as work:
                found = await rate_buckets.lease(work, key_id, wanted, self._per_second, self._burst)
        if found.granted:
            _remember(self._leases, key_id, (found.granted - 1, now + LEASE_SECONDS_MAX))
            return 0.0
        wait = (1.0 - found.tokens_left) / self._per_second
        _remember(self._closed, key_id, now + wait)
        return wait


def _remember(kept: OrderedDict[str, _Value], key_id: str, value: _Value) -> None:
    kept[key_id] = value
    kept.move_to_end(key_id)
    if len(kept) > KEYS_MAX:
        kept.popitem(last=False)
