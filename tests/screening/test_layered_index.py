"""A base with a delta answers like one index over the merged list, and a frozen rarity gives the same bits for ever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, name, record, snapshot, traveller

from schemas.watchlist import WatchlistSnapshot
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.layered import LayeredIndex
from screening.index.pruned import PrunedIndex
from screening.model import MODEL
from screening.name_parts import read_part
from screening.prepared import count_rarity, prepare_list
from screening.rarity import Rarity

WORDS = ("MOHAMED", "ALI", "KRASHTAJ", "KRASHTAI", "ARDIT", "HOXHA", "ILIR", "ABD", "RAHMAN", "ABDRAHMAN", "A", "AL")
NAMES = st.builds(name, st.sampled_from(WORDS), st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join))
BODIES = st.tuples(NAMES, st.sampled_from([(), ("1981-04-17",), ("1981",)]), st.sampled_from([(), (("P", "BA1", "ALB"),)]))
LISTS = st.dictionaries(st.sampled_from([f"R{number}" for number in range(8)]), BODIES, max_size=8)
PARTS = [read_part(word, family=True) for word in WORDS]
TRAVELLERS = st.lists(
    st.builds(
        traveller,
        st.sampled_from(WORDS),
        st.sampled_from(WORDS),
        st.sampled_from(["1981-04-17", None]),
        documents=st.sampled_from([(), (("P", "BA1", "ALB"),)]),
    ),
    min_size=1,
    max_size=4,
)


def listed(bodies):
    return {
        record_id: record(record_id, one, birth_dates=dates, documents=documents)
        for record_id, (one, dates, documents) in sorted(bodies.items())
    }


@settings(max_examples=150, deadline=None)
@given(LISTS, LISTS, TRAVELLERS, st.sampled_from([None, 3.0, 9.0]), st.sampled_from([PrunedIndex, ExhaustiveIndex]))
def test_a_layered_index_gives_what_one_over_the_merged_list_gives(before, after, travellers, floor, builder):
    old, new = listed(before), listed(after)
    rarity = count_rarity(snapshot(*old.values()).records, MODEL)
    changed = {key: one for key, one in new.items() if old.get(key) != one}
    replaced = {("persons", key) for key in old if old[key] != new.get(key)}
    base = builder(prepare_list(snapshot(*old.values()), MODEL, rarity))
    delta = builder(prepare_list(snapshot(*changed.values(), version=2), MODEL, rarity))
    merged = snapshot(*new.values(), version=2)
    versions = {key: (2 if key in changed else 1) for key in new}
    rows = [row.model_copy(update={"list_version": versions[row.record.record_id]}) for row in merged.records]
    whole = ExhaustiveIndex(prepare_list(WatchlistSnapshot(2, merged.lists, tuple(rows)), MODEL, rarity))
    layered = LayeredIndex(base, delta, replaced, len(new))
    assert screen(travellers, layered, DAY, floor) == screen(travellers, whole, DAY, floor)
    assert layered.listed.version == 2


def test_layers_of_different_rarity_are_refused():
    base = PrunedIndex(prepare_list(snapshot(ARDIT, *FILLERS, *FILLERS), MODEL))
    delta = PrunedIndex(prepare_list(snapshot(ARDIT), MODEL))
    with pytest.raises(AssertionError):
        LayeredIndex(base, delta, set(), 1)


@given(st.dictionaries(st.sampled_from([part.skeleton for part in PARTS]), st.integers(1, 50)), st.integers(50, 999))
def test_a_rarity_that_was_kept_gives_the_same_bits(counts, people):
    rarity = Rarity(counts, people, MODEL.rarity)
    again = Rarity.from_bytes(rarity.to_bytes(), MODEL.rarity)
    assert (again.digest, again.people) == (rarity.digest, people)
    assert [again.bits(part) for part in PARTS] == [rarity.bits(part) for part in PARTS]


def test_the_digest_is_of_what_counts():
    rarity = Rarity({"MHMD": 3, "KRST": 1}, 9, MODEL.rarity)
    assert rarity.digest == Rarity({"MHMD": 3}, 9, MODEL.rarity).digest, "one carrier weighs like none"
    assert rarity.digest != Rarity({"MHMD": 4}, 9, MODEL.rarity).digest
    assert rarity.digest != Rarity({"MHMD": 3}, 10, MODEL.rarity).digest


@pytest.mark.parametrize("data", [b"", b"no", Rarity({}, 1, MODEL.rarity).to_bytes()[:-5]])
def test_bytes_that_are_no_rarity_are_refused(data):
    with pytest.raises(ValueError, match="no rarity"):
        Rarity.from_bytes(data, MODEL.rarity)
