"""Names: the best alignment of parts, and what the parts without a partner say against it.

Parts pair up whatever field and order they came in; a joined word pairs with the parts it is made of. Of all alignments the
one with the most bits counts, and of all readings and listed names the best pair. Every pair is worth the rarity of the
listed part less the cost of their difference; a part without a partner on both sides is a conflict; a part that only one
side has says less. Particles without a partner say nothing.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from screening.features.alignment import best_alignment
from screening.features.part_pair import PartAgreement, compare_parts
from screening.features.piece import Piece
from screening.model import Feature, Model, NameOutcome, PartOutcome
from screening.name_parts import Part
from screening.prepared_names import PreparedName

JOINED_SKELETON_MIN = 4
"""Consonants from which two joined words may differ in vowels: shorter ones meet by chance."""


class Pair(NamedTuple):
    """Parts that agree. The masks have a bit for each part of the traveller's and the listed name."""

    bits: float
    traveller_mask: int
    listed_mask: int
    agreement: PartAgreement
    traveller_text: str
    listed_text: str


class NameScore(NamedTuple):
    """The bits of a name comparison, and the pieces they are the sum of. `agreeing`: how many parts agree."""

    bits: float
    agreeing: int
    pieces: tuple[Piece, ...]


def name_evidence(traveller: Sequence[PreparedName], listed: Sequence[PreparedName], model: Model) -> NameScore | None:
    """The best of all readings against all listed names (the first of equals); None where either side has no name."""
    scores = (score_names(reading, name, model) for reading in traveller for name in listed)
    return max(scores, key=lambda score: score.bits, default=None)


def score_names(traveller: PreparedName, listed: PreparedName, model: Model) -> NameScore:
    """One reading of the traveller's name against one listed name."""
    chosen = best_alignment(tuple(agreeing_pairs(traveller, listed, model)))
    agreeing = sum(_says_something(pair, listed) for pair in chosen)
    pieces = [_pair_piece(pair) for pair in chosen]
    pieces += _of_the_whole(traveller, listed, chosen, model)
    pieces += _without_partners(traveller, listed, chosen, model)
    return NameScore(sum(piece.weight for piece in pieces), agreeing, tuple(pieces))


def agreeing_pairs(traveller: PreparedName, listed: PreparedName, model: Model) -> Iterator[Pair]:
    """Every pair of parts, or of a part and a joined word, that agree."""
    for t, one in enumerate(traveller.parts):
        for r, other in enumerate(listed.parts):
            agreement = compare_parts(one, other)
            if agreement is not None:
                bits = model.part_bits(agreement.outcome, listed.part_bits[r], agreement.share)
                yield Pair(bits, 1 << t, 1 << r, agreement, one.text, other.text)
    yield from _joined_pairs(traveller, listed, model)


def _joined_pairs(traveller: PreparedName, listed: PreparedName, model: Model) -> Iterator[Pair]:
    for run in traveller.joined:
        for r, part in enumerate(listed.parts):
            texts = (run.text(traveller.parts), part.text)
            yield from _joined_pair(joined_agreement(run.word, part, listed.part_bits[r], model), (run.mask, 1 << r), texts)
    for run in listed.joined:
        bits = sum(listed.part_bits[run.start : run.start + run.size])
        for t, part in enumerate(traveller.parts):
            texts = (part.text, run.text(listed.parts))
            yield from _joined_pair(joined_agreement(part, run.word, bits, model), (1 << t, run.mask), texts)


def _joined_pair(agreed: tuple[float, PartAgreement] | None, masks: tuple[int, int], texts: tuple[str, str]) -> Iterator[Pair]:
    if agreed is not None:
        yield Pair(agreed[0], *masks, agreed[1], *texts)


def joined_agreement(one: Part, other: Part, rarity_bits: float, model: Model) -> tuple[float, PartAgreement] | None:
    """What it is worth that a joined word and a part are the same but for their romanisation, or their vowels where enough
    consonants are left; None where they are not. `rarity_bits`: of all listed parts in it."""
    if one.skeleton != other.skeleton:
        return None
    if one.form == other.form:
        agreement = PartAgreement(PartOutcome.JOINED, 0.95)
    elif len(one.skeleton) >= JOINED_SKELETON_MIN:
        agreement = PartAgreement(PartOutcome.JOINED_VOWELS, 0.85)
    else:
        return None
    return model.part_bits(agreement.outcome, rarity_bits), agreement


def _of_the_whole(traveller: PreparedName, listed: PreparedName, chosen: Sequence[Pair], model: Model) -> Iterator[Piece]:
    """What is said once of a pair of names."""
    beyond = sum(pair.bits for pair in chosen) - model.name_bits_max
    parts = sum(_says_something(pair, listed) for pair in chosen)
    applies = (
        (NameOutcome.ONE_PART, parts < 2, 0.5),
        (NameOutcome.LOW_QUALITY, listed.weak, 0.0),
    )
    for outcome, said, score in applies:
        if said:
            yield Piece(Feature.NAME, outcome, traveller.text, listed.text, score, model.name_bits[outcome])
    if beyond > 0:
        yield Piece(Feature.NAME, NameOutcome.SATURATED, traveller.text, listed.text, 1.0, -beyond)
    if traveller.dropped or listed.dropped:
        yield Piece(Feature.NAME, NameOutcome.PARTS_DROPPED, traveller.text, listed.text, 0.0, 0.0)
    if traveller.unread or listed.unread:
        yield Piece(Feature.NAME, NameOutcome.LETTERS_UNREAD, traveller.text, listed.text, 0.0, 0.0)


def _says_something(pair: Pair, listed: PreparedName) -> bool:
    """Particles and initials agree by chance too often to be counted as parts that agree."""
    particles = (part.particle for index, part in enumerate(listed.parts) if pair.listed_mask >> index & 1)
    initial = len(pair.traveller_text) == 1 or len(pair.listed_text) == 1
    return not initial and not all(particles)


def _pair_piece(pair: Pair) -> Piece:
    outcome, score, _ = pair.agreement
    return Piece(Feature.NAME_PART, outcome, pair.traveller_text, pair.listed_text, score, pair.bits)


def _without_partners(traveller: PreparedName, listed: PreparedName, chosen: Sequence[Pair], model: Model) -> list[Piece]:
    left = list(_without_partner(traveller, listed, chosen, model))
    if not left:
        return left
    weight = model.name_bits[NameOutcome.INCOMPLETE]
    return [Piece(Feature.NAME, NameOutcome.INCOMPLETE, traveller.text, listed.text, 0.5, weight), *left]


def _without_partner(traveller: PreparedName, listed: PreparedName, chosen: Sequence[Pair], model: Model) -> Iterator[Piece]:
    """Conflicts take given names first, so that a missing surname part keeps its heavier row."""
    ours = _left(traveller, sum(pair.traveller_mask for pair in chosen))
    theirs = sorted(_left(listed, sum(pair.listed_mask for pair in chosen)), key=lambda part: part.family)
    conflicts = min(len(ours), len(theirs))
    for one, other in zip(ours[:conflicts], theirs[:conflicts], strict=True):
        yield _alone(NameOutcome.CONFLICT, one, other, model)
    for part in ours[conflicts:]:
        yield _alone(NameOutcome.TRAVELLER_EXTRA, part, None, model)
    for part in theirs[conflicts:]:
        outcome = NameOutcome.RECORD_EXTRA_FAMILY if part.family else NameOutcome.RECORD_EXTRA_GIVEN
        yield _alone(outcome, None, part, model)


def _left(name: PreparedName, used: int) -> list[Part]:
    return [part for index, part in enumerate(name.parts) if not used >> index & 1 and not part.particle]


def _alone(outcome: NameOutcome, one: Part | None, other: Part | None, model: Model) -> Piece:
    values = (one.text if one else None, other.text if other else None)
    return Piece(Feature.NAME, outcome, *values, 0.0, model.name_bits[outcome])
