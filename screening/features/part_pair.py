"""One part of the traveller's name against one part of a listed name: which kind of difference, if they agree at all.

This function is the definition. The exhaustive oracle calls it for every pair; the index calls it for the pairs it finds by
looking up the five ways two parts can agree, and must find all of them:

    same skeleton · same class of nicknames · form within `errors_allowed` edits · one form begins with the other · an initial
"""

from typing import NamedTuple

from rapidfuzz.distance import OSA

from screening.model import PartOutcome
from screening.name_parts import Part
from screening.nicknames import NO_CLASS

ERRORS_MAX = 2
TRUNCATED_LETTERS_MIN = 4
"""A shorter beginning says too little: MAR begins MARIA, MARKO and MARTIN."""

VOWELS_SKELETON_MIN = 3
"""Consonants below which two parts that differ in vowels are different names: ALI and ILI."""


class PartAgreement(NamedTuple):
    """`share` of the listed part that was seen, 1 unless truncated; `score` how alike, 0 to 1."""

    outcome: PartOutcome
    score: float
    share: float = 1.0


def errors_allowed(length: int) -> int:
    """How many typing errors a form of this many letters (the shorter one) may have: the longer, the more."""
    if length >= 7:
        return 2
    return 1 if length >= 4 else 0


def compare_parts(traveller: Part, listed: Part) -> PartAgreement | None:
    """How the two agree, None where they do not."""
    if traveller.text == listed.text:
        return PartAgreement(PartOutcome.EQUAL, 1.0)
    if len(traveller.text) == 1 or len(listed.text) == 1:
        same = traveller.text[0] == listed.text[0]
        return PartAgreement(PartOutcome.INITIAL, 0.5) if same else None
    if traveller.form == listed.form:
        return PartAgreement(PartOutcome.ROMANISATION, 0.95)
    if traveller.particle or listed.particle:
        return None
    return _inexact(traveller, listed)


def _inexact(traveller: Part, listed: Part) -> PartAgreement | None:
    if traveller.skeleton == listed.skeleton and len(listed.skeleton) >= VOWELS_SKELETON_MIN:
        return PartAgreement(PartOutcome.VOWELS, 0.9)
    if traveller.nickname == listed.nickname != NO_CLASS:
        return PartAgreement(PartOutcome.NICKNAME, 0.8)
    shorter, longer = sorted((len(traveller.form), len(listed.form)))
    allowed = errors_allowed(shorter)
    if allowed and longer - shorter <= allowed:
        errors = OSA.distance(traveller.form, listed.form, score_cutoff=allowed)
        if errors <= allowed:
            outcome = PartOutcome.ONE_ERROR if errors == 1 else PartOutcome.TWO_ERRORS
            return PartAgreement(outcome, round(1 - errors / longer, 3))
    return _truncated(traveller, listed, shorter / longer)


def _truncated(traveller: Part, listed: Part, seen: float) -> PartAgreement | None:
    short, long = sorted((traveller.form, listed.form), key=len)
    if len(short) >= TRUNCATED_LETTERS_MIN and long.startswith(short):
        return PartAgreement(PartOutcome.TRUNCATED, round(seen, 3), seen)
    return None
