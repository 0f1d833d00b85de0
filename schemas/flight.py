"""A flight and its legs.

Carriers send local times without a zone. `scheduled_*` carries the offset of the port's time zone; `*_local` keeps the
wall clock as sent (`YYYY-MM-DDTHH:MM`), which is all there is when the port is unknown to us.
"""

from pydantic import AwareDatetime

from schemas.base import Noun


class Leg(Noun):
    """From one port to the next. Ports are IATA or UN/LOCODE, as sent, upper case."""

    departure_port: str | None = None
    arrival_port: str | None = None
    scheduled_departure: AwareDatetime | None = None
    scheduled_arrival: AwareDatetime | None = None
    departure_local: str | None = None
    arrival_local: str | None = None
    crosses_border: bool = False


class Flight(Noun):
    """One flight on one day.

    `flight_key` is carrier, number, suffix, departure port of the first leg and local departure date:
    `OR260-AMS-2026-03-01`; a part nobody sent is written `?`. `number` has no leading zeros. `departure_port` and
    `arrival_port` are those of the leg that crosses the border (LOC+125/LOC+87), else of the whole journey.
    """

    flight_key: str
    carrier: str | None = None
    number: str | None = None
    suffix: str | None = None
    designator: str | None = None
    designator_raw: str | None = None
    departure_port: str | None = None
    arrival_port: str | None = None
    scheduled_departure: AwareDatetime | None = None
    scheduled_arrival: AwareDatetime | None = None
    legs: tuple[Leg, ...] = ()


def flight_key(carrier: str | None, number: str | None, suffix: str | None, port: str | None, day: str | None) -> str:
    """The key under which every message about a flight meets. `day` is the local departure date, `YYYY-MM-DD`."""
    designator = f"{carrier or '?'}{number or '?'}{suffix or ''}"
    return f"{designator}-{port or '?'}-{day or '?'}"
