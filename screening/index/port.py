"""The port of an index: which records are worth scoring for a traveller.

The contract is one sentence: **every record that `screening.scoring.match` would return is a candidate**. An index may return
too many records, never too few; it prunes by upper bounds only, with no top-N, no window and no blocking key. The engine then
scores each candidate exactly, so two indexes that keep the contract give the same matches to the last bit.
"""

from collections.abc import Iterable
from typing import Protocol

from screening.prepared import PreparedList, PreparedRecord, PreparedTraveller


class Index(Protocol):
    """Built once for a list, asked many times, by one thread."""

    @property
    def listed(self) -> PreparedList:
        """What it was built from."""

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterable[PreparedRecord]:
        """A superset of the records that match, in list order, each once. `floor_bits` replaces every list's threshold."""


class BuildsIndex(Protocol):
    """A way to build one; `screening.index.pruned.PrunedIndex` and `screening.exhaustive.ExhaustiveIndex` both are."""

    def __call__(self, listed: PreparedList) -> Index:
        """The index of these records."""
