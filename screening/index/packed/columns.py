"""The columns of all chunks as one: numbers that were local to a chunk become numbers of the whole list."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.index.packed.chunk import Chunk
from screening.name_parts import Part

_KINDS = {
    "names_of_record": np.uint32, "parts_of_name": np.uint8, "weak": np.bool_, "parts": np.uint32, "joins_of_name": np.uint8,
    "join_key": np.uint32, "join_span": np.uint16, "dates_of_record": np.uint8, "dates": np.uint32,
    "documents_of_record": np.uint32, "documents": np.uint64, "threshold": np.int32, "marks": np.uint32,
    "nation_set": np.uint32, "record_key": np.uint64, "watchlist": np.uint32, "versions": np.int64, "text_bytes": np.uint32,
}  # fmt: skip
_NUMBERED = {"parts": "vocabulary", "nation_set": "nations", "watchlist": "watchlists"}


class Numbered(NamedTuple):
    """What the numbers of `Columns` stand for."""

    vocabulary: dict[Part, int]
    nations: dict[tuple[str, ...], int]
    watchlists: dict[str, int]


class Columns:
    """Chunks, added in the order of the records. Holds a few dozen bytes a name, and each distinct part once."""

    def __init__(self) -> None:
        """Empty."""
        self.numbered = Numbered({}, {}, {})
        self.people = 0
        self._pieces: dict[str, list[NDArray[Any]]] = {name: [] for name in _KINDS}

    def add(self, chunk: Chunk) -> None:
        """The next chunk."""
        self.people += chunk.people
        for name, kind in _KINDS.items():
            column: NDArray[Any] = np.array(getattr(chunk, name), dtype=kind)
            if name in _NUMBERED:
                column = self._renumbered(_NUMBERED[name], getattr(chunk, _NUMBERED[name]))[column].astype(kind)
            self._pieces[name].append(column)

    def _renumbered(self, name: str, values: Iterable[Any]) -> NDArray[np.uint32]:
        numbers = getattr(self.numbered, name)
        return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.uint32)

    def take(self, name: str) -> NDArray[Any]:
        """One whole column; it is forgotten here."""
        pieces = self._pieces.pop(name)
        return np.concatenate(pieces) if pieces else np.zeros((0, 2) if name == "versions" else 0, dtype=_KINDS[name])


def sorted_parts(vocabulary: Sequence[Part]) -> NDArray[np.int64]:
    """The order of the packed vocabulary: by length of the form, form, text."""
    order = sorted(range(len(vocabulary)), key=lambda one: _rank(vocabulary[one]))
    return np.array(order, dtype=np.int64)


def _rank(part: Part) -> tuple[int, str, str, bool]:
    return len(part.form), part.form, part.text, part.particle
