"""Slows down whoever guesses: refused keys and tokens are counted by address and by the key they name.

The first few refusals cost nothing: people mistype, deployments forget. From then on each further refusal doubles the time in
which the address is not listened to any more (429, without a look at what it sends). A key that somebody keeps trying to guess
is closed in the same way. Neither holds for a key that was used rightly from the same address before: nobody can lock out its
holder, or the neighbours behind one address.

Memory is bounded: the longest unseen entries go first. Counts are per process: with 256 bits to guess, what is protected here
is the database, and the eyes of those who read the log.
"""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

FREE_REFUSALS = 10
"""Of an address; behind one address of an airline there may be many machines."""
FREE_REFUSALS_OF_KEY = 20
FIRST_WAIT_SECONDS = 1.0
WAIT_SECONDS_MAX = 300.0
"""Long enough to make guessing hopeless, short enough not to call anybody out of bed."""
FORGIVEN_AFTER_SECONDS = 900.0
"""Without a refusal for so long, an address begins anew."""
ENTRIES_MAX = 20_000
"""Some 4 MB. Who has more addresses than this has no need to guess."""


@dataclass(slots=True)
class _Count:
    refusals: int = 0
    last_at: float = 0.0
    closed_until: float = 0.0


class GuessLimits:
    """Times are seconds of one monotonic clock."""

    def __init__(self, entries_max: int = ENTRIES_MAX, free_refusals: int = FREE_REFUSALS) -> None:
        self._free_refusals = free_refusals
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._entries_max = entries_max

    def wait(self, address: str, key_id: str | None, now: float) -> float:
        """Seconds for which this address, or this key, is not listened to; 0.0 = go on."""
        if key_id is not None and (address, key_id) in self._known:
            return 0.0
        names = [_of_address(address), *([] if key_id is None else [_of_key(key_id)])]
        return max(self._counts[name].closed_until - now if name in self._counts else 0.0 for name in names)

    def refused(self, address: str, key_id: str | None, now: float) -> float:
        """Count a refusal; the seconds for which the address is closed now (0.0 = not yet)."""
        if key_id is not None:
            self._count(_of_key(key_id), FREE_REFUSALS_OF_KEY, now)
        return self._count(_of_address(address), self._free_refusals, now)

    def accepted(self, address: str, key_id: str) -> None:
        """The key was used rightly from this address. (The address's refusals stay: a guesser may well have one right key.)"""
        self._known[address, key_id] = None
        self._known.move_to_end((address, key_id))
        if len(self._known) > self._entries_max:
            self._known.popitem(last=False)

    def _count(self, name: str, free: int, now: float) -> float:
        count = self._counts.get(name)
        if count is None or now - count.last_at > FORGIVEN_AFTER_SECONDS:
            count = self._counts[name] = _Count()
        self._counts.move_to_end(name)
        if len(self._counts) > self._entries_max:
            self._counts.popitem(last=False)
        count.refusals += 1
        count.last_at = now
        if count.refusals <= free:
            return 0.0
        wait = min(WAIT_SECONDS_MAX, FIRST_WAIT_SECONDS * 2.0 ** min(count.refusals - free - 1, 30))
        count.closed_until = now + wait
        return wait


def _of_address(address: str) -> str:
    """Who has one address of IPv6 has 2^64 of them: they count as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"address {address}"
    return f"address {ip_network((parsed, 64), strict=False) if parsed.version == 6 else parsed}"


def _of_key(key_id: str) -> str:
    return f"key {key_id}"
