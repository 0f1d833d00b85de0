"""How much it says that two names share a part: MOHAMED little, IBRAHIMAJ much.

The rarity of a part is log2(1 / p), p being the share of people who carry a part of its class (`romanisation.skeleton`: all
spellings of MOHAMED count together, or a rare misspelling of a common name would be overpaid). p is estimated from the lists
themselves, shrunk towards a prior of common names of the world; the prior is a table in `rarity_prior.py`.

Counts are frozen: a rarity is counted once, kept by its digest, and used until another is put in its place. What is added to
the lists meanwhile is weighed with the same bits, and a score can be worked out again, to the bit, while the counts are kept.
"""

import hashlib
import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from screening.name_parts import NameParts, Part
from screening.rarity_prior import PRIOR_PER_LENGTH, PRIOR_UNKNOWN, shares_by_class

BITS_GRAIN = 64
"""Bits are multiples of 1/64: exact in binary floating point, so that a sum is the same in every order, to the last bit."""


def quantise(bits: float) -> float:
    """The nearest multiple of 1/64 bit."""
    return round(bits * BITS_GRAIN) / BITS_GRAIN


@dataclass(frozen=True, slots=True)
class RaritySettings:
    """`prior_people`: how many people the prior is worth; `base_bits`: what any part says, however common; `counted_share`: how
    much of log2(1 / p) counts beside, since the parts of a name are not independent; `bits_max`: no part is worth more;
    `particle_bits`: all particles."""

    prior_people: float = 30_000.0
    base_bits: float = 0.5
    counted_share: float = 0.4
    bits_max: float = 5.75
    particle_bits: float = 0.375


class Rarity:
    """The rarity of every part, given the lists. A value: the same lists and settings always give the same bits."""

    def __init__(self, people_by_class: Mapping[str, int], people: int, settings: RaritySettings) -> None:
        """`people_by_class`: listed persons who carry a part of the class, by skeleton; `people`: all listed persons."""
        self._people_by_class = people_by_class
        self._people = people
        self._settings = settings
        self._bits: dict[str, float] = {}

    @property
    def people(self) -> int:
        """How many listed persons were counted."""
        return self._people

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what was counted: equal digests give equal bits (with the same model)."""
        return hashlib.sha256(self._canonical()).hexdigest()

    def to_bytes(self) -> bytes:
        """The counts, to be kept."""
        return zlib.compress(self._canonical())

    @classmethod
    def from_bytes(cls, data: bytes, settings: RaritySettings) -> Self:
        """Counts that were kept. Raises ValueError where these are none."""
        try:
            content = json.loads(zlib.decompress(data))
            return cls(dict(content["carriers"]), content["people"], settings)
        except (zlib.error, KeyError, TypeError) as error:
            raise ValueError("these bytes are no rarity") from error

    def _canonical(self) -> bytes:
        """Classes that one person carries weigh like those that nobody does, and are left out."""
        carriers = sorted(row for row in self._people_by_class.items() if row[1] > 1)
        return json.dumps({"people": self._people, "carriers": carriers}, separators=(",", ":")).encode()

    def bits(self, part: Part) -> float:
        """What sharing this part is worth, at most `bits_max`."""
        if part.particle:
            return self._settings.particle_bits
        found = self._bits.get(part.skeleton)
        if found is None:
            found = self._bits[part.skeleton] = self._of_class(part.skeleton)
        return found

    def _of_class(self, skeleton: str) -> float:
        settings = self._settings
        others = max(self._people_by_class.get(skeleton, 0) - 1, 0)  # the listed person does not make their own name common
        weighted = settings.prior_people * prior_share(skeleton) + others
        bits = settings.base_bits + settings.counted_share * math.log2((settings.prior_people + self._people) / weighted)
        return quantise(min(bits, settings.bits_max))


def prior_share(skeleton: str) -> float:
    """The share of people who carry a part of this class, before any list is seen."""
    return max(shares_by_class().get(skeleton, 0.0), PRIOR_PER_LENGTH.get(len(skeleton), PRIOR_UNKNOWN))


def count_classes(people: Iterable[Iterable[NameParts]], settings: RaritySettings) -> Rarity:
    """The rarity given these people, each with all their names."""
    counts: Counter[str] = Counter()
    total = 0
    for names in people:
        total += 1
        counts.update({part.skeleton for name in names for part in name.parts})
    return Rarity(counts, total, settings)
