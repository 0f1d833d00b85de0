"""The compiled kernel: finding the library, and handing it arrays and questions.

The library is plain C behind a plain interface (`kernel/kernel.h`), built when the project is installed; where there was no
compiler there is none, and `portable.py` answers the same questions. Calls run without the interpreter's lock. One index is
asked by one thread: its scratch memory is its own.
"""

import ctypes
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from struct import Struct, pack
from typing import NamedTuple

import numpy as np

from screening.index.packed.chunk import PARTS_MAX, join_key, text_key
from screening.index.packed.layout import PackedContent
from screening.index.packed.question import Circumstances, numbers_of
from screening.model import Model
from screening.name_parts import Part
from screening.prepared_names import PreparedName

KERNEL_VERSION = 6
"""Raised together with that of `kernel.h`: a library left from another build is not used."""

AGREEING_BYTES_MAX = 64 << 20
"""What is kept of which listed parts agree with a part: names repeat. About 50,000 parts. When full, the older half goes."""

_ARRAYS = (
    "part_text_at", "part_text", "part_bits", "part_marks", "form_at", "form", "form_parts", "signature",
    "signature_form", "near_letters", "block_all", "block_any", "length_forms", "skeleton_key", "skeleton_part", "nickname_at",
    "nickname_part", "initials", "posting_at", "posting", "join_key", "join_at", "join_best", "join_posting", "entry_at",
    "entry_words", "entry_nation", "date_key", "date_at", "threshold", "record_marks", "nation_set",
)  # fmt: skip
_LEVELS = 32
_BLOCK_BYTES, _ITEM_BYTES = 8 + 8 * _LEVELS, 8
_ITEMS_AT_FIRST = 1 << 16
_QUESTION = Struct("<3Q8qQ4q")
_ASKED = Struct("<QQq")
_MASKS = tuple(pack("<Q", 1 << place) for place in range(PARTS_MAX))


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


class _Agreeing(NamedTuple):
    """The listed parts that agree with a word: a block of the kernel, and how a question names it."""

    block: bytes
    items: int
    asked: bytes


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
        self._rows = np.zeros(records + 1, dtype=np.uint32)
        self._block = np.zeros((_BLOCK_BYTES + _ITEM_BYTES * (parts + 2)) // 8, dtype=np.int64)
        self._make_room(_ITEMS_AT_FIRST)
        self._addresses = self._index.ctypes.data, self._tables.ctypes.data
        self._block_address = self._block.ctypes.data
        self._young: dict[tuple[str, bool], _Agreeing] = {}
        self._old: dict[tuple[str, bool], _Agreeing] = {}
        self._young_bytes = 0

    def rows(self, reading: PreparedName, circumstances: Circumstances) -> list[int]:
        """The rows that may match by this reading of the name, in no order."""
        asked = [self._agreeing(part, joined=False) for part in reading.parts]
        joined = [(run, self._agreeing(run.word, joined=True)) for run in reading.joined]
        joined = [(run, found) for run, found in joined if found.items]
        items = sum(found.items for found in asked) + sum(found.items for _, found in joined)
        if items >= self._items_max:
            self._make_room(2 * items)
        question = b"".join(
            (
                self._told(reading, len(joined), circumstances),
                *(half for place, found in enumerate(asked) for half in (found.asked, _MASKS[place])),
                *(half for run, found in joined for half in (found.asked, pack("<Q", run.mask))),
            )
        )
        index, tables = self._addresses
        found = self._library.kulla_candidates(
            ctypes.c_void_p(index), ctypes.c_void_p(tables), question, ctypes.c_void_p(self._scratch_address),
            ctypes.c_void_p(self._rows_address),
        )  # fmt: skip
        assert found >= 0, "the question is bounded"
        rows: list[int] = self._rows[:found].tolist()
        return rows

    def _told(self, reading: PreparedName, runs: int, told: Circumstances) -> bytes:
        counted = sum(1 << place for place, part in enumerate(reading.parts) if not part.particle)
        return _QUESTION.pack(
            len(reading.parts), runs, counted, told.date, told.needed, told.floor, *told.sex, told.place,
            told.nations.ctypes.data, told.nations_best, *told.nation,
        )  # fmt: skip

    def _agreeing(self, word: Part, *, joined: bool) -> _Agreeing:
        key = (word.text, joined)
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key) or self._find(word, joined=joined)
            self._keep(key, found)
        return found

    def _keep(self, key: tuple[str, bool], found: _Agreeing) -> None:
        if self._young_bytes > AGREEING_BYTES_MAX // 2:
            self._old, self._young, self._young_bytes = self._young, {}, 0
        self._young[key] = found
        self._young_bytes += len(found.block) + 300

    def _find(self, word: Part, *, joined: bool) -> _Agreeing:
        text, form, key = word.text.encode(), word.form.encode(), join_key(word)
        told = pack(
            "<QQQQQQQQQ", _address(text), _address(form), len(text), len(form), text_key(word.skeleton), len(word.skeleton),
            key, word.particle, word.nickname,
        )  # fmt: skip
        index, tables = (ctypes.c_void_p(one) for one in self._addresses)
        if joined:
            items = self._library.kulla_joined(index, tables, told, ctypes.c_void_p(self._block_address))
        else:
            scratch = ctypes.c_void_p(self._scratch_address)
            items = self._library.kulla_agreeing(index, tables, told, scratch, ctypes.c_void_p(self._block_address))
        block = ctypes.string_at(self._block_address, _BLOCK_BYTES + _ITEM_BYTES * items)
        initial = ord(text[:1]) - 65 if len(text) == 1 and not joined else -1
        return _Agreeing(block, items, _ASKED.pack(_address(block), key, initial))

    def _make_room(self, items: int) -> None:
        self._items_max = items
        self._next = np.zeros(items + 1, dtype=np.uint32)
        fields = (self._slots.ctypes.data, self._agrees.ctypes.data, self._next.ctypes.data, self._seen.ctypes.data, items)
        self._scratch = np.array(fields, dtype=np.uint64)
        self._scratch_address = self._scratch.ctypes.data
        self._rows_address = self._rows.ctypes.data


def _address(content: bytes) -> int:
    return ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p).value or 0


def _index_fields(content: PackedContent, arrays: "list[np.typing.NDArray[np.generic]]") -> "np.typing.NDArray[np.uint64]":
    counts = (
        len(content.array("part_bits")), len(content.array("signature")), len(content.array("entry_at")) - 1,
        len(content.array("threshold")), len(content.array("date_key")), len(content.array("join_key")),
        len(content.array("nickname_at")) - 1,
    )  # fmt: skip
    return np.array([*counts, *(array.ctypes.data for array in arrays)], dtype=np.uint64)
