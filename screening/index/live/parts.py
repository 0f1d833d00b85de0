"""The distinct parts of live travellers' names, and which of them agree with a listed part.

The other direction of `screening.index.vocabulary`: here the many are the travellers'. A listed part is compared with all of
them by vector operations that leave a few hundred, and `compare_parts` decides about those.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from screening.features.names import joined_agreement
from screening.features.part_pair import ERRORS_MAX, TRUNCATED_LETTERS_MIN, compare_parts, errors_allowed
from screening.index.live.growing import Columns, Numbers
from screening.index.packed.keys import text_key
from screening.index.packed.whole import whole
from screening.index.vocabulary import signature
from screening.model import Model, PartOutcome
from screening.name_parts import Part, read_part

Bits = NDArray[np.int64]

_LENGTH_MOST = 255
_BITS_PER_LETTER = 5


class LiveParts:
    """Parts are numbered as they come, and stay: names come again. Kept is only how they are written, from which all else of
    them follows."""

    def __init__(self) -> None:
        """No parts."""
        self._numbers = Numbers()
        self._columns = Columns(
            signature=np.uint64,
            skeleton=np.uint64,
            nickname=np.uint16,
            beginning=np.uint32,
            letter=np.uint8,
            length=np.uint8,
            single=np.bool_,
            counted=np.bool_,
        )

    def __len__(self) -> int:
        """How many distinct parts were seen."""
        return len(self._columns)

    def number(self, part: Part) -> int:
        """The number of a part, whatever field it came in."""
        found = self._numbers.of(part.text)
        if found == len(self._columns):
            self._columns.append(
                signature=[signature(part.form)],
                skeleton=[text_key(part.skeleton)],
                nickname=[part.nickname],
                beginning=[_beginning(part.form)],
                letter=[ord(part.text[0])],
                length=[min(len(part.form), _LENGTH_MOST)],
                single=[len(part.text) == 1],
                counted=[not part.particle],
            )
        return found

    def _part(self, number: int) -> Part:
        return read_part(self._numbers.values[number], family=False)

    def counted(self) -> NDArray[np.bool_]:
        """By part: whether it counts as a name, and is no particle."""
        return self._columns["counted"]

    def agreeing(self, listed: Part, rarity_bits: float, model: Model) -> Bits:
        """By part: what it is worth beside the listed part, in 1/64 bits; 0 where they do not agree."""
        gains = np.zeros(len(self), dtype=np.int64)
        for number in self._looked_up(listed):
            agreement = compare_parts(self._part(number), listed)
            if agreement is not None:
                bits = model.part_bits(agreement.outcome, rarity_bits, agreement.share)
                gains[number] = whole(bits) if bits >= model.pair_bits_min else 0
        if len(listed.text) == 1:
            bits = model.part_bits(PartOutcome.INITIAL, rarity_bits)
            fits = self._columns["letter"] == ord(listed.text)
            gains[fits] = np.maximum(gains[fits], whole(bits) if bits >= model.pair_bits_min else 0)
        return gains

    def joined(self, word: Part, rarity_bits: float, model: Model) -> Bits:
        """The same for a joined word of a listed name."""
        gains = np.zeros(len(self), dtype=np.int64)
        for number in np.flatnonzero(self._columns["skeleton"] == text_key(word.skeleton)).tolist():
            agreed = joined_agreement(self._part(number), word, rarity_bits, model)
            gains[number] = whole(agreed[0]) if agreed else 0
        return gains

    def _looked_up(self, listed: Part) -> Iterator[int]:
        columns = self._columns
        found = columns["skeleton"] == text_key(listed.skeleton)
        if listed.nickname:
            found |= columns["nickname"] == listed.nickname
        found |= columns["single"] & (columns["letter"] == ord(listed.text[0]))
        if len(listed.text) > 1:
            found |= self._near(listed.form)
        if len(listed.form) >= TRUNCATED_LETTERS_MIN:
            found |= columns["beginning"] == _beginning(listed.form)
        yield from np.flatnonzero(found).tolist()

    def _near(self, form: str) -> NDArray[np.bool_]:
        errors = min(errors_allowed(len(form)), ERRORS_MAX)
        apart = np.abs(self._columns["length"].astype(np.int16) - min(len(form), _LENGTH_MOST))
        changed = np.bitwise_count(self._columns["signature"] ^ np.uint64(signature(form)))
        near: NDArray[np.bool_] = (apart <= errors) & (changed <= 2 * errors) & (errors > 0)
        return near


def _beginning(form: str) -> int:
    """The first letters as a number: those that a truncated form must share."""
    letters = [ord(letter) & 31 for letter in form[:TRUNCATED_LETTERS_MIN]]
    return sum(letter << _BITS_PER_LETTER * place for place, letter in enumerate(letters))
