"""The flight that a route describes: which leg crosses the border, and when the clocks at the ports say."""

from datetime import datetime

from parsers.paxlst.report import Report
from parsers.paxlst.route import Hop, Route, Time
from parsers.paxlst.schedule import UNKNOWN, Scheduled, schedule
from schemas.flight import flight_key

DURATION_HOURS = (-24, 36)
"""Arrival minus departure, both by the local clock: the date line takes a day, and no leg lasts longer than this."""


def build_flight(route: Route, clearance_port: str | None, report: Report) -> dict[str, object] | None:
    """The fields of `schemas.flight.Flight`; None where there is neither a designator nor a port."""
    hops = route.hops()
    if not hops and not any(sector.designator.text for sector in route.sectors):
        return None
    border = _border(hops, clearance_port, report)
    sector = hops[border].sector if hops else route.sectors[0]
    legs = [_leg(hop, number == border, report) for number, hop in enumerate(hops)]
    crossing: dict[str, object] = legs[border] if legs else {}
    name = sector.designator
    if name.text is None:
        report.add("designator_missing", (sector.index, 2, 1) if sector.index is not None else None)
    if len({hop.sector.designator.text for hop in hops}) > 1:
        report.add("designators_differ", (hops[-1].sector.index or 0, 2, 1))
    first = legs[0] if legs else {}
    day = str(first["departure_local"])[:10] if first.get("departure_local") else None
    port = first.get("departure_port")
    if route.scheduled:
        _report_missing(crossing, hops[border] if hops else None, report)
    return {
        "flight_key": flight_key(
            name.carrier if name.whole else name.text, name.number, name.suffix, str(port) if port else None, day
        ),
        "carrier": name.carrier,
        "number": name.number,
        "suffix": name.suffix,
        "designator": name.text,
        "designator_raw": sector.raw if sector.raw and sector.raw != name.text else None,
        **{field: crossing.get(field) for field in _CROSSING_FIELDS},
        "legs": tuple(legs),
    }


_CROSSING_FIELDS = ("departure_port", "arrival_port", "scheduled_departure", "scheduled_arrival")


def _border(hops: list[Hop], clearance_port: str | None, report: Report) -> int:
    """Which leg crosses the border."""
    marked = [
        number
        for number, hop in enumerate(hops)
        if (hop.departure and hop.departure.qualifier == "125") or (hop.arrival and hop.arrival.qualifier == "87")
    ]
    if len(marked) == 1 or len(hops) <= 1:
        return marked[0] if marked else 0
    candidates = marked or list(range(len(hops)))
    place = hops[candidates[0]].departure or hops[candidates[0]].arrival
    assert place is not None
    both = [n for n in marked if _qualifier(hops[n].departure) == "125" and _qualifier(hops[n].arrival) == "87"]
    if len(both) == 1:
        return both[0]
    if marked and not _is_chain(hops, marked):
        report.add("border_leg_ambiguous", (place.index, 1, 1))
    else:
        report.add("border_leg_inferred", (place.index, 1, 1))
    crossing = [number for number in candidates if hops[number].crosses]
    cleared = [number for number in crossing if _port(hops[number].arrival) == clearance_port]
    return (cleared or crossing[-1:] or candidates)[0]


def _is_chain(hops: list[Hop], marked: list[int]) -> bool:
    """Marks that belong together: departure at 125, other stops between, arrival at 87."""
    departures = [n for n in marked if _qualifier(hops[n].departure) == "125"]
    arrivals = [n for n in marked if _qualifier(hops[n].arrival) == "87"]
    return len(departures) == len(arrivals) == 1


def _qualifier(stop: object) -> str | None:
    return getattr(stop, "qualifier", None)


def _port(stop: object) -> str | None:
    return getattr(stop, "port", None)


def _leg(hop: Hop, crosses_border: bool, report: Report) -> dict[str, object]:
    departure = _scheduled(_port(hop.departure), hop.departure.departure if hop.departure else None, report)
    arrival = _scheduled(_port(hop.arrival), hop.arrival.arrival if hop.arrival else None, report)
    if departure.local and arrival.local and len(departure.local) == len(arrival.local):
        _check_duration(hop, departure.local, arrival.local, report)
    return {
        "departure_port": _port(hop.departure),
        "arrival_port": _port(hop.arrival),
        "scheduled_departure": departure.at,
        "scheduled_arrival": arrival.at,
        "departure_local": departure.local,
        "arrival_local": arrival.local,
        "crosses_border": crosses_border,
    }


def _check_duration(hop: Hop, departure: str, arrival: str, report: Report) -> None:
    hours = (datetime.fromisoformat(arrival) - datetime.fromisoformat(departure)).total_seconds() / 3600
    if not DURATION_HOURS[0] <= hours <= DURATION_HOURS[1]:
        assert hop.arrival is not None
        assert hop.arrival.arrival is not None
        report.add("flight_time_implausible", (hop.arrival.arrival.segment, 1, 2), hours=round(hours))


def _scheduled(port: str | None, time: Time | None, report: Report) -> Scheduled:
    if time is None:
        return UNKNOWN
    scheduled, remark = schedule(port, time.moment)
    if remark is not None:
        report.add(remark, (time.segment, 1, 2), scheduled.local)
    return scheduled


def _report_missing(crossing: dict[str, object], hop: Hop | None, report: Report) -> None:
    stop = (hop.departure or hop.arrival) if hop else None
    index = stop.index if stop else (hop.sector.index if hop else None)
    place = (index, None, None) if index is not None else None
    for field, which in (("departure_port", "departure"), ("arrival_port", "arrival")):
        if not crossing.get(field):
            report.add("port_missing", place, which=which)
    if crossing.get("departure_port") and not crossing.get("departure_local"):
        report.add("departure_time_missing", place)
    if crossing.get("arrival_port") and not crossing.get("arrival_local"):
        report.add("arrival_time_missing", place)
