"""The compiled kernel asked about a flight: each gets the answer he would get alone, however little room there is."""

import ctypes
import re
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, snapshot, traveller
from test_index_equals_oracle import FLOORS, LONG, RECORDS, TRAVELLERS, listed

from screening.engine import matches_of, screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.layered import LayeredIndex
from screening.index.packed import asked_words, compiled, question
from screening.index.packed.compiled import KERNEL_VERSION, kernel_library
from screening.index.packed.packed_index import KernelKind, PackedIndex
from screening.model import MODEL
from screening.prepared import prepare_list, prepare_traveller

pytestmark = pytest.mark.skipif(kernel_library() is None, reason="no compiled kernel was built here")
SMALLEST_BLOCKS_BYTES = 8 * 64


@pytest.fixture(params=["rows", "blocks", "items", "words", "circumstances"])
def little_room(request, monkeypatch):
    """So little room that it must be made, or everything forgotten, all the time."""
    where, name, room = {
        "rows": (compiled, "_ROWS_SPARE", 1),
        "blocks": (compiled, "BLOCKS_BYTES", SMALLEST_BLOCKS_BYTES),
        "items": (compiled, "_ITEMS_AT_FIRST", 1),
        "words": (asked_words, "WORDS_MAX", 1),
        "circumstances": (compiled, "CIRCUMSTANCES_MAX", 1),
    }[request.param]
    monkeypatch.setattr(where, name, room)
    monkeypatch.setattr(question, "CIRCUMSTANCES_KEPT_MAX", 2)


MANY = [
    traveller(surname, given_names, birth_date, traveller_id=f"t{number}", nationality=nationality)
    for number, (surname, given_names, birth_date, nationality) in enumerate(
        [
            ("KRASHTAJ", "ARDIT", "1981-04-17", "ALB"),
            ("KRASHTAI", "ARDIT BESNIK", "1981-04-17", None),
            (None, None, "1981-04-17", "ALB"),
            ("KRASH TAJ", "A", None, "SRB"),
            ("NOBODY", "ATALL", "1990-01-01", "ITA"),
            ("KRASHTAJ", "ARDI", "1981", "ALB"),
        ]
        * 3
    )
]


def test_room_is_made_where_it_is_missing(little_room):
    prepared = prepare_list(snapshot(ARDIT, *FILLERS), MODEL)
    index, oracle = PackedIndex.of(prepared, KernelKind.COMPILED), ExhaustiveIndex(prepared)
    for floor in (None, 2.0, -100.0):
        for _ in range(2):  # the second time with what was kept from the first
            assert screen(MANY, index, DAY, floor) == screen(MANY, oracle, DAY, floor)


@settings(max_examples=50, deadline=None)
@given(RECORDS, st.lists(TRAVELLERS, min_size=1, max_size=3), LONG, FLOORS)
def test_together_is_as_one_by_one(rows, several, long_name, floor):
    prepared = prepare_list(listed(rows), MODEL)
    index, half = PackedIndex.of(prepared, KernelKind.COMPILED), len(prepared.records) // 2
    layered = LayeredIndex(index, PackedIndex.of(prepared), {one.key for one in prepared.records}, half)
    flight = [prepare_traveller(one) for one in (*(one for some in several for one in some), traveller(long_name, None))]
    alone = [list(index.candidates(one, floor)) for one in flight]
    assert [list(found) for found in index.candidates_of_each(flight, floor)] == alone
    assert [sorted(one.key for one in found) for found in layered.candidates_of_each(flight, floor)] == [
        sorted(one.key for one in found) for found in alone
    ]
    assert [one for each in flight for one in matches_of(each, index, DAY, floor)] == screen(
        [one.traveller for one in flight], index, DAY, floor
    )


def test_a_question_that_is_too_long_is_refused_and_not_read():
    questions = array("Q", [65, 0, 0, 0])
    index = PackedIndex.of(prepare_list(snapshot(ARDIT), MODEL), KernelKind.COMPILED)
    with pytest.raises(AssertionError, match="bounded"):
        index._kernel._answers(questions, 1)


def test_versions_of_the_library_and_of_its_caller_are_raised_together():
    header = (Path(compiled.__file__).parent / "kernel" / "kernel.h").read_text()
    assert re.search(r"#define KERNEL_VERSION (\d+)", header)[1] == str(KERNEL_VERSION)
    kernel_library().kulla_kernel_version.restype = ctypes.c_int64
    assert kernel_library().kulla_kernel_version() == KERNEL_VERSION
