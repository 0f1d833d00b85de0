"""Names as carriers send them.

Nothing is changed that cannot be undone: fillers become spaces, a title that stands alone goes to its own field, and the text
as sent is kept beside. A title glued to a given name is only remarked on (AMR, OMAR and EMRS are names).
"""

import re
from typing import NamedTuple

from schemas.traveller import NAME_PARTS_MAX

TITLES = frozenset({"MR", "MRS", "MS", "MISS", "MSTR", "CHD", "INF", "DR", "MASTER", "MSS", "PROF"})
"""Titles that departure control systems append."""

_PLACEHOLDERS = frozenset({"FNU", "LNU"})
"""First or last name unknown: not a name."""

_GLUED_ENDINGS = ("MR", "MRS", "MISS", "MSTR", "CHD")

ENDINGS_TO_LOOK_AT = frozenset(word[-2:] for word in {*TITLES, *_PLACEHOLDERS, *_GLUED_ENDINGS})
"""The last two letters of given names that may be, or end in, something else than a name."""

GIVEN_NAMES = frozenset(
    """
    AGRON ALBANA ALEKSANDAR ALEXANDRA AMELIA ANDREA ANDRZEJ ANGELA ANITA ANNA ANNE ARBEN ARDIAN ARTAN AYSE BARBARA BEATRICE
    BESNIK BLERIM BLERTA BOJANA BRANKO BRIGITTE CATERINA CATHERINE CHIARA CHLOE CHRISTINE CLAUDIA DANIELA DEBORAH DIANA DOROTHY
    DRAGAN DRITA DRITAN EDITA EDUARD ELENA ELEONORA ELIRA ELISABETH ELIZABETH EMILY EMMA ENKELEJDA ERIKA ERMAL EVA EVELYN FATIMA
    FATMIR FATOS FATMA FEDERICO FLORIAN FRANCESCA FRANCESCO GENTIAN GIANLUCA GIOVANNI GIULIA GIUSEPPE GORAN GRETA GUILLAUME
    HANNAH HATICE HELENA HELGA ILIR INES INGRID IRENA ISABELLA IVANA JACQUELINE JASMINA JELENA JENNIFER JESSICA JOANNA JOHANNA
    JOVANA JULIA KAREN KATARINA KATHERINE KATJA KLAUS KRISTINA LAURA LENA LILIANA LINDITA LJILJANA LORENZO LUAN LUCIA LUDMILA
    MAGDALENA MANJOLA MARGARET MARIA MARIE MARIGONA MARTINA MATTEO MEHMET MELISSA MICHELLE MILENA MILICA MIMOZA MIRELA MONIKA
    MUHAMMAD MUSTAFA NATALIA NATASHA NICOLE OLGA OLIVIA PATRICIA PAULINE PETRA PIERRE RAFFAELE REBECCA SABINE SALVATORE SANDRA
    SARAH SERGEJ SHPRESA SILVIA SLOBODAN SNEZANA SOFIA SOPHIE STEFANIA STEPHANIE SUSANNE SVETLANA TATIANA TERESA ULRIKE URSULA
    VALBONA VALENTINA VALERIA VANESSA VERA VERONIKA VESNA VICTORIA VIOLETA VIVIANE YVONNE ZORAN ZUZANA
    """.split()  # noqa: SIM905 - words in rows can be read and compared; a list of two hundred literals cannot
)
"""Given names that are common in many countries and hardly anybody's surname: only for a hint that names may be swapped."""

SURNAMES_TO_LOOK_AT = _PLACEHOLDERS | GIVEN_NAMES
"""Surnames that call for more than being copied."""

_GLUED = re.compile(r"[A-Z]{3,}(?:" + "|".join(_GLUED_ENDINGS) + ")")

_WORD = re.compile(r"[^\W\d_]+")


class Name(NamedTuple):
    """`raw` has the text as sent of each field that was changed; `remarks` are codes of findings."""

    surname: str | None
    given_names: str | None
    title: str | None
    raw: dict[str, str]
    remarks: tuple[str, ...] = ()


def read_name(components: list[str]) -> Name:
    """The name in the components of C080: surname, given names, further given names, perhaps a title."""
    surname_sent = components[0]
    given_sent = components[1] if len(components) == 2 else " ".join([part for part in components[1:] if part])
    surname, given = _tidy(surname_sent), _tidy(given_sent)
    remarks: tuple[str, ...] = ()
    if not given and "/" in surname:
        surname, _, given = (part.strip() for part in surname.partition("/"))
        remarks = ("name_with_slash",)
    given, title = _without_title(given) if given else ("", None)
    if given[-4:].upper().endswith(_GLUED_ENDINGS) and _GLUED.fullmatch(given.rpartition(" ")[2].upper()):
        remarks = (*remarks, "title_maybe_glued")
    if given and surname.upper() in GIVEN_NAMES and GIVEN_NAMES.isdisjoint(given.upper().split()):
        remarks = (*remarks, "names_maybe_swapped")
    if len(surname) + len(given) > NAME_PARTS_MAX and len(_WORD.findall(f"{surname} {given}")) > NAME_PARTS_MAX:
        remarks = (*remarks, "name_parts_too_many")
    if given.upper() in _PLACEHOLDERS:
        given = ""
    if surname.upper() in _PLACEHOLDERS:
        surname = ""
    raw = {}
    if surname != surname_sent:
        raw["surname"] = surname_sent
    if given != given_sent and given_sent:
        raw["given_names"] = given_sent
    return Name(surname or None, given or None, title, raw, remarks)


def is_plain(surname: str, given: str) -> bool:
    """Whether a name is read as it was sent, without a remark."""
    return read_name([surname, given]) == Name(surname, given, None, {})


def _tidy(text: str) -> str:
    return " ".join((text.replace("<", " ") if "<" in text else text).split())


def _without_title(given: str) -> tuple[str, str | None]:
    before, _, last = given.rpartition(" ")
    if last.rstrip(".").upper() in TITLES:
        return before, last.rstrip(".").upper()
    return given, None
