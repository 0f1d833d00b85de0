"""The table of the model keeps the promises others build on."""

import json
import math
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
    FALSE_ALERT_CURVE,
    MODEL,
    UNWEIGHED,
    WEIGHTS_FILE,
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
    assert set(MODEL.name_bits) == set(NameOutcome) - UNWEIGHED
    assert set(MODEL.date_bits) == set(DateOutcome)
    assert set(MODEL.document_bits) == set(DocumentOutcome)
    assert set(MODEL.weak_bits) == {
        (feature, outcome) for feature in (Feature.SEX, Feature.NATIONALITY, Feature.BIRTH_PLACE) for outcome in WeakOutcome
    }


def test_a_decisive_document_outweighs_everything_against_it():
    against = 20 * MODEL.name_bits[NameOutcome.CONFLICT] / 4 + MODEL.date_bits[DateOutcome.CONTRADICTION]
    assert DECISIVE_DOCUMENT
    assert all(MODEL.document_bits[outcome] + against > 0 for outcome in DECISIVE_DOCUMENT)


def test_every_row_is_in_the_file_once_and_says_how_often_it_applies():
    rows = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))["rows"]
    keys = [(row["feature"], row["outcome"]) for row in rows]
    assert len(set(keys)) == len(keys)
    counted = [row for row in rows if "true_share" in row]
    assert {row["feature"] for row in counted} == {"name_part", "name", "birth_date", "sex", "nationality"}
    assert all(0 <= row[share] <= 1 for row in counted for share in ("true_share", "random_share"))


def test_better_agreement_never_weighs_less():
    date, cost = MODEL.date_bits, MODEL.part_cost
    assert date[DateOutcome.EQUAL] > date[DateOutcome.EQUAL_FILLER] > date[DateOutcome.CONTRADICTION]
    assert date[DateOutcome.EQUAL] > date[DateOutcome.YEAR_OFF_BY_ONE] > date[DateOutcome.SAME_YEAR]
    assert min(date.values()) == date[DateOutcome.CONTRADICTION]
    assert cost[PartOutcome.EQUAL] <= cost[PartOutcome.ROMANISATION] <= cost[PartOutcome.VOWELS] <= cost[PartOutcome.ONE_ERROR]
    assert all(MODEL.part_bits(outcome, 0.0) == MODEL.pair_bits_min for outcome in set(PartOutcome) - {PartOutcome.INITIAL})


def test_the_curve_of_false_alerts_falls_and_gives_the_default():
    bits, rates = zip(*FALSE_ALERT_CURVE, strict=True)
    assert sorted(bits) == list(bits)
    assert sorted(rates, reverse=True) == list(rates)
    at_default = math.log2(1 / 1000 / 5000)
    assert rates[bits.index(4.0)] <= at_default <= rates[bits.index(3.0)], "one in a thousand on 5,000 persons"
    assert 3.0 < MODEL.threshold(PERSONS) < 4.0


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
