"""Token buckets in the database, shared by all processes that serve."""

from dataclasses import dataclass

from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class Lease:
    """`tokens_left` in the bucket, a fraction of one perhaps."""

    granted: int
    tokens_left: float


async def lease(work: Work, key_id: str, wanted: int, per_second: float, burst: int) -> Lease:
    """Take up to `wanted` tokens (at most `burst`) of a bucket that fills with `per_second` up to `burst`."""
    assert 0 < wanted <= burst
    row = await work.fetchrow(queries("rate_buckets")["lease"], key_id, wanted, per_second, float(burst))
    assert row is not None, "the row is made or changed"
    return Lease(row["granted"], row["tokens"])
