"""The compiled kernel: finding the library, and handing it arrays and the questions of a flight.

The library is plain C behind a plain interface (`kernel/kernel.h`), built when the project is installed; where there was no
compiler there is none, and `portable.py` answers the same questions. Calls run without the interpreter's lock. One index is
asked by one thread: its scratch memory is its own.
"""

import ctypes
from array import array
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np

from screening.index.packed.asked_words import AskedWords
from screening.index.packed.layout import PackedContent
from screening.index.packed.question import AskedName, Circumstances, numbers_of
from screening.model import Model

KERNEL_VERSION = 8
"""Raised together with that of `kernel.h`: a library left from another build is not used."""

BLOCKS_BYTES = 64 << 20
"""What is kept of which listed parts agree with a word: names repeat. About 40,000 parts. When full, all are forgotten."""

CIRCUMSTANCES_MAX = 4_000
"""Kept circumstances, of some 100 bytes: all nationalities with both sexes, several times over."""

_ARRAYS = (
    "part_text_at", "part_text", "part_bits", "part_marks", "form_at", "form", "form_parts", "signature",
    "signature_form", "near_letters", "block_all", "block_any", "length_forms", "skeleton_key", "skeleton_part", "nickname_at",
    "nickname_part", "initials", "posting_at", "posting", "join_key", "join_at", "join_best", "join_posting", "entry_at",
    "entry_words", "entry_nation", "date_key", "date_at", "threshold", "record_marks", "nation_set",
)  # fmt: skip
_LEVELS = 32
_BLOCK_BYTES, _ITEM_BYTES = 8 + 8 * _LEVELS, 8
_ITEMS_AT_FIRST = 1 << 16
_ROWS_SPARE = 1 << 16  # rows of earlier travellers that may wait while there is still room for every record
_NO_ROWS: Sequence[int] = ()


class _Told(IntEnum):
    """What the kernel answers about a flight: that it is done, or which room is missing; as in `kernel.h`."""

    ANSWERED = 0
    ROWS_FULL = 1
    BLOCKS_FULL = 2
    ITEMS_MANY = 3


class _Field(IntEnum):
    """Places in `Flight` of what changes while a flight is asked about."""

    FOUND = 11
    BLOCKS, BLOCKS_ROOM, BLOCKS_USED = 12, 13, 14
    ITEMS = 16


@cache
def kernel_library() -> ctypes.CDLL | None:
    """The library beside this file; None where none was built."""
    here = Path(__file__).parent
    for suffix in EXTENSION_SUFFIXES:
        path = here / f"_kernel{suffix}"
        if path.exists() and ctypes.sizeof(ctypes.c_void_p) == 8:
            library = ctypes.CDLL(str(path))
            library.kulla_kernel_version.restype = ctypes.c_int64
            return library if library.kulla_kernel_version() == KERNEL_VERSION else None
    return None


class CompiledKernel:
    """Asks one index."""

    def __init__(self, library: ctypes.CDLL, content: PackedContent, model: Model) -> None:
        """The arrays stay where they are mapped."""
        self._library = library
        self._content = content
        self._arrays = [content.array(name) for name in _ARRAYS]
        self._index = _index_fields(content, self._arrays)
        self._tables = np.array(numbers_of(model), dtype=np.int64)
        parts, records = len(content.array("part_bits")), len(content.array("threshold"))
        self._slots = np.zeros(parts + 1, dtype=np.uint32)
        self._agrees = np.zeros(parts // 64 + 1, dtype=np.uint64)
        self._seen = np.zeros(records // 8 + 1, dtype=np.uint8)
        self._rows = np.zeros(records + _ROWS_SPARE, dtype=np.uint32)
        self._block = np.zeros((_BLOCK_BYTES + 2 * _ITEM_BYTES * (parts + 2)) // 8, dtype=np.int64)
        self._blocks = np.zeros(BLOCKS_BYTES // 8, dtype=np.int64)
        self._blocks_used = 0
        self._make_room(_ITEMS_AT_FIRST)
        self._words = AskedWords()
        self._circumstances: dict[Circumstances, int] = {}
        self._about = array("q")

    def rows_of_each(self, asked: Sequence[AskedName]) -> Sequence[Sequence[int]]:
        """For each name the rows that may match, in no order."""
        if self._words.full:
            self._words, self._blocks_used = AskedWords(), 0
        if len(self._circumstances) > CIRCUMSTANCES_MAX:
            self._circumstances, self._about = {}, array("q")
        questions = array("Q", [number for one in asked for number in self._question(one)])
        return self._answers(questions, len(asked))

    def _question(self, asked: AskedName) -> Sequence[int]:
        reading, date, about = asked
        number = self._circumstances.get(about)
        if number is None:
            number = self._circumstances[about] = len(self._circumstances)
            self._about.extend(_numbers(about))
        words = self._words.numbers(reading)
        return [len(reading.parts), len(reading.joined), date, number, *words]

    def _answers(self, questions: "array[int]", count: int) -> Sequence[Sequence[int]]:
        counts = array("I", bytes(4 * count))
        flight = array("Q", self._flight(questions, counts))
        found, told = list[int](), -1
        while told != _Told.ANSWERED:
            told = self._library.kulla_flight(*self._addresses, ctypes.c_void_p(flight.buffer_info()[0]))
            found += self._rows[: flight[_Field.FOUND]].tolist()
            flight[_Field.FOUND] = 0
            self._mend(told, flight)
        self._blocks_used = flight[_Field.BLOCKS_USED]
        if not found:
            return [_NO_ROWS] * count
        return [found[first:end] for first, end in pairwise(accumulate(counts, initial=0))]

    def _flight(self, questions: "array[int]", counts: "array[int]") -> Sequence[int]:
        words, letters = self._words.addresses
        return (
            words, letters, len(self._words), self._about.buffer_info()[0], questions.buffer_info()[0], len(counts), 0, 0,
            self._rows.ctypes.data, counts.buffer_info()[0], len(self._rows), 0,
            self._blocks.ctypes.data, len(self._blocks), self._blocks_used, self._block.ctypes.data, 0,
        )  # fmt: skip

    def _mend(self, told: int, flight: "array[int]") -> None:
        """Make the room that was missing; where it was room for rows, it has been made."""
        if told == _Told.BLOCKS_FULL:
            self._blocks = np.zeros(2 * len(self._blocks), dtype=np.int64)
            flight[_Field.BLOCKS], flight[_Field.BLOCKS_ROOM] = self._blocks.ctypes.data, len(self._blocks)
        elif told == _Told.ITEMS_MANY:
            self._make_room(2 * flight[_Field.ITEMS])
        else:
            assert told in (_Told.ANSWERED, _Told.ROWS_FULL), "questions are bounded"

    def _make_room(self, items: int) -> None:
        self._next = np.zeros(items + 1, dtype=np.uint32)
        fields = (self._slots.ctypes.data, self._agrees.ctypes.data, self._next.ctypes.data, self._seen.ctypes.data, items)
        self._scratch = np.array(fields, dtype=np.uint64)
        places = (self._index, self._tables, self._scratch)
        self._addresses = [ctypes.c_void_p(one.ctypes.data) for one in places]


def _numbers(about: Circumstances) -> Sequence[int]:
    """The fields of `Circumstances` in `kernel.h`."""
    nations = about.nations.ctypes.data
    return (about.needed, about.floor, *about.sex, about.place, nations, about.nations_best, *about.nation)


def _index_fields(content: PackedContent, arrays: "list[np.typing.NDArray[np.generic]]") -> "np.typing.NDArray[np.uint64]":
    counts = (
        len(content.array("part_bits")), len(content.array("signature")), len(content.array("entry_at")) - 1,
        len(content.array("threshold")), len(content.array("date_key")), len(content.array("join_key")),
        len(content.array("nickname_at")) - 1,
    )  # fmt: skip
    return np.array([*counts, *(array.ctypes.data for array in arrays)], dtype=np.uint64)
