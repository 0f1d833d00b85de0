"""The guarantee: an index gives exactly the matches of the oracle, with the same scores and the same evidence."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, name, record, snapshot, traveller

from schemas.traveller import Sex
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.features.birth_dates import birth_date_evidence
from screening.features.names import score_names
from screening.index.date_bounds import DateBounds
from screening.index.name_bounds import NameBounds
from screening.index.pruned import PrunedIndex
from screening.model import MODEL
from screening.prepared import prepare_list, prepare_traveller

COMMON_WORDS = """
MOHAMED MUHAMMAD MOHAMMED AHMED AHMAD ALI AL EL BIN ABD ABDUL RAHMAN RAHIM ABDULRAHMAN ABDALRAHMAN IVANOV IVANOVA IVANOVICH
ALEXANDER ALEKSANDR ALEXANDR DE LA VAN KIM KYM JO JOO O A J MARIA MARIJA MARI KRASHTAJ KRASHTAI KRASHTA KRSHTAJ HOXHA HODJA
SASHA VOLODYA VLADIMIR BILL WILLIAM IBRO IBRAHIM MISHA SHEHU SEHU GASHI GASI XXX FNU MR ANNAMRS ANNA DJORDJEVIC DORDEVIC
"""
COMMON = COMMON_WORDS.split()
PARTS = st.one_of(
    st.sampled_from(COMMON),
    st.text("ABCEHIKLMNORSUY", min_size=1, max_size=9),
    st.text("ABIMR", min_size=1, max_size=3),
    st.text("AEM", min_size=30, max_size=35),
)
FIELDS = st.lists(PARTS, max_size=4).map(" ".join)
LONG = st.lists(st.sampled_from(COMMON), min_size=20, max_size=30).map(" ".join)
DATES = st.one_of(
    st.none(),
    st.sampled_from(["1981-04-17", "1981-04", "1981", "1982-04-17", "1981-01-01", "1980-01-01", "1971-04-17", "1981-12-04"]),
    st.dates().filter(lambda day: day.year > 1900).map(str),
)
COUNTRIES = st.sampled_from([None, "ALB", "SRB", "SYR"])
DOCUMENTS = st.lists(
    st.tuples(st.sampled_from(["P", "V", None]), st.sampled_from(["BA12O", "BA120", "8A120", "XY999"]), COUNTRIES), max_size=2
)
NAMES = st.builds(name, FIELDS, FIELDS, weak=st.booleans())
RECORDS = st.lists(
    st.tuples(
        st.lists(NAMES, max_size=3), st.lists(DATES, max_size=3), COUNTRIES, st.sampled_from([None, "M", "F"]), DOCUMENTS
    ),
    max_size=12,
)
TRAVELLERS = st.lists(
    st.builds(
        traveller,
        st.one_of(FIELDS, LONG),
        FIELDS,
        DATES,
        nationality=COUNTRIES,
        sex=st.sampled_from(list(Sex)),
        documents=DOCUMENTS,
        birth_place=st.sampled_from([None, "TIRANA"]),
    ),
    min_size=1,
    max_size=4,
)
FLOORS = st.sampled_from([None, -20.0, 2.0, 6.0, 10.0, 18.0])


def listed(rows):
    return snapshot(
        *(
            record(
                f"R{number}",
                *names,
                birth_dates=tuple(filter(None, dates)),
                nationalities=(country,) if country else (),
                sex=sex,
                birth_place="TIRANA" if number % 2 else None,
                documents=documents,
            )
            for number, (names, dates, country, sex, documents) in enumerate(rows)
        )
    )


def both(lists, travellers, floor):
    prepared = prepare_list(lists, MODEL)
    index, oracle = PrunedIndex(prepared), ExhaustiveIndex(prepared)
    return screen(travellers, index, DAY, floor), screen(travellers, oracle, DAY, floor)


@settings(max_examples=200, deadline=None)
@given(RECORDS, TRAVELLERS, FLOORS)
def test_the_index_gives_what_the_oracle_gives(rows, travellers, floor):
    by_index, by_oracle = both(listed(rows), travellers, floor)
    assert by_index == by_oracle


@settings(max_examples=30, deadline=None)
@given(NAMES, TRAVELLERS, FLOORS)
def test_a_list_of_one_name_repeated(one, travellers, floor):
    lists = listed([([one], ["1981-04-17"], None, None, []) for _ in range(40)])
    by_index, by_oracle = both(lists, travellers, floor)
    assert by_index == by_oracle


@settings(max_examples=20, deadline=None)
@given(st.lists(LONG, min_size=1, max_size=3), LONG)
def test_names_of_thirty_parts(long_names, asked):
    lists = listed([([name(long_name, None)], [], None, None, []) for long_name in long_names])
    by_index, by_oracle = both(lists, [traveller(asked), traveller(None, long_names[0])], 4.0)
    assert by_index == by_oracle
    assert by_oracle, "a name is like itself"


def test_typing_errors_and_mutations_are_found_by_both():
    lists = snapshot(ARDIT, *FILLERS)
    spellings = ["KRASHTAJ", "KRASTAJ", "KRASHTJA", "KRASHTAJI", "KRASHT", "KRASHTAY"]
    travellers = [traveller(text, "ARDIT", "1981-04-17") for text in spellings]
    by_index, by_oracle = both(lists, travellers, None)
    assert by_index == by_oracle
    assert [match.record.record.record_id for match in by_oracle] == ["R1"] * len(spellings)


@settings(max_examples=100, deadline=None)
@given(RECORDS, TRAVELLERS)
def test_name_bounds_are_never_too_low(rows, travellers):
    prepared = prepare_list(listed(rows), MODEL)
    names = [one for of_record in prepared.records for one in of_record.names]
    bounds = NameBounds(names, MODEL)
    for one in travellers:
        for reading in prepare_traveller(one).names:
            exact = [score_names(reading, other, MODEL) for other in names]
            assert all(
                bound >= score.bits or (score.agreeing == 0 and bound == -math.inf)
                for bound, score in zip(bounds.bounds(reading), exact, strict=True)
            )


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(DATES, max_size=4), max_size=8), DATES)
def test_date_bits_are_those_of_the_feature(dates, asked):
    of_records = [tuple(dict.fromkeys(filter(None, one))) for one in dates]
    pieces = [birth_date_evidence(asked, one, MODEL) for one in of_records]
    assert DateBounds(of_records, MODEL).bits(asked).tolist() == [piece.weight if piece else 0.0 for piece in pieces]


def test_the_index_scores_only_what_can_match():
    index = PrunedIndex(prepare_list(snapshot(ARDIT, *FILLERS), MODEL))
    candidates = list(index.candidates(prepare_traveller(traveller("KRASHTAJ", "ARDIT", "1981-04-17")), None))
    assert [one.versioned.record.record_id for one in candidates] == ["R1"]
