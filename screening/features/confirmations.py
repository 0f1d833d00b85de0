"""Sex, nationality, birth place: they confirm or contradict an identity weakly, and are never a ground for anything.

Unknown on either side is no evidence. Sex `X` and `U` are unknown.
"""

from collections.abc import Set as AbstractSet

from screening.features.piece import Piece
from screening.model import Feature, Model, WeakOutcome

_KNOWN_SEXES = frozenset({"M", "F"})


def sex_evidence(traveller: str, listed: str, model: Model) -> Piece | None:
    """M or F on both sides, or no evidence."""
    if traveller not in _KNOWN_SEXES or listed not in _KNOWN_SEXES:
        return None
    return _piece(Feature.SEX, traveller, listed, traveller == listed, model)


def nationality_evidence(traveller: str | None, listed: AbstractSet[str], model: Model) -> Piece | None:
    """One of the listed nationalities, or another; people have several and change them, so it contradicts little."""
    if not traveller or not listed:
        return None
    return _piece(Feature.NATIONALITY, traveller, ", ".join(sorted(listed)), traveller in listed, model)


def birth_place_evidence(traveller: tuple[str, ...], listed: tuple[str, ...], model: Model) -> Piece | None:
    """One word in common is agreement: places are written with and without their district and country."""
    if not traveller or not listed:
        return None
    common = bool(set(traveller) & set(listed))
    return _piece(Feature.BIRTH_PLACE, " ".join(traveller), " ".join(listed), common, model)


def _piece(feature: Feature, traveller: str, listed: str, same: bool, model: Model) -> Piece:
    outcome = WeakOutcome.CONFIRMS if same else WeakOutcome.CONTRADICTS
    return Piece(feature, outcome, traveller, listed, 1.0 if same else 0.0, model.weak_bits[feature, outcome])
