"""What nobody is ever matched for: where he comes from, his sex, his age, or that his document is a refugee's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, NOW, manifest, name, record, snapshot, traveller

from benchmarks.fairness import (
    GROUP_MIN,
    PAPERS,
    Tally,
    false_match_rates,
    match_rates,
    population,
    ratio_of_extremes,
    together,
)
from schemas.codes import NO_NATIONALITY
from schemas.events import Occasion
from schemas.flight_life import report_of
from schemas.ledger import FlightHistory
from schemas.traveller import Sex
from schemas.watchlist import CaseKind, ReadmissionCase
from screening.engine import build_index, screen
from screening.flight_step import FlightStep, LastStates, described, flight_steps
from screening.policy import PolicySettings, Screened, alert_changes

LISTED = (
    record(
        "ALIKE",
        name("QWERTAJ", "ZAMIRA"),
        nationalities=("AFG", "SYR"),
        sex="F",
        birth_dates=("2010-04-17", "1981-04-17", "1950"),
    ),
    ARDIT,
    *FILLERS,
)
INDEX = build_index(snapshot(*LISTED))
STRANGER = ("VON HOHENZOLLERN", "FRIEDRICH")
"""A name that no record has any part of."""

NATIONALITIES = st.sampled_from(["AFG", "SYR", "ALB", "SRB", "DEU", *sorted(NO_NATIONALITY), None])
DATES = st.sampled_from(["1981-04-17", "2010-04-17", "1950-01-01", "2024-06-01", "1930-01-01", "1981-04", "1981", None])
SEXES = st.sampled_from([*Sex])
REFUGEE_PAPERS = st.lists(
    st.tuples(
        st.sampled_from(["P", "PT", "PR", "I", "A", "V"]), st.from_regex(r"[A-Z]{2}[0-9]{6}", fullmatch=True), NATIONALITIES
    ),
    max_size=2,
)


def alerts_about(*people):
    """What the whole policy makes of a flight of these people."""
    message = manifest(*people)
    step = flight_steps((), [report_of(message)], LastStates())[0]
    step = described(step, {message.manifest_id: message})
    assert step != FlightStep()
    screened = Screened(message, step, screen(step.travellers, INDEX, DAY), 1, "model", Occasion.RECEIVED)
    return alert_changes(screened, FlightHistory(), PolicySettings(), NOW).create


@settings(max_examples=150, deadline=None)
@given(NATIONALITIES, DATES, SEXES, REFUGEE_PAPERS)
def test_no_alert_without_a_name_or_a_document_of_the_list(nationality, birth_date, sex, papers):
    """Whatever else agrees with a record, and however many things at once."""
    stranger = traveller(*STRANGER, birth_date, nationality=nationality, sex=sex, documents=papers)
    assert alerts_about(stranger) == ()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(NO_NATIONALITY)), SEXES, DATES)
def test_a_refugees_document_weighs_nothing(code, sex, birth_date):
    """The code of a refugee or of a stateless person counts as no nationality: neither for nor against."""
    for who in (("QWERTAJ", "ZAMIRA"), ("KRASHTAJ", "ARDIT")):
        with_code = traveller(*who, birth_date, nationality=code, sex=sex)
        without = traveller(*who, birth_date, nationality=None, sex=sex)
        found = [screen([one], INDEX, DAY, -50.0) for one in (with_code, without)]
        assert found[0], "the right person is found"
        pieces = [[(match.record.record.record_id, match.score, match.evidence) for match in matches] for matches in found]
        assert pieces[0] == pieces[1]


@pytest.mark.parametrize("papers", [[("P", "XZ123456", "DEU")], [("PT", "XZ123456", "XXB")], [("I", "XZ123456", "AFG")]])
def test_the_kind_of_a_document_weighs_nothing(papers):
    """Unless it is the very document that is listed."""
    plain = alerts_about(traveller("KRASHTAJ", "ARDIT", "1981-04-17"))
    shown = alerts_about(traveller("KRASHTAJ", "ARDIT", "1981-04-17", documents=papers))
    assert [alert.score for alert in shown] == [alert.score for alert in plain]


@given(st.integers(1925, 2026))
@settings(max_examples=50, deadline=None)
def test_being_a_child_raises_nothing(year):
    """An age is no ground, and starts no clock: unaccompanied children are seen by people, who make a card."""
    assert alerts_about(traveller(*STRANGER, f"{year}-04-17", nationality="AFG")) == ()


def test_an_assisted_voluntary_return_is_nobodys_match():
    returning = record(
        "AVR", name("KRASHTAJ", "ARDIT"), readmission=ReadmissionCase(case_kind=CaseKind.ASSISTED_VOLUNTARY_RETURN)
    )
    assert screen([traveller("KRASHTAJ", "ARDIT")], build_index(snapshot(returning, *FILLERS)), DAY, -50.0) == []


def test_the_fairness_benchmark_measures_what_it_says():
    people = population(listed=150, innocents=100, seed=3)
    right = {papers: match_rates(people, PAPERS[papers]) for papers in ("passport", "identity card", "none")}
    assert together(right["passport"]).people == 150
    assert together(right["passport"]).rate > 0.6
    assert right["passport"] == right["identity card"] == right["none"], "documents that nobody listed"
    assert together(false_match_rates(people, PAPERS["passport"])).people == 100
    broken = replace_garbling(people)
    assert together(match_rates(broken, PAPERS["passport"])).matched == 0


def replace_garbling(people):
    """The same listed people, looked for in a list of others."""
    return people._replace(index=population(listed=150, innocents=1, seed=4).index)


def test_the_ratio_is_of_groups_large_enough():
    tallies = {"a": Tally(90, 100), "b": Tally(45, 100), "c": Tally(0, GROUP_MIN - 1)}
    assert ratio_of_extremes(tallies) == pytest.approx(2.0)
    assert ratio_of_extremes({"a": Tally(1, 100)}) is None
    assert ratio_of_extremes(tallies | {"d": Tally(0, 100)}) is None
