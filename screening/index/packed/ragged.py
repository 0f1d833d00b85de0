"""Rows of unequal length, one after the other in one array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

PLACES_MAX = (1 << 32) - 1
"""Of anything that a file of an index numbers: some hundred million persons come first to the words of their entries."""


class IndexTooLargeError(ValueError):
    """There is more on the lists than an index can number."""


def starts(counts: NDArray[Any]) -> Places:
    """Where each row begins, and at the end where the last one ends."""
    found = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def narrow(counted: NDArray[Any], what: str) -> NDArray[np.uint32]:
    """Places in 32 bits, as files have them. Raises IndexTooLargeError: a place that does not fit would lead elsewhere."""
    if len(counted) and int(counted[-1]) > PLACES_MAX:
        raise IndexTooLargeError(f"The lists are too long for one index: {int(counted[-1]):,} {what}, {PLACES_MAX:,} at most.")
    return counted.astype(np.uint32)


def within(counts: NDArray[Any]) -> Places:
    """0, 1, 2 ... within each row."""
    at = starts(counts)
    return np.arange(at[-1], dtype=np.int64) - np.repeat(at[:-1], counts)


def places(first: NDArray[Any], counts: NDArray[Any]) -> Places:
    """For rows that begin at `first` and are so long, the places of all their values."""
    found: Places = np.repeat(first, counts) + within(counts)
    return found
