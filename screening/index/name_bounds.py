"""For every listed name, more bits than the traveller's name can possibly reach against it.

Each part of the traveller's name pairs at most once, so the sum over its parts of the best bits each could get with any part
of the listed name bounds every alignment. A part without a partner costs at least `cost`, so the sum starts at the cost of
all parts and each part found gives its own back. Joined words of the traveller come on top, as if their parts had not been
used: too much is allowed, too little is not.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.features.names import joined_agreement
from screening.index.vocabulary import Vocabulary
from screening.model import Model, NameOutcome
from screening.name_parts import Part
from screening.prepared_names import PreparedName

Bits = NDArray[np.float64]
Ids = NDArray[np.int32]

CACHED_PARTS_MAX = 20_000
"""Parts whose gains are kept: names repeat, and a part of a common name costs the most. Emptied at once when full."""


class Gains(NamedTuple):
    """The best bits (with the cost given back) that one word could add, by name; names that gain nothing are left out."""

    names: Ids
    bits: Bits


class NameBounds:
    """Bounds over a fixed sequence of listed names."""

    def __init__(self, names: Sequence[PreparedName], model: Model) -> None:
        """`names`: all names of all records, in any order; the bounds come in the same order."""
        self._names = len(names)
        self._model = model
        self._cost = -max(model.name_bits[NameOutcome.CONFLICT], model.name_bits[NameOutcome.TRAVELLER_EXTRA])
        self._vocabulary = Vocabulary(_bits_by_part(names), model)
        self._postings = _postings(names, self._vocabulary)
        self._joined = _joined_by_skeleton(names)
        weak = model.name_bits[NameOutcome.LOW_QUALITY]
        self._start: Bits = np.array([weak if name.weak else 0.0 for name in names], dtype=np.float64)
        self._scratch: Bits = np.zeros(len(names), dtype=np.float64)
        self._cached: dict[tuple[str, bool], Gains] = {}

    def bounds(self, traveller: PreparedName) -> Bits:
        """An upper bound of `score_names(traveller, name, model).bits` for every name; minus infinity where no part agrees."""
        gained = self._gained(traveller)
        total = self._start - self._cost * sum(not part.particle for part in traveller.parts) + gained
        return np.where(gained > 0, total, -np.inf)

    def _gained(self, traveller: PreparedName) -> Bits:
        total: Bits = np.zeros(self._names, dtype=np.float64)
        for part in traveller.parts:
            gains = self._gains(part)
            total[gains.names] += gains.bits
        for run in traveller.joined:
            for index in self._vocabulary.of_skeleton(run.word.skeleton):
                part, bits = self._vocabulary.parts[index], self._vocabulary.bits[index]
                agreed = joined_agreement(run.word, part, bits, self._model)
                if agreed is not None:
                    total[self._postings[index]] += agreed[0] + self._cost * run.size
        return total

    def _gains(self, part: Part) -> Gains:
        key = (part.text, part.particle)
        found = self._cached.get(key)
        if found is None:
            if len(self._cached) >= CACHED_PARTS_MAX:
                self._cached.clear()
            found = self._cached[key] = self._find_gains(part)
        return found

    def _find_gains(self, part: Part) -> Gains:
        """The best of all listed parts that agree: written in ascending order, so that the best is written last."""
        given_back = 0.0 if part.particle else self._cost
        found = [(bits, self._postings[index]) for index, bits in self._vocabulary.agreeing(part)]
        found += self._joined_gains(part)
        if not found:
            return Gains(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float64))
        found.sort(key=lambda one: one[0])
        for bits, names in found:
            self._scratch[names] = bits
        touched = np.unique(np.concatenate([names for _, names in found]))
        gains = Gains(touched, self._scratch[touched] + given_back)
        self._scratch[touched] = 0.0
        return gains

    def _joined_gains(self, part: Part) -> Iterable[tuple[float, Ids]]:
        for word, rarity_bits, name in self._joined.get(part.skeleton, ()):
            agreed = joined_agreement(part, word, rarity_bits, self._model)
            if agreed is not None:
                yield agreed[0], np.array([name], dtype=np.int32)


def _bits_by_part(names: Iterable[PreparedName]) -> dict[Part, float]:
    by_text = {part.text: (part, bits) for name in names for part, bits in zip(name.parts, name.part_bits, strict=True)}
    return dict(by_text.values())


def _postings(names: Iterable[PreparedName], vocabulary: Vocabulary) -> list[Ids]:
    index_of = {part.text: index for index, part in enumerate(vocabulary.parts)}
    lists: list[list[int]] = [[] for _ in vocabulary.parts]
    for number, name in enumerate(names):
        for text in {part.text for part in name.parts}:
            lists[index_of[text]].append(number)
    return [np.array(numbers, dtype=np.int32) for numbers in lists]


def _joined_by_skeleton(names: Iterable[PreparedName]) -> dict[str, list[tuple[Part, float, int]]]:
    joined: defaultdict[str, list[tuple[Part, float, int]]] = defaultdict(list)
    for number, name in enumerate(names):
        for run in name.joined:
            bits = sum(name.part_bits[run.start : run.start + run.size])
            joined[run.word.skeleton].append((run.word, bits, number))
    return dict(joined)
