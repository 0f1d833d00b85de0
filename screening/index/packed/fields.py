"""The fields of names, read once for a chunk: surnames and given names repeat, those of one person's aliases most of all.

A name is a pair of fields, each a row of parts; within a field, adjacent parts may be written as one word. So the parts of a
name, and what it joins, follow from the numbers of its two fields, and are laid out for all names of a chunk at once. Names
whose fields depend on each other (spelling customs, titles) are read as everywhere (`name_parts.read_name`), and the two rows
of parts that come of it are fields like any other.
"""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.stored_records import ListedName
from schemas.watchlist import NameQuality
from screening.index.packed.keys import joined_key
from screening.index.packed.ragged import places, starts, within
from screening.name_parts import Part, read_name, read_part, settled_words
from screening.prepared import better_first, name_fields
from screening.prepared_names import JOINED_PARTS_MAX

Words = tuple[str, ...]
NamePair = tuple[int, int]
"""The numbers of a name's surname and given names."""

_NOTHING: NamePair = (0, 0)


class Fields:
    """The distinct fields of a chunk, numbered. Number 0 is the empty one."""

    def __init__(self) -> None:
        """Only the empty one."""
        self.vocabulary: list[Part] = []
        self._part_numbers: dict[str, int] = {}
        self._by_words: dict[Words, int] = {}
        self._by_text: dict[str, int | None] = {}
        self._lengths, self._parts = array("I"), array("I")
        self._joined = {size: array("I") for size in range(2, JOINED_PARTS_MAX + 1)}
        self._of_words(())

    def pairs(self, names: Sequence[ListedName]) -> dict[NamePair, bool]:
        """All spellings of a record's names (`prepared.record_names`), and whether each is weak."""
        found: dict[NamePair, bool] = {}
        for name in better_first(names):
            weak = name.quality is NameQuality.LOW
            for pair in self._readings(*name_fields(name)):
                found.setdefault(pair, weak)
        return found

    def _readings(self, surname: str | None, given_names: str | None) -> Iterable[NamePair]:
        family, given = self._of_text(surname or ""), self._of_text(given_names or "")
        if family is None or given is None:
            return [self.pair_of_parts(name.parts) for name in read_name(surname, given_names)]
        return ((family, given),) if family or given else ()

    def pair_of_parts(self, parts: Sequence[Part]) -> NamePair:
        """The pair of a name that is read already."""
        family = tuple([part.text for part in parts if part.family])
        assert all(part.family for part in parts[: len(family)]), "the parts of the surname come first"
        return self._of_words(family), self._of_words(tuple([part.text for part in parts[len(family) :]]))

    def _of_text(self, text: str) -> int | None:
        """The number of a field that reads the same whatever the other one says."""
        if text in self._by_text:
            return self._by_text[text]
        words = settled_words(text)
        number = self._by_text[text] = None if words is None else self._of_words(words)
        return number

    def _of_words(self, words: Words) -> int:
        number = self._by_words.get(words)
        if number is None:
            number = self._by_words[words] = len(self._by_words)
            self._add(words)
        return number

    def _add(self, words: Words) -> None:
        self._lengths.append(len(words))
        self._parts.extend([self._part_number(word) for word in words])
        for size in range(2, min(JOINED_PARTS_MAX, len(words)) + 1):
            runs = ["".join(words[at : at + size]) for at in range(len(words) - size + 1)]
            self._joined[size].extend([joined_key(run) for run in runs])

    def _part_number(self, word: str) -> int:
        """A part is the same in whatever field it came."""
        number = self._part_numbers.get(word)
        if number is None:
            number = self._part_numbers[word] = len(self.vocabulary)
            self.vocabulary.append(read_part(word, family=False))
        return number

    def laid_out(self, pairs: Iterable[int]) -> "NameColumns":
        """The names of these pairs (numbers one after the other): their parts, and what they join."""
        lengths, fields = _numbers(self._lengths), _numbers(pairs)
        rows = places(starts(lengths)[:-1][fields], lengths[fields])
        joins = self._joins(lengths, fields.reshape(-1, 2))
        parts_of_name = lengths[fields].reshape(-1, 2).sum(axis=1)
        return NameColumns(parts_of_name, _numbers(self._parts)[rows], *joins)

    def _joins(self, lengths: NDArray[Any], pairs: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Runs in the order of `prepared_names.joined_words`: by their size, then by where they begin."""
        keys, first, counts, before = [], [], [], 0
        for size, joined in self._joined.items():
            runs = np.maximum(lengths - (size - 1), 0)
            first.append(before + starts(runs)[:-1][pairs])
            counts.append(runs[pairs])
            keys.append(_numbers(joined))
            before += len(joined)
        runs_of_name = np.stack(counts, axis=1)  # by name, size and field
        flat = runs_of_name.ravel()
        begin = np.zeros((len(pairs), len(self._joined), 2), dtype=np.int64)
        begin[:, :, 1] = lengths[pairs[:, :1]]  # given names follow the surname
        begin |= np.array(list(self._joined), dtype=np.int64)[None, :, None] << 8
        spans = np.repeat(begin.ravel(), flat) + within(flat)
        rows = places(np.stack(first, axis=1).ravel(), flat)
        return runs_of_name.sum(axis=(1, 2)), np.concatenate(keys)[rows], spans


class NameColumns(NamedTuple):
    """Names, one after the other. A span is the first of the joined parts, and how many they are from bit 8 on."""

    parts_of_name: NDArray[Any]
    parts: NDArray[Any]
    joins_of_name: NDArray[Any]
    join_key: NDArray[Any]
    join_span: NDArray[Any]


def _numbers(values: Iterable[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
