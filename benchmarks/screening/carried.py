"""A threshold fixed on some people, carried to others: how many false alerts come then?

Persons and innocents are parted in halves, at random, several times. The threshold of one false alert per 1,000 travellers on
the whole list is found with one half of both, and applied to the other half of both. False alerts are rare, ten in ten thousand
travellers: the innocents of each half are recombined among themselves (`recombined.py`), or chance would drown the answer.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from benchmarks.screening.data import LIST, DataSet
from benchmarks.screening.kulla import DAY
from benchmarks.screening.measures import threshold_of
from benchmarks.screening.recombined import recombined
from schemas.traveller import Traveller
from screening.engine import build_index, screen
from screening.index.port import Index
from screening.model import MODEL
from screening.thresholds import default_bits

SPLITS = 4
HANDS = 5
RATE = 1.0
"""False alerts per 1,000 travellers that the threshold is chosen for."""
FLOOR_BITS = 0.0
"""Below any threshold that comes out."""


class Half(NamedTuple):
    """False alerts of half the innocents on half the list: their bits. `opportunities`: thousands of travellers asked, as if of
    the whole list."""

    bits: Sequence[float]
    opportunities: float

    def per_thousand(self, threshold: float) -> float:
        """At a threshold, on the whole list."""
        return sum(bits >= threshold for bits in self.bits) / self.opportunities

    def threshold(self, rate: float) -> float:
        """The least at which no more come."""
        found = threshold_of(self.bits, rate * self.opportunities)
        assert found is not None, "the floor is too high"
        return found


class Carried(NamedTuple):
    """By split and direction: the threshold chosen, what came of it elsewhere, and what comes of the default there."""

    default: float
    chosen: Sequence[float]
    then: Sequence[float]
    at_default: Sequence[float]


def carried(data: DataSet, splits: int = SPLITS, hands: int = HANDS) -> Carried:
    """The same splits every time."""
    index, default = build_index(data.snapshot), default_bits(LIST, len(data.snapshot.records), MODEL)
    chosen, then, at_default = [], [], []
    for split in range(splits):
        one, other = halves(data, index, split, hands)
        for learnt, judged in ((one, other), (other, one)):
            chosen.append(learnt.threshold(RATE))
            then.append(judged.per_thousand(chosen[-1]))
            at_default.append(judged.per_thousand(default))
    return Carried(default, chosen, then, at_default)


def halves(data: DataSet, index: Index, seed: int, hands: int) -> tuple[Half, Half]:
    """One split."""
    random = Random(seed)
    persons = [one.record.record_id for one in data.snapshot.records]
    travellers = list(data.innocents)
    random.shuffle(persons)
    random.shuffle(travellers)
    people, asked = len(persons) // 2, len(travellers) // 2
    first = _half(index, set(persons[:people]), list(recombined(travellers[:asked], hands)), len(persons))
    return first, _half(index, set(persons[people:]), list(recombined(travellers[asked:], hands)), len(persons))


def _half(index: Index, persons: set[str], travellers: Sequence[Traveller], listed: int) -> Half:
    found = screen(travellers, index, DAY, FLOOR_BITS)
    bits = [one.score for one in found if one.record.record.record_id in persons]
    return Half(bits, len(travellers) / 1000 * len(persons) / listed)
