"""Birth dates, documents and confirmations; grounds; eligibility."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_samples import ARDIT, DAY, FILLERS, PERSONS, name, record, snapshot, traveller

from schemas.evidence import Band, Lane
from schemas.traveller import Sex
from schemas.watchlist import CaseKind, ListKind, ReadmissionCase
from screening.eligibility import may_alert
from screening.engine import build_index, screen
from screening.features.birth_dates import birth_date_evidence, date_outcome
from screening.features.documents import check_digit, document_outcome, read_document, read_documents
from screening.model import DATE_BITS, MODEL, DateOutcome, DocumentOutcome


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1981-04-17", "1981-04-17", DateOutcome.EQUAL),
        ("1981-01-01", "1981-01-01", DateOutcome.EQUAL_FILLER),
        ("1981-04-07", "1981-07-04", DateOutcome.SWAPPED),
        ("1981-04-17", "1982-04-17", DateOutcome.YEAR_OFF_BY_ONE),
        ("1981-04-17", "1991-04-17", DateOutcome.ONE_DIGIT),
        ("1981-04-17", "1981-04-29", DateOutcome.SAME_MONTH),
        ("1981-04-17", "1981-11-29", DateOutcome.SAME_YEAR),
        ("1981-04-17", "1981-04", DateOutcome.PARTIAL_MONTH),
        ("1981-04-17", "1981", DateOutcome.PARTIAL_YEAR),
        ("1981-04", "1981-05", DateOutcome.SAME_YEAR),
        ("1981-04-17", "1982", DateOutcome.PARTIAL_YEAR_NEAR),
        ("1981-04-17", "1963-09-30", DateOutcome.CONTRADICTION),
        ("1981-04-17", "1963", DateOutcome.CONTRADICTION),
    ],
)
def test_birth_date_outcomes(one, other, expected):
    assert date_outcome(one, other) is expected
    assert date_outcome(other, one) is expected


def test_birth_dates_weigh_what_the_table_says():
    piece = birth_date_evidence("1981-04-17", ("1960-02-02", "1981-04-17"), MODEL)
    assert piece.outcome is DateOutcome.EQUAL
    assert piece.record_value == "1981-04-17"
    assert piece.weight == DATE_BITS[DateOutcome.EQUAL] - 1.0
    assert birth_date_evidence(None, ("1981",), MODEL) is None
    assert birth_date_evidence("1981", (), MODEL) is None


def test_many_listed_years_never_turn_agreement_into_contradiction():
    years = tuple(str(year) for year in range(1900, 2000))
    assert birth_date_evidence("1981-04-17", years, MODEL).weight == 0.0


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (("P", "BA1234567", "ALB"), DocumentOutcome.EXACT),
        (("PN", "BA 123-4567", "ALB"), DocumentOutcome.EXACT),
        ((None, "BA1234567", "ALB"), DocumentOutcome.NUMBER_TYPE_UNKNOWN),
        (("P", "BA1234567", None), DocumentOutcome.NUMBER_ISSUER_UNKNOWN),
        (("P", "BA1234567", "SRB"), DocumentOutcome.NUMBER_OTHER),
        (("V", "BA1234567", "ALB"), DocumentOutcome.NUMBER_OTHER),
        (("P", "8A12345G7", "ALB"), DocumentOutcome.CONFUSABLE),
        (("P", "8A1234567", "SRB"), None),
        (("P", "BA1234568", "ALB"), None),
    ],
)
def test_document_outcomes(listed, expected):
    ours = read_document("P", "BA1234567", "ALB")
    assert document_outcome(ours, read_document(*listed)) == expected


@pytest.mark.parametrize(
    ("issuers", "expected"),
    [
        (("D", "DEU"), DocumentOutcome.EXACT),
        (("AL", "ALB"), DocumentOutcome.NUMBER_ISSUER_UNKNOWN),
        (("ALB", "A"), DocumentOutcome.NUMBER_ISSUER_UNKNOWN),
        (("AU", "ALB"), DocumentOutcome.NUMBER_OTHER),
        (("D", "DNK"), DocumentOutcome.NUMBER_ISSUER_UNKNOWN),
    ],
)
def test_issuers_cut_short_are_not_other_issuers(issuers, expected):
    one, other = (read_document("P", "BA1234567", issuer) for issuer in issuers)
    assert document_outcome(one, other) == document_outcome(other, one) == expected


def test_check_digits_as_icao_has_them():
    assert [check_digit(number) for number in ("L898902C3", "D23145890", "AB2134")] == ["6", "7", "5"]


@given(number=st.text("ABCXYZ0123456789", min_size=6, max_size=9).filter(lambda text: len(set(text)) > 1))
def test_a_check_digit_on_one_side_only_is_near_evidence(number):
    checked = number + check_digit(number)
    for sent, listed in ((number, checked), (checked, number)):
        outcomes = {
            document_outcome(reading, read_document("P", listed, "ALB")) for reading in read_documents("P", sent, "ALB")
        }
        assert outcomes - {None} == {DocumentOutcome.CONFUSABLE}
        other = {document_outcome(reading, read_document("V", listed, "ALB")) for reading in read_documents("P", sent, "ALB")}
        assert other == {None}
    equal = {document_outcome(reading, read_document("P", number, "ALB")) for reading in read_documents("P", number, "ALB")}
    assert equal - {None} == {DocumentOutcome.EXACT}


def test_a_copied_check_digit_is_found_by_the_index_and_the_oracle():
    stolen = record("D1", documents=[("P", "L898902C3", "ALB")])
    watchlist = PERSONS.model_copy(update={"kind": ListKind.DOCUMENT})
    (match,) = screened(traveller("X", "Y", documents=[("P", "L898902C36", "ALB")]), stolen, watchlist=watchlist)
    assert [piece.explanation for piece in match.evidence if piece.feature == "document"] == [
        "P L898902C36 ALB and P L898902C3 ALB differ only in what looks alike, or a check digit."
    ]
    passport_and_visa = traveller("X", "Y", documents=[("P", "AB1234567", "ALB"), ("V", "CD7654321", "DEU")])
    for wanted in (("P", "AB1234567", "ALB"), ("V", "CD7654321", "DEU")):
        assert screened(passport_and_visa, record("D2", documents=[wanted]), watchlist=watchlist), "either of them counts"


def test_fillers_are_no_document():
    assert read_document("P", "0000000", "ALB") is None
    assert read_document("P", "N/A", "ALB") is None


def screened(asked, *records, watchlist=PERSONS, floor=None, day=DAY):
    return screen([asked], build_index(snapshot(*records, watchlist=watchlist)), day, floor)


def test_the_same_document_decides_alone():
    other_name = traveller("ZYBERI", "LUAN", "1999-09-09", documents=[("P", "BA1234567", "ALB")])
    (match,) = screened(other_name, ARDIT, *FILLERS)
    assert match.lanes == (Lane.DOCUMENT,)
    assert match.band is Band.STRONG
    assert match.score == sum(piece.weight for piece in match.evidence)
    assert not screened(other_name.model_copy(update={"documents": ()}), ARDIT, *FILLERS)


def test_a_listed_document_without_a_holder_is_found_exactly_and_nearly():
    documents = PERSONS.model_copy(update={"kind": ListKind.DOCUMENT})
    stolen = record("D1", documents=[("P", "BA1234567", "ALB")])
    for number, band in (("BA1234567", Band.STRONG), ("BA12345G7", Band.POSSIBLE)):
        (match,) = screened(traveller("X", "Y", documents=[("P", number, "ALB")]), stolen, watchlist=documents)
        assert (match.lanes, match.band) == ((Lane.DOCUMENT,), band)


def test_nobody_is_matched_by_nationality_sex_and_birth_place_alone():
    listed = record("R", name("QWERTAJ"), nationalities=("ALB",), sex="F", birth_place="TIRANA", birth_dates=("1981-04-17",))
    alike = traveller("ZYBERI", None, "1981-04-17", nationality="ALB", sex=Sex.FEMALE, birth_place="TIRANA")
    assert not screened(alike, listed, floor=-100.0)


def test_confirmations_move_the_score_a_little_and_unknown_does_not():
    def score(**fields):
        (match,) = screened(traveller("KRASHTAJ", "ARDIT", "1981-04-17", **fields), ARDIT, *FILLERS)
        return match.score

    plain = score()
    assert score(sex=Sex.UNSPECIFIED) == plain
    assert plain < score(nationality="ALB") < plain + 4
    assert plain > score(nationality="SRB") > plain - 5
    assert plain > score(sex=Sex.FEMALE) > plain - 5


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([None, "AL", "BIN", "K", "A"]),
    st.sampled_from(["ALB", "SRB", None]),
    st.sampled_from(list(Sex)),
    st.sampled_from(["TIRANA", None]),
)
def test_nothing_but_a_name_or_a_document_is_a_ground(particle_or_initial, nationality, sex, place):
    listed = record(
        "R1",
        name("AL KRASHTAJ", "BIN ARDIT"),
        birth_dates=("1981-04-17",),
        nationalities=("ALB",),
        sex="M",
        birth_place="TIRANA",
    )
    asked = traveller("ZZYZX", particle_or_initial, "1981-04-17", nationality=nationality, sex=sex, birth_place=place)
    assert not screened(asked, listed, *FILLERS, floor=-1000.0)
    assert screened(traveller("KRASHTAJ", particle_or_initial, "1981-04-17"), listed, *FILLERS, floor=-1000.0)


def test_a_refugee_document_is_no_ground_and_weighs_nothing():
    plain = screened(traveller("KRASHTAJ", "ARDIT", "1981-04-17"), ARDIT, *FILLERS)
    refugee = screened(traveller("KRASHTAJ", "ARDIT", "1981-04-17", documents=[("R", "XY7654321", "ALB")]), ARDIT, *FILLERS)
    assert [match.score for match in plain] == [match.score for match in refugee]


def test_who_has_neither_name_nor_document_is_not_screened():
    assert not screened(traveller(None, "XXX", "1981-04-17"), ARDIT, floor=-1000.0)


@given(st.dates())
def test_a_record_alerts_only_while_it_is_valid(day):
    first, last = date(2026, 2, 1), date(2026, 4, 1)
    assert may_alert(record("R", name("A"), valid_from=first, expires_at=last), day) is (first <= day <= last)
    assert may_alert(record("R", name("A")), day)


def case(kind, **fields):
    return record("R", name("KRASHTAJ", "ARDIT"), readmission=ReadmissionCase(case_kind=kind, **fields))


@pytest.mark.parametrize("kind", list(CaseKind))
def test_which_case_kinds_alert(kind):
    assert may_alert(case(kind), DAY) is (kind is not CaseKind.ASSISTED_VOLUNTARY_RETURN)
    assert not may_alert(case(kind, suspended=True), DAY)


@pytest.mark.parametrize(
    ("decision", "alerts"),
    [
        ("accepted", True),
        ("pending", True),
        ("Appealed", False),
        ("suspended", False),
        ("withdrawn", False),
        ("refused", False),
    ],
)
def test_which_decisions_alert(decision, alerts):
    assert may_alert(case(CaseKind.OWN_NATIONAL, decision=decision), DAY) is alerts


@pytest.mark.parametrize(
    ("first", "last", "alerts"),
    [
        (None, None, True),
        (DAY, DAY, True),
        (date(2026, 3, 2), None, False),
        (None, date(2026, 2, 28), False),
        (date(2025, 1, 1), None, True),
    ],
)
def test_an_entry_ban_alerts_between_its_dates(first, last, alerts):
    readmission = PERSONS.model_copy(update={"kind": ListKind.READMISSION})
    ban = case(CaseKind.ENTRY_BAN, entry_ban_from=first, entry_ban_to=last)
    found = screened(traveller("KRASHTAJ", "ARDIT"), ban, *FILLERS, watchlist=readmission)
    assert bool(found) is alerts
    if found:
        assert found[0].lanes == (Lane.NAME, Lane.READMISSION)


def test_the_flight_day_counts_not_today():
    later = record("R", name("KRASHTAJ", "ARDIT"), valid_from=date(2026, 3, 2))
    assert not screened(traveller("KRASHTAJ", "ARDIT"), later, *FILLERS)
    assert screened(traveller("KRASHTAJ", "ARDIT"), later, *FILLERS, day=date(2026, 3, 2))
