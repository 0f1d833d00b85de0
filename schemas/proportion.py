"""A proportion with how sure one may be of it: Wilson's score interval, which stays honest for few cases and near 0 and 1."""

from math import sqrt
from typing import NamedTuple

Z_95 = 1.959964
"""Normal quantile of a two-sided interval of 95 percent."""


class Interval(NamedTuple):
    """Lower and upper end."""

    low: float
    high: float


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> Interval:
    """The interval for `successes` of `trials` (at least one). Source: E. B. Wilson, JASA 22 (1927) 209."""
    assert trials > 0, "a proportion of something"
    assert 0 <= successes <= trials, "a part of the whole"
    share, spread = successes / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    low = middle - half if successes else 0.0  # exactly, whatever rounding makes of it
    high = middle + half if successes < trials else 1.0
    return Interval(low, high)
