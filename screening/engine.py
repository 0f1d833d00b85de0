"""The question every batch asks: which of these travellers may be which of these records? Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice

from schemas.traveller import Traveller
from schemas.watchlist import WatchlistSnapshot
from screening.eligibility import may_alert
from screening.index.packed.packed_index import PackedIndex
from screening.index.port import BuildsIndex, Index
from screening.match import Match
from screening.model import MODEL, Model
from screening.prepared import PreparedTraveller, prepare_list, prepare_traveller
from screening.scoring import match

TOGETHER_MAX = 1_000
"""Travellers whom the index is asked about at a time: more than most flights have; they are prepared meanwhile."""


def build_index(snapshot: WatchlistSnapshot, model: Model = MODEL, builder: BuildsIndex = PackedIndex.of) -> Index:
    """Everything that can be worked out before the first traveller comes: seconds for a list of 100,000."""
    return builder(prepare_list(snapshot, model))


def screen(travellers: Iterable[Traveller], index: Index, day: date, floor_bits: float | None = None) -> list[Match]:
    """All matches of all travellers, in the order of travellers, then of records.

    `day` is the day of the flight; `floor_bits` replaces every list's threshold (for evaluation and `--min-score`).
    """
    left = iter(travellers)
    together = iter(lambda: [prepare_traveller(one) for one in islice(left, TOGETHER_MAX)], [])
    return [found for some in together for found in matches_of_each(some, index, day, floor_bits)]


def matches_of(traveller: PreparedTraveller, index: Index, day: date, floor_bits: float | None = None) -> Iterator[Match]:
    """The matches of one traveller."""
    return matches_of_each((traveller,), index, day, floor_bits)


def matches_of_each(
    travellers: Sequence[PreparedTraveller], index: Index, day: date, floor_bits: float | None = None
) -> Iterator[Match]:
    """The matches of the travellers of a flight, in their order: asked about together, they take less time.

    Nobody without name and document is screened: there is nothing to ask for.
    """
    asked = [one for one in travellers if one.screenable]
    for traveller, records in zip(asked, index.candidates_of_each(asked, floor_bits), strict=True):
        for record in records:
            if not may_alert(record.versioned.record, day):
                continue
            threshold = record.threshold_bits if floor_bits is None else floor_bits
            found = match(traveller, record, index.listed.model, threshold)
            if found is not None:
                yield found
