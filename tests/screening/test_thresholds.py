"""Thresholds as expected false alerts: by length of list, by what its owner wants, and the same in base and delta."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening_samples import ARDIT, FILLERS, PERSONS

from schemas.watchlist import ListKind
from screening.model import MODEL
from screening.thresholded import ThresholdedSource
from screening.thresholds import bits_for, default_bits, expected_false_alerts, threshold_in_force
from storage.memory import MemoryListSource

DEFAULT = MODEL.threshold_bits[ListKind.PERSON]


@pytest.mark.parametrize(
    ("records", "more"), [(0, 0), (1, 0), (5_000, 0), (5_001, 3), (10_000, 3), (100_000, 11), (1_000_000, 17)]
)
def test_a_longer_list_needs_more_in_whole_bits_a_doubling(records, more):
    assert default_bits(PERSONS, records, MODEL) == DEFAULT + more


@pytest.mark.parametrize(("records", "more"), [(5_000, 0), (10_000, 1), (1_000_000, 8), (100_000_000, 15)])
def test_a_longer_list_of_documents_needs_a_bit_a_doubling(records, more):
    documents = PERSONS.model_copy(update={"kind": ListKind.DOCUMENT})
    default = MODEL.threshold_bits[ListKind.DOCUMENT]
    assert default_bits(documents, records, MODEL) == default + more
    assert expected_false_alerts(documents, records, default + more, MODEL) <= 1.0


@given(st.integers(1, 3_000_000))
def test_the_default_never_expects_more_than_one_false_alert_per_1000(records):
    bits = threshold_in_force(PERSONS, records, MODEL)
    assert expected_false_alerts(PERSONS, records, bits, MODEL) <= 1.0


@given(st.integers(1, 3_000_000), st.floats(0.01, 50.0))
def test_what_is_wanted_is_kept(records, wanted):
    watchlist = PERSONS.model_copy(update={"false_alerts_per_1000": wanted})
    bits = threshold_in_force(watchlist, records, MODEL)
    assert expected_false_alerts(PERSONS, records, bits, MODEL) <= wanted * (1 + 1e-9)
    assert bits == int(bits)
    assert bits_for(watchlist, records, wanted, MODEL) <= bits


def test_bits_that_were_said_are_taken_as_they_are():
    watchlist = PERSONS.model_copy(update={"threshold_bits": 3.5})
    assert threshold_in_force(watchlist, 1_000_000, MODEL) == 3.5


async def test_a_source_gives_every_record_its_lists_threshold():
    source = MemoryListSource()
    wanted = PERSONS.model_copy(update={"false_alerts_per_1000": 0.01})
    source.publish(wanted, FILLERS)
    source.publish(wanted, (*FILLERS, ARDIT))
    thresholded = ThresholdedSource(source, MODEL)
    bits = threshold_in_force(wanted, len(FILLERS) + 1, MODEL)
    records = [record async for chunk in thresholded.records(2) for record in chunk]
    changes = await thresholded.changes(1, 10)
    assert {record.watchlist.threshold_bits for record in (*records, *changes.changed)} == {bits}
    assert [one.threshold_bits for one in await thresholded.lists()] == [bits]
    assert await thresholded.sizes(1) == {"persons": len(FILLERS)}
