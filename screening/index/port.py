"""The port of an index: which records are worth scoring for a traveller.

The contract is one sentence: **every record that `screening.scoring.match` would return is a candidate**. An index may return
too many records, never too few; it prunes by upper bounds only, with no top-N, no window and no blocking key. The engine then
scores each candidate exactly, so two indexes that keep the contract give the same matches to the last bit.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from screening.model import Model
from screening.prepared import PreparedList, PreparedRecord, PreparedTraveller
from screening.rarity import Rarity


class Listed(Protocol):
    """What an index is an index of; `PreparedList` is one, with all records in memory."""

    @property
    def version(self) -> int:
        """The version of the lists."""

    @property
    def model(self) -> Model:
        """The model that scores."""

    @property
    def rarity(self) -> Rarity:
        """What the parts of its names were weighed with."""

    @property
    def record_count(self) -> int:
        """How many records there are."""


def matcher_version(listed: Listed) -> str:
    """What a score was worked out with: the model's version, and the rarity by the beginning of its digest."""
    return f"{listed.model.version}+{listed.rarity.digest[:RARITY_DIGITS]}"


RARITY_DIGITS = 16
"""64 bits of the digest: enough to find the one among some thousand."""


class Index(Protocol):
    """Built once for a list, asked many times, by one thread."""

    @property
    def listed(self) -> Listed:
        """What it is an index of."""

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterable[PreparedRecord]:
        """A superset of the records that match, in list order, each once. `floor_bits` replaces every list's threshold."""

    def candidates_of_each(
        self, travellers: Sequence[PreparedTraveller], floor_bits: float | None
    ) -> Iterable[Iterable[PreparedRecord]]:
        """The same for each traveller of a flight, in their order: together they may be answered in less time."""


class OneByOne:
    """For an index that gains nothing from being asked about several travellers together."""

    def candidates_of_each(
        self: "AsksAboutOne", travellers: Sequence[PreparedTraveller], floor_bits: float | None
    ) -> Iterator[Iterable[PreparedRecord]]:
        """See `Index`."""
        return (self.candidates(one, floor_bits) for one in travellers)


class AsksAboutOne(Protocol):
    """What `OneByOne` is given to."""

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterable[PreparedRecord]:
        """See `Index`."""


class BuildsIndex(Protocol):
    """A way to build one; `PackedIndex.of`, `PrunedIndex` and `ExhaustiveIndex` are."""

    def __call__(self, listed: PreparedList) -> Index:
        """The index of these records."""
