"""PAXLST messages of any size about people who do not exist, for the benchmarks."""

import random

_SYLLABLES = (
    "HO",
    "XHA",
    "SHE",
    "HU",
    "MEL",
    "NO",
    "VAK",
    "KRA",
    "SNI",
    "QI",
    "PET",
    "RO",
    "SSI",
    "YIL",
    "MAZ",
    "DU",
    "PON",
    "LAN",
)
_GIVEN = ("ARBEN", "ELIRA MARIE", "JEAN PIERRE", "ANNA", "PETR", "JOHN DONALD", "DRITA", "MILAN", "GIULIA", "MEHMET")
_COUNTRIES = ("ALB", "FRA", "D", "CZE", "GBR", "RKS", "SRB", "ITA", "TUR", "AUT")


def paxlst(travellers: int, seed: int = 1) -> bytes:
    """One interchange with one passenger list, fourteen segments a person, as a departure control system writes it."""
    draw = random.Random(seed)
    head = [
        "UNB+UNOA:4+OS:ZZ+ALAPIS:ZZ+260301:0900+26030109000001++APIS",
        "UNG+PAXLST+AUSTRIAN+ALAPIS+260301:0900+1+UN+D:12B",
        "UNH+PAX001+PAXLST:D:12B:UN:IATA+OS849/260301/1010+01:F",
        "BGM+745",
        "RFF+TN:26030100001",
        "NAD+MS+++OPERATIONS CONTROL",
        "COM+43517660:TE+435176610:FX",
        "TDT+20+OS849+++OS",
        "LOC+125+VIE",
        "DTM+189:2603011010:201",
        "LOC+87+TIA",
        "DTM+232:2603011145:201",
    ]
    body = [segment for number in range(travellers) for segment in _person(number, draw)]
    message = [*head[2:], *body, f"CNT+42:{travellers}"]
    tail = [f"UNT+{len(message) + 1}+PAX001", "UNE+1+1", "UNZ+1+26030109000001"]
    return ("UNA:+.? '\r\n" + "".join(segment + "'\r\n" for segment in [*head[:2], *message, *tail])).encode("ascii")


def _person(number: int, draw: random.Random) -> list[str]:
    born = f"{draw.randint(40, 99)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
    country = draw.choice(_COUNTRIES)
    return [
        f"NAD+FL+++{''.join(draw.choices(_SYLLABLES, k=3))}:{draw.choice(_GIVEN)}",
        f"ATT+2++{draw.choice('MF')}",
        f"DTM+329:{born}",
        f"MEA+CT++:{draw.randint(0, 3)}",
        "GEI+4+173",
        "LOC+22+TIA",
        "LOC+178+VIE",
        "LOC+179+TIA",
        f"NAT+2+{country}",
        f"RFF+AVF:{draw.randrange(36**5):06d}"[:14],
        f"RFF+SEA:{number // 6 + 1}{'ABCDEF'[number % 6]}",
        f"DOC+P:110:111+{draw.choice('ABCDEFG')}{draw.randrange(10**8):08d}",
        f"DTM+36:{draw.randint(27, 35)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}",
        f"LOC+91+{country}",
    ]
