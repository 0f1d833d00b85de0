"""The columns of all chunks as one: numbers that were local to a chunk become numbers of the whole list."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.index.packed.chunk import KINDS, Chunk
from screening.index.packed.vocabulary import Vocabulary


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
        self.vocabulary = Vocabulary([], [], [], [])
        self.people = 0
        self.carriers: Counter[str] = Counter()
        self._pieces: dict[str, list[NDArray[Any]]] = {name: [] for name in KINDS}

    def add(self, chunk: Chunk) -> None:
        """The next chunk."""
        self.people += chunk.people
        self.carriers.update(chunk.carriers)
        numbers = {
            "parts": self._part_numbers(chunk.vocabulary.received()),
            "nation_set": _numbers(self.numbered.nations, chunk.nations),
            "watchlist": _numbers(self.numbered.watchlists, chunk.watchlists),
        }
        for name, column in chunk.columns.items():
            self._pieces[name].append(numbers[name][column] if name in numbers else column)

    def _part_numbers(self, more: Vocabulary) -> NDArray[np.uint32]:
        known = len(self.vocabulary.texts)
        found = _numbers(self.numbered.parts, more.texts)
        self.vocabulary.extend(more, np.flatnonzero(found >= known).tolist())
        return found

    def take(self, name: str) -> NDArray[Any]:
        """One whole column; it is forgotten here."""
        pieces = self._pieces.pop(name)
        return np.concatenate(pieces) if pieces else np.zeros(0, dtype=KINDS[name])


def _numbers(numbers: dict[Any, int], values: Iterable[Any]) -> NDArray[np.uint32]:
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.uint32)
