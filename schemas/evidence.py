"""Evidence: why the machine says two things may be one.

Every number a person sees comes with both values and a sentence. Pieces are weights of evidence in bits (log2 of a
likelihood ratio, Fellegi and Sunter 1969); they add up to the score.
"""

from enum import StrEnum

from schemas.base import Noun


class Lane(StrEnum):
    """Which question found the match."""

    NAME = "name"
    DOCUMENT = "document"
    READMISSION = "readmission"


class Band(StrEnum):
    """How far above the threshold: `strong` needs no second thought to look at, `possible` does."""

    STRONG = "strong"
    POSSIBLE = "possible"


class Evidence(Noun):
    """One piece.

    `feature` what was compared (surname, given_names, birth_date, document, ...); `outcome` the row of the model's table;
    `score` how alike the two values are, 0 to 1; `weight` what that is worth, in bits; the weights of a match sum to its score.
    """

    feature: str
    outcome: str
    traveller_value: str | None = None
    record_value: str | None = None
    score: float
    weight: float
    explanation: str
