"""The prior of name rarity: what is known of names before any list is read.

Shares are rough, of all air travellers who would pass a border of the Western Balkans, in per mille of people who carry the
part anywhere in their name, in any spelling. They are our own estimates from common knowledge, not counts, and only stop
the commonest names from looking rare on a short list; the lists' own counts soon outweigh them.
"""

from collections.abc import Mapping

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


def _by_skeleton() -> Mapping[str, float]:
    shares: dict[str, float] = {}
    for per_mille, names in _PER_MILLE.items():
        for name in names.split():
            key = skeleton(name)
            shares[key] = max(shares.get(key, 0.0), per_mille / 1000)
    return shares


PRIOR_BY_SKELETON: Mapping[str, float] = _by_skeleton()
"""Share of people by romanisation class, for the commonest names."""

PRIOR_PER_LENGTH: Mapping[int, float] = {1: 4e-3, 2: 1.2e-3, 3: 5e-4, 4: 2e-4, 5: 1.2e-4}
"""Share of people who carry one given class of this many consonants that the table does not know: short classes collide."""

PRIOR_UNKNOWN = 8e-5
"""The same for longer classes."""
