"""The score model: one table, feature x outcome x bits, readable by a lawyer and versioned.

Bits are log2 likelihood ratios (Fellegi and Sunter 1969): how much more likely is this outcome if the traveller is the listed
person than if they are a random traveller? Positive speaks for, negative against, and the sum of a match's pieces is its
score. The numbers are in `weights.json`, with the probabilities behind them; a command estimates them from data. Every
number is a multiple of 1/64 bit (`rarity.BITS_GRAIN`).

Ground and confirmation: only names (a part that agrees, other than a particle or an initial) and documents are a ground for
an alert. Sex, nationality and birth place confirm or contradict a ground, weakly; whatever they sum to, without a ground there
is no match.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

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


WEIGHTS_FILE = Path(__file__).with_name("weights.json")
"""The table itself: feature, outcome and bits, with how often the row applies to true and to random pairs where that was
counted. Written by `python -m benchmarks.estimation`; explained in `docs/model-card.md`."""
_WEIGHTS = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
_BITS = {(row["feature"], row["outcome"]): float(row["bits"]) for row in _WEIGHTS["rows"]}

FALSE_ALERT_CURVE: Sequence[tuple[float, float]] = tuple((bits, rate) for bits, rate in _WEIGHTS["false_alerts"])
"""(bits, log2 of the false alerts per traveller and listed person at that threshold), falling; see `thresholds.py`."""


def _bits(feature: Feature, outcome: str) -> float:
    return _BITS[feature.value, str(outcome)]


class PartOutcome(StrEnum):
    """How a part of the traveller's name and a part of the listed name agree."""

    EQUAL = "equal"
    ROMANISATION = "romanisation"
    VOWELS = "vowels"
    NICKNAME = "nickname"
    ONE_ERROR = "one_error"
    TWO_ERRORS = "two_errors"
    TRUNCATED = "truncated"
    INITIAL = "initial"
    JOINED = "joined"
    JOINED_VOWELS = "joined_vowels"


PART_COST: Mapping[PartOutcome, float] = {
    outcome: 0.0 if outcome is PartOutcome.INITIAL else -_bits(Feature.NAME_PART, outcome) for outcome in PartOutcome
}
"""Bits taken from the rarity of the part for each kind of difference."""


class NameOutcome(StrEnum):
    """What is left after the parts are aligned."""

    ONE_PART = "only_one_part_agrees"
    INCOMPLETE = "not_all_parts_agree"
    CONFLICT = "conflicting_parts"
    TRAVELLER_EXTRA = "traveller_has_more"
    RECORD_EXTRA_FAMILY = "record_has_more_surname"
    RECORD_EXTRA_GIVEN = "record_has_more"
    LOW_QUALITY = "weak_alias"
    SATURATED = "more_parts_than_count"
    PARTS_DROPPED = "parts_not_compared"
    LETTERS_UNREAD = "letters_not_read"


UNWEIGHED = frozenset({NameOutcome.SATURATED, NameOutcome.PARTS_DROPPED, NameOutcome.LETTERS_UNREAD})
"""Outcomes without a row. `SATURATED` takes away what the agreeing parts are worth beyond `Model.name_bits_max`; the others
only say that a name was not compared as a whole."""

NAME_BITS: Mapping[NameOutcome, float] = {
    outcome: _bits(Feature.NAME, outcome) for outcome in NameOutcome if outcome not in UNWEIGHED
}
"""Bits for each part without a partner (a conflict is a pair of them), and once where there is any; once for agreement in fewer
than two parts, and once for a weak alias."""


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


DATE_BITS: Mapping[DateOutcome, float] = {outcome: _bits(Feature.BIRTH_DATE, outcome) for outcome in DateOutcome}


class DocumentOutcome(StrEnum):
    """How two documents agree."""

    EXACT = "exact"
    NUMBER_TYPE_UNKNOWN = "number_and_issuer"
    NUMBER_ISSUER_UNKNOWN = "number_only"
    NUMBER_OTHER = "number_with_other_type_or_issuer"
    CONFUSABLE = "confusable_characters"


DOCUMENT_BITS: Mapping[DocumentOutcome, float] = {outcome: _bits(Feature.DOCUMENT, outcome) for outcome in DocumentOutcome}
DECISIVE_DOCUMENT = frozenset({DocumentOutcome.EXACT})
"""Outcomes that raise an alert by themselves, whatever the rest says: same type, number and issuer."""


class WeakOutcome(StrEnum):
    """How sex, nationality or birth place agree."""

    CONFIRMS = "confirms"
    CONTRADICTS = "contradicts"


WEAK_BITS: Mapping[tuple[Feature, WeakOutcome], float] = {
    (feature, outcome): _bits(feature, outcome)
    for feature in (Feature.SEX, Feature.NATIONALITY, Feature.BIRTH_PLACE)
    for outcome in WeakOutcome
}

THRESHOLD_BITS: Mapping[ListKind, float] = {ListKind.PERSON: 3.5, ListKind.DOCUMENT: 16.0, ListKind.READMISSION: 3.5}
"""Where an alert is raised, unless the list says otherwise: about one false alert per 1,000 travellers for 5,000 persons."""


@dataclass(frozen=True, slots=True)
class Model:
    """The whole table. `version` changes whenever any number does.

    `initial_bits`: an initial that fits. `strong_above_bits`: how far above the threshold a match is `strong`.
    `ground_bits`: what the agreeing parts of a ground are worth at least, for the bounds of an index.
    `pair_bits_min`: parts that agree are worth no less, so that agreement never speaks against a match.
    `name_bits_max`: all agreeing parts together are worth no more, for the names of relatives are not independent.
    """

    version: str = _WEIGHTS["version"]
    part_cost: Mapping[PartOutcome, float] = field(default_factory=lambda: PART_COST)
    name_bits: Mapping[NameOutcome, float] = field(default_factory=lambda: NAME_BITS)
    date_bits: Mapping[DateOutcome, float] = field(default_factory=lambda: DATE_BITS)
    document_bits: Mapping[DocumentOutcome, float] = field(default_factory=lambda: DOCUMENT_BITS)
    weak_bits: Mapping[tuple[Feature, WeakOutcome], float] = field(default_factory=lambda: WEAK_BITS)
    threshold_bits: Mapping[ListKind, float] = field(default_factory=lambda: THRESHOLD_BITS)
    rarity: RaritySettings = field(default_factory=RaritySettings)
    initial_bits: float = _bits(Feature.NAME_PART, PartOutcome.INITIAL)
    pair_bits_min: float = 0.0625
    name_bits_max: float = 12.0
    ground_bits: float = 0.0625
    strong_above_bits: float = 8.0

    def __post_init__(self) -> None:
        """What the index relies on: parts without a partner never speak for a match, and sums of bits are exact."""
        tables = (self.part_cost, self.name_bits, self.date_bits, self.document_bits, self.weak_bits)
        numbers = [bits for table in tables for bits in table.values()]
        assert all(bits == quantise(bits) for bits in (*numbers, self.initial_bits, self.name_bits_max))
        assert all(bits <= 0 for bits in self.name_bits.values())
        assert all(cost >= 0 for cost in self.part_cost.values())
        assert self.pair_bits_min > 0

    def part_bits(self, outcome: PartOutcome, rarity_bits: float, share: float = 1.0) -> float:
        """What a pair of parts is worth, never less than `pair_bits_min`; `share` of the listed part was seen (1 = all)."""
        if outcome is PartOutcome.INITIAL:
            return min(self.initial_bits, rarity_bits)
        return max(quantise(min(rarity_bits, self.rarity.bits_max) * share) - self.part_cost[outcome], self.pair_bits_min)

    def threshold(self, watchlist: Watchlist) -> float:
        """The list's threshold in bits."""
        return self.threshold_bits[watchlist.kind] if watchlist.threshold_bits is None else watchlist.threshold_bits


MODEL = Model()
"""The model in force."""
