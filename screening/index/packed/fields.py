"""The fields of names, read once for a chunk: surnames and given names repeat, those of one person's aliases most of all.

A name is a pair of fields, each a row of words. So the parts of a name follow from the numbers of its two fields; and which of
its adjacent parts may be written as one word follows from their kinds (`prepared_names.joining_kind`), of which there are few.
All names of a chunk are laid out at once, in arrays. Names whose fields depend on each other (spelling customs, titles) are
read as everywhere (`name_parts.read_name`), and the two rows of words that come of it are fields like any other.
"""

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.stored_records import ListedName
from schemas.watchlist import NameQuality
from screening.index.packed.keys import join_keys
from screening.index.packed.ragged import places, starts
from screening.name_parts import Part, Words, in_order, read_name, read_part, settled_words
from screening.prepared import better_first, name_fields
from screening.prepared_names import joined_runs, joining_kind

Ints = NDArray[np.int64]
NamePair = tuple[int, int]
"""The numbers of a name's surname and given names."""

_UNSETTLED = -1


class Fields:
    """The distinct fields of a chunk, numbered. Number 0 is the empty one."""

    def __init__(self) -> None:
        """Only the empty one."""
        self._word_numbers: dict[str, int] = {}
        self._by_words: dict[Words, int] = {}
        self._by_text: dict[str | None, int] = {None: 0}
        self._of_words(())

    @property
    def vocabulary(self) -> list[str]:
        """The texts of the parts, by number."""
        return list(self._word_numbers)

    def pairs(self, names: Sequence[ListedName]) -> dict[NamePair, bool]:
        """All spellings of a record's names (`prepared.record_names`), and whether each is weak."""
        found: dict[NamePair, bool] = {}
        numbers = self._by_text
        for name in better_first(names):
            surname, given_names = name_fields(name)
            family = numbers[surname] if surname in numbers else self._of_text(surname)
            given = numbers[given_names] if given_names in numbers else self._of_text(given_names)
            weak = name.quality is NameQuality.LOW
            if family < 0 or given < 0:
                for reading in read_name(surname, given_names):
                    found.setdefault(self.pair_of_parts(reading.parts), weak)
            elif family or given:
                found.setdefault((family, given), weak)
        return found

    def pair_of_parts(self, parts: Sequence[Part]) -> NamePair:
        """The pair of a name that is read already."""
        family = tuple([part.text for part in parts if part.family])
        given = tuple([part.text for part in parts if not part.family])
        assert in_order(family, given) == tuple([part.text for part in parts]), "parts stand in the order of their fields"
        return self._of_words(family), self._of_words(given)

    def _of_text(self, text: str | None) -> int:
        """The number of a field; none of a field that can read otherwise beside another."""
        words = settled_words(text or "")
        number = self._by_text[text] = _UNSETTLED if words is None else self._of_words(words)
        return number

    def _of_words(self, words: Words) -> int:
        number = self._by_words.get(words)
        if number is None:
            number = self._by_words[words] = len(self._by_words)
            for word in words:
                self._word_numbers.setdefault(word, len(self._word_numbers))
        return number

    def laid_out(self, pairs: "array[int]") -> "NameColumns":
        """The names of these pairs (numbers one after the other): their parts, and what they join."""
        numbers = self._word_numbers
        lengths = np.array([len(words) for words in self._by_words], dtype=np.int64)
        words = np.array([numbers[word] for words in self._by_words for word in words], dtype=np.int64)
        ordered = np.array(pairs, dtype=np.int64).reshape(-1, 2)[:, list(in_order((0,), (1,)))]
        parts_of_name = lengths[ordered].sum(axis=1)
        parts = words[places(starts(lengths)[:-1][ordered.ravel()], lengths[ordered.ravel()])]
        runs = self._runs(np.array(pairs, dtype=np.int64).reshape(-1, 2))
        texts = self._joined(parts, starts(parts_of_name)[:-1].repeat(runs.of_name) + runs.first, runs.size)
        return NameColumns(parts_of_name, parts, runs.of_name, texts, runs.first | runs.size << 8)

    def _runs(self, pairs: Ints) -> "_Runs":
        """The runs of parts that may be one word: the same for all names whose parts are of the same kinds."""
        shapes: dict[tuple[int, ...], int] = {}
        kinds = {word: joining_kind(word) for word in self._word_numbers}
        shape = [shapes.setdefault(tuple([kinds[word] for word in words]), len(shapes)) for words in self._by_words]
        of_pair = np.array(shape, dtype=np.int64)[pairs]
        _, some, alike = np.unique(of_pair[:, 0] * len(shapes) + of_pair[:, 1], return_index=True, return_inverse=True)
        fields = list(self._by_words)
        found = [_runs_of(fields[family], fields[given]) for family, given in pairs[some].tolist()]
        counts = np.array([len(runs) for runs in found], dtype=np.int64)
        rows = np.array([run for runs in found for run in runs], dtype=np.int64).reshape(-1, 2)
        taken = rows[places(starts(counts)[:-1][alike], counts[alike])]
        return _Runs(counts[alike], taken[:, 0], taken[:, 1])

    def _joined(self, parts: Ints, first: Ints, sizes: Ints) -> NDArray[np.uint64]:
        """The keys of runs of parts: each different one is written as one word once."""
        vocabulary, keys = self.vocabulary, np.zeros(len(first), dtype=np.uint64)
        for size in np.unique(sizes).tolist():
            places_of_size = np.flatnonzero(sizes == size)
            rows = parts[first[places_of_size][:, None] + np.arange(size)]
            some, alike = _distinct(rows, len(vocabulary))
            texts = ["".join([vocabulary[word] for word in row]) for row in rows[some].tolist()]
            keys[places_of_size] = join_keys(texts)[alike]
        return keys


class NameColumns(NamedTuple):
    """Names, one after the other. A span is the first of the joined parts, and how many they are from bit 8 on."""

    parts_of_name: NDArray[Any]
    parts: NDArray[Any]
    joins_of_name: NDArray[Any]
    join_key: NDArray[Any]
    join_span: NDArray[Any]


class _Runs(NamedTuple):
    """How many each name has; where each begins in its name, and of how many parts it is."""

    of_name: Ints
    first: Ints
    size: Ints


def _runs_of(family: Words, given: Words) -> Sequence[tuple[int, int]]:
    surname = tuple([read_part(word, family=True) for word in family])
    return joined_runs(in_order(surname, tuple([read_part(word, family=False) for word in given])))


def _distinct(rows: Ints, values: int) -> tuple[Ints, Ints]:
    """One of each of the equal rows, and which of those each row is. Column by column, so that numbers stay small."""
    some, alike = np.zeros(0, dtype=np.int64), rows[:, 0]
    for column in rows.T[1:]:
        _, some, alike = np.unique(alike * values + column, return_index=True, return_inverse=True)
    return some, alike
