"""Records, read and laid out in columns: the slow part of building an index, one pure function per chunk.

Chunks know nothing of each other, so they may be read by several processes; `building.py` puts them together in their order.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from schemas.traveller import NAME_PARTS_MAX
from schemas.watchlist import RecordKey, VersionedRecord, Watchlist
from screening.features.birth_dates import many_dates_cost
from screening.features.documents import read_document
from screening.features.names import JOINED_SKELETON_MIN
from screening.model import Model
from screening.name_parts import Part
from screening.normalise import words
from screening.prepared import PreparedRecord, record_names
from screening.prepared_names import Joined, joined_words
from screening.rarity import BITS_GRAIN

DATES_MAX = 16
"""A record with more birth dates stands once for all of them, as if the best one always fitted: else hostile records with a
thousand names and a thousand dates would make a million entries."""

NO_DATE, MANY_DATES = 0, 0xFFFFFFFF
PARTS_MAX = 64
"""Parts of a name that the kernel's masks have room for."""
assert NAME_PARTS_MAX <= PARTS_MAX

_SEXES = {"M": 1, "F": 2}
_THRESHOLD_MOST = 1 << 30

Value = TypeVar("Value")


class ReadName(NamedTuple):
    """One spelling of one name of a record."""

    parts: tuple[Part, ...]
    joined: tuple[Joined, ...]
    weak: bool


@dataclass(slots=True)
class Chunk:
    """Columns of some records. Names, dates and documents of all records stand one after the other, with their counts.
    `people`: how many of the records have a name."""

    vocabulary: list[Part] = field(default_factory=list)
    watchlists: list[str] = field(default_factory=list)
    nations: list[tuple[str, ...]] = field(default_factory=list)
    names_of_record: list[int] = field(default_factory=list)
    parts_of_name: list[int] = field(default_factory=list)
    weak: list[bool] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    joins_of_name: list[int] = field(default_factory=list)
    join_key: list[int] = field(default_factory=list)
    join_span: list[int] = field(default_factory=list)
    dates_of_record: list[int] = field(default_factory=list)
    dates: list[int] = field(default_factory=list)
    documents_of_record: list[int] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)
    threshold: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    nation_set: list[int] = field(default_factory=list)
    record_key: list[int] = field(default_factory=list)
    watchlist: list[int] = field(default_factory=list)
    versions: list[tuple[int, int]] = field(default_factory=list)
    text_bytes: list[int] = field(default_factory=list)
    texts: bytes = b""
    people: int = 0


class _Numbers:
    """What a chunk's numbers stand for while it is read. Lists are known by the object: many records share one."""

    def __init__(self) -> None:
        self.part: dict[str, int] = {}
        self.nations: dict[tuple[str, ...], int] = {}
        self.watchlist: dict[str, int] = {}
        self.known: dict[int, tuple[Watchlist, int, int]] = {}


def read_chunk(records: Iterable[VersionedRecord], model: Model) -> Chunk:
    """The columns of these records, with their text, so that the index can tell them again."""
    chunk, numbers, texts = Chunk(), _Numbers(), []
    for versioned in records:
        names = (ReadName(name.parts, joined_words(name.parts), weak) for name, weak in record_names(versioned.record))
        _add_names(chunk, numbers, names)
        _add_record(chunk, numbers, versioned, model)
        texts.append(versioned.record.model_dump_json(exclude_defaults=True).encode())
        chunk.text_bytes.append(len(texts[-1]))
    chunk.texts = b"".join(texts)
    return chunk


def chunk_of_prepared(records: Iterable[PreparedRecord], model: Model) -> Chunk:
    """The columns of records that stay in memory: without their text."""
    chunk, numbers = Chunk(), _Numbers()
    for record in records:
        names = (ReadName(name.parts, name.joined, name.weak) for name in record.names)
        _add_names(chunk, numbers, names)
        _add_record(chunk, numbers, record.versioned, model)
        chunk.text_bytes.append(0)
    return chunk


def _add_record(chunk: Chunk, numbers: _Numbers, versioned: VersionedRecord, model: Model) -> None:
    record = versioned.record
    chunk.people += bool(record.names)
    watchlist, number, threshold = _known_list(chunk, numbers, versioned.watchlist, model)
    dates = tuple(dict.fromkeys(record.birth_dates))
    _extend(chunk.dates_of_record, chunk.dates, date_keys(dates))
    documents = (read_document(one.type, one.number, one.issuing_country) for one in record.documents)
    _extend(chunk.documents_of_record, chunk.documents, [text_key(one.folded) for one in documents if one is not None])
    chunk.threshold.append(threshold)
    place = 4 if words(record.birth_place) else 0
    cost = round(many_dates_cost(len(dates)) * BITS_GRAIN)
    chunk.marks.append(_SEXES.get(record.sex or "U", 0) | place | cost << 8)
    nations = tuple(sorted(set(record.nationalities)))
    chunk.nation_set.append(_number(numbers.nations, chunk.nations, nations))
    chunk.record_key.append(record_key((watchlist.list_id, record.record_id)))
    chunk.watchlist.append(number)
    chunk.versions.append((versioned.record_version, versioned.list_version))


def _known_list(chunk: Chunk, numbers: _Numbers, watchlist: Watchlist, model: Model) -> tuple[Watchlist, int, int]:
    found = numbers.known.get(id(watchlist))
    if found is None:
        number = _number(numbers.watchlist, chunk.watchlists, watchlist.model_dump_json())
        found = numbers.known[id(watchlist)] = watchlist, number, whole_bits(model.threshold(watchlist))
    return found


def _add_names(chunk: Chunk, numbers: _Numbers, names: Iterable[ReadName]) -> None:
    before = len(chunk.weak)
    for name in names:
        assert len(name.parts) <= PARTS_MAX
        chunk.parts_of_name.append(len(name.parts))
        chunk.weak.append(name.weak)
        chunk.parts.extend([_part_number(chunk, numbers, part) for part in name.parts])
        chunk.joins_of_name.append(len(name.joined))
        chunk.join_key.extend([join_key(run.word) for run in name.joined])
        chunk.join_span.extend([run.start | run.size << 8 for run in name.joined])
    chunk.names_of_record.append(len(chunk.weak) - before)


def _part_number(chunk: Chunk, numbers: _Numbers, part: Part) -> int:
    """A part is the same in whatever field it came."""
    number = numbers.part.get(part.text)
    if number is None:
        number = numbers.part[part.text] = len(chunk.vocabulary)
        chunk.vocabulary.append(part._replace(family=False))
    return number


def _extend(counts: list[int], values: list[int], more: Sequence[int]) -> None:
    counts.append(len(more))
    values.extend(more)


def _number(numbers: dict[Value, int], values: list[Value], value: Value) -> int:
    number = numbers.setdefault(value, len(values))
    if number == len(values):
        values.append(value)
    return number


def date_keys(dates: Sequence[str]) -> list[int]:
    """YYYYMMDD with 00 for what is unknown; `NO_DATE` for none; `MANY_DATES` for too many, or one that is no date."""
    if not dates:
        return [NO_DATE]
    keys = [date_key(one) for one in dates]
    return [key for key in keys if key is not None] if len(dates) <= DATES_MAX and None not in keys else [MANY_DATES]


def date_key(date: str) -> int | None:
    """The number of one date; None where a part that is given is zero or no number of ASCII digits."""
    digits = date.replace("-", "")
    if not digits.isascii() or not digits.isdigit() or "00" in (digits[4:6], digits[6:8]) or digits[:4] == "0000":
        return None
    return int(digits.ljust(8, "0"))


def whole_bits(bits: float) -> int:
    """A threshold in 1/64 bits, rounded down: no record that reaches it is lost."""
    if math.isnan(bits):
        return -_THRESHOLD_MOST
    return math.floor(min(max(bits * BITS_GRAIN, -_THRESHOLD_MOST), _THRESHOLD_MOST))


def text_key(text: str) -> int:
    """64 bits that stand for a text in sorted arrays. Two texts that meet by chance cost a look, never a match."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def record_key(key: RecordKey) -> int:
    """64 bits for a record of a list."""
    return text_key("\0".join(key))


def join_key(word: Part) -> int:
    """32 bits for what a joined word must share with a part (`features.names.joined_agreement`): its skeleton, or its form
    where the skeleton is so short that vowels must not differ."""
    shared = word.skeleton if len(word.skeleton) >= JOINED_SKELETON_MIN else "=" + word.form
    return text_key(shared) & 0xFFFFFFFF


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
