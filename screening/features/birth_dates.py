"""Birth dates: a table of outcomes.

The best over all listed dates counts, less what having many dates makes likely by chance.
"""

import math
from collections.abc import Sequence

from screening.features.piece import Piece
from screening.model import DateOutcome, Feature, Model
from screening.rarity import quantise

_SCORES = {
    DateOutcome.EQUAL: 1.0,
    DateOutcome.EQUAL_FILLER: 1.0,
    DateOutcome.CONTRADICTION: 0.0,
    DateOutcome.SAME_YEAR: 0.4,
    DateOutcome.PARTIAL_YEAR_NEAR: 0.3,
}
_SCORE_OTHERS = 0.7


def date_outcome(traveller: str, listed: str) -> DateOutcome:
    """How two dates (`YYYY`, `YYYY-MM` or `YYYY-MM-DD`) agree. Symmetric."""
    if traveller == listed and len(listed) == 10:
        return DateOutcome.EQUAL_FILLER if listed.endswith("-01-01") else DateOutcome.EQUAL
    if len(traveller) == 10 and len(listed) == 10:
        return _full(traveller, listed)
    return _partial(traveller, listed)


def _full(traveller: str, listed: str) -> DateOutcome:
    same_year, same_month = traveller[:4] == listed[:4], traveller[:7] == listed[:7]
    if same_year and traveller[5:7] == listed[8:] and traveller[8:] == listed[5:7]:
        return DateOutcome.SWAPPED
    if traveller[4:] == listed[4:] and abs(int(traveller[:4]) - int(listed[:4])) == 1:
        return DateOutcome.YEAR_OFF_BY_ONE
    if sum(one != other for one, other in zip(traveller, listed, strict=True)) == 1:
        return DateOutcome.ONE_DIGIT
    if same_month:
        return DateOutcome.SAME_MONTH
    return DateOutcome.SAME_YEAR if same_year else DateOutcome.CONTRADICTION


def _partial(traveller: str, listed: str) -> DateOutcome:
    known = min(len(traveller), len(listed))
    if traveller[:known] == listed[:known]:
        return DateOutcome.PARTIAL_MONTH if known == 7 else DateOutcome.PARTIAL_YEAR
    if traveller[:4] == listed[:4]:
        return DateOutcome.SAME_YEAR
    near = abs(int(traveller[:4]) - int(listed[:4])) == 1
    return DateOutcome.PARTIAL_YEAR_NEAR if near else DateOutcome.CONTRADICTION


def many_dates_cost(dates: int) -> float:
    """Bits taken from an agreement with one of so many listed dates: chance grows with their number."""
    return quantise(math.log2(dates)) if dates > 1 else 0.0


def birth_date_evidence(traveller: str | None, listed: Sequence[str], model: Model) -> Piece | None:
    """The best listed date, or None where either side has none."""
    if not traveller or not listed:
        return None
    outcome, value = max(((date_outcome(traveller, one), one) for one in listed), key=lambda found: model.date_bits[found[0]])
    return Piece(
        Feature.BIRTH_DATE,
        outcome,
        traveller,
        value,
        _SCORES.get(outcome, _SCORE_OTHERS),
        birth_date_bits(outcome, len(listed), model),
    )


def birth_date_bits(outcome: DateOutcome, dates: int, model: Model) -> float:
    """What an outcome is worth among so many listed dates; the cost never turns agreement into contradiction."""
    bits = model.date_bits[outcome]
    return max(bits - many_dates_cost(dates), 0.0) if bits > 0 else bits
