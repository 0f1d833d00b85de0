"""When a flight departs and arrives, as far as somebody said it, and between which ports."""

from datetime import datetime
from typing import NamedTuple, Self

from schemas.flight import Flight


class Route(NamedTuple):
    """Between which ports. Messages about one flight may be about different legs of it, each with times of its own."""

    departure_port: str | None = None
    arrival_port: str | None = None


class FlightTimes(NamedTuple):
    """Scheduled departure and arrival; None = not said."""

    departure: datetime | None = None
    arrival: datetime | None = None

    def over(self, earlier: Self) -> "FlightTimes":
        """These times, and where they say nothing those said earlier."""
        return FlightTimes(self.departure or earlier.departure, self.arrival or earlier.arrival)


def route_of(flight: Flight) -> Route:
    """Between which ports a message says that the flight goes."""
    return Route(flight.departure_port, flight.arrival_port)


def times_of(flight: Flight) -> FlightTimes:
    """When a message says that the flight departs and arrives."""
    return FlightTimes(flight.scheduled_departure, flight.scheduled_arrival)
