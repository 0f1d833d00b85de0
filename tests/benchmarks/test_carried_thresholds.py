"""Innocents recombined, and thresholds judged on other people than they were chosen on."""

from collections import Counter

from benchmarks.screening.carried import Half
from benchmarks.screening.recombined import recombined
from schemas.traveller import Sex, Traveller

PEOPLE = [
    Traveller(
        traveller_id=str(number),
        surname=f"SURNAME{number}",
        given_names=f"GIVEN{number}",
        birth_date=f"{1950 + number}-03-04",
        nationality="ALB" if number % 2 else "SRB",
        sex=Sex.FEMALE if number % 3 else Sex.MALE,
    )
    for number in range(40)
]


def test_the_first_hand_is_the_travellers_themselves():
    assert list(recombined(PEOPLE, 3))[: len(PEOPLE)] == PEOPLE
    assert list(recombined(PEOPLE, 3)) == list(recombined(PEOPLE, 3))


def test_every_hand_has_the_same_names_and_dates_in_other_company():
    second = list(recombined(PEOPLE, 2))[len(PEOPLE) :]
    assert [one.surname for one in second] == [one.surname for one in PEOPLE]
    for field in ("given_names", "birth_date"):
        assert Counter(getattr(one, field) for one in second) == Counter(getattr(one, field) for one in PEOPLE)
        assert sum(getattr(one, field) != getattr(other, field) for one, other in zip(second, PEOPLE, strict=True)) > 20
    of_name = {one.given_names: (one.nationality, one.sex) for one in PEOPLE}
    assert all(of_name[one.given_names] == (one.nationality, one.sex) for one in second)


def test_a_threshold_keeps_its_rate_where_it_was_chosen():
    half = Half([float(bits) for bits in range(20)], opportunities=4.0)
    assert half.per_thousand(half.threshold(1.0)) == 1.0
    assert half.per_thousand(10.0) == 2.5
