"""An alert's score comes out again to the bit, or it is said what is missing or differs."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, NOW, manifest, name, record, snapshot, traveller

from schemas.events import Occasion
from schemas.flight_life import report_of
from schemas.ledger import FlightHistory
from screening.engine import build_index, screen
from screening.explain import Ingredients, MatcherVersion, explain
from screening.flight_step import LastStates, described, flight_steps
from screening.index.port import matcher_version
from screening.model import MODEL
from screening.name_parts import read_part
from screening.policy import PolicySettings, Screened, alert_changes
from screening.rarity import Rarity

LISTED = traveller("KRASHTAJ", "ARDIT", "1981-04-17", documents=[("P", "BA1234567", "ALB")])


def alerted(person, lists):
    """The first alert on a person, with what it was made of."""
    index, message = build_index(lists), manifest(person)
    step = described(flight_steps((), [report_of(message)], LastStates())[0], {message.manifest_id: message})
    found = screen(step.travellers, index, DAY)
    screened = Screened(message, step, found, index.listed.version, matcher_version(index.listed), Occasion.RECEIVED)
    (alert, *_) = alert_changes(screened, FlightHistory(), PolicySettings(), NOW).create
    kept = Rarity.from_bytes(index.listed.rarity.to_bytes(), MODEL.rarity)
    stored = next(one for one in lists.records if one.record.record_id == alert.record.record_id)
    return alert, Ingredients(stored, kept, MODEL)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["KRASHTAJ", "KRASTAJ", "KRASHTAY"]),
    st.sampled_from(["ARDIT", "ARDI", ""]),
    st.sampled_from(["1981-04-17", "1981-04-18"]),
    st.integers(1, 20),
)
def test_a_score_comes_out_again_to_the_bit(surname, given_names, born, namesakes):
    others = [record(f"N{number}", name("KRASHTAJ", f"X{'ABCDEFGHIJ'[number % 10]}")) for number in range(namesakes)]
    person = LISTED.model_copy(update={"surname": surname, "given_names": given_names, "birth_date": born})
    alert, ingredients = alerted(person, snapshot(ARDIT, *FILLERS, *others))
    explanation = explain(alert, ingredients)
    assert explanation.reproduced, explanation.faults
    assert (explanation.evidence, explanation.score) == (alert.evidence, alert.score)


ALERT, INGREDIENTS = alerted(LISTED, snapshot(ARDIT, *FILLERS))
COMMON = Rarity({read_part("KRASHTAJ", family=True).skeleton: 900}, 901, MODEL.rarity)
OTHER_RECORD = INGREDIENTS.record.model_copy(update={"record": ARDIT.model_copy(update={"sex": "F"})})


@pytest.mark.parametrize(
    ("alert", "ingredients", "fault"),
    [
        (ALERT, replace(INGREDIENTS, record=None), "Version 1 of record R1 of list persons is not kept."),
        (ALERT, replace(INGREDIENTS, rarity=None), "is not kept"),
        (ALERT, replace(INGREDIENTS, record=OTHER_RECORD), "The record as kept says something else"),
        (ALERT, replace(INGREDIENTS, model=replace(MODEL, version="other")), "this release has other"),
        (ALERT, replace(INGREDIENTS, model=replace(MODEL, initial_bits=3.0, name_bits_max=6.0)), "bits; now there are"),
        (ALERT, replace(INGREDIENTS, rarity=COMMON), "Piece 1 was"),
        (ALERT.model_copy(update={"matcher_version": MODEL.version}), replace(INGREDIENTS, rarity=None), "does not say"),
        (ALERT.model_copy(update={"evidence": ALERT.evidence[1:]}), INGREDIENTS, "pieces of evidence; now there are"),
        (
            ALERT.model_copy(update={"traveller": ALERT.traveller.model_copy(update={"surname": None})}),
            INGREDIENTS,
            "it was corrected since, or purged",
        ),
    ],
)
def test_what_is_missing_or_differs_is_said(alert, ingredients, fault):
    explanation = explain(alert, ingredients)
    assert not explanation.reproduced
    assert any(fault in one for one in explanation.faults), explanation.faults


def test_a_matcher_version_names_model_and_rarity():
    versions = MatcherVersion.read(ALERT.matcher_version)
    assert versions == MatcherVersion(MODEL.version, INGREDIENTS.rarity.digest[:16])
