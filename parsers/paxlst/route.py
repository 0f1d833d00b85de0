"""The route: TDT, LOC and DTM of the header become legs.

Two forms are in use: a TDT for every leg with its two ports, and one TDT with a chain of ports. Both are read the same way:
consecutive ports of a TDT make a leg, and times belong to the port before them. Exactly one leg crosses the border; where no
LOC+125 or LOC+87 says which, the countries of the ports do, with the passengers' port of clearance (LOC+22) as a help.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from parsers.edifact.events import component
from parsers.edifact.segment import Elements
from parsers.paxlst.dates import Moment, moment
from parsers.paxlst.designator import Designator, designator
from parsers.paxlst.report import Report
from schemas.airports import find

_ROUTE_QUALIFIERS = frozenset({"125", "87", "92", "130", "22"})
_USUAL_QUALIFIERS = frozenset({"125", "87", "92", "130"})
_WITH_OFFSET = "205"  # 2379: CCYYMMDDHHMMZHHMM
_ROAD = "3"  # C220.8067, UN/ECE Recommendation 19


class Time(NamedTuple):
    """A time and the segment that gave it."""

    moment: Moment
    segment: int


@dataclass(slots=True)
class Stop:
    """A port of the route, with what was said about it."""

    port: str
    qualifier: str
    index: int
    departure: Time | None = None
    arrival: Time | None = None

    @property
    def is_arrival(self) -> bool:
        return self.qualifier in {"87", "130"} or (self.arrival is not None and self.departure is None)

    @property
    def is_departure(self) -> bool:
        return self.qualifier == "125" or (self.departure is not None and self.arrival is None)


@dataclass(slots=True)
class Sector:
    """One TDT. `index` is None where LOC came without one."""

    index: int | None
    designator: Designator
    raw: str = ""
    stops: list[Stop] = field(default_factory=list)


class Hop(NamedTuple):
    """From stop to stop; one of the two may be missing."""

    sector: Sector
    departure: Stop | None
    arrival: Stop | None

    @property
    def crosses(self) -> bool | None:
        """Whether the ports lie in different countries; None where that is not known."""
        airports = [find(stop.port) if stop else None for stop in (self.departure, self.arrival)]
        if airports[0] is None or airports[1] is None:
            return None
        return airports[0].country != airports[1].country


class Route:
    """Takes the header's segments in any order."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._skipping = False
        self._early: list[tuple[int, Elements]] = []
        self.sectors: list[Sector] = []
        self.by_road = False
        self.scheduled = True  # a master crew list is about no flight: neither number nor ports are to be missed there

    @property
    def open(self) -> bool:
        """Whether a TDT or a port has come."""
        return bool(self.sectors)

    def transport(self, index: int, elements: Elements) -> None:
        """TDT."""
        raw = component(elements, 2)
        read = designator(raw, component(elements, 5))
        if read.contradicts:
            self._report.add("carrier_contradicts", (index, 5, 1), component(elements, 5))
        elif raw and not read.whole and self.scheduled:
            self._report.add("designator_invalid", (index, 2, 1), raw)
        self.by_road = self.by_road or component(elements, 3) == _ROAD
        self._skipping = False
        self.sectors.append(Sector(index, read, raw))

    def port(self, index: int, elements: Elements) -> bool:
        """LOC of the header. False where it is not about the route."""
        qualifier, port = component(elements, 1), component(elements, 2).upper()
        self._skipping = qualifier not in _ROUTE_QUALIFIERS
        if self._skipping or not port:
            return False
        if not self.sectors:
            self.sectors.append(Sector(None, Designator(None, None, None, None)))
        stops = self.sectors[-1].stops
        if qualifier == "22" and stops:  # the port of clearance, said in the header: not a further stop
            return False
        if qualifier not in _USUAL_QUALIFIERS:
            self._report.add("port_qualifier_unusual", (index, 1, 1), qualifier, qualifier=qualifier)
        if find(port) is None:
            self._report.add_once("port_unknown", (index, 2, 1), port)
        if len(stops) > 1 and stops[-1].port == port and stops[-1].is_arrival and qualifier in {"125", "92"}:
            if stops[-1].qualifier != "87":  # the stop is said twice: where one leg ends, and where the next begins
                stops[-1].qualifier = qualifier
            return True
        stops.append(Stop(port, qualifier, index))
        for early in self._early:
            self.time(*early)
        self._early.clear()
        return True

    def time(self, index: int, elements: Elements) -> bool:
        """DTM of the header. False where it is not about the route."""
        qualifier = component(elements, 1)
        if qualifier not in {"189", "232"} or self._skipping:
            return False
        text, code = component(elements, 1, 2), component(elements, 1, 3)
        if not text and (text := component(elements, 2)):
            code = component(elements, 2, 2) or component(elements, 3)
            self._report.add("time_separator_wrong", (index, 2, 1))
        elif text and not code and component(elements, 2, 2) == _WITH_OFFSET:  # the sign of the offset was not released
            text, code = f"{text}+{component(elements, 2)}", _WITH_OFFSET
            self._report.add("time_separator_wrong", (index, 2, 1))
        if not self.sectors or not self.sectors[-1].stops:
            self._early.append((index, elements))
            return True
        read = moment(text, code) if text else None
        if read is None:
            self._report.add("time_invalid", (index, 1, 2), text or None)
            return True
        if not read.as_declared:
            self._report.add("time_format_differs", (index, 1, 3), code, declared=code)
        stop, timed = self.sectors[-1].stops[-1], Time(read, index)
        if qualifier == "189":
            stop.departure = stop.departure or timed
        else:
            stop.arrival = stop.arrival or timed
        return True

    def hops(self) -> list[Hop]:
        """Every leg, in the order sent."""
        hops = []
        for sector in self.sectors:
            stops = self._in_order(sector.stops)
            if len(stops) == 1:
                alone = stops[0]
                hops.append(Hop(sector, None, alone) if alone.is_arrival else Hop(sector, alone, None))
            hops.extend(Hop(sector, *pair) for pair in pairwise(stops))
        return hops

    def _in_order(self, stops: list[Stop]) -> list[Stop]:
        if len(stops) == 2 and stops[0].qualifier in {"87", "130"} and stops[1].qualifier == "125":
            self._report.add("ports_reversed", (stops[0].index, 1, 1))
            stops = [stops[1], stops[0]]
        if len(stops) >= 2:
            self._mend_times(stops[0], stops[-1])
        return stops

    def _mend_times(self, first: Stop, last: Stop) -> None:
        """A departure cannot only arrive: times under the wrong qualifier, or both after the last port."""
        if first.departure is None and first.arrival is not None:
            first.departure, first.arrival = first.arrival, None
            self._unexpected(first.departure, "232", "it was read as the departure")
        if first.departure is None and last.departure is not None and last.arrival is not None:
            first.departure, last.departure = last.departure, None
            self._unexpected(first.departure, "189", "it was read as the departure from the first port")
        elif last.departure is not None and last.arrival is None:
            self._unexpected(last.departure, "189", "it was read as an onward departure")

    def _unexpected(self, time: Time, qualifier: str, read_as: str) -> None:
        self._report.add("time_qualifier_unexpected", (time.segment, 1, 1), qualifier, qualifier=qualifier, read_as=read_as)

    def departure_day(self) -> date | None:
        """The first day any port of the route mentions, before the legs are built: the reference for two-digit years."""
        for sector in self.sectors:
            for stop in sector.stops:
                if (time := stop.departure or stop.arrival) is not None:
                    return time.moment.day
        return None
