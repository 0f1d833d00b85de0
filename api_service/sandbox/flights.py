"""Flights: which carrier, from where to where, when, and with how many people."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random

from api_service.sandbox.carriers import CARRIERS, REGION_PORTS, Carrier
from api_service.sandbox.seeds import chance, seeded
from schemas.airports import Airport, find
from schemas.flight import Flight, Leg, flight_key

EARTH_RADIUS_KM = 6371
CRUISE_KMH = 780
TAXI_AND_CLIMB_MINUTES = 35
TIMETABLE_STEP_MINUTES = 5
LOAD_FACTORS = (0.62, 0.98)
TRAVELLERS_MIN = 70
FLIGHT_NUMBER_MIN = 100
FLIGHT_NUMBERS = 9_800  # one per index, so that two flights of a run never share a key; four digits are the most there are

RECORD_DAY_PORT = "TIA"
RECORD_DAY_FLIGHTS = 298
RECORD_DAY_TRAVELLERS = 50_892
"""Tirana's busiest day so far, as the airport reported it: movements and travellers."""

_DEPARTURE_SPREAD_MINUTES = (25, 340)  # "live": check-in is closing or will within hours, so its messages are due now


@dataclass(frozen=True, slots=True)
class PlannedFlight:
    """One flight of the sandbox, with how many passengers and crew it carries. Times are aware, in the ports' zones."""

    index: int
    carrier: Carrier
    flight: Flight
    departure: datetime
    arrival: datetime
    passengers: int
    crew: int


@dataclass(frozen=True, slots=True)
class _Route:
    carrier: Carrier
    departure_port: str
    arrival_port: str


def airport(code: str) -> Airport:
    """The airport with this code; the sandbox's tables name only ports that exist."""
    found = find(code)
    assert found is not None, f"no airport {code}"
    return found


def plan_flights(seed: int, now: datetime, indexes: range, ports: Sequence[str] = REGION_PORTS) -> Iterator[PlannedFlight]:
    """Flights from or to these ports that depart within hours after `now`, two thirds of them arriving in the region.

    A flight depends on the seed, `now` and its index alone, so that an endless simulation goes on with the next range.
    """
    inbound, outbound = _routes(tuple(ports))
    for index in indexes:
        rng = seeded(seed, "flight", index)
        routes = inbound if chance(rng, 0.67) else outbound
        minutes = rng.randint(*_DEPARTURE_SPREAD_MINUTES)
        yield _planned(rng, index, rng.choice(routes), now + timedelta(minutes=minutes))


def plan_record_day(seed: int, midnight: datetime) -> Iterator[PlannedFlight]:
    """Tirana's record day: half arriving, half departing, from early morning to late, with exactly that many travellers."""
    inbound, outbound = _routes((RECORD_DAY_PORT,))
    counts = _spread(seeded(seed, "record-day"), RECORD_DAY_FLIGHTS, RECORD_DAY_TRAVELLERS)
    for index, passengers in enumerate(counts):
        rng = seeded(seed, "record-day", index)
        minutes = 300 + index * 1100 // RECORD_DAY_FLIGHTS
        route = rng.choice(inbound if index % 2 else outbound)
        yield _planned(rng, index, route, midnight + timedelta(minutes=minutes), passengers)


def _planned(rng: Random, index: int, route: _Route, near: datetime, passengers: int | None = None) -> PlannedFlight:
    origin, destination = airport(route.departure_port), airport(route.arrival_port)
    departure = _on_timetable(near).astimezone(origin.zone())
    arrival = (departure + flying_time(origin, destination)).astimezone(destination.zone())
    seats = rng.choice(route.carrier.seats)
    carried = max(min(TRAVELLERS_MIN, seats), round(seats * rng.uniform(*LOAD_FACTORS))) if passengers is None else passengers
    number = str(FLIGHT_NUMBER_MIN + index % FLIGHT_NUMBERS)
    flight = _flight(route.carrier.designator, number, origin, destination, (departure, arrival))
    return PlannedFlight(index, route.carrier, flight, departure, arrival, carried, crew=2 + math.ceil(seats / 50))


def _flight(carrier: str, number: str, origin: Airport, destination: Airport, times: tuple[datetime, datetime]) -> Flight:
    departure, arrival = times
    leg = Leg(
        departure_port=origin.iata,
        arrival_port=destination.iata,
        scheduled_departure=departure,
        scheduled_arrival=arrival,
        departure_local=departure.strftime("%Y-%m-%dT%H:%M"),
        arrival_local=arrival.strftime("%Y-%m-%dT%H:%M"),
        crosses_border=origin.country != destination.country,
    )
    return Flight(
        flight_key=flight_key(carrier, number, None, origin.iata, departure.date().isoformat()),
        carrier=carrier,
        number=number,
        designator=carrier + number,
        departure_port=origin.iata,
        arrival_port=destination.iata,
        scheduled_departure=departure,
        scheduled_arrival=arrival,
        legs=(leg,),
    )


@cache
def _routes(ports: tuple[str, ...]) -> tuple[tuple[_Route, ...], tuple[_Route, ...]]:
    """Routes into these ports, and out of them."""
    inbound, outbound = [], []
    for carrier in CARRIERS:
        for route in carrier.routes:
            outside, _, inside = route.partition("-")
            if inside not in ports:
                outside, inside = inside, outside
            if inside in ports:
                inbound.append(_Route(carrier, outside, inside))
                outbound.append(_Route(carrier, inside, outside))
    return tuple(inbound), tuple(outbound)


def great_circle_km(one: Airport, other: Airport) -> float:
    """Distance over the sphere (haversine formula)."""
    lat1, lon1, lat2, lon2 = map(math.radians, (one.latitude, one.longitude, other.latitude, other.longitude))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def flying_time(one: Airport, other: Airport) -> timedelta:
    """Block time at cruising speed plus taxi, climb and descent, in steps of the timetable."""
    minutes = TAXI_AND_CLIMB_MINUTES + great_circle_km(one, other) / CRUISE_KMH * 60
    return timedelta(minutes=math.ceil(minutes / TIMETABLE_STEP_MINUTES) * TIMETABLE_STEP_MINUTES)


def _on_timetable(instant: datetime) -> datetime:
    minute = instant.minute - instant.minute % TIMETABLE_STEP_MINUTES
    return instant.replace(minute=minute, second=0, microsecond=0)


def _spread(rng: Random, flights: int, travellers: int) -> list[int]:
    """Numbers near the mean that sum exactly."""
    mean = travellers // flights
    counts = [mean + rng.randint(-45, 45) for _ in range(flights)]
    while (missing := travellers - sum(counts)) != 0:
        counts[rng.randrange(flights)] += max(-10, min(10, missing))
    return counts
