"""Flights with alerts that follow their times."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from schemas.alert import FOLLOWING_STATES
from storage.database import Work
from storage.sql import queries


class OpenFlight(NamedTuple):
    """One flight between two ports, with its alerts that follow. `untimed`: one of them knows of no arrival."""

    carrier: str
    flight_key: str
    departure_port: str | None
    arrival_port: str | None
    untimed: bool
    alert_ids: tuple[str, ...]


async def open_flights(work: Work, carriers: Collection[str]) -> Sequence[OpenFlight]:
    """Those of these carriers."""
    rows = await work.fetch(queries("alert_rows")["open_flights"], sorted(FOLLOWING_STATES), sorted(carriers))
    return [OpenFlight(**{**row, "alert_ids": tuple(row["alert_ids"])}) for row in rows]
