"""The times of a flight: the last that anybody said counts, departure and arrival each by itself.

A closure often repeats the times, and sometimes leaves them out; what is left out is as it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas.flight_life.report import Report
from schemas.flight_times import FlightTimes, Route


@dataclass(frozen=True, slots=True)
class KnownTimes:
    """The times of one route, and the messages that said them."""

    times: FlightTimes
    said_by: frozenset[str]


class _Said(NamedTuple):
    """The times so far, and by which messages departure and arrival were said ("" = by none)."""

    times: FlightTimes = FlightTimes()
    by: tuple[str, str] = ("", "")


def known_times(reports: Iterable[Report]) -> Mapping[Route, KnownTimes]:
    """What these messages, in their order, come to."""
    said: dict[Route, _Said] = {}
    for report in reports:
        if report.times != FlightTimes():
            said[report.route] = _after(said.get(report.route, _Said()), report)
    return {route: KnownTimes(one.times, frozenset(one.by) - {""}) for route, one in said.items()}


def _after(said: _Said, report: Report) -> _Said:
    departure_by, arrival_by = said.by
    departure_by = departure_by if report.times.departure is None else report.manifest_id
    arrival_by = arrival_by if report.times.arrival is None else report.manifest_id
    return _Said(report.times.over(said.times), (departure_by, arrival_by))
