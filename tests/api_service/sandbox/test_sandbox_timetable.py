"""The timetable of simulated flights says what they will say themselves."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api_service.cli import app
from api_service.sandbox.flights import plan_flights
from api_service.sandbox.timetable import timetable
from parsers.schedule import TableReader
from schemas.schedule import ScheduledLeg, flights_between

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def legs_of(text: str) -> list[ScheduledLeg]:
    reader = TableReader()
    items = [*reader.feed(text.encode()), *reader.close()]
    assert all(isinstance(item, ScheduledLeg) for item in items)
    return [item for item in items if isinstance(item, ScheduledLeg)]


def test_read_back_it_gives_the_same_flights_and_one_in_ten_never_flown() -> None:
    planned = list(plan_flights(7, NOW, range(60)))
    found = [flight for leg in legs_of(timetable(planned)) for flight in flights_between(leg, leg.first_day, leg.last_day)]
    flown = [flight for flight in found if not flight.designator.endswith("X")]
    assert [flight.flight_keys for flight in flown] == [(one.flight.flight_key,) for one in planned]
    assert [(flight.scheduled_departure, flight.scheduled_arrival) for flight in flown] == [
        (one.departure, one.arrival) for one in planned
    ]
    assert len(found) - len(flown) == 6
    assert {flight.scheduled_arrival.date() for flight in flown} != {NOW.date()}  # some arrive past midnight


def test_the_simulator_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api_service.sandbox.simulate.ATTEMPTS_MAX", 1)
    file = tmp_path / "timetable.csv"
    nowhere = ["--url", "http://127.0.0.1:9", "--key", "k", "--flights", "3", "--seed", "1", "--timetable", str(file)]
    assert CliRunner().invoke(app, ["simulate", *nowhere]).exit_code == 1  # nobody listens; the timetable is written before
    assert len(legs_of(file.read_text("utf-8"))) == 4
