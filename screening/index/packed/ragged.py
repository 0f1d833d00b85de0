"""Rows of unequal length, one after the other in one array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


def starts(counts: NDArray[Any]) -> Places:
    """Where each row begins, and at the end where the last one ends."""
    found = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def within(counts: NDArray[Any]) -> Places:
    """0, 1, 2 ... within each row."""
    at = starts(counts)
    return np.arange(at[-1], dtype=np.int64) - np.repeat(at[:-1], counts)


def places(first: NDArray[Any], counts: NDArray[Any]) -> Places:
    """For rows that begin at `first` and are so long, the places of all their values."""
    found: Places = np.repeat(first, counts) + within(counts)
    return found
