"""What happens to listed people but not in a data set that was made from their own entries.

Each row adds copies of true pairs in which a piece of evidence is replaced, at a weight: without them, an outcome that no true
pair of the data has would be taken for proof of innocence. The shares are ours, and deliberately cautious.
"""

from typing import NamedTuple

from screening.model import DateOutcome, Feature, WeakOutcome


class Lapse(NamedTuple):
    """Of true pairs that have `feature`, this share has this outcome instead of what the data show."""

    feature: Feature
    outcome: DateOutcome | WeakOutcome
    share: float


LAPSES = (
    Lapse(Feature.BIRTH_DATE, DateOutcome.CONTRADICTION, 0.01),  # another date altogether: false papers, a wrong entry
    Lapse(Feature.BIRTH_DATE, DateOutcome.PARTIAL_YEAR_NEAR, 0.01),  # an estimated year of birth
    Lapse(Feature.BIRTH_DATE, DateOutcome.SAME_YEAR, 0.005),
    Lapse(Feature.BIRTH_DATE, DateOutcome.ONE_DIGIT, 0.005),  # typed or read wrongly
    Lapse(Feature.BIRTH_DATE, DateOutcome.SAME_MONTH, 0.003),
    Lapse(Feature.NATIONALITY, WeakOutcome.CONTRADICTS, 0.03),  # a second passport
    Lapse(Feature.SEX, WeakOutcome.CONTRADICTS, 0.01),  # M as a filler
)
