"""Columns that grow: numpy arrays with room at the end."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_ROOM_AT_FIRST = 1024


class Growing:
    """One column. Appending costs a constant time on average."""

    def __init__(self, kind: DTypeLike) -> None:
        """Empty."""
        self._values: NDArray[Any] = np.zeros(_ROOM_AT_FIRST, dtype=kind)
        self._used = 0

    def __len__(self) -> int:
        """How many values there are."""
        return self._used

    def append(self, values: Sequence[int]) -> None:
        """More values at the end."""
        end = self._used + len(values)
        if end > len(self._values):
            self._values = _with_room(self._values[: self._used], max(end, len(self._values)))
        self._values[self._used : end] = values
        self._used = end

    def keep(self, wanted: NDArray[np.bool_]) -> None:
        """Only these values, in their order."""
        kept = self._values[: self._used][wanted]
        self._values = _with_room(kept, max(len(kept), _ROOM_AT_FIRST))
        self._used = len(kept)

    @property
    def values(self) -> NDArray[Any]:
        """A view, good until the next change."""
        return self._values[: self._used]


def _with_room(values: NDArray[Any], room: int) -> NDArray[Any]:
    """A copy with room at the end, which takes no memory before it is written to."""
    grown = np.empty(len(values) + room, dtype=values.dtype)
    grown[: len(values)] = values
    return grown


class Columns:
    """Columns of equal length, by name."""

    def __init__(self, **kinds: DTypeLike) -> None:
        """Empty columns of these kinds."""
        self._columns = {name: Growing(kind) for name, kind in kinds.items()}

    def __len__(self) -> int:
        """How many rows there are."""
        return len(next(iter(self._columns.values())))

    def append(self, **values: Sequence[int]) -> None:
        """Rows at the end: a value of each row for every column."""
        for name, column in self._columns.items():
            column.append(values[name])

    def keep(self, wanted: NDArray[np.bool_]) -> None:
        """Only these rows."""
        for column in self._columns.values():
            column.keep(wanted)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """A column, as a view that is good until the next change."""
        return self._columns[name].values


class Numbers:
    """Numbers for values, given in the order in which they are first seen."""

    def __init__(self) -> None:
        """None given."""
        self._number_of: dict[Any, int] = {}
        self.values: list[Any] = []

    def of(self, value: Any) -> int:
        """The number of a value, a new one where it is new."""
        number = self._number_of.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number

    def known(self, values: Iterable[Any]) -> list[int]:
        """The numbers of those that have one."""
        return [self._number_of[value] for value in values if value in self._number_of]
