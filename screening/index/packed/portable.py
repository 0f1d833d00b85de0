"""The same candidates without a compiler: numpy over the mapped arrays.

Slower by two orders of magnitude on a big list and as quick on a small one. It leaves out what makes the compiled kernel fast
(segments, choice of postings), not what makes it right: every entry that any part or joined word reaches is bounded with the
same numbers. What agrees, and what dates are worth, is asked of the features themselves.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from screening.features.birth_dates import date_outcome
from screening.index.packed.chunk import PARTS_MAX
from screening.index.packed.keys import MANY_DATES, NO_DATE, join_key
from screening.index.packed.layout import PackedContent
from screening.index.packed.portable_vocabulary import Agreeing, PortableVocabulary
from screening.index.packed.question import AskedName, date_table, left_over
from screening.index.packed.ragged import places, starts
from screening.index.packed.vocabulary_arrays import MARK_PARTICLE, MARK_SINGLE
from screening.index.packed.whole import whole
from screening.model import Model, NameOutcome
from screening.name_parts import Part
from screening.prepared_names import PreparedName

Ints = NDArray[np.int64]


class _Words(NamedTuple):
    """The parts of the traveller's name, then its joined words."""

    agreeing: list[Agreeing]
    parts: Sequence[Part]
    covers: NDArray[np.bool_]  # by word, which parts it stands for


class _Entries(NamedTuple):
    """Some entries, and their parts and joined words one after the other."""

    numbers: Ints
    heads: Ints
    records: Ints
    part_at: Ints
    parts: Ints
    join_owner: Ints
    join_keys: Ints
    join_told: Ints


class _Agreed(NamedTuple):
    """By word and entry, the bits; by listed part, its best bits, and whether it agrees with anything."""

    ours: Ints
    theirs: Ints
    listed: Ints
    found: NDArray[Any]
    joined: NDArray[Any]


class PortableKernel:
    """Asks one index."""

    def __init__(self, content: PackedContent, model: Model) -> None:
        """Nothing is copied."""
        self._content = content
        self._model = model
        self._vocabulary = PortableVocabulary(content, model)
        self._left = np.array(left_over(model), dtype=np.int64).reshape(PARTS_MAX + 1, PARTS_MAX + 1)
        self._gain = np.zeros(len(content.array("part_bits")) + 1, dtype=np.int64)

    def rows_of_each(self, asked: Sequence[AskedName]) -> Sequence[Sequence[int]]:
        """For each name the rows that may match."""
        return [self._rows(one) for one in asked]

    def _rows(self, asked: AskedName) -> Sequence[int]:
        circumstances = asked.circumstances
        words = self._words(asked.reading)
        touched = self._touched(words)
        if not len(touched):
            return ()
        entries = self._entries(touched)
        grounded, bits = self._name_bits(words, entries)
        bits = bits[grounded] + self._other_bits(entries.numbers[grounded], entries.records[grounded], asked)
        records = entries.records[grounded]
        needed = circumstances.needed if circumstances.floor else self._content.array("threshold")[records]
        found: list[int] = np.unique(records[bits >= needed]).tolist()
        return found

    def _words(self, reading: PreparedName) -> _Words:
        agreeing = [self._vocabulary.agreeing(part) for part in reading.parts]
        runs = [(run, self._vocabulary.joined(run.word)) for run in reading.joined]
        runs = [(run, found) for run, found in runs if len(found.parts)]
        covers = np.eye(len(reading.parts), dtype=np.bool_)
        masks = [[place in range(run.start, run.start + run.size) for place in range(len(reading.parts))] for run, _ in runs]
        covers = np.concatenate([covers, np.array(masks, dtype=np.bool_).reshape(len(runs), len(reading.parts))])
        return _Words([*agreeing, *(found for _, found in runs)], reading.parts, covers)

    def _touched(self, words: _Words) -> Ints:
        at, postings = self._content.array("posting_at").astype(np.int64), self._content.array("posting")
        ids = np.unique(np.concatenate([word.parts for word in words.agreeing]))
        found = [postings[places(at[ids], at[ids + 1] - at[ids])]]
        keys, join_at = self._content.array("join_key"), self._content.array("join_at").astype(np.int64)
        asked = np.unique(np.array([join_key(part) for part in words.parts], dtype=np.uint32))
        row = np.searchsorted(keys, asked)
        row = row[row < len(keys)][keys[row[row < len(keys)]] == asked[row < len(keys)]]
        found.append(self._content.array("join_posting")[places(join_at[row], join_at[row + 1] - join_at[row])])
        return np.unique(np.concatenate(found)).astype(np.int64)

    def _entries(self, numbers: Ints) -> _Entries:
        at = self._content.array("entry_at").astype(np.int64)[numbers]
        words = self._content.array("entry_words").astype(np.int64, copy=False)
        heads = words[at]
        parts, joins = heads & 127, heads >> 7 & 255
        join_words = np.repeat(at + 2 + parts, joins) + 2 * (places(np.zeros_like(joins), joins))
        return _Entries(
            numbers=numbers,
            heads=heads,
            records=words[at + 1],
            part_at=starts(parts),
            parts=words[places(at + 2, parts)],
            join_owner=np.repeat(np.arange(len(numbers)), joins),
            join_keys=words[join_words],
            join_told=words[join_words + 1],
        )

    def _name_bits(self, words: _Words, entries: _Entries) -> tuple[NDArray[np.bool_], Ints]:
        """Whether there may be a ground, and what the name is worth at most."""
        agreed = self._agreed(words, entries)
        self._add_joined(words, entries, agreed)
        total = np.minimum(agreed.ours.sum(axis=0), agreed.theirs)
        total = np.minimum(total, whole(self._model.name_bits_max))
        weak = np.where(entries.heads >> 31, whole(self._model.name_bits[NameOutcome.LOW_QUALITY]), 0)
        pairs = self._pairs_at_most(words, entries, agreed)
        alone = np.where(pairs < 2, whole(self._model.name_bits[NameOutcome.ONE_PART]), 0)
        return pairs > 0, total + self._left_bits(words, entries, agreed) + alone + weak

    def _pairs_at_most(self, words: _Words, entries: _Entries, agreed: _Agreed) -> Ints:
        """How many agreeing parts may be counted: initials and listed particles are none. By a joined word any may be."""
        saying = np.array([len(part.text) > 1 for part in words.parts], dtype=np.bool_)
        ours = (agreed.ours[: len(words.parts)] > 0)[saying].sum(axis=0)
        marks = self._content.array("part_marks")[entries.parts] & (MARK_PARTICLE | MARK_SINGLE)
        theirs = np.add.reduceat((agreed.found & (marks == 0)).astype(np.int64), entries.part_at[:-1])
        pairs: Ints = np.where(agreed.joined, PARTS_MAX, np.minimum(ours, theirs))
        return pairs

    def _agreed(self, words: _Words, entries: _Entries) -> _Agreed:
        first = entries.part_at[:-1]
        listed = np.zeros(len(entries.parts), dtype=np.int64)
        ours = np.zeros((len(words.agreeing), len(entries.numbers)), dtype=np.int64)
        for word, agreeing in enumerate(words.agreeing):
            self._gain[agreeing.parts] = agreeing.bits
            gained = self._gain[entries.parts]
            self._gain[agreeing.parts] = 0
            np.maximum(listed, gained, out=listed)
            ours[word] = np.maximum.reduceat(gained, first)
        joined: NDArray[Any] = np.any(ours[len(words.parts) :] > 0, axis=0)
        return _Agreed(ours, np.add.reduceat(listed, first), listed, listed > 0, joined)

    def _add_joined(self, words: _Words, entries: _Entries, agreed: _Agreed) -> None:
        """Joined words of the listed names that are the same as a part of the traveller's."""
        worth = entries.join_told >> 16
        for word, part in enumerate(words.parts):
            hit = np.flatnonzero((entries.join_keys == join_key(part)) & (worth >= whole(self._model.pair_bits_min)))
            owner, told = entries.join_owner[hit], entries.join_told[hit]
            np.maximum.at(agreed.ours[word], owner, worth[hit])
            np.add.at(agreed.theirs, owner, worth[hit])
            agreed.joined[owner] = True
            agreed.found[places(entries.part_at[owner] + (told & 255), told >> 8 & 255)] = True

    def _left_bits(self, words: _Words, entries: _Entries, agreed: _Agreed) -> Ints:
        counted = np.array([not part.particle for part in words.parts], dtype=np.bool_)
        covered = (words.covers.T.astype(np.int64) @ (agreed.ours > 0).astype(np.int64)) > 0
        ours = covered[counted].sum(axis=0)
        named = self._content.array("part_marks")[entries.parts] & MARK_PARTICLE == 0
        theirs = np.add.reduceat((agreed.found & named).astype(np.int64), entries.part_at[:-1])
        pairs = np.minimum(covered.sum(axis=0), np.add.reduceat(agreed.found.astype(np.int64), entries.part_at[:-1]))
        ours = np.where(agreed.joined, ours, np.minimum(ours, pairs))
        theirs = np.where(agreed.joined, theirs, np.minimum(theirs, pairs))
        left_ours = np.minimum(counted.sum() - ours, PARTS_MAX)
        left_theirs = np.maximum((entries.heads >> 15 & 127) - theirs, 0)
        bits: Ints = self._left[left_ours, left_theirs]
        return bits

    def _other_bits(self, numbers: Ints, records: Ints, asked: AskedName) -> Ints:
        told = asked.circumstances
        marks = self._content.array("record_marks")[records].astype(np.int64)
        dates = self._date_bits(numbers, asked.date)
        dates = np.where(dates > 0, np.maximum(dates - (marks >> 8), 0), dates)
        nations = told.nations[self._content.array("nation_set")[records]].astype(np.int64)
        bits: Ints = dates + np.array(told.sex)[marks & 3] + np.where(marks & 4, told.place, 0) + nations
        return bits

    def _date_bits(self, numbers: Ints, date: int) -> Ints:
        place = np.searchsorted(self._content.array("date_at"), numbers, "right") - 1
        keys = self._content.array("date_key")[place]
        distinct, back = np.unique(keys, return_inverse=True)
        bits = np.array([self._bits_of_date(date, key) for key in distinct.tolist()], dtype=np.int64)
        found: Ints = bits[back]
        return found

    def _bits_of_date(self, date: int, key: int) -> int:
        if NO_DATE in (date, key):
            return 0
        if key == MANY_DATES:
            return max(date_table(self._model))
        return whole(self._model.date_bits[date_outcome(_date(date), _date(key))])


def _date(key: int) -> str:
    year, month, day = key // 10_000, key // 100 % 100, key % 100
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
