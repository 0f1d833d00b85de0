"""The timetable of simulated flights, as the table that `kulla schedule import` reads: so that a sandbox can miss a manifest.

One flight in ten of it is never flown: nobody reports it, and the board of arrivals shows it as late, then as missing.
"""

import csv
import io
from collections.abc import Iterable

from api_service.sandbox.flights import PlannedFlight
from parsers.schedule.table import REQUIRED

NEVER_FLOWN_EVERY = 10
_NEVER_FLOWN_SUFFIX = "X"


def timetable(flights: Iterable[PlannedFlight]) -> str:
    """The flights as CSV, a row a flight."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow((*REQUIRED, "arrival_day", "suffix"))
    for position, flight in enumerate(flights):
        rows.writerow(_row(flight, ""))
        if position % NEVER_FLOWN_EVERY == 0:
            rows.writerow(_row(flight, _NEVER_FLOWN_SUFFIX))
    return text.getvalue()


def _row(planned: PlannedFlight, suffix: str) -> tuple[object, ...]:
    flight, departure, arrival = planned.flight, planned.departure, planned.arrival
    day = departure.date()
    return (
        flight.carrier,
        flight.number,
        flight.departure_port,
        flight.arrival_port,
        f"{departure:%H:%M}",
        f"{arrival:%H:%M}",
        day,
        day,
        (arrival.date() - day).days,
        suffix,
    )
