"""Where the sandbox's randomness comes from: one generator for each named purpose, nothing global."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Value = TypeVar("Value")


def seeded(seed: int, *purpose: object) -> Random:
    """A generator for one purpose. The same seed and purpose give the same numbers on every machine and in every process."""
    return Random(":".join(map(str, (seed, *purpose))))  # noqa: S311 -- repeatable, not secret, numbers are what is wanted


def chance(rng: Random, share: float) -> bool:
    """True in `share` (0 to 1) of the cases."""
    return rng.random() < share


def pick_weighted(rng: Random, table: Sequence[tuple[Value, float]]) -> Value:
    """One value of a table of (value, weight)."""
    left = rng.random() * sum(weight for _, weight in table)
    for value, weight in table:
        left -= weight
        if left < 0:
            return value
    return table[-1][0]
