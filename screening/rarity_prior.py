"""The prior of name rarity: what is known of names before any list is read.

Shares are rough, of all air travellers who would pass a border of the Western Balkans, in per mille of people who carry the
part anywhere in their name, in any spelling. They are our own estimates from common knowledge, not counts; the counted tables
of `name_shares.json` stand beside them, and the greater of both counts.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from screening.romanisation import skeleton

_PER_MILLE: Mapping[float, str] = {
    25.0: "MOHAMED",
    12.0: "AHMED ALI MARIA",
    8.0: "JOSE HASSAN HUSSEIN IBRAHIM KHAN ABDUL ABD ALEXANDER ANNA MUSTAFA",
    5.0: (
        "JUAN CARLOS LUIS ANTONIO MAHMOUD OMAR YUSUF ABDULLAH SAID SALEH KHALED FATIMA DAVID MICHAEL JOHN SERGEY ELENA ANDREW "
        "THOMAS MARTIN PETER PAUL DANIEL MARCO NGUYEN SINGH KUMAR LEE KIM WANG ZHANG LI CHEN GARCIA RODRIGUEZ"
    ),
    2.5: (
        "FRANCISCO MANUEL MIGUEL PEDRO FERNANDO JORGE RAFAEL GONZALEZ FERNANDEZ LOPEZ MARTINEZ SANCHEZ PEREZ GOMEZ SILVA "
        "SANTOS OLIVEIRA VLADIMIR DMITRY ALEXEY ANDREI MIKHAIL NIKOLAI IVAN IGOR OLEG YURI OLGA TATIANA NATALIA IRINA "
        "VLADIMIROVICH ALEXANDROVICH NIKOLAEVICH IVANOVICH SERGEEVICH ANATOLYEVICH IVANOV PETROVIC JOVANOVIC NIKOLIC "
        "MARKOVIC DJORDJEVIC STOJANOVIC HOXHA SHEHU GASHI KRASNIQI BERISHA ARBEN ARTAN BESNIK AGRON ILIR DRITAN MARKO "
        "NIKOLA MILAN DRAGAN ZORAN STEFAN ALEKSANDAR AMIR HAMID RASHID KARIM RAHIM RAHMAN AZIZ JAMAL NASSER MAJID REZA "
        "HOSSEINI AHMADI MEHMET YILMAZ KAYA DEMIR OZTURK MARINA JAMES ROBERT WILLIAM RICHARD GEORGE CHRISTIAN THOMAS SMITH "
        "JONES BROWN WILLIAMS MULLER SCHMIDT ROSSI PARK CHOI LIU YANG HUANG ZHAO WU TRAN SHARMA PATEL LAURA SOFIA JULIA "
        "SARA EMMA HUGO VICTOR BILAL TARIQ UMAR USMAN HAMZA IMRAN SHAH MALIK HAJJI SAEED SULEIMAN DAUD MUSA ISA YAHYA"
    ),
}


FILE = Path(__file__).with_name("name_shares.json")
"""The reference population: people per million by class, made by `python -m benchmarks.reference_names` from open tables."""

PRIOR_PER_LENGTH: Mapping[int, float] = {1: 1e-3, 2: 3e-4, 3: 1.25e-4, 4: 5e-5, 5: 3e-5}
"""Share of people who carry one given class of this many consonants that the table does not know: short classes collide."""

PRIOR_UNKNOWN = 2e-5
"""The same for longer classes."""


@cache
def shares_by_class() -> Mapping[str, float]:
    """Share of people by romanisation class, for the classes that the reference population knows."""
    people = json.loads(FILE.read_text(encoding="utf-8"))["people_per_million_by_class"]
    return {name: per_million / 1e6 for name, per_million in people.items()}


def estimates() -> Mapping[str, float]:
    """The estimates of this file, by class."""
    shares: dict[str, float] = {}
    for per_mille, names in _PER_MILLE.items():
        for name in names.split():
            key = skeleton(name)
            shares[key] = max(shares.get(key, 0.0), per_mille / 1000)
    return shares
