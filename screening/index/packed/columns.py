"""The columns of all chunks as one: numbers that were local to a chunk become numbers of the whole list."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.index.packed.chunk import KINDS, Chunk, Vocabulary
from screening.name_parts import Part


class Numbered(NamedTuple):
    """What the numbers of `Columns` stand for; parts by their text."""

    parts: dict[str, int]
    nations: dict[tuple[str, ...], int]
    watchlists: dict[str, int]


class Columns:
    """Chunks, added in the order of the records. Holds a few dozen bytes a name, and each distinct part once."""

    def __init__(self) -> None:
        """Empty."""
        self.numbered = Numbered({}, {}, {})
        self.vocabulary: list[Part] = []
        self.people = 0
        self._pieces: dict[str, list[NDArray[Any]]] = {name: [] for name in KINDS}

    def add(self, chunk: Chunk) -> None:
        """The next chunk."""
        self.people += chunk.people
        numbers = {
            "parts": self._part_numbers(chunk.vocabulary),
            "nation_set": _numbers(self.numbered.nations, chunk.nations),
            "watchlist": _numbers(self.numbered.watchlists, chunk.watchlists),
        }
        for name, column in chunk.columns.items():
            self._pieces[name].append(numbers[name][column] if name in numbers else column)

    def _part_numbers(self, vocabulary: Vocabulary) -> NDArray[np.uint32]:
        known = len(self.vocabulary)
        found = _numbers(self.numbered.parts, vocabulary.texts.split())
        self.vocabulary.extend(vocabulary.parts(np.flatnonzero(found >= known)))
        return found

    def take(self, name: str) -> NDArray[Any]:
        """One whole column; it is forgotten here."""
        pieces = self._pieces.pop(name)
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=KINDS[name])


def _numbers(numbers: dict[Any, int], values: Iterable[Any]) -> NDArray[np.uint32]:
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.uint32)


def sorted_parts(vocabulary: Sequence[Part]) -> NDArray[np.int64]:
    """The order of the packed vocabulary: by length of the form, form, text."""
    order = sorted(range(len(vocabulary)), key=lambda one: _rank(vocabulary[one]))
    return np.array(order, dtype=np.int64)


def _rank(part: Part) -> tuple[int, str, str, bool]:
    return len(part.form), part.form, part.text, part.particle
