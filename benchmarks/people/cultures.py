"""Cultures and countries: which names people there carry, how they are put together, and how many people come from there.

The commonest names of each culture are in `cultures.toml`, in order, from common knowledge; tables of `faker` follow, and
behind them the composed tail. The shares of countries are of listed persons and of travellers at a border of the Western
Balkans: rough, and ours. Nothing here is taken from a register of people.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Culture(NamedTuple):
    """`custom`: how a name is put together (`benchmarks.people.customs`). `faker`: locale, and tables of surnames, men, women.

    `exponent`: how steep the head is (1 = Zipf); `tail`, `given_tail`: share of people whose name comes from the composed tail.
    `variants`: how its names are misspelt (`benchmarks.people.variants`). Names from the commonest down.
    """

    custom: str
    variants: str
    surnames: str
    men: str
    women: str
    surname_family: str = ""
    given_family: str = ""
    faker: tuple[str, ...] = ()
    exponent: float = 0.85
    tail: float = 0.4
    given_tail: float = 0.06


CULTURES: Mapping[str, Culture] = {
    name: Culture(**table)
    for name, table in tomllib.loads(Path(__file__).with_name("cultures.toml").read_text("utf-8")).items()
}
"""By name. Where a table of names has a `|`, it parts them; else a blank does."""


class Country(NamedTuple):
    """`listed`, `travelling`: weight among listed persons and among travellers; `cultures`: whose names, with weights."""

    code: str
    listed: float
    travelling: float
    cultures: Mapping[str, float]


def _country(row: str) -> Country:
    code, listed, travelling, *cultures = row.split()
    shares = (entry.partition(":") for entry in cultures)
    return Country(code, float(listed), float(travelling), {name: float(share or 1) for name, _, share in shares})


_COUNTRIES = """
ALB 1 30 albanian
XKX 1 14 albanian:19 south_slavic:1
MKD 1 6 macedonian:3 albanian:1
MNE 1 3 south_slavic:9 albanian:1
SRB 3 6 south_slavic:19 hungarian:1
BIH 3 3 south_slavic
HRV 1 3 south_slavic
SVN 0.5 1.5 south_slavic
BGR 2 3 bulgarian:9 turkish:1
GRC 1 5 greek
TUR 6 8 turkish:9 arabic:1
ROU 1 3 romanian:9 hungarian:1
HUN 0.5 2 hungarian
POL 1 6 polish
CZE 0.5 2 czech
SVK 0.5 1 czech:9 hungarian:1
RUS 22 1 russian:8 turkic:2
BLR 6 0.5 russian:1 ukrainian:1
UKR 8 2 ukrainian:7 russian:3
GEO 1 0.5 georgian
AZE 1 0.5 turkic
UZB 2 0.3 turkic:9 russian:1
KAZ 1 0.3 turkic:6 russian:4
KGZ 1 0.2 turkic
DEU 1 12 german:8 turkish:1 albanian:1
AUT 0.5 4 german:9 south_slavic:1
CHE 0.5 5 german:5 french:2 italian:1 albanian:2
ITA 1 16 italian:19 albanian:1
FRA 1 5 french:8 maghrebi:2
BEL 0.5 2 dutch:5 french:4 maghrebi:1
ESP 1 3 spanish
PRT 0.5 1 portuguese
NLD 0.5 3 dutch:9 turkish:1
GBR 1 10 english:8 pakistani:1 indian:1
IRL 0.5 1.5 irish
USA 1 4 english:7 spanish:2 chinese:1
CAN 0.5 1 english:7 french:2 chinese:1
AUS 0.3 0.7 english:9 chinese:1
SWE 0.3 2 nordic:8 arabic:1 albanian:1
NOR 0.2 1.5 nordic
DNK 0.2 1.5 nordic
FIN 0.2 1 finnish
EST 0.2 0.3 baltic
LVA 0.3 0.3 baltic:7 russian:3
LTU 0.3 0.3 baltic
EGY 6 1 arabic
SYR 9 1 arabic
IRQ 14 0.5 arabic
SAU 6 1 arabic
YEM 7 0.2 arabic
JOR 3 0.5 arabic
LBN 6 0.5 arabic
PSE 4 0.2 arabic
KWT 2 0.4 arabic
ARE 1 0.8 arabic:5 indian:3 pakistani:2
LBY 4 0.3 arabic
SDN 4 0.2 arabic
TUN 3 0.5 maghrebi
DZA 3 0.5 maghrebi
MAR 3 1 maghrebi
IRN 14 0.5 persian:8 turkic:2
AFG 12 0.3 afghan
PAK 10 0.5 pakistani
IND 2 2 indian:8 pakistani:1 bengali:1
BGD 1 0.3 bengali
LKA 1 0.2 lankan
CHN 6 2 chinese
TWN 1 0.3 chinese
HKG 1 0.2 chinese
PRK 6 0 korean
KOR 0.5 1 korean
VNM 0.5 0.2 vietnamese
IDN 4 0.2 indonesian
PHL 3 0.3 filipino
MMR 5 0.1 burmese
MEX 8 0.3 spanish
COL 9 0.3 spanish
VEN 4 0.2 spanish
CUB 1 0.1 spanish
PER 1 0.2 spanish
BRA 1 0.7 portuguese
NGA 3 0.2 nigerian
GHA 0.5 0.1 ghanaian
KEN 1 0.1 swahili
TZA 1 0.1 swahili
UGA 1 0.1 swahili
COD 5 0.1 congolese
RWA 2 0.1 congolese
BDI 1 0.1 congolese
SOM 6 0.1 somali
ISR 0.5 1.5 israeli:8 arabic:2
"""

COUNTRIES: tuple[Country, ...] = tuple(map(_country, _COUNTRIES.strip().splitlines()))
"""Where people come from."""
