"""Who lives where, and so who sits on a flight between two countries: shares of name origins and nationalities."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple


class Origin(NamedTuple):
    """Where a person comes from: the pool of names and the nationality (alpha-3)."""

    pool: str
    nationality: str


Population = Sequence[tuple[Origin, float]]

_SHARES = {
    "ALB": "albanian/ALB 97, greek/ALB 3",
    "RKS": "albanian/RKS 94, serbian/SRB 3, bosnian/RKS 3",
    "MKD": "macedonian/MKD 66, albanian/MKD 30, turkish/MKD 4",
    "MNE": "serbian/MNE 72, bosnian/MNE 20, albanian/MNE 8",
    "SRB": "serbian/SRB 88, bosnian/SRB 8, albanian/SRB 4",
    "BIH": "bosnian/BIH 52, serbian/BIH 32, croatian/BIH 16",
    "HRV": "croatian/HRV 95, serbian/HRV 5",
    "SVN": "slovenian/SVN 90, bosnian/SVN 10",
    "GRC": "greek/GRC 85, albanian/ALB 10, albanian/GRC 5",
    "TUR": "turkish/TUR 84, arabic/SYR 6, persian/IRN 6, persian/AFG 4",
    "ITA": "italian/ITA 80, albanian/ALB 15, albanian/ITA 5",
    "DEU": "german/DEU 70, albanian/RKS 10, albanian/DEU 6, turkish/DEU 6, serbian/SRB 4, arabic/SYR 4",
    "AUT": "german/AUT 75, serbian/SRB 10, bosnian/BIH 8, turkish/AUT 7",
    "CHE": "german/CHE 50, albanian/CHE 22, french/CHE 12, italian/CHE 8, serbian/CHE 8",
    "GBR": "british/GBR 80, albanian/GBR 8, pakistani/GBR 7, indian/GBR 5",
    "FRA": "french/FRA 85, arabic/DZA 8, arabic/MAR 7",
    "NLD": "dutch/NLD 88, turkish/NLD 6, arabic/MAR 6",
    "BEL": "dutch/BEL 50, french/BEL 40, albanian/BEL 10",
    "ESP": "spanish/ESP 100",
    "POL": "polish/POL 93, ukrainian/UKR 7",
    "HUN": "hungarian/HUN 100",
    "ROU": "romanian/ROU 100",
    "BGR": "bulgarian/BGR 92, turkish/BGR 8",
    "SWE": "swedish/SWE 75, bosnian/SWE 13, albanian/SWE 12",
    "DNK": "swedish/DNK 85, bosnian/DNK 15",
    "NOR": "swedish/NOR 85, bosnian/NOR 15",
    "RUS": "russian/RUS 100",
    "ARE": "arabic/ARE 35, indian/IND 35, pakistani/PAK 20, british/GBR 10",
    "QAT": "arabic/QAT 50, indian/IND 30, pakistani/PAK 20",
    "KWT": "arabic/KWT 80, indian/IND 20",
    "SAU": "arabic/SAU 90, pakistani/PAK 10",
}
"""By country of departure or arrival: name pool, nationality, per cent. Rough: every flight shall be a mixture."""

_WORLD_SHARES = (
    "british/USA 20, "
    "ukrainian/UKR 14, "
    "russian/RUS 10, "
    "arabic/EGY 8, "
    "arabic/SYR 6, "
    "arabic/IRQ 6, "
    "arabic/MAR 6, "
    "persian/AFG 6, "
    "persian/IRN 6, "
    "pakistani/PAK 6, "
    "indian/IND 6, "
    "british/CAN 6"
)
"""Transfer passengers and everybody else."""

REGION = ("ALB", "RKS", "MKD", "MNE", "SRB", "BIH", "HRV")
"""The Western Balkans as the sandbox serves them, by alpha-3."""


@cache
def population(country: str | None) -> Population:
    """Who lives in a country (alpha-3); the world at large where it is None or not in the table."""
    shares = _SHARES.get(country or "", _WORLD_SHARES)
    return tuple(_share(entry) for entry in shares.split(", "))


def _share(entry: str) -> tuple[Origin, float]:
    origin, per_cent = entry.split()
    pool, nationality = origin.split("/")
    return Origin(pool, nationality), float(per_cent)


@cache
def population_between(departure_country: str, arrival_country: str) -> Population:
    """The mixture aboard: half from where the region's flight belongs, a third from the other end, the rest from anywhere."""
    homewards = arrival_country in REGION
    at_home, abroad = (arrival_country, departure_country) if homewards else (departure_country, arrival_country)
    shares = ((population(at_home), 0.52), (population(abroad), 0.38), (population(None), 0.1))
    return tuple((origin, weight * share) for part, share in shares for origin, weight in part)
