"""Periods become flights: the right days, the right instants, the key under which the manifest will come."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.schedule import ScheduledLeg, ScheduledTime, TimeMode, arriving, departing, flights_between


def leg(**changed: object) -> ScheduledLeg:
    departure = ScheduledTime("VIE", 10 * 60 + 15)
    fields: dict[str, object] = {
        "carrier": "OS",
        "number": "841",
        "suffix": None,
        "variation": "01",
        "leg": 1,
        "service_type": "J",
        "first_day": date(2026, 3, 23),
        "last_day": date(2026, 4, 30),
        "days": "135",
        "weeks": 1,
        "mode": TimeMode.LOCAL,
        "departure": departure,
        "arrival": ScheduledTime("TIA", 11 * 60 + 50),
        "origin": departure,
    }
    return ScheduledLeg(**fields | changed)  # type: ignore[arg-type]  # a table of fields of a test


def departures(of: ScheduledLeg, since: date, until: date) -> list[str]:
    return [flight.scheduled_departure.isoformat(timespec="minutes") for flight in flights_between(of, since, until)]


def test_local_times_keep_their_clock_over_the_change_of_clocks() -> None:
    assert departures(leg(), date(2026, 3, 25), date(2026, 3, 31)) == [
        "2026-03-25T10:15+01:00",
        "2026-03-27T10:15+01:00",
        "2026-03-30T10:15+02:00",
    ]


def test_utc_times_move_on_the_wall() -> None:
    assert departures(leg(mode=TimeMode.UTC), date(2026, 3, 27), date(2026, 3, 30)) == [
        "2026-03-27T11:15+01:00",
        "2026-03-30T12:15+02:00",
    ]


def test_the_period_is_inclusive_and_nothing_lies_outside() -> None:
    first, last = date(2026, 3, 23), date(2026, 3, 25)
    found = departures(leg(first_day=first, last_day=last), date(2026, 1, 1), date(2026, 12, 31))
    assert [text[:10] for text in found] == ["2026-03-23", "2026-03-25"]


def test_every_other_week_counts_from_the_week_of_the_first_day() -> None:
    found = departures(leg(weeks=2, days="1"), date(2026, 3, 1), date(2026, 5, 31))
    assert [text[:10] for text in found] == ["2026-03-23", "2026-04-06", "2026-04-20"]


def test_a_flight_over_midnight_arrives_the_next_day_and_is_keyed_by_its_departure() -> None:
    late = leg(
        departure=ScheduledTime("VIE", 23 * 60), arrival=ScheduledTime("TIA", 35, day=1), origin=ScheduledTime("VIE", 1380)
    )
    [flight] = flights_between(late, date(2026, 3, 23), date(2026, 3, 23))
    assert flight.scheduled_arrival.isoformat() == "2026-03-24T00:35:00+01:00"
    assert flight.flight_keys == ("OS841-VIE-2026-03-23",)
    assert flight.designator == "OS841"


def test_a_later_leg_may_be_reported_from_the_first_port_or_from_its_own() -> None:
    second = leg(leg=2, departure=ScheduledTime("VIE", 30, day=1), origin=ScheduledTime("JFK", 17 * 60))
    [flight] = flights_between(second, date(2026, 3, 23), date(2026, 3, 23))
    assert flight.flight_keys == ("OS841-JFK-2026-03-23", "OS841-VIE-2026-03-24")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"service_type": "F"}, False),
        ({"service_type": "C"}, True),
        ({"arrival": ScheduledTime("GRZ", 700)}, False),
        ({"arrival": ScheduledTime("QQQ", 700)}, True),
    ],
)
def test_lists_are_expected_of_people_across_borders(changed: dict[str, object], expected: bool) -> None:
    assert leg(**changed).expected is expected


def test_an_unknown_port_has_the_offset_of_its_record() -> None:
    somewhere = leg(departure=ScheduledTime("QQQ", 600, utc_offset_minutes=-210))
    [flight] = flights_between(somewhere, date(2026, 3, 23), date(2026, 3, 23))
    assert flight.scheduled_departure.isoformat() == "2026-03-23T10:00:00-03:30"


_ports = st.sampled_from(["VIE", "TIA", "JFK", "AKL", "HNL", "QQQ"])
_times = st.builds(ScheduledTime, _ports, st.integers(0, 1440), st.integers(-1, 3), st.none() | st.integers(-720, 840))


@settings(max_examples=100, deadline=None)
@given(_times, _times, st.sampled_from(TimeMode), st.integers(0, 46 * 1440), st.integers(1, 60))
def test_looking_at_some_days_only_finds_the_same_flights(
    departure: ScheduledTime, arrival: ScheduledTime, mode: TimeMode, minutes: int, hours: int
) -> None:
    one = leg(departure=departure, arrival=arrival, origin=departure, mode=mode)
    since = datetime(2026, 3, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    until = since + timedelta(hours=hours)
    every = list(flights_between(one, one.first_day, one.last_day))
    assert list(departing(one, since, until)) == [flight for flight in every if since <= flight.scheduled_departure < until]
    assert list(arriving(one, since, until)) == [flight for flight in every if since <= flight.scheduled_arrival < until]
