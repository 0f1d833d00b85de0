"""The records of a packed index, rebuilt one by one when they are candidates; and the rarity they were weighed with."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from schemas.watchlist import Record, RecordKey, VersionedRecord, Watchlist
from screening.index.packed.keys import record_key
from screening.index.packed.layout import PackedContent
from screening.model import Model
from screening.name_parts import Part
from screening.prepared import PreparedRecord, prepare_record
from screening.rarity import BITS_GRAIN, Rarity

RECORDS_KEPT_MAX = 10_000
"""Rebuilt records that are kept: common names make the same records candidates again. Some 50 MB at most."""


class RecordSource(Protocol):
    """Gives the record of a row."""

    def __getitem__(self, row: int) -> PreparedRecord:
        """Rows are those of the index."""


class StoredRarity(Rarity):
    """The rarity of a packed index. The parts of its names have their bits in the file; counts are read only for others."""

    def __init__(self, content: PackedContent, model: Model) -> None:
        """Nothing is read yet."""
        super().__init__({}, content.header["rarity_people"], model.rarity)
        self.digest = content.header["rarity_digest"]
        self._content = content
        self._model = model

    @cached_property
    def _counted(self) -> Rarity:
        return Rarity.from_bytes(self.to_bytes(), self._model.rarity)

    def to_bytes(self) -> bytes:
        """See `Rarity`."""
        return self._content.array("rarity").tobytes()

    def bits(self, part: Part) -> float:
        """See `Rarity`."""
        if part.particle:
            return self._settings.particle_bits
        found = self._bits.get(part.text)
        if found is None:
            if len(self._bits) > RECORDS_KEPT_MAX:
                self._bits.clear()
            found = self._bits[part.text] = self._look_up(part)
        return found

    def _look_up(self, part: Part) -> float:
        number = find_part(self._content, part)
        if number is None:
            return self._counted.bits(part)
        return float(self._content.array("part_bits")[number]) / BITS_GRAIN


def find_part(content: PackedContent, part: Part) -> int | None:
    """The number of a part in the vocabulary."""
    form_at, form_parts = content.array("form_at"), content.array("form_parts")
    low, high = 0, len(form_at) - 1
    wanted = len(part.form), part.form
    while low < high:
        middle = (low + high) // 2
        form = _text(content.array("form"), form_at, middle)
        low, high = (middle + 1, high) if (len(form), form) < wanted else (low, middle)
    if low == len(form_at) - 1 or _text(content.array("form"), form_at, low) != part.form:
        return None
    text, text_at = content.array("part_text"), content.array("part_text_at")
    alike = range(int(form_parts[low]), int(form_parts[low + 1]))
    return next((number for number in alike if _text(text, text_at, number) == part.text), None)


def _text(letters: NDArray[Any], at: NDArray[Any], number: int) -> str:
    return letters[int(at[number]) : int(at[number + 1])].tobytes().decode()


class StoredRecords:
    """Rebuilds records from their text."""

    def __init__(self, content: PackedContent, model: Model, rarity: Rarity) -> None:
        """`rarity`: that of the file, so that every rebuild has the same bits."""
        self._content = content
        self._model = model
        self._rarity = rarity
        self._kept: dict[int, PreparedRecord] = {}

    @cached_property
    def _watchlists(self) -> Sequence[Watchlist]:
        return [Watchlist.model_validate_json(text) for text in self._content.header["watchlists"]]

    def __getitem__(self, row: int) -> PreparedRecord:
        """The record of a row."""
        found = self._kept.get(row)
        if found is None:
            if len(self._kept) >= RECORDS_KEPT_MAX:
                self._kept.clear()
            found = self._kept[row] = prepare_record(self.versioned(row), self._model, self._rarity)
        return found

    def versioned(self, row: int) -> VersionedRecord:
        """The record as it was given to the builder."""
        at, versions = self._content.array("text_at"), self._content.array("versions")
        text = self._content.buffer[_TEXTS_FROM + int(at[row]) : _TEXTS_FROM + int(at[row + 1])]
        return VersionedRecord(
            watchlist=self._watchlists[int(self._content.array("watchlist")[row])],
            record=Record.model_validate_json(text),
            record_version=int(versions[2 * row]),
            list_version=int(versions[2 * row + 1]),
        )


_TEXTS_FROM = 64  # the streamed bytes of a packed file begin behind its first cache line


def rows_of_keys(content: PackedContent, keys: Sequence[RecordKey]) -> list[int]:
    """The rows of these records, as far as they are there; by their 64-bit keys, so look at the record if it matters."""
    return [row for _, row in _rows(content, "record_key", [record_key(key) for key in keys])]


def rows_of_documents(content: PackedContent, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The rows of records with a document of one of these folded numbers, as 64-bit keys; each with the number's place."""
    return _rows(content, "document", numbers)


def _rows(content: PackedContent, name: str, wanted: Sequence[int]) -> list[tuple[int, int]]:
    keys, rows, asked = content.array(name), content.array(name + "_row"), np.array(wanted, dtype=np.uint64)
    first = keys.searchsorted(asked)
    there = first < len(keys)
    there[there] = keys[first[there]] == asked[there]
    found = list[tuple[int, int]]()
    for which in np.flatnonzero(there).tolist():
        at = int(first[which])
        while at < len(keys) and keys[at] == asked[which]:
            found.append((which, int(rows[at])))
            at += 1
    return found


MANY_NATIONS = 0xFFFF
"""The number of an entry whose record has several nationalities, or one that has no number of its own."""


def nation_numbers(sets: Sequence[Sequence[str]]) -> Mapping[tuple[str, ...], int]:
    """How entries of one date are put in order: 0 where no nationality is known, then those with one, by its number."""
    numbers = {tuple(one): number for number, one in enumerate(sets, 1) if len(one) == 1 and number < MANY_NATIONS}
    return {(): 0, **numbers}


class NationBits:
    """What each set of listed nationalities says about a traveller's nationality."""

    def __init__(self, sets: Sequence[Sequence[str]]) -> None:
        """`sets`: the distinct sets, as the index numbers them."""
        self.sets = sets
        self._with: Mapping[str, NDArray[np.int64]] = _numbers_by_value(sets)
        self._empty = np.array([number for number, one in enumerate(sets) if not one], dtype=np.int64)

    def bits(self, nationality: str | None, confirms: int, contradicts: int) -> NDArray[np.int16]:
        """By number of the set, in 1/64 bits."""
        if not nationality:
            return np.zeros(len(self.sets), dtype=np.int16)
        found = np.full(len(self.sets), contradicts, dtype=np.int16)
        found[self._with.get(nationality, self._empty[:0])] = confirms
        found[self._empty] = 0
        return found


def _numbers_by_value(sets: Sequence[Sequence[str]]) -> Mapping[str, NDArray[np.int64]]:
    found: dict[str, list[int]] = {}
    for number, one in enumerate(sets):
        for value in one:
            found.setdefault(value, []).append(number)
    return {value: np.array(numbers, dtype=np.int64) for value, numbers in found.items()}
