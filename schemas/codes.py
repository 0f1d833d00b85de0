"""Code lists: countries as travel documents write them, and the UN/EDIFACT codes that PAXLST uses.

Countries arrive as ISO 3166 alpha-3, as the codes ICAO Doc 9303 part 3 adds (`D`, `GBD`, `XXA`, `RKS`, ...), padded with the
filler `<`, as alpha-2, as numbers, and as codes withdrawn decades ago. Nobody is refused for an odd code: `country` says what
it made of it, and the caller reports.
"""

from enum import StrEnum
from functools import cache
from typing import NamedTuple

import pycountry


class CountryStatus(StrEnum):
    """How sure the reading is. `KNOWN` needs no remark; the others are worth a finding."""

    KNOWN = "known"
    CONVERTED = "converted"
    WITHDRAWN = "withdrawn"
    SPECIMEN = "specimen"
    UNKNOWN = "unknown"


class Country(NamedTuple):
    """`code` is alpha-3, None where nothing like a country code was sent."""

    code: str | None
    status: CountryStatus


ICAO_CODES = frozenset(
    {"GBD", "GBN", "GBO", "GBP", "GBS", "EUE", "RKS", "UNO", "UNA", "UNK", "XXA", "XXB", "XXC", "XXX"}
    | {"XOM", "XPO", "XCC", "XCE", "XCO", "XEC", "XBA", "XIM", "XES", "XMP", "XDC", "XCT", "XDZ", "IAO"}
)
"""Codes of ICAO Doc 9303-3 section 5 beyond ISO 3166: British statuses, organisations, persons without a nationality."""

NO_NATIONALITY = frozenset({"XXA", "XXB", "XXC", "XXX"})
"""Stateless people, refugees (of the 1951 Convention and other), and people of unspecified nationality (ICAO Doc 9303-3).
The code says which document somebody has, not where he comes from: a list that knows his country is not contradicted."""

_ALIASES = {"D": "DEU", "UK": "GBR", "XK": "RKS", "XKX": "RKS", "KOS": "RKS", "EU": "EUE", "RKS": "RKS"}

_SUCCESSORS = {
    "ROM": "ROU",
    "ZAR": "COD",
    "TMP": "TLS",
    "BUR": "MMR",
    "DDR": "DEU",
    "YMD": "YEM",
    "BYS": "BLR",
    "DHY": "BEN",
    "HVO": "BFA",
    "RHO": "ZWE",
    "VDR": "VNM",
    "NHB": "VUT",
    "FXX": "FRA",
}
"""Withdrawn codes with one successor. States that fell apart (YUG, SCG, SUN, CSK, ANT) have none and stay as they are."""

_WITHDRAWN = frozenset({"YUG", "SCG", "SUN", "CSK", "ANT", *_SUCCESSORS})

_SPECIMEN = "UTO"
"""Utopia, the state that issues specimen passports."""


def country(text: str) -> Country:
    """The country that `text` means."""
    code = text.replace("<", " ").strip().upper()
    found = _countries().get(code)
    if found is not None:
        return found
    return Country(code if len(code) == 3 and code.isascii() and code.isalpha() else None, CountryStatus.UNKNOWN)


@cache
def _countries() -> dict[str, Country]:
    table: dict[str, Country] = {}
    for entry in pycountry.countries:
        converted = Country(entry.alpha_3, CountryStatus.CONVERTED)
        names = (entry.name, getattr(entry, "official_name", ""), getattr(entry, "common_name", ""))
        table |= dict.fromkeys((entry.alpha_2, entry.numeric, *(name.upper() for name in names if name)), converted)
        table[entry.alpha_3] = Country(entry.alpha_3, CountryStatus.KNOWN)
    table |= {code: Country(code, CountryStatus.KNOWN) for code in ICAO_CODES}
    table |= {alias: Country(code, CountryStatus.CONVERTED) for alias, code in _ALIASES.items() if alias not in {"D", "RKS"}}
    table["D"] = Country("DEU", CountryStatus.KNOWN)
    table |= {code: Country(_SUCCESSORS.get(code, code), CountryStatus.WITHDRAWN) for code in _WITHDRAWN}
    table[_SPECIMEN] = Country(_SPECIMEN, CountryStatus.SPECIMEN)
    return table


PERSON_QUALIFIERS = {
    "FL": "passenger",
    "FM": "crew",
    "DDU": "transit",
    "DDT": "transit",
    "ZZZ": "passenger",
}
"""UN/EDIFACT 3035 as PAXLST uses it for people: the kind of traveller. Every other qualifier names a party."""

SEX_CODES = {
    "M": "M",
    "F": "F",
    "X": "X",
    "U": "U",
    "1": "M",
    "2": "F",
    "0": "U",
    "N": "U",
    "MI": "M",
    "FI": "F",
    "MALE": "M",
    "FEMALE": "F",
    "<": "X",
    "": "U",
}
"""9019 as sent, and its ICAO 9303 meaning. MI and FI are infants; 1, 2, 0 are those of older hosts."""

REFERENCE_FIELDS = {
    "AVF": "booking",
    "ABO": "passenger",
    "SEA": "seat",
    "AEA": "redress",
    "KTN": "known_traveller",
    "CR": "customer",
    "YZY": "ticket",
}
"""1153 of a person's RFF, and the field of `schemas.traveller.References` it fills. Others are kept as `CODE:VALUE`.

KTN is no code of the UN list, which has AEA for every number of an authority; who must tell the two apart may agree on it."""

CONTACT_FIELDS = {"TE": "telephone", "AL": "telephone", "FX": "fax", "EM": "email"}
"""3155 of COM; AL is a mobile telephone."""

WEIGHT_UNITS_KG = {"KGM": 1.0, "KG": 1.0, "LBR": 0.45359237, "LB": 0.45359237, "": 1.0}
"""6411 of MEA+WT: what one unit weighs in kilograms (UN/ECE Recommendation 20)."""
