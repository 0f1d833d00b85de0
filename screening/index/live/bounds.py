"""More bits than a listed name can be worth beside each of some travellers' names: the mirror image of the packed index.

A listed part pairs at most once, and so does a part of the traveller's name: the sum of the best bits of either side bounds
every alignment. Parts that nothing agrees with stay without a partner, and cost at least what `left_over` says.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.index.packed.chunk import PARTS_MAX
from screening.index.packed.keys import join_key
from screening.index.packed.question import left_over
from screening.index.packed.ragged import places
from screening.index.packed.whole import whole
from screening.model import Model, NameOutcome, PartOutcome
from screening.prepared_names import PreparedName

Bits = NDArray[np.int64]


class TouchedNames(NamedTuple):
    """Travellers' names: their parts one after the other, and their joined words, each with the name that has it."""

    part_at: NDArray[np.int64]
    parts: NDArray[np.uint32]
    counted: NDArray[np.bool_]
    join_owner: NDArray[np.int64]
    join_keys: NDArray[np.uint32]
    join_spans: NDArray[np.int64]


class _Agreed(NamedTuple):
    """By word of the listed name and traveller's name, the best bits; by traveller's name, the best of its parts summed, and
    whether a joined word agrees; by traveller's part, whether it agrees with anything."""

    listed: Bits
    ours: Bits
    joined: NDArray[Any]
    found: NDArray[Any]


def name_bounds(name: PreparedName, gains: Sequence[Bits], touched: TouchedNames, model: Model) -> tuple[Bits, Bits]:
    """What the parts that agree are worth, and what is left of it when the others have cost theirs; in 1/64 bits.

    `gains`: by word of the listed name, what each distinct part is worth.
    """
    agreed = _agreed(name, gains, touched)
    _add_joined(name, touched, agreed, model)
    bits = np.minimum(np.minimum(agreed.listed.sum(axis=0), agreed.ours), whole(model.name_bits_max))
    weak = whole(model.name_bits[NameOutcome.LOW_QUALITY]) if name.weak else 0
    return bits, bits + _left_bits(name, touched, agreed, model) + weak


def _agreed(name: PreparedName, gains: Sequence[Bits], touched: TouchedNames) -> _Agreed:
    first = touched.part_at[:-1]
    best = np.zeros(len(touched.parts), dtype=np.int64)
    listed = np.zeros((len(gains), len(first)), dtype=np.int64)
    for word, gain in enumerate(gains):
        gained = gain[touched.parts]
        np.maximum(best, gained, out=best)
        listed[word] = np.maximum.reduceat(gained, first)
    joined: NDArray[Any] = np.any(listed[len(name.parts) :] > 0, axis=0)
    return _Agreed(listed, np.add.reduceat(best, first), joined, best > 0)


def _add_joined(name: PreparedName, touched: TouchedNames, agreed: _Agreed, model: Model) -> None:
    """Joined words of the travellers' names that are the same as a listed part."""
    for word, (part, rarity_bits) in enumerate(zip(name.parts, name.part_bits, strict=True)):
        outcomes = (PartOutcome.JOINED, PartOutcome.JOINED_VOWELS)
        worth = max(whole(model.part_bits(outcome, rarity_bits)) for outcome in outcomes)
        hit = np.flatnonzero(touched.join_keys == join_key(part))
        owner, span = touched.join_owner[hit], touched.join_spans[hit]
        np.maximum.at(agreed.listed[word], owner, max(worth, 0))
        np.add.at(agreed.ours, owner, max(worth, 0))
        agreed.joined[owner] = True
        agreed.found[places(touched.part_at[owner] + (span & 255), span >> 8)] = True


def _left_bits(name: PreparedName, touched: TouchedNames, agreed: _Agreed, model: Model) -> Bits:
    first, size = touched.part_at[:-1], len(name.parts)
    covers = np.array(
        [[place == word for place in range(size)] for word in range(size)]
        + [[bool(run.mask >> place & 1) for place in range(size)] for run in name.joined],
        dtype=np.int64,
    )
    covered = (covers.T @ (agreed.listed > 0).astype(np.int64)) > 0
    counted = np.array([not part.particle for part in name.parts], dtype=np.bool_)
    found, counted_ours = agreed.found.astype(np.int64), touched.counted.astype(np.int64)
    theirs, ours = covered[counted].sum(axis=0), np.add.reduceat(found * counted_ours, first)
    pairs = np.minimum(covered.sum(axis=0), np.add.reduceat(found, first))
    theirs = np.where(agreed.joined, theirs, np.minimum(theirs, pairs))
    ours = np.where(agreed.joined, ours, np.minimum(ours, pairs))
    left_ours = np.maximum(np.add.reduceat(counted_ours, first) - ours, 0)
    table = np.array(left_over(model), dtype=np.int64).reshape(PARTS_MAX + 1, PARTS_MAX + 1)
    bits: Bits = table[left_ours, counted.sum() - theirs]
    return bits
