"""Short and pet forms: PEPE is JOSE, SASHA is ALEXANDER. A class of such names has a number, and a part has its class.

A name is of one class at most, though a few pet forms are of several names: the most usual one is meant (`nicknames.txt`). The
class is found by the part's romanisation class, so that every spelling counts. An Arabic kunya (ABU ALI) is the name of a
child or an ideal, not a form of a given name, and is therefore no row: ABU is a particle, and what follows is a part.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from screening.romanisation import form

FILE = Path(__file__).with_name("nicknames.txt")
NO_CLASS = 0


@cache
def classes() -> Mapping[str, int]:
    """The number of the class, from 1, by romanisation class of each name."""
    return {form(word): number for number, row in enumerate(rows(), 1) for word in row}


@cache
def rows() -> tuple[tuple[str, ...], ...]:
    """The table: the names of each class, the full name first."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split()) for line in lines if line and not line.startswith("#"))


def class_of(name_form: str) -> int:
    """The class of a part with this romanisation class, `NO_CLASS` where it has none."""
    return classes().get(name_form, NO_CLASS)
