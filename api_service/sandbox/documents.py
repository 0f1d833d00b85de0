"""Document numbers as countries form them, in two sets that can never meet.

A number drawn for a list (lost, stolen, or of a listed person) has digits that sum to `LISTED_REMAINDER` modulo 10; a number
drawn for an ordinary traveller never has. So nobody carries a listed document by accident, however many people are drawn, and a
test of false alerts may count every document alert that was not planted.
"""

from datetime import date, timedelta
from random import Random

from api_service.sandbox.seeds import chance
from schemas.travel_document import TravelDocument

LISTED_REMAINDER = 7
LETTERS = "ACEFGHJKLMNPRTUVWXYZ"  # without B, D, I, O, Q, S: issuers avoid what is taken for a digit
PASSPORT_YEARS_ADULT = 10
PASSPORT_YEARS_CHILD = 5

PASSPORTS = {
    "ALB": "BA#######", "RKS": "P0#######", "MKD": "C#######", "MNE": "H########", "SRB": "0########", "BIH": "A#######",
    "HRV": "########1",
    "SVN": "PB#######", "GRC": "AT#######", "TUR": "U########", "ITA": "YB#######", "DEU": "C#@####@#",
    "AUT": "U#######", "CHE": "X#######", "GBR": "5########", "IRL": "PA#######", "FRA": "##@@#####", "NLD": "N@##@##5#",
    "BEL": "E@######", "ESP": "PA@######", "PRT": "C@######", "POL": "E@#######", "HUN": "BH#######", "ROU": "0########",
    "BGR": "3########", "SWE": "3#######", "DNK": "2########", "NOR": "3#######", "RUS": "7########", "UKR": "F@######",
    "AFG": "P0#######", "IRN": "@########", "PAK": "@@#######", "IND": "@#######", "SYR": "N#########", "IRQ": "A########",
    "EGY": "A########", "MAR": "@@#######", "DZA": "1########", "TUN": "@######", "ARE": "@@#######", "SAU": "@######",
    "KWT": "P0#######", "QAT": "0#######", "JOR": "@######", "LBN": "LR#######",
    "USA": "5########", "CAN": "@@######",
}  # fmt: skip
"""Passport patterns by issuer: `#` a digit, `@` a letter, anything else itself. Shapes only,
    as anybody can see on specimens."""

IDENTITY_CARDS = {
    "ALB": "2########", "RKS": "1########", "MKD": "M#######", "SRB": "0########", "BIH": "1@@###@##",
    "ITA": "CA#####@@", "DEU": "L#@####@#",
    "HRV": "1########", "GRC": "AK######", "AUT": "P@######", "SVN": "IE#######",
}  # fmt: skip
"""Identity cards that are accepted for travel in the region."""


def draw_number(rng: Random, pattern: str, *, listed: bool = False) -> str:
    """A number of this pattern, in the set of listed numbers or outside it. The pattern has at least one `#`."""
    chars = [_draw_char(rng, char) for char in pattern]
    remainder = sum(int(char) for char in chars if char.isdigit()) % 10
    last = max(position for position, char in enumerate(pattern) if char == "#")
    step = (LISTED_REMAINDER - remainder) % 10 if listed else int(remainder == LISTED_REMAINDER)
    chars[last] = str((int(chars[last]) + step) % 10)
    return "".join(chars)


def is_listed_number(number: str) -> bool:
    """Whether a number belongs to the set of the lists."""
    return sum(int(char) for char in number if char.isdigit()) % 10 == LISTED_REMAINDER


def _draw_char(rng: Random, char: str) -> str:
    if char == "#":
        return str(rng.randrange(10))
    return rng.choice(LETTERS) if char == "@" else char


def passport(rng: Random, country: str, birth: date, today: date) -> TravelDocument:
    """A passport of an ordinary traveller, valid today. A country without a pattern gives nine digits."""
    years = PASSPORT_YEARS_CHILD if today.year - birth.year < 16 else PASSPORT_YEARS_ADULT
    age_days = rng.randrange(1, years * 365 - 30)
    issued = max(today - timedelta(days=age_days), birth)
    return TravelDocument(
        type="P",
        number=draw_number(rng, PASSPORTS.get(country, "#########")),
        issuing_country=country,
        expires_on=_years_later(issued, years).isoformat(),
    )


def travel_document(rng: Random, country: str, birth: date, today: date) -> TravelDocument:
    """Mostly a passport; where it is accepted, sometimes the identity card."""
    document = passport(rng, country, birth, today)
    if country in IDENTITY_CARDS and chance(rng, 0.2):
        return document.model_copy(update={"type": "I", "number": draw_number(rng, IDENTITY_CARDS[country])})
    return document


def _years_later(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28)) - timedelta(days=1)
