"""The words of travellers' names as the compiled kernel reads them, each told once and known by its number afterwards.

A word is a part, or adjacent parts written as one; the same letters may be both, and are then two words. The kernel notes
beside each which listed parts agree with it, so that nothing is looked for twice.
"""

from array import array
from collections.abc import Sequence

from screening.index.packed.keys import join_key, text_key
from screening.name_parts import Part
from screening.prepared_names import Joined, PreparedName

WORDS_MAX = 150_000
"""Words that are kept until all are forgotten, some 200 bytes each: those of 100,000 travellers."""

_FIELDS = 11  # of `KeptWord` in `kernel.h`


class AskedWords:
    """Numbers for words, from 0."""

    def __init__(self) -> None:
        """None yet."""
        self._parts: dict[str, int] = {}
        self._runs: dict[str, int] = {}
        self._fields, self._letters = array("Q"), array("B")

    def __len__(self) -> int:
        """How many words there are."""
        return len(self._parts) + len(self._runs)

    @property
    def full(self) -> bool:
        """Whether it is time to begin anew."""
        return len(self) > WORDS_MAX

    @property
    def addresses(self) -> tuple[int, int]:
        """Of the words and of their letters; good until the next word."""
        return self._fields.buffer_info()[0], self._letters.buffer_info()[0]

    def numbers(self, reading: PreparedName) -> list[int]:
        """The parts, then the joined words with the parts they are made of."""
        known, found = self._parts, list[int]()
        for part in reading.parts:
            number = known.get(part.text)
            found.append(self._add_part(part) if number is None else number)
        for run in reading.joined:
            number = self._runs.get(run.word.text)
            found.append((self._add_run(run) if number is None else number) | run.start << 32 | run.size << 48)
        return found

    def _add_part(self, part: Part) -> int:
        self._parts[part.text] = number = len(self)
        self._add(part, (join_key(part), part.particle, part.nickname, False))
        return number

    def _add_run(self, run: Joined) -> int:
        self._runs[run.word.text] = number = len(self)
        self._add(run.word, (0, False, 0, True))
        return number

    def _add(self, word: Part, others: Sequence[int]) -> None:
        text, form = word.text.encode(), word.form.encode()
        at = len(self._letters)
        self._letters.frombytes(text + form)
        told = (at, at + len(text), len(text), len(form), text_key(word.skeleton), len(word.skeleton), *others, 0)
        assert len(told) == _FIELDS
        self._fields.extend(told)
