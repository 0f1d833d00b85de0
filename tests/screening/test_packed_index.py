"""The packed index: what a file holds, what it refuses, and that both kernels find every match of the oracle."""

import ctypes
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, PERSONS, name, record, snapshot, traveller
from test_index_equals_oracle import DATES, FLOORS, LONG, NAMES, RECORDS, TRAVELLERS, listed

from schemas.watchlist import ListKind, Watchlist, WatchlistSnapshot
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.features.birth_dates import date_outcome
from screening.index.packed import ragged
from screening.index.packed.building import Listing, build, build_from_chunks
from screening.index.packed.chunk import in_chunks, read_chunk
from screening.index.packed.compiled import kernel_library
from screening.index.packed.keys import date_key
from screening.index.packed.layout import ForeignIndexError
from screening.index.packed.packed_index import KernelKind, PackedIndex
from screening.index.packed.question import numbers_of
from screening.index.packed.ragged import IndexTooLargeError
from screening.index.packed.whole import whole
from screening.model import MODEL
from screening.name_parts import read_part
from screening.prepared import count_rarity, prepare_list, prepare_traveller

KERNELS = [KernelKind.PORTABLE] + ([KernelKind.COMPILED] if kernel_library() else [])
compiled = pytest.mark.skipif(kernel_library() is None, reason="no compiled kernel was built here")


def expect_equal(lists, travellers, floor, model=MODEL):
    prepared = prepare_list(lists, model)
    by_oracle = screen(travellers, ExhaustiveIndex(prepared), DAY, floor)
    for kernel in KERNELS:
        assert screen(travellers, PackedIndex.of(prepared, kernel), DAY, floor) == by_oracle, kernel
    return by_oracle


@settings(max_examples=150, deadline=None)
@given(RECORDS, TRAVELLERS, FLOORS)
def test_both_kernels_give_what_the_oracle_gives(rows, travellers, floor):
    expect_equal(listed(rows), travellers, floor)


@settings(max_examples=20, deadline=None)
@given(NAMES, TRAVELLERS, FLOORS)
def test_a_list_of_one_name_repeated(one, travellers, floor):
    expect_equal(listed([([one], ["1981-04-17"], None, None, []) for _ in range(40)]), travellers, floor)


@settings(max_examples=20, deadline=None)
@given(st.lists(LONG, min_size=1, max_size=3), LONG)
def test_names_of_thirty_parts(long_names, asked):
    lists = listed([([name(long_name, None)], [], None, None, []) for long_name in long_names])
    found = expect_equal(lists, [traveller(asked), traveller(None, long_names[0])], 4.0)
    assert found, "a name is like itself"


SEVERAL_NATIONS = st.lists(st.sampled_from(["ALB", "SRB", "SYR", "XXA"]), max_size=2, unique=True)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(NAMES, SEVERAL_NATIONS), min_size=1, max_size=5), TRAVELLERS, FLOORS)
def test_many_names_of_one_birth_date_are_cut_by_nationality(rows, travellers, floor):
    many = [
        record(f"R{number}", one, birth_dates=(("1981-04-17",), ("1981",), ())[number % 3], nationalities=tuple(nations))
        for number, (one, nations) in enumerate(rows * (350 // len(rows)))
    ]
    asked = [traveller("KRASHTAJ", rows[0][0].surname, "1981-04-17", nationality=one) for one in ("ALB", "SYR", "ITA", None)]
    expect_equal(snapshot(*many), [travellers[0], *asked], floor)


ODD_DATES = st.one_of(DATES, st.sampled_from(["0000", "1981-00-00", "1981-13-41", "0001-01-01", "1981-04-71", "9999-12-31"]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(ODD_DATES, max_size=20), min_size=1, max_size=6), ODD_DATES, FLOORS)
def test_many_dates_and_dates_that_are_none(dates_of_records, asked, floor):
    rows = [([name("KRASHTAJ", "ARDIT")], dates, None, None, []) for dates in dates_of_records]
    expect_equal(listed(rows), [traveller("KRASHTAJ", "ARDI", asked)], floor)


@settings(max_examples=40, deadline=None)
@given(RECORDS, TRAVELLERS, st.floats(-30, 60) | st.sampled_from([float("nan"), float("inf"), -float("inf")]))
def test_each_list_keeps_its_own_threshold(rows, travellers, threshold):
    strict = Watchlist(list_id="strict", kind=ListKind.PERSON, title="Another list", threshold_bits=threshold)
    ours, theirs = listed(rows), snapshot(*(one.record for one in listed(rows).records), watchlist=strict)
    expect_equal(WatchlistSnapshot(1, (PERSONS, strict), ours.records + theirs.records), travellers, None)


def test_parts_longer_than_the_kernel_compares():
    longest = "KRASHTAJ" * 12
    spellings = [longest, longest[:-1], longest + "T", longest[:64], longest[:63], longest[:62], longest[:5], longest[1:]]
    lists = listed([([name(text, "ARDIT")], ["1981-04-17"], None, None, []) for text in spellings])
    found = expect_equal(lists, [traveller(text, "ARDIT", "1981-04-17") for text in spellings], None)
    assert len(found) >= len(spellings)


def test_a_traveller_with_more_parts_than_the_kernel_has_room_for():
    prepared = prepare_traveller(traveller("KRASHTAJ", "ARDIT VAN", "1981-04-17"))
    index = PackedIndex.of(prepare_list(snapshot(ARDIT, *FILLERS), MODEL))
    more = replace(prepared.names[0], parts=prepared.names[0].parts + prepared.names[0].parts[1:2] * 70)
    assert list(index.rows(replace(prepared, names=(more,)), None)) == [0]


def test_the_index_scores_only_what_can_match():
    for kernel in KERNELS:
        index = PackedIndex.of(prepare_list(snapshot(ARDIT, *FILLERS), MODEL), kernel)
        candidates = list(index.candidates(prepare_traveller(traveller("KRASHTAJ", "ARDIT", "1981-04-17")), None))
        assert [one.versioned.record.record_id for one in candidates] == ["R1"]


@compiled
@settings(max_examples=300, deadline=None)
@given(DATES.filter(bool), DATES.filter(bool))
def test_the_kernel_compares_dates_as_the_feature_does(one, other):
    library, tables = kernel_library(), np.array(numbers_of(MODEL), dtype=np.int64)
    library.kulla_date_bits.restype = ctypes.c_int64
    bits = library.kulla_date_bits(
        ctypes.c_void_p(tables.ctypes.data), ctypes.c_int64(date_key(one)), ctypes.c_int64(date_key(other))
    )
    assert bits == whole(MODEL.date_bits[date_outcome(one, other)])


LISTED = snapshot(ARDIT, *FILLERS, version=7, record_version=3)


def built(path, lists=LISTED, rarity=None):
    return build(path, iter(lists.records), Listing(MODEL, lists.version, rarity))


def test_a_file_tells_its_records_as_they_were(tmp_path):
    rarity = built(tmp_path / "index")
    index = PackedIndex.open(tmp_path / "index")
    prepared = prepare_list(LISTED, MODEL)
    assert [index.records[row] for row in range(len(index))] == list(prepared.records)
    assert index.listed.version == LISTED.version
    assert index.listed.rarity.digest == rarity.digest == prepared.rarity.digest


def test_a_file_gives_what_the_oracle_gives(tmp_path):
    built(tmp_path / "index")
    asked = [traveller("KRASHTAJ", "ARDIT", "1981-04-17"), traveller("HOXHA", "ILIR"), traveller("AL MASRI", "MOHAMED")]
    by_oracle = screen(asked, ExhaustiveIndex(prepare_list(LISTED, MODEL)), DAY)
    assert by_oracle
    for kernel in KERNELS:
        assert screen(asked, PackedIndex.open(tmp_path / "index", MODEL, kernel), DAY) == by_oracle


def test_rarity_is_frozen_in_the_file(tmp_path):
    other = count_rarity(snapshot(*[record(f"X{n}", name("KRASHTAJ", "X")) for n in range(500)]).records, MODEL)
    built(tmp_path / "index", rarity=other)
    index = PackedIndex.open(tmp_path / "index")
    assert index.listed.rarity.digest == other.digest
    parts = [read_part(word, family=True) for word in ("KRASHTAJ", "HOXHA", "NOBODYHASIT", "X", "VAN")]
    assert [index.listed.rarity.bits(part) for part in parts] == [other.bits(part) for part in parts]
    assert list(index.records[0].names[0].part_bits) == [other.bits(part) for part in index.records[0].names[0].parts]


def test_chunks_read_apart_give_the_same_file(tmp_path):
    built(tmp_path / "whole")
    chunks = [read_chunk(some, MODEL) for some in in_chunks(LISTED.records, 2)]
    build_from_chunks(tmp_path / "chunks", chunks, Listing(MODEL, LISTED.version))
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "chunks").read_bytes()


def test_records_are_excluded_by_their_key(tmp_path):
    built(tmp_path / "index")
    index = PackedIndex.open(tmp_path / "index").without([("persons", "R1"), ("persons", "NONE"), ("other", "F0")])
    asked = [traveller("KRASHTAJ", "ARDIT", "1981-04-17", documents=[("P", "BA1234567", "ALB")]), traveller("HOXHA", "ILIR")]
    found = {match.record.record.record_id for match in screen(asked, index, DAY, 2.0)}
    assert found == {"F0"}


def test_an_empty_list():
    assert not expect_equal(snapshot(), [traveller("KRASHTAJ", "ARDIT", "1981-04-17")], 0.0)


def test_files_that_are_none_are_refused(tmp_path):
    path = tmp_path / "index"
    built(path)
    content = path.read_bytes()
    for damaged in (b"", b"KULLA", bytes(500), content[:-1], content + b"x", content[:-9] + b"!" + content[-8:]):
        path.write_bytes(damaged)
        with pytest.raises(ForeignIndexError):
            PackedIndex.open(path)


@pytest.mark.parametrize("most", [2, 7, 9, 30])
def test_a_list_too_long_for_one_index_is_an_error_and_no_file(tmp_path, monkeypatch, most):
    monkeypatch.setattr(ragged, "PLACES_MAX", most)
    with pytest.raises(IndexTooLargeError, match=f"{most} at most"):
        built(tmp_path / "index")
    assert not (tmp_path / "index").exists()


def test_an_index_of_another_model_is_refused(tmp_path):
    built(tmp_path / "index")
    with pytest.raises(ForeignIndexError, match="model"):
        PackedIndex.open(tmp_path / "index", replace(MODEL, initial_bits=3.0))


def test_a_hostile_record_stays_one_entry_a_name():
    names = [name(f"KRASHTAJ{chr(65 + n % 26)}{chr(65 + n // 26)}", "ARDIT") for n in range(300)]
    hostile = record("H", *names, birth_dates=tuple(f"19{n:02}-01-02" for n in range(99)))
    index = PackedIndex.of(prepare_list(snapshot(hostile), MODEL))
    assert index._content.array("entry_at").size == len(names) + 1
