"""The score model: one table, feature x outcome x bits, readable by a lawyer and versioned.

Bits are log2 likelihood ratios (Fellegi and Sunter 1969): how much more likely is this outcome if the traveller is the listed
person than if they are a random traveller? Positive speaks for, negative against, and the sum of a match's pieces is its
score. The probabilities behind the numbers are in the comments; a later command estimates them from data. Every number is a
multiple of 1/64 bit (`rarity.BITS_GRAIN`).

Ground and confirmation: only names and documents are a ground for an alert. Sex, nationality and birth place confirm or
contradict a ground, weakly; alone, they never reach any threshold, because a match without ground is no match.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.watchlist import ListKind, Watchlist
from screening.rarity import RaritySettings, quantise


class Feature(StrEnum):
    """What is compared; the `feature` of a piece of evidence."""

    NAME_PART = "name_part"
    NAME = "name"
    BIRTH_DATE = "birth_date"
    DOCUMENT = "document"
    SEX = "sex"
    NATIONALITY = "nationality"
    BIRTH_PLACE = "birth_place"


class PartOutcome(StrEnum):
    """How a part of the traveller's name and a part of the listed name agree."""

    EQUAL = "equal"
    ROMANISATION = "romanisation"
    VOWELS = "vowels"
    ONE_ERROR = "one_error"
    TWO_ERRORS = "two_errors"
    TRUNCATED = "truncated"
    INITIAL = "initial"
    JOINED = "joined"
    JOINED_VOWELS = "joined_vowels"


PART_COST: Mapping[PartOutcome, float] = {
    PartOutcome.EQUAL: 0.0,
    PartOutcome.ROMANISATION: 1.0,
    PartOutcome.VOWELS: 2.0,
    PartOutcome.ONE_ERROR: 3.0,
    PartOutcome.TWO_ERRORS: 5.5,
    PartOutcome.TRUNCATED: 3.0,
    PartOutcome.INITIAL: 0.0,
    PartOutcome.JOINED: 1.0,
    PartOutcome.JOINED_VOWELS: 4.0,
}
"""Bits taken from the rarity of the part for each kind of difference."""


class NameOutcome(StrEnum):
    """What is left after the parts are aligned."""

    CONFLICT = "conflicting_parts"
    TRAVELLER_EXTRA = "traveller_has_more"
    RECORD_EXTRA_FAMILY = "record_has_more_surname"
    RECORD_EXTRA_GIVEN = "record_has_more"
    LOW_QUALITY = "weak_alias"
    SATURATED = "more_parts_than_count"


NAME_BITS: Mapping[NameOutcome, float] = {
    NameOutcome.CONFLICT: -4.0,
    NameOutcome.TRAVELLER_EXTRA: -2.0,
    NameOutcome.RECORD_EXTRA_FAMILY: -1.5,
    NameOutcome.RECORD_EXTRA_GIVEN: -0.75,
    NameOutcome.LOW_QUALITY: -1.5,
}
"""Bits for each part without a partner (a conflict is a pair of them), and once for a weak alias.

`SATURATED` has no row: it takes away what the agreeing parts are worth beyond `Model.name_bits_max`."""


class DateOutcome(StrEnum):
    """How two birth dates agree."""

    EQUAL = "equal"
    EQUAL_FILLER = "equal_filler"
    SWAPPED = "day_month_swapped"
    YEAR_OFF_BY_ONE = "same_day_year_off_by_one"
    ONE_DIGIT = "one_digit_off"
    SAME_MONTH = "same_year_and_month"
    SAME_YEAR = "same_year"
    PARTIAL_MONTH = "partial_year_and_month"
    PARTIAL_YEAR = "partial_year"
    PARTIAL_YEAR_NEAR = "partial_year_off_by_one"
    CONTRADICTION = "contradiction"


DATE_BITS: Mapping[DateOutcome, float] = {
    DateOutcome.EQUAL: 13.0,  # 0.7 of true pairs; 1 in 16,000 of random ones
    DateOutcome.EQUAL_FILLER: 8.0,  # 1 January: one traveller in 30 of some origins
    DateOutcome.SWAPPED: 7.0,
    DateOutcome.YEAR_OFF_BY_ONE: 7.0,
    DateOutcome.ONE_DIGIT: 5.0,
    DateOutcome.SAME_MONTH: 3.5,
    DateOutcome.SAME_YEAR: 1.0,
    DateOutcome.PARTIAL_MONTH: 8.5,
    DateOutcome.PARTIAL_YEAR: 5.25,  # 1 in 45 of random pairs
    DateOutcome.PARTIAL_YEAR_NEAR: -0.5,
    DateOutcome.CONTRADICTION: -5.5,  # 1 in 45 of true pairs
}


class DocumentOutcome(StrEnum):
    """How two documents agree."""

    EXACT = "exact"
    NUMBER_TYPE_UNKNOWN = "number_and_issuer"
    NUMBER_ISSUER_UNKNOWN = "number_only"
    NUMBER_OTHER = "number_with_other_type_or_issuer"
    CONFUSABLE = "confusable_characters"


DOCUMENT_BITS: Mapping[DocumentOutcome, float] = {
    DocumentOutcome.EXACT: 40.0,
    DocumentOutcome.NUMBER_TYPE_UNKNOWN: 34.0,
    DocumentOutcome.NUMBER_ISSUER_UNKNOWN: 26.0,
    DocumentOutcome.NUMBER_OTHER: 8.0,
    DocumentOutcome.CONFUSABLE: 18.0,
}
DECISIVE_DOCUMENT = frozenset({DocumentOutcome.EXACT})
"""Outcomes that raise an alert by themselves, whatever the rest says: same type, number and issuer."""


class WeakOutcome(StrEnum):
    """How sex, nationality or birth place agree."""

    CONFIRMS = "confirms"
    CONTRADICTS = "contradicts"


WEAK_BITS: Mapping[tuple[Feature, WeakOutcome], float] = {
    (Feature.SEX, WeakOutcome.CONFIRMS): 0.25,
    (Feature.SEX, WeakOutcome.CONTRADICTS): -3.0,
    (Feature.NATIONALITY, WeakOutcome.CONFIRMS): 3.0,
    (Feature.NATIONALITY, WeakOutcome.CONTRADICTS): -2.0,
    (Feature.BIRTH_PLACE, WeakOutcome.CONFIRMS): 2.0,
    (Feature.BIRTH_PLACE, WeakOutcome.CONTRADICTS): -0.25,
}

THRESHOLD_BITS: Mapping[ListKind, float] = {ListKind.PERSON: 12.5, ListKind.DOCUMENT: 16.0, ListKind.READMISSION: 12.5}
"""Where an alert is raised, unless the list says otherwise: about one false alert per 1,000 travellers for 5,000 persons."""


@dataclass(frozen=True, slots=True)
class Model:
    """The whole table. `version` changes whenever any number does.

    `initial_bits`: an initial that fits. `strong_above_bits`: how far above the threshold a match is `strong`. `ground_bits`: a
    name must be worth this much by itself, whatever confirms it. `pair_bits_min`: parts that agree on less are no pair.
    `name_bits_max`: all agreeing parts together are worth no more, for the names of relatives are not independent.
    """

    version: str = "kulla-2026.2"
    part_cost: Mapping[PartOutcome, float] = field(default_factory=lambda: PART_COST)
    name_bits: Mapping[NameOutcome, float] = field(default_factory=lambda: NAME_BITS)
    date_bits: Mapping[DateOutcome, float] = field(default_factory=lambda: DATE_BITS)
    document_bits: Mapping[DocumentOutcome, float] = field(default_factory=lambda: DOCUMENT_BITS)
    weak_bits: Mapping[tuple[Feature, WeakOutcome], float] = field(default_factory=lambda: WEAK_BITS)
    threshold_bits: Mapping[ListKind, float] = field(default_factory=lambda: THRESHOLD_BITS)
    rarity: RaritySettings = field(default_factory=RaritySettings)
    initial_bits: float = 2.5
    pair_bits_min: float = 0.5
    name_bits_max: float = 20.0
    ground_bits: float = 4.0
    strong_above_bits: float = 6.0

    def __post_init__(self) -> None:
        """What the index relies on: parts without a partner never speak for a match, and sums of bits are exact."""
        tables = (self.part_cost, self.name_bits, self.date_bits, self.document_bits, self.weak_bits)
        numbers = [bits for table in tables for bits in table.values()]
        assert all(bits == quantise(bits) for bits in (*numbers, self.initial_bits, self.name_bits_max))
        assert all(bits <= 0 for bits in self.name_bits.values())
        assert self.pair_bits_min > 0

    def part_bits(self, outcome: PartOutcome, rarity_bits: float, share: float = 1.0) -> float:
        """What a pair of parts is worth; `share` of the listed part was seen (1 = all of it). Below 0: no pair."""
        if outcome is PartOutcome.INITIAL:
            return min(self.initial_bits, rarity_bits)
        return quantise(min(rarity_bits, self.rarity.bits_max) * share) - self.part_cost[outcome]

    def threshold(self, watchlist: Watchlist) -> float:
        """The list's threshold in bits."""
        return self.threshold_bits[watchlist.kind] if watchlist.threshold_bits is None else watchlist.threshold_bits


MODEL = Model()
"""The model in force."""
