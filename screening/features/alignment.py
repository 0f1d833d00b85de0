"""The alignment with the most bits: each part of either name at most once.

Exact by branching over the pairs that compete, which are few between real names. Beyond `PAIRS_EXACT_MAX` pairs (names that
repeat one part many times) the best pairs are taken one after the other, so that hostile names cost no more than long ones.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

PAIRS_EXACT_MAX = 16
"""At most 2^16 branches, and far fewer in truth: pairs that compete with none are not branched over."""


class Claim(Protocol):
    """Bits for the use of some parts of both names."""

    @property
    def bits(self) -> float: ...
    @property
    def traveller_mask(self) -> int: ...
    @property
    def listed_mask(self) -> int: ...


AnyClaim = TypeVar("AnyClaim", bound=Claim)


def best_alignment(pairs: Sequence[AnyClaim]) -> tuple[AnyClaim, ...]:
    """The pairs with the greatest sum of bits in which no part is used twice. The order of `pairs` breaks ties only."""
    ordered = sorted(pairs, key=lambda pair: -pair.bits)
    return _exact(ordered)[1] if len(ordered) <= PAIRS_EXACT_MAX else _greedy(ordered)


def _greedy(ordered: Sequence[AnyClaim]) -> tuple[AnyClaim, ...]:
    chosen: list[AnyClaim] = []
    for pair in ordered:
        if not any(_compete(pair, other) for other in chosen):
            chosen.append(pair)
    return tuple(chosen)


def _exact(pairs: Sequence[AnyClaim]) -> tuple[float, tuple[AnyClaim, ...]]:
    if not pairs:
        return 0.0, ()
    first, rest = pairs[0], pairs[1:]
    allowed = [other for other in rest if not _compete(first, other)]
    bits, chosen = _exact(allowed)
    taken = (first.bits + bits, (first, *chosen))
    if len(allowed) == len(rest):
        return taken
    left = _exact(rest)
    return taken if taken[0] >= left[0] else left


def _compete(one: Claim, other: Claim) -> bool:
    return bool(one.traveller_mask & other.traveller_mask or one.listed_mask & other.listed_mask)
