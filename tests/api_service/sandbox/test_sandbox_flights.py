"""Flights are between real airports, at possible times, and the record day has the right size."""

from datetime import UTC, datetime, timedelta

from api_service.sandbox.carriers import CARRIERS, REGION_PORTS
from api_service.sandbox.flights import (
    RECORD_DAY_FLIGHTS,
    RECORD_DAY_TRAVELLERS,
    airport,
    flying_time,
    great_circle_km,
    plan_flights,
    plan_record_day,
)
from schemas.airports import find

NOW = datetime(2026, 3, 1, 12, 3, tzinfo=UTC)


def test_every_port_of_every_route_exists_and_crosses_a_border() -> None:
    for carrier in CARRIERS:
        for route in carrier.routes:
            ends = [find(port) for port in route.split("-")]
            assert all(end is not None for end in ends), f"{carrier.designator} {route}"
            assert len({end.country for end in ends if end is not None}) == 2, f"{carrier.designator} {route}"


def test_every_port_of_the_region_is_served() -> None:
    served = {route.partition("-")[2] for carrier in CARRIERS for route in carrier.routes}
    assert set(REGION_PORTS) <= served


def test_designators_are_unique_and_well_formed() -> None:
    designators = [carrier.designator for carrier in CARRIERS]
    assert len(set(designators)) == len(designators)
    assert all(len(designator) == 2 and designator.isalnum() and designator.isupper() for designator in designators)
    assert all(70 <= seats <= 230 for carrier in CARRIERS for seats in carrier.seats)


def test_a_flight_depends_on_its_index_alone() -> None:
    ten = list(plan_flights(3, NOW, range(10)))
    assert list(plan_flights(3, NOW, range(4, 10))) == ten[4:]
    assert list(plan_flights(4, NOW, range(10))) != ten


def test_flights_are_live_and_their_keys_differ() -> None:
    flights = list(plan_flights(3, NOW, range(300)))
    assert len({flight.flight.flight_key for flight in flights}) == 300
    for flight in flights:
        assert NOW < flight.departure < NOW + timedelta(hours=6)
        assert timedelta(minutes=40) < flight.arrival - flight.departure < timedelta(hours=7)
        assert 70 <= flight.passengers <= 230
        leg = flight.flight.legs[0]
        assert leg.crosses_border
        assert leg.departure_local == flight.departure.strftime("%Y-%m-%dT%H:%M")
        assert flight.departure.utcoffset() == flight.departure.astimezone(airport(leg.departure_port or "").zone()).utcoffset()
    inbound = sum(flight.flight.arrival_port in REGION_PORTS for flight in flights)
    assert 150 < inbound < 270


def test_distances_and_times_are_those_of_the_map() -> None:
    vienna, tirana = airport("VIE"), airport("TIA")
    assert 780 < great_circle_km(vienna, tirana) < 840
    assert timedelta(minutes=85) <= flying_time(vienna, tirana) <= timedelta(minutes=115)


def test_the_record_day_has_exactly_its_flights_and_travellers() -> None:
    flights = list(plan_record_day(1, datetime(2026, 8, 1, tzinfo=UTC)))
    assert len(flights) == RECORD_DAY_FLIGHTS == 298
    assert sum(flight.passengers for flight in flights) == RECORD_DAY_TRAVELLERS == 50_892
    assert len({flight.flight.flight_key for flight in flights}) == 298
    assert {"TIA"} == {port for flight in flights for port in (flight.flight.departure_port, flight.flight.arrival_port)} & {
        "TIA",
        "PRN",
    }
    assert min(flight.passengers for flight in flights) > 60
    assert max(flight.passengers for flight in flights) <= 235
