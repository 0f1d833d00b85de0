"""Dates and times in a PAXLST: years of two digits, unknown days, local times at both ends, the change of the clocks."""

from datetime import UTC, date, datetime

import pytest
from edifact_text import FLIGHT, PERSON, passenger_list
from paxlst_reading import only

from parsers import read_manifests
from schemas.manifest import Manifest

BIRTHS = [
    ("680223", "1968-02-23", []),
    ("19680223:102", "1968-02-23", []),
    ("19680223", "1968-02-23", []),
    ("260301", "2026-03-01", ["century_ambiguous"]),
    ("260302", "1926-03-02", []),
    ("160101", "2016-01-01", ["century_ambiguous"]),
    ("150101", "2015-01-01", []),
    ("000229", "2000-02-29", []),
    ("010229", None, ["birth_date_invalid"]),
    ("19000101", "1900-01-01", ["birth_date_implausible"]),
    ("680200", "1968-02", []),
    ("680000", "1968", []),
    ("68<<<<", "1968", []),
    ("", None, ["birth_date_missing"]),
    ("ABC", None, ["birth_date_invalid"]),
]


@pytest.mark.parametrize(("sent", "value", "expected"), BIRTHS)
def test_birth_dates(sent: str, value: str | None, expected: list[str]) -> None:
    manifest, found = only(passenger_list((*PERSON[:2], f"DTM+329:{sent}", *PERSON[3:])))
    assert (manifest.travellers[0].birth_date, found) == (value, expected)


EXPIRIES = [("300101", "2030-01-01", []), ("750101", "2075-01-01", []), ("760101", "1976-01-01", ["document_expired"])]
EXPIRIES += [
    ("260228", "2026-02-28", ["document_expired"]),
    ("260301", "2026-03-01", []),
    ("300230", None, ["date_invalid"]),
    ("", None, []),
]


@pytest.mark.parametrize(("sent", "value", "expected"), EXPIRIES)
def test_expiry_dates_turn_around_the_flight(sent: str, value: str | None, expected: list[str]) -> None:
    manifest, found = only(passenger_list((*PERSON[:6], f"DTM+36:{sent}", PERSON[7])))
    assert (manifest.travellers[0].documents[0].expires_on, found) == (value, expected)


def timed(departure: str, arrival: str, ports: tuple[str, str]) -> tuple[Manifest, list[str]]:
    flight = ("TDT+20+OS849", f"LOC+125+{ports[0]}", departure, f"LOC+87+{ports[1]}", arrival)
    return only(passenger_list(PERSON, flight=flight))


TIMES = [
    ("westwards, arriving before departing", "2603011010", "2603011005", ("TIA", "LHR"), 55, []),
    ("over the date line eastwards, a day before", "2607010100", "2606301830", ("AKL", "LAX"), 750, []),
    ("over the date line westwards, two days on", "2606302230", "2607020610", ("LAX", "AKL"), 760, []),
    ("into the day of the change", "2603282330", "2603290400", ("TIA", "LHR"), 270, []),
    ("departing in the gap", "2603290230", "2603290500", ("VIE", "TIA"), 90, ["time_in_gap"]),
    ("departing in the fold, the first of the two", "2610250230", "2610250500", ("VIE", "TIA"), 210, ["time_in_fold"]),
    ("at the end of a day", "2603012400", "2603020130", ("VIE", "TIA"), 90, []),
    ("by the clock 47 hours", "2603011010", "2603030910", ("VIE", "TIA"), 2820, ["flight_time_implausible"]),
]


@pytest.mark.parametrize(
    ("departure", "arrival", "ports", "minutes", "expected"), [row[1:] for row in TIMES], ids=[row[0] for row in TIMES]
)
def test_local_times(departure: str, arrival: str, ports: tuple[str, str], minutes: int, expected: list[str]) -> None:
    manifest, found = timed(f"DTM+189:{departure}:201", f"DTM+232:{arrival}:201", ports)
    leg = manifest.flight.legs[0]
    assert leg.scheduled_departure is not None
    assert leg.scheduled_arrival is not None
    assert (leg.scheduled_arrival - leg.scheduled_departure).total_seconds() == minutes * 60
    assert found == expected


FORMS = [
    ("DTM+189:2603011010:201", []),
    ("DTM+189:202603011010:201", ["time_format_differs"]),
    ("DTM+189:202603011010:203", []),
    ("DTM+189+2603011010:201", ["time_separator_wrong"]),
    ("DTM+189: 2603011010:201", []),
    ("DTM+189:202603011010?+0100:205", []),
    ("DTM+189:202603011010+0100:205", ["time_separator_wrong"]),
    ("DTM+189:202603010910Z:205", []),
]


@pytest.mark.parametrize(("sent", "expected"), FORMS)
def test_forms_of_a_time(sent: str, expected: list[str]) -> None:
    manifest, found = timed(sent, FLIGHT[4], ("VIE", "TIA"))
    departure = manifest.flight.legs[0].scheduled_departure
    assert departure is not None
    assert (departure.astimezone(UTC), found) == (datetime(2026, 3, 1, 9, 10, tzinfo=UTC), expected)


def test_the_day_of_receipt_helps_where_no_flight_has_a_day() -> None:
    flight = ("TDT+20+OS849", "LOC+125+VIE", "LOC+87+TIA")
    data = passenger_list((*PERSON[:2], "DTM+329:300101", *PERSON[3:]), flight=flight)
    born = [next(iter(read_manifests(data, received_on=date(year, 1, 2)))).manifest for year in (2026, 2032)]
    assert [one.travellers[0].birth_date for one in born if one] == ["1930-01-01", "2030-01-01"]
