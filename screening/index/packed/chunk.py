"""Records, read and laid out in columns: the slow part of building an index, one pure function per chunk.

    read_chunk(records, model)          of nouns
    read_stored(rows, model)            of JSON as the store keeps it: a fifth of the time
    chunk_of_prepared(records, model)   of records that stay in memory

Chunks know nothing of each other, so they may be read by several processes; `building.py` puts them together in their order.
What a chunk holds is a few large arrays and texts, which processes hand over without looking into them.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from schemas.stored_records import ListedRecord, StoredRow, decode_record, encode_record
from schemas.traveller import NAME_PARTS_MAX
from schemas.watchlist import VersionedRecord, Watchlist
from screening.features.birth_dates import many_dates_cost
from screening.features.documents import read_document
from screening.index.packed.fields import Fields, NamePair
from screening.index.packed.keys import date_keys, record_key_text, text_key, text_keys, whole_bits
from screening.index.packed.vocabulary import HandedVocabulary, Vocabulary
from screening.model import Model
from screening.normalise import words
from screening.prepared import PreparedRecord
from screening.rarity import BITS_GRAIN

PARTS_MAX = 64
"""Parts of a name that the kernel's masks have room for."""
assert NAME_PARTS_MAX <= PARTS_MAX

KINDS: Mapping[str, Any] = {
    "names_of_record": np.uint32, "parts_of_name": np.uint8, "weak": np.bool_, "parts": np.uint32, "joins_of_name": np.uint8,
    "join_key": np.uint32, "join_span": np.uint16, "dates_of_record": np.uint8, "dates": np.uint32,
    "documents_of_record": np.uint32, "documents": np.uint64, "threshold": np.int32, "marks": np.uint32,
    "nation_set": np.uint32, "record_key": np.uint64, "watchlist": np.uint32, "versions": np.int64, "text_bytes": np.uint32,
}  # fmt: skip
"""The columns of a chunk. Names, dates and documents of all records stand one after the other, with their counts."""

_SEXES = {"M": 1, "F": 2}
_HAS_PLACE = 4
_TYPE_CODES = {np.bool_: "B", np.uint8: "B", np.uint16: "H", np.uint32: "I", np.int32: "i", np.uint64: "Q", np.int64: "q"}
_MADE_AT_ONCE = frozenset({"parts_of_name", "parts", "joins_of_name", "join_key", "join_span", "record_key"})

Value = TypeVar("Value")


class Chunk(NamedTuple):
    """Columns of some records (`KINDS`), what their numbers stand for, and the records' texts. `people`: how many of the
    records have a name; `carriers`: how many have a part of each class (`screening.rarity.count_classes`)."""

    columns: Mapping[str, NDArray[Any]]
    vocabulary: HandedVocabulary
    watchlists: Sequence[str]
    nations: Sequence[tuple[str, ...]]
    texts: bytes
    people: int
    carriers: Mapping[str, int]


def read_chunk(records: Iterable[VersionedRecord], model: Model) -> Chunk:
    """The columns of these records, with their text, so that the index can tell them again."""
    rows = _Rows(model)
    for one in records:
        rows.add(one.record, one.watchlist, rows.fields.pairs(one.record.names))
        rows.add_text(one.record.model_dump_json(exclude_defaults=True).encode(), one.record_version, one.list_version)
    return rows.chunk()


def read_stored(stored: Iterable[StoredRow], model: Model) -> Chunk:
    """The same of records as they are stored. Raises StoredRecordError."""
    rows = _Rows(model)
    for one in stored:
        record = decode_record(one.body)
        rows.add(record, one.watchlist, rows.fields.pairs(record.names))
        rows.add_text(encode_record(record), one.record_version, one.list_version)
    return rows.chunk()


def chunk_of_prepared(records: Iterable[PreparedRecord], model: Model) -> Chunk:
    """The columns of records that stay in memory: without their text."""
    rows = _Rows(model)
    for one in records:
        pairs = {rows.fields.pair_of_parts(name.parts): name.weak for name in one.names}
        rows.add(one.versioned.record, one.versioned.watchlist, pairs)
        rows.add_text(b"", one.versioned.record_version, one.versioned.list_version)
    return rows.chunk()


class _Rows:
    """A chunk while it is read. Lists are known by the object: many records share one."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.fields = Fields()
        self._people = 0
        self._columns = {name: array(_TYPE_CODES[kind]) for name, kind in KINDS.items() if name not in _MADE_AT_ONCE}
        self._pairs = array("q")
        self._texts: list[bytes] = []
        self._nations: dict[tuple[str, ...], int] = {}
        self._watchlists: dict[str, int] = {}
        self._nation_sets: dict[tuple[str, ...], int] = {}
        self._record_keys: list[str] = []
        self._known: dict[int, tuple[Watchlist, int, int]] = {}

    def add(self, record: ListedRecord, watchlist: Watchlist, pairs: Mapping[NamePair, bool]) -> None:
        """The next record, with its names."""
        columns = self._columns
        self._people += bool(record.names)
        columns["names_of_record"].append(len(pairs))
        columns["weak"].extend(pairs.values())
        for pair in pairs:
            self._pairs.extend(pair)
        _, number, threshold = self._known.get(id(watchlist)) or self._new_list(watchlist)
        columns["watchlist"].append(number)
        columns["threshold"].append(threshold)
        self._record_keys.append(record_key_text((watchlist.list_id, record.record_id)))
        nations = self._nation_sets.get(record.nationalities)
        columns["nation_set"].append(self._new_nations(record.nationalities) if nations is None else nations)
        self._add_dates(record)
        documents = [read_document(one.type, one.number, one.issuing_country) for one in record.documents]
        self._extend("documents", [text_key(one.folded) for one in documents if one is not None])

    def _new_nations(self, nationalities: tuple[str, ...]) -> int:
        """The same nationalities in another order, or twice, are the same set."""
        nations = tuple(sorted(set(nationalities)))
        found = self._nation_sets[nationalities] = self._nations.setdefault(nations, len(self._nations))
        return found

    def _add_dates(self, record: ListedRecord) -> None:
        """Birth dates; and the marks of a record: its sex, whether it has a birth place, what its many dates cost."""
        dates = record.birth_dates if len(record.birth_dates) < 2 else tuple(dict.fromkeys(record.birth_dates))
        self._extend("dates", date_keys(dates))
        cost = round(many_dates_cost(len(dates)) * BITS_GRAIN) if len(dates) > 1 else 0
        place = _HAS_PLACE if record.birth_place and words(record.birth_place) else 0
        self._columns["marks"].append(_SEXES.get(record.sex or "U", 0) | place | cost << 8)

    def _extend(self, name: str, values: Sequence[int]) -> None:
        self._columns[name + "_of_record"].append(len(values))
        self._columns[name].extend(values)

    def _new_list(self, watchlist: Watchlist) -> tuple[Watchlist, int, int]:
        number = self._watchlists.setdefault(watchlist.model_dump_json(), len(self._watchlists))
        found = self._known[id(watchlist)] = watchlist, number, whole_bits(self._model.threshold(watchlist))
        return found

    def add_text(self, text: bytes, record_version: int, list_version: int) -> None:
        """What the record added last is told from, and its versions."""
        self._texts.append(text)
        self._columns["text_bytes"].append(len(text))
        self._columns["versions"].extend((record_version, list_version))

    def chunk(self) -> Chunk:
        """All that was added."""
        columns: dict[str, Any] = self._columns | self.fields.laid_out(self._pairs)._asdict()
        columns["record_key"] = text_keys(self._record_keys)
        vocabulary = Vocabulary.of(self.fields.vocabulary)
        return Chunk(
            columns={name: np.array(columns[name], dtype=kind) for name, kind in KINDS.items()},
            vocabulary=vocabulary.handed_over(),
            watchlists=tuple(self._watchlists),
            nations=tuple(self._nations),
            texts=b"".join(self._texts),
            people=self._people,
            carriers=_carriers(columns, vocabulary),
        )


def _carriers(columns: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, int]:
    """Persons by class, each class once a person."""
    classes, of_part = vocabulary.classes()
    names = np.array(columns["names_of_record"], dtype=np.int64)
    record = np.repeat(np.repeat(np.arange(len(names)), names), columns["parts_of_name"])
    pairs = np.sort(record * len(classes) + of_part[columns["parts"]])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    counts = np.bincount(pairs % max(len(classes), 1), minlength=len(classes))
    return dict(zip(classes, counts.tolist(), strict=True))


def in_chunks(records: Iterable[Value], size: int) -> Iterator[list[Value]]:
    """The records in lists of `size`, the last one shorter."""
    chunk: list[Value] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
