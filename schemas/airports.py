"""Airports: where a code is, and which clock hangs on its wall.

The data is that of the `airportsdata` package (MIT), read once when the first code is asked for.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import airportsdata
import pycountry


class Airport(NamedTuple):
    """`country` is ISO 3166 alpha-3; `timezone` an IANA name; `icao` may be empty."""

    iata: str
    icao: str
    name: str
    city: str
    country: str
    timezone: str
    latitude: float
    longitude: float

    def zone(self) -> ZoneInfo:
        """The port's time zone."""
        return ZoneInfo(self.timezone)


def find(code: str) -> Airport | None:
    """The airport with this IATA (3 letters), ICAO (4 letters) or UN/LOCODE (5 letters, where it ends in the IATA code).

    None where nobody knows it.
    """
    code = code.strip().upper()
    if len(code) == 4:
        return _by_icao().get(code)
    if len(code) == 5:
        return _of_locode(code)
    return by_iata().get(code)


_CLOSED = (
    Airport("PNH", "VDPP", "Phnom Penh International Airport", "Phnom Penh", "KHM", "Asia/Phnom_Penh", 11.5466, 104.8441),
    Airport("SXF", "", "Berlin Schoenefeld Airport", "Berlin", "DEU", "Europe/Berlin", 52.38, 13.5225),
    Airport("THF", "EDDI", "Berlin Tempelhof Airport", "Berlin", "DEU", "Europe/Berlin", 52.473, 13.4039),
)
"""Airports that newer lists have dropped, and that old messages and standing schedules still name."""


@cache
def by_iata() -> Mapping[str, Airport]:
    """Every airport that has an IATA code."""
    countries = {country.alpha_2: country.alpha_3 for country in pycountry.countries} | {"XK": "RKS"}
    return {airport.iata: airport for airport in _CLOSED} | {
        iata: Airport(
            iata=iata,
            icao=row["icao"],
            name=row["name"],
            city=row["city"],
            country=countries.get(row["country"], row["country"]),
            timezone=row["tz"],
            latitude=row["lat"],
            longitude=row["lon"],
        )
        for iata, row in airportsdata.load("IATA").items()
    }


@cache
def _by_icao() -> Mapping[str, Airport]:
    return {airport.icao: airport for airport in by_iata().values() if airport.icao}


def _of_locode(code: str) -> Airport | None:
    airport = by_iata().get(code[2:])
    if airport is None:
        return None
    country = pycountry.countries.get(alpha_2=code[:2])
    return airport if country is not None and country.alpha_3 == airport.country else None
