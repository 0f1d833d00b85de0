"""The distinct parts of all listed names, and which of them agree with a part of a traveller's name.

`agreeing` must find everything `compare_parts` would: it looks each way of agreeing up in its own structure (skeletons,
initials, beginnings, edits), and then lets `compare_parts` itself decide. For edits, a 52-bit signature (which letters occur
once, which twice) is compared by population count: one edit changes at most two of its bits.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from screening.features.part_pair import TRUNCATED_LETTERS_MIN, compare_parts, errors_allowed
from screening.model import Model
from screening.name_parts import Part

_SIGNATURE_BITS_PER_EDIT = 2
_AFTER_ALL_LETTERS = "["  # sorts behind Z

Key = TypeVar("Key", str, int)


class Vocabulary:
    """`parts[i]` is a distinct listed part, worth `bits[i]` in full."""

    def __init__(self, bits_by_part: Mapping[Part, float], model: Model) -> None:
        """`bits_by_part`: the rarity of every distinct listed part (by its text; the field does not matter)."""
        self.parts: Sequence[Part] = tuple(bits_by_part)
        self.bits: Sequence[float] = tuple(bits_by_part.values())
        self._model = model
        self._by_skeleton = _group((part.skeleton, index) for index, part in enumerate(self.parts))
        self._by_nickname = _group((part.nickname, index) for index, part in enumerate(self.parts) if part.nickname)
        self._by_initial = _group((part.text[0], index) for index, part in enumerate(self.parts))
        self._initials = {part.text: index for index, part in enumerate(self.parts) if len(part.text) == 1}
        by_form = _group((part.form, index) for index, part in enumerate(self.parts) if not part.particle)
        self._forms = sorted(by_form)
        self._of_form = [by_form[form] for form in self._forms]
        self._signatures = np.array([signature(form) for form in self._forms], dtype=np.uint64)
        self._lengths = np.array([len(form) for form in self._forms], dtype=np.int32)
        self._allowed = np.array([errors_allowed(len(form)) for form in self._forms], dtype=np.int32)

    def agreeing(self, part: Part) -> Iterator[tuple[int, float]]:
        """Every listed part (its index) that agrees with `part`, with the bits of the pair."""
        for index in self._lookup(part):
            agreement = compare_parts(part, self.parts[index])
            if agreement is not None:
                yield index, self._model.part_bits(agreement.outcome, self.bits[index], agreement.share)

    def of_skeleton(self, skeleton: str) -> Sequence[int]:
        """The listed parts of this skeleton."""
        return self._by_skeleton.get(skeleton, ())

    def _lookup(self, part: Part) -> set[int]:
        found = set(self.of_skeleton(part.skeleton))
        if len(part.text) == 1:
            found.update(self._by_initial.get(part.text, ()))
            return found
        if part.text[0] in self._initials:
            found.add(self._initials[part.text[0]])
        if not part.particle:
            found.update(self._by_nickname.get(part.nickname, ()))
            for row in (*self._near(part.form), *self._longer(part.form), *self._shorter(part.form)):
                found.update(self._of_form[row])
        return found

    def _near(self, form: str) -> Iterable[int]:
        allowed = errors_allowed(len(form))
        if not allowed or not self._forms:
            return ()
        errors = np.minimum(self._allowed, allowed)
        changed = np.bitwise_count(self._signatures ^ np.uint64(signature(form)))
        near = (changed <= errors * _SIGNATURE_BITS_PER_EDIT) & (np.abs(self._lengths - len(form)) <= errors)
        return np.flatnonzero(near & (errors > 0)).tolist()

    def _longer(self, form: str) -> Iterable[int]:
        if len(form) < TRUNCATED_LETTERS_MIN:
            return ()
        return range(bisect_left(self._forms, form), bisect_left(self._forms, form + _AFTER_ALL_LETTERS))

    def _shorter(self, form: str) -> Iterator[int]:
        for length in range(TRUNCATED_LETTERS_MIN, len(form)):
            row = bisect_left(self._forms, form[:length])
            if row < len(self._forms) and self._forms[row] == form[:length]:
                yield row


def signature(form: str) -> int:
    """Bit i: the letter i occurs; bit 26 + i: it occurs again."""
    bits = 0
    for letter in form:
        place = 1 << (ord(letter) - 65)
        bits |= place << 26 if bits & place else place
    return bits


def _group(pairs: Iterable[tuple[Key, int]]) -> dict[Key, list[int]]:
    groups: defaultdict[Key, list[int]] = defaultdict(list)
    for key, index in pairs:
        groups[key].append(index)
    return dict(groups)
