"""What both kernels need to know of a model and a traveller, as numbers: bits are in 1/64, rounded towards too many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.features.confirmations import sex_evidence
from screening.features.names import JOINED_SKELETON_MIN
from screening.features.part_pair import ERRORS_MAX, TRUNCATED_LETTERS_MIN, VOWELS_SKELETON_MIN, errors_allowed
from screening.index.packed.chunk import PARTS_MAX
from screening.index.packed.keys import date_key, whole_bits
from screening.index.packed.records import NationBits, nation_numbers
from screening.index.packed.vocabulary_arrays import LETTERS_MAX
from screening.index.packed.whole import whole
from screening.model import DateOutcome, Feature, Model, NameOutcome, PartOutcome, WeakOutcome
from screening.prepared import PreparedTraveller
from screening.prepared_names import PreparedName

NATIONALITIES_KEPT_MAX = 300
"""Nationalities whose bits are kept; there are about 250."""

CIRCUMSTANCES_KEPT_MAX = 2_000
"""Circumstances that are kept: every nationality with every sex, and more."""

NOTHING_AGREES = -(1 << 24)
"""Less than any name is worth, in 1/64 bits: the bound of a name of which no part agrees."""

_SEXES_LISTED = ("U", "M", "F", "U")

assert ERRORS_MAX == 2, "the kernels look two letters around"


@dataclass(frozen=True, slots=True, eq=False)
class Circumstances:
    """What is asked of every record besides name and birth date. Many travellers share one, so it is known by its identity.

    `place`: the most a birth place adds.
    """

    needed: int
    floor: bool
    sex: tuple[int, ...]
    place: int
    nations: NDArray[np.int16]
    nations_best: int
    nation: "NationAsked"


class AskedName(NamedTuple):
    """One reading of a traveller's name. `date`: YYYYMMDD with 00, 0 for none."""

    reading: PreparedName
    date: int
    circumstances: Circumstances


class NationAsked(NamedTuple):
    """The number entries give the traveller's nationality, -1 for none; bits where they have it alone, or another alone."""

    number: int
    own: int
    other: int


def left_over(model: Model) -> list[int]:
    """Bits at best, where at least so many of our and of their parts have no partner; row by row."""
    size = PARTS_MAX + 1
    conflict, ours = (whole(model.name_bits[one]) for one in (NameOutcome.CONFLICT, NameOutcome.TRAVELLER_EXTRA))
    theirs = max(whole(model.name_bits[one]) for one in (NameOutcome.RECORD_EXTRA_FAMILY, NameOutcome.RECORD_EXTRA_GIVEN))
    left = np.arange(size)
    both = np.minimum(left[:, None], left[None, :])
    bits = both * conflict + (left[:, None] - both) * ours + (left[None, :] - both) * theirs
    bits += np.where(left[:, None] + left[None, :], whole(model.name_bits[NameOutcome.INCOMPLETE]), 0)
    backwards = np.maximum.accumulate(np.maximum.accumulate(bits[::-1, ::-1], axis=0), axis=1)
    table: list[int] = backwards[::-1, ::-1].ravel().tolist()
    return table


def date_table(model: Model) -> list[int]:
    """By outcome, in the order of `DateOutcome`."""
    return [whole(model.date_bits[outcome]) for outcome in DateOutcome]


def numbers_of(model: Model) -> list[int]:
    """All numbers of the kernel's tables, in the order of their fields."""
    costs = [whole(model.part_cost[outcome]) for outcome in _COSTS]
    limits = (model.initial_bits, model.pair_bits_min, model.rarity.bits_max, model.name_bits_max)
    return [
        *costs,
        *(whole_bits(limit) for limit in limits),
        NOTHING_AGREES,
        whole(model.name_bits[NameOutcome.LOW_QUALITY]),
        whole(model.name_bits[NameOutcome.ONE_PART]),
        VOWELS_SKELETON_MIN,
        JOINED_SKELETON_MIN,
        TRUNCATED_LETTERS_MIN,
        *(errors_allowed(length) for length in range(LETTERS_MAX + 1)),
        *date_table(model),
        *left_over(model),
    ]


_COSTS = (
    PartOutcome.EQUAL, PartOutcome.ROMANISATION, PartOutcome.VOWELS, PartOutcome.NICKNAME, PartOutcome.ONE_ERROR,
    PartOutcome.TWO_ERRORS, PartOutcome.TRUNCATED, PartOutcome.JOINED, PartOutcome.JOINED_VOWELS,
)  # fmt: skip


_Known = tuple[str, str | None, bool, bool, float | None]
_NationBits = tuple[NDArray[np.int16], int, NationAsked]


class CircumstancesReader:
    """Reads travellers for one index."""

    def __init__(self, model: Model, nation_sets: Sequence[Sequence[str]], least_threshold: int) -> None:
        """`least_threshold`: of all records, in 1/64 bits."""
        self._model = model
        self._nations = NationBits(nation_sets)
        self._least = least_threshold
        self._kept: dict[str | None, _NationBits] = {}
        self._numbers = nation_numbers(nation_sets)
        self._sexes: Mapping[str, tuple[int, ...]] = {sex: self._sex(sex) for sex in ("M", "F")}
        self._place = max(0, whole(model.weak_bits[Feature.BIRTH_PLACE, WeakOutcome.CONFIRMS]))
        self._best_date = max(0, *date_table(model))
        self._circumstances: dict[_Known, Circumstances] = {}

    def read(self, traveller: PreparedTraveller, floor_bits: float | None) -> list[AskedName]:
        """One traveller's questions."""
        date = date_key(traveller.birth_date) if traveller.birth_date else 0
        key = (traveller.sex, traveller.nationality, bool(traveller.birth_place), date is None, floor_bits)
        about = self._circumstances.get(key)
        if about is None:
            if len(self._circumstances) >= CIRCUMSTANCES_KEPT_MAX:
                self._circumstances.clear()
            about = self._circumstances[key] = self._read(traveller, date is not None, floor_bits)
        return [AskedName(reading, date or 0, about) for reading in traveller.names]

    def _read(self, traveller: PreparedTraveller, comparable: bool, floor_bits: float | None) -> Circumstances:
        """`comparable`: whether the kernels can compare the date; if not, it is as if the best outcome always applied."""
        sex = self._sexes.get(traveller.sex, (0, 0, 0, 0))
        nations, best, asked = self._nations_of(traveller.nationality)
        return Circumstances(
            needed=self._least if floor_bits is None else whole_bits(floor_bits),
            floor=floor_bits is not None,
            sex=sex if comparable else tuple(bits + self._best_date for bits in sex),
            place=self._place if traveller.birth_place else 0,
            nations=nations,
            nations_best=best,
            nation=asked,
        )

    def _sex(self, sex: str) -> tuple[int, ...]:
        pieces = (sex_evidence(sex, listed, self._model) for listed in _SEXES_LISTED)
        return tuple(whole(piece.weight) if piece else 0 for piece in pieces)

    def _nations_of(self, nationality: str | None) -> _NationBits:
        found = self._kept.get(nationality)
        if found is None:
            if len(self._kept) >= NATIONALITIES_KEPT_MAX:
                self._kept.clear()
            weak = self._model.weak_bits
            confirms, contradicts = (whole(weak[Feature.NATIONALITY, one]) for one in WeakOutcome)
            bits = self._nations.bits(nationality, confirms, contradicts)
            number = self._numbers.get((nationality,), -1) if nationality else 0
            asked = NationAsked(number, confirms, contradicts) if nationality else NationAsked(0, 0, 0)
            found = self._kept[nationality] = bits, max(0, int(bits.max(initial=0))), asked
        return found
