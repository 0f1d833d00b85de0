"""The long tail: names composed of syllables, a different one for every rank, without a table of them.

A rank is scattered over all compositions by a multiplication, so that neighbours in rank do not look alike, and then read as
digits: which start, which middle, which end. The same rank always gives the same name.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_SCATTER = 7_368_787  # a prime larger than any table's number of compositions


class Syllables(NamedTuple):
    """Starts, middles and ends of names of one kind."""

    starts: tuple[str, ...]
    middles: tuple[str, ...]
    ends: tuple[str, ...]

    @property
    def compositions(self) -> int:
        """How many different ranks there are (a few of them may give the same word)."""
        return len(self.starts) * len(self.middles) * len(self.ends)

    def word(self, rank: int) -> str:
        """The name of a rank below `compositions`."""
        scattered = rank * _SCATTER % self.compositions
        scattered, end = divmod(scattered, len(self.ends))
        start, middle = divmod(scattered, len(self.middles))
        return self.starts[start] + self.middles[middle] + self.ends[end]


_TABLES = tomllib.loads(Path(__file__).with_name("syllables.toml").read_text("utf-8"))
SURNAMES: Mapping[str, Syllables] = {
    name: Syllables(*(tuple(table[field].replace("-", "").split(" ")) for field in Syllables._fields))
    for name, table in _TABLES["surnames"].items()
}
"""By family of names: the tail of surnames. A `-` in the table is an empty middle."""

GIVEN_ENDS: Mapping[str, tuple[str, str]] = {name: (table["men"], table["women"]) for name, table in _TABLES["given"].items()}
"""By family of given names: ends of men's and of women's, on the starts of a family of surnames."""

_GIVEN_STARTS = {"slavic": "south_slavic", "romance": "italian"}


def surnames(family: str) -> Syllables:
    """The tail of surnames of a family."""
    return SURNAMES[family]


def given_names(family: str) -> tuple[Syllables, Syllables]:
    """The tails of men's and of women's given names."""
    table = surnames(_GIVEN_STARTS.get(family, family))
    men, women = (tuple(ends.split()) for ends in GIVEN_ENDS[family])
    short = tuple(middle for middle in table.middles if len(middle) <= 2)
    return Syllables(table.starts, short, men), Syllables(table.starts, short, women)
