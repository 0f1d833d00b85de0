"""Token buckets in memory, one a key: what a process lets through by itself (`api_service.shared_rates`)."""

from dataclasses import dataclass

KEYS_MAX = 10_000
"""More keys than this would mean something else is wrong; the buckets start anew then, which only ever lets more through."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimits:
    """`per_second` requests on average, `burst` at once, for each key. Times are seconds of one monotonic clock."""

    def __init__(self, per_second: float, burst: int) -> None:
        assert per_second > 0
        assert burst >= 1
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key_id: str, now: float) -> float:
        """Take one token. 0.0 if there was one; else the seconds until there is one (and nothing is taken)."""
        bucket = self._buckets.get(key_id)
        if bucket is None:
            bucket = self._new(key_id, now)
        bucket.tokens = min(self._burst, bucket.tokens + max(0.0, now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.tokens < 1.0:
            return (1.0 - bucket.tokens) / self._per_second
        bucket.tokens -= 1.0
        return 0.0

    def _new(self, key_id: str, now: float) -> _Bucket:
        if len(self._buckets) >= KEYS_MAX:
            self._buckets.clear()
        return self._buckets.setdefault(key_id, _Bucket(float(self._burst), now))
