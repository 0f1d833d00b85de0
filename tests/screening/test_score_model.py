"""The table of the model keeps the promises others build on."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening_samples import PERSONS

from schemas.watchlist import ListKind
from screening.features.piece import Piece
from screening.features.sentences import sentence
from screening.model import (
    DECISIVE_DOCUMENT,
    MODEL,
    DateOutcome,
    DocumentOutcome,
    Feature,
    NameOutcome,
    PartOutcome,
    WeakOutcome,
)
from screening.rarity import quantise


@pytest.mark.parametrize(
    ("feature", "outcomes"),
    [
        (Feature.NAME_PART, PartOutcome),
        (Feature.NAME, NameOutcome),
        (Feature.BIRTH_DATE, DateOutcome),
        (Feature.DOCUMENT, DocumentOutcome),
        (Feature.SEX, WeakOutcome),
        (Feature.NATIONALITY, WeakOutcome),
        (Feature.BIRTH_PLACE, WeakOutcome),
    ],
)
def test_every_outcome_has_a_sentence(feature, outcomes):
    for outcome in outcomes:
        text = sentence(Piece(feature, outcome, "OURS", "THEIRS", 1.0, 1.0))
        assert text.endswith(".")
        assert "{" not in text


def test_every_outcome_has_bits():
    assert set(MODEL.part_cost) == set(PartOutcome)
    assert set(MODEL.name_bits) == set(NameOutcome) - {NameOutcome.SATURATED}
    assert set(MODEL.date_bits) == set(DateOutcome)
    assert set(MODEL.document_bits) == set(DocumentOutcome)
    assert set(MODEL.weak_bits) == {
        (feature, outcome) for feature in (Feature.SEX, Feature.NATIONALITY, Feature.BIRTH_PLACE) for outcome in WeakOutcome
    }


def test_a_decisive_document_outweighs_everything_against_it():
    against = 20 * MODEL.name_bits[NameOutcome.CONFLICT] / 4 + MODEL.date_bits[DateOutcome.CONTRADICTION]
    assert DECISIVE_DOCUMENT
    assert all(MODEL.document_bits[outcome] + against > 0 for outcome in DECISIVE_DOCUMENT)


def test_confirmations_together_reach_no_threshold():
    together = sum(bits for (_, outcome), bits in MODEL.weak_bits.items() if outcome is WeakOutcome.CONFIRMS)
    assert together < min(MODEL.threshold_bits.values()) / 2


def test_a_list_may_have_its_own_threshold():
    assert MODEL.threshold(PERSONS) == MODEL.threshold_bits[ListKind.PERSON]
    assert MODEL.threshold(PERSONS.model_copy(update={"threshold_bits": 21.5})) == 21.5


def test_a_table_that_would_break_the_index_is_refused():
    with pytest.raises(AssertionError):
        replace(MODEL, name_bits=dict(MODEL.name_bits) | {NameOutcome.CONFLICT: 1.0})
    with pytest.raises(AssertionError):
        replace(MODEL, initial_bits=0.1)


@given(st.lists(st.floats(-60, 60), max_size=30), st.randoms(use_true_random=False))
def test_quantised_bits_sum_alike_in_every_order(bits, random):
    quantised = [quantise(one) for one in bits]
    shuffled = random.sample(quantised, len(quantised))
    assert sum(quantised) == sum(shuffled)
