"""A piece of evidence before it is put into words."""

from typing import NamedTuple

from schemas.evidence import Evidence
from screening.features.sentences import sentence
from screening.model import Feature


class Piece(NamedTuple):
    """One row of the model's table that applies: cheap to make, for there are many; `evidence` puts it into words."""

    feature: Feature
    outcome: str
    traveller_value: str | None
    record_value: str | None
    score: float
    weight: float

    def evidence(self) -> Evidence:
        """The piece with its sentence, for people."""
        return Evidence(**self._asdict(), explanation=sentence(self))
