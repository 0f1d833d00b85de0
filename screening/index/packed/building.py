"""A packed index from a stream of records. Memory: the columns, not the records; a million records never exist at once.

    build(path, records, listing)                            in one process
    build_from_chunks(path, map(read_chunk, ...), listing)    with chunks that several processes have read

Rarity is counted from the records unless it is given; it is frozen in the file with its digest.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.watchlist import VersionedRecord
from screening.index.packed.chunk import Chunk, chunk_of_prepared, in_chunks, read_chunk
from screening.index.packed.columns import Columns
from screening.index.packed.layout import PackedWriter, model_digest, reading_digest, write_file, written_in_memory
from screening.index.packed.ragged import narrow, places, starts, within
from screening.index.packed.records import MANY_NATIONS, nation_numbers
from screening.index.packed.vocabulary import Vocabulary
from screening.index.packed.vocabulary_arrays import vocabulary_arrays
from screening.index.packed.whole import whole
from screening.model import Model, PartOutcome
from screening.prepared import PreparedList
from screening.rarity import BITS_GRAIN, Rarity

CHUNK_RECORDS = 10_000
"""Records read before their columns are taken over: some 20 MB of Python objects."""

_BITS_MOST = 32_767


class Listing(NamedTuple):
    """What is indexed. `rarity` None: counted from the records."""

    model: Model
    version: int
    rarity: Rarity | None = None


def build(path: Path, records: Iterable[VersionedRecord], listing: Listing) -> Rarity:
    """Write the index of these records, in their order; returns the rarity they were weighed with. Raises OSError,
    IndexTooLargeError."""
    return build_from_chunks(path, (read_chunk(some, listing.model) for some in in_chunks(records, CHUNK_RECORDS)), listing)


def build_from_chunks(path: Path, chunks: Iterable[Chunk], listing: Listing) -> Rarity:
    """The same, of chunks in the order of their records: `read_chunk` may have run in several processes. Raises OSError,
    IndexTooLargeError."""
    packing = _Packing(chunks, listing)
    write_file(path, packing.write)
    assert packing.rarity is not None
    return packing.rarity


def packed_in_memory(listed: PreparedList) -> bytes:
    """The content of a file, for records that stay in memory."""
    chunks = [chunk_of_prepared(listed.records, listed.model)]
    return written_in_memory(_Packing(chunks, Listing(listed.model, listed.version, listed.rarity)).write)


class _Packing:
    def __init__(self, chunks: Iterable[Chunk], listing: Listing) -> None:
        self._chunks = chunks
        self._listing = listing
        self._columns = Columns()
        self.rarity = listing.rarity

    def write(self, writer: PackedWriter) -> None:
        for chunk in self._chunks:
            writer.stream(chunk.texts)
            self._columns.add(chunk)
        self._add_records(writer)
        names = self._renumber_parts()
        rarity = self._weigh()
        part_bits = np.rint(names.vocabulary.bits(rarity) * BITS_GRAIN).astype(np.int16)
        for name, array in vocabulary_arrays(names.vocabulary).items():
            writer.add(name, array)
        writer.add("part_bits", part_bits)
        self._add_entries(writer, names, part_bits.astype(np.int64))
        writer.add("rarity", np.frombuffer(rarity.to_bytes(), dtype=np.uint8))
        writer.finish(self._told(rarity, names))

    def _told(self, rarity: Rarity, names: "_Names") -> dict[str, object]:
        model = self._listing.model
        return {
            "model_version": model.version,
            "model_digest": model_digest(model),
            "reading_digest": reading_digest(),
            "list_version": self._listing.version,
            "rarity_digest": rarity.digest,
            "rarity_people": rarity.people,
            "names": len(names.parts_of_name),
            "least_threshold": self._least_threshold,
            "nations": list(self._columns.numbered.nations),
            "watchlists": list(self._columns.numbered.watchlists),
        }

    def _add_records(self, writer: PackedWriter) -> None:
        take = self._columns.take
        threshold = take("threshold")
        narrow(np.array([len(threshold)]), "records")
        self._least_threshold = int(threshold.min()) if len(threshold) else 0
        writer.add("threshold", threshold)
        self._nation_set = take("nation_set")
        writer.add("nation_set", self._nation_set)
        writer.add("watchlist", take("watchlist"))
        writer.add("versions", take("versions"))
        writer.add("text_at", starts(take("text_bytes")).astype(np.uint64))
        writer.add("record_marks", take("marks"))
        _add_sorted(writer, "record_key", take("record_key"), np.arange(len(threshold), dtype=np.uint32))
        counts = take("documents_of_record")
        _add_sorted(writer, "document", take("documents"), np.repeat(np.arange(len(counts), dtype=np.uint32), counts))

    def _renumber_parts(self) -> "_Names":
        found = self._columns.vocabulary
        order = found.order()
        place = np.empty(len(order), dtype=np.uint32)
        place[order] = np.arange(len(order), dtype=np.uint32)
        self._columns.numbered.parts.clear()
        vocabulary = Vocabulary([], [], [], [])
        vocabulary.extend(found, order.tolist())
        take = self._columns.take
        counts = take("names_of_record")
        return _Names(
            vocabulary=vocabulary,
            record_of_name=np.repeat(np.arange(len(counts), dtype=np.uint32), counts),
            parts_of_name=take("parts_of_name"),
            parts=place[take("parts")],
            weak=take("weak"),
            joins_of_name=take("joins_of_name"),
        )

    def _weigh(self) -> Rarity:
        if self.rarity is None:
            self.rarity = Rarity(self._columns.carriers, self._columns.people, self._listing.model.rarity)
        return self.rarity

    def _add_entries(self, writer: PackedWriter, names: "_Names", part_bits: NDArray[np.int64]) -> None:
        take = self._columns.take
        dates = _Dates(take("dates_of_record"), take("dates"))
        nations = self._nation_of_name(names)
        entry_name, entry_key = _entries(names, dates, nations)
        keys, first = np.unique(entry_key, return_index=True)
        writer.add("date_key", keys)
        writer.add("date_at", narrow(np.append(first, len(entry_key)), "names by date"))
        particles = names.vocabulary.particles()
        join_told, join_keys = self._joins(names, part_bits)
        entry_at, words = _entry_words(names, entry_name, particles, (join_keys, join_told))
        writer.add("entry_at", narrow(entry_at, "words of names"))
        writer.add("entry_words", words)
        writer.add("entry_nation", nations[entry_name])
        _add_postings(writer, names, entry_name)
        _add_join_postings(writer, names, entry_name, (join_keys, join_told))

    def _nation_of_name(self, names: "_Names") -> NDArray[np.uint16]:
        sets = list(self._columns.numbered.nations)
        numbers = nation_numbers(sets)
        of_set = np.array([numbers.get(one, MANY_NATIONS) for one in sets], dtype=np.uint16)
        found: NDArray[np.uint16] = of_set[self._nation_set[names.record_of_name]]
        return found

    def _joins(self, names: "_Names", part_bits: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Per joined word: what it is worth at most, how many parts it joins, and from which part on."""
        model = self._listing.model
        span = self._columns.take("join_span").astype(np.int64)
        first_part = np.repeat(starts(names.parts_of_name)[:-1], names.joins_of_name) + (span & 255)
        summed = starts(part_bits[names.parts])
        bits = summed[first_part + (span >> 8)] - summed[first_part]
        cost = whole(min(model.part_cost[PartOutcome.JOINED], model.part_cost[PartOutcome.JOINED_VOWELS]))
        worth = np.clip(np.minimum(bits, whole(model.rarity.bits_max)) - cost, whole(model.pair_bits_min), _BITS_MOST)
        return (worth << 16 | span).astype(np.uint32), self._columns.take("join_key")


class _Names(NamedTuple):
    vocabulary: Vocabulary
    record_of_name: NDArray[np.uint32]
    parts_of_name: NDArray[np.uint8]
    parts: NDArray[np.uint32]
    weak: NDArray[np.bool_]
    joins_of_name: NDArray[np.uint8]


_Joins = tuple[NDArray[np.uint32], NDArray[np.uint32]]


class _Dates(NamedTuple):
    of_record: NDArray[np.uint8]
    keys: NDArray[np.uint32]


def _add_sorted(writer: PackedWriter, name: str, keys: NDArray[np.uint64], rows: NDArray[np.uint32]) -> None:
    order = np.argsort(keys, kind="stable")
    writer.add(name, keys[order])
    writer.add(name + "_row", rows[order])


def _entries(names: _Names, dates: _Dates, nations: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """A name for each of its record's dates, in the order of the dates, then of the nationalities."""
    counts = dates.of_record[names.record_of_name].astype(np.int64)
    first = starts(dates.of_record)[:-1][names.record_of_name]
    key = dates.keys[places(first, counts)]
    name = np.repeat(np.arange(len(counts)), counts)
    order = np.argsort(key.astype(np.uint64) << np.uint64(16) | nations[name], kind="stable")
    return name[order], key[order]


def _entry_words(
    names: _Names,
    entry_name: NDArray[np.int64],
    particles: NDArray[np.bool_],
    joins: _Joins,
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Of each entry: what follows and how the name is, the record, its parts, its joined words."""
    part_at, join_at = starts(names.parts_of_name), starts(names.joins_of_name)
    counted = np.diff(starts(~particles[names.parts])[part_at])
    heads = names.parts_of_name | names.joins_of_name.astype(np.uint32) << 7 | counted.astype(np.uint32) << 15
    heads = (heads | names.weak.astype(np.uint32) << 31).astype(np.uint32)
    parts = names.parts_of_name[entry_name].astype(np.int64)
    joined = names.joins_of_name[entry_name].astype(np.int64)
    entry_at = starts(2 + parts + 2 * joined)
    words = np.zeros(entry_at[-1], dtype=np.uint32)
    words[entry_at[:-1]] = heads[entry_name]
    words[entry_at[:-1] + 1] = names.record_of_name[entry_name]
    words[places(entry_at[:-1] + 2, parts)] = names.parts[places(part_at[:-1][entry_name], parts)]
    join_words = np.repeat(entry_at[:-1] + 2 + parts, joined) + 2 * within(joined)
    taken = places(join_at[:-1][entry_name], joined)
    words[join_words], words[join_words + 1] = joins[0][taken], joins[1][taken]
    return entry_at, words


def _add_postings(writer: PackedWriter, names: _Names, entry_name: NDArray[np.int64]) -> None:
    counts = names.parts_of_name[entry_name].astype(np.int64)
    values = names.parts[places(starts(names.parts_of_name)[:-1][entry_name], counts)]
    entries = np.repeat(np.arange(len(entry_name), dtype=np.uint64), counts)
    writer.add("posting_at", narrow(starts(np.bincount(values, minlength=len(names.vocabulary.texts))), "parts of names"))
    ordered = np.sort(values.astype(np.uint64) << np.uint64(32) | entries)  # faster than to sort by the part alone, stably
    writer.add("posting", ordered.astype(np.uint32))


def _add_join_postings(writer: PackedWriter, names: _Names, entry_name: NDArray[np.int64], joins: _Joins) -> None:
    counts = names.joins_of_name[entry_name].astype(np.int64)
    taken = places(starts(names.joins_of_name)[:-1][entry_name], counts)
    entries = np.repeat(np.arange(len(entry_name), dtype=np.uint32), counts)
    order = np.argsort(joins[0][taken], kind="stable")
    keys, first = np.unique(joins[0][taken][order], return_index=True)
    worth = (joins[1][taken][order] >> 16).astype(np.int16)
    writer.add("join_key", keys)
    writer.add("join_at", narrow(np.append(first, len(order)), "joined words"))
    writer.add("join_best", np.maximum.reduceat(worth, first) if len(first) else worth)
    writer.add("join_posting", entries[order])
