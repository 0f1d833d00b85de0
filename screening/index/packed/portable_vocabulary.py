"""Which listed parts agree with a word, without a compiler: looked up each way they can agree, decided by the features."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.features.names import joined_agreement
from screening.features.part_pair import TRUNCATED_LETTERS_MIN, compare_parts, errors_allowed
from screening.index.packed.keys import text_key
from screening.index.packed.layout import PackedContent
from screening.index.packed.letter_signatures import signature
from screening.index.packed.vocabulary_arrays import LETTERS_MAX, MARK_LETTER
from screening.index.packed.whole import whole
from screening.model import Model
from screening.name_parts import Part, read_part
from screening.rarity import BITS_GRAIN

WORDS_KEPT_MAX = 5_000
"""Words whose listed parts are kept: names repeat. Emptied at once when full."""


class Agreeing(NamedTuple):
    """Numbers of listed parts, and what each is worth, in 1/64 bits."""

    parts: NDArray[np.int64]
    bits: NDArray[np.int64]


class PortableVocabulary:
    """The vocabulary of one packed index."""

    def __init__(self, content: PackedContent, model: Model) -> None:
        """Nothing is copied."""
        self._content = content
        self._model = model
        self._kept: dict[tuple[str, bool], Agreeing] = {}

    def agreeing(self, part: Part) -> Agreeing:
        """Every listed part that agrees with a part of the traveller's name."""
        return self._find(part, joined=False)

    def joined(self, word: Part) -> Agreeing:
        """Every listed part that is the same as a joined word."""
        return self._find(word, joined=True)

    def _find(self, word: Part, *, joined: bool) -> Agreeing:
        found = self._kept.get((word.text, joined))
        if found is None:
            if len(self._kept) >= WORDS_KEPT_MAX:
                self._kept.clear()
            pairs = list(self._pairs(word, joined=joined))
            parts = np.array([part for part, _ in pairs], dtype=np.int64)
            found = Agreeing(parts, np.array([bits for _, bits in pairs], dtype=np.int64))
            self._kept[word.text, joined] = found
        return found

    def _pairs(self, word: Part, *, joined: bool) -> Iterator[tuple[int, int]]:
        looked_up = self._of_skeleton(word) if joined else self._looked_up(word)
        for number in sorted(set(looked_up)):
            listed, rarity = self._part(number), float(self._content.array("part_bits")[number]) / BITS_GRAIN
            bits = self._joined_bits(word, listed, rarity) if joined else self._bits(word, listed, rarity)
            if bits is not None and bits >= self._model.pair_bits_min:
                yield number, whole(bits)

    def _bits(self, word: Part, listed: Part, rarity: float) -> float | None:
        agreement = compare_parts(word, listed)
        return None if agreement is None else self._model.part_bits(agreement.outcome, rarity, agreement.share)

    def _joined_bits(self, word: Part, listed: Part, rarity: float) -> float | None:
        agreed = joined_agreement(word, listed, rarity, self._model)
        return None if agreed is None else agreed[0]

    def _part(self, number: int) -> Part:
        at = self._content.array("part_text_at")
        text = self._content.array("part_text")[int(at[number]) : int(at[number + 1])].tobytes().decode()
        return read_part(text, family=False)

    def _looked_up(self, part: Part) -> Iterator[int]:
        yield from self._of_skeleton(part)
        if len(part.text) == 1:
            yield from np.flatnonzero(self._content.array("part_marks") & MARK_LETTER == ord(part.text) - 65).tolist()
            return
        initial = int(self._content.array("initials")[ord(part.text[0]) - 65])
        if initial >= 0:
            yield initial
        if not part.particle:
            yield from self._of_nickname(part.nickname)
            form_parts = self._content.array("form_parts")
            for form in (*self._near(part.form), *self._alike_at_the_beginning(part.form)):
                yield from range(int(form_parts[form]), int(form_parts[form + 1]))

    def _of_skeleton(self, part: Part) -> Iterator[int]:
        keys, key = self._content.array("skeleton_key"), np.uint64(text_key(part.skeleton))
        first, end = np.searchsorted(keys, key, "left"), np.searchsorted(keys, key, "right")
        yield from self._content.array("skeleton_part")[first:end].tolist()

    def _of_nickname(self, nickname: int) -> Iterator[int]:
        at = self._content.array("nickname_at")
        if nickname + 1 < len(at):
            yield from self._content.array("nickname_part")[at[nickname] : at[nickname + 1]].tolist()

    def _near(self, form: str) -> Iterable[int]:
        allowed = errors_allowed(len(form))
        if not allowed:
            return ()
        shortest, longest = (min(max(len(form) + apart, 0), LETTERS_MAX + 1) for apart in (-allowed, allowed))
        of_length = self._content.array("length_forms")
        first, end = int(of_length[shortest]), int(of_length[longest + 1])
        changed = np.bitwise_count(self._content.array("signature")[first:end] ^ np.uint32(signature(form)))
        near: list[int] = self._content.array("signature_form")[first:end][changed <= 2 * allowed].tolist()
        return near

    def _alike_at_the_beginning(self, form: str) -> Iterator[int]:
        """Forms that begin with this one, and those that it begins with: they share the first letters."""
        if len(form) < TRUNCATED_LETTERS_MIN:
            return
        at, letters = self._content.array("form_at").astype(np.int64), self._content.array("form")
        first = int(self._content.array("length_forms")[TRUNCATED_LETTERS_MIN])
        shared = np.ones(len(at) - 1 - first, dtype=np.bool_)
        for place in range(TRUNCATED_LETTERS_MIN):
            shared &= letters[at[first:-1] + place] == ord(form[place])
        yield from (np.flatnonzero(shared) + first).tolist()
