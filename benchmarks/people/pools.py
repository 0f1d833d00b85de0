"""Drawing names: a Zipf-like head whose order each country has for itself, and a composed tail."""

import math
from bisect import bisect
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from benchmarks.people import syllables
from benchmarks.people.cultures import CULTURES, Culture
from benchmarks.people.romanised import faker_names
from benchmarks.people.syllables import Syllables

_HEAD_OFFSET = 2.0  # Zipf-Mandelbrot: the first names of a country are not twice as common as the second
_REORDERING = 0.35  # how far a name's rank differs between countries, in natural logarithms
_TAIL_STEEPNESS = 1.7  # ranks of the tail are the size times u to this power: the nearer ones come oftener


class Pool:
    """Names of one kind in one country."""

    def __init__(self, heads: Sequence[str], exponent: float, tail: Syllables | None, tail_share: float) -> None:
        """`heads` from the commonest down."""
        self._heads = heads
        self._sums = list(accumulate((rank + _HEAD_OFFSET) ** -exponent for rank in range(len(heads))))
        self._tail = tail
        self._tail_share = tail_share if tail is not None else 0.0
        self._tail_ranks = tail.compositions if tail is not None else 0

    def draw(self, random: Random) -> str:
        """A name, by its frequency."""
        if self._tail is not None and random.random() < self._tail_share:
            return self._tail.word(int(self._tail_ranks * random.random() ** _TAIL_STEEPNESS))
        return self._heads[bisect(self._sums, random.random() * self._sums[-1], 0, len(self._heads) - 1)]


class Pools(NamedTuple):
    """What a name of one culture in one country is made of."""

    surnames: Pool
    men: Pool
    women: Pool
    culture: Culture
    country: str

    def given(self, random: Random, sex: str) -> str:
        """A given name."""
        return (self.women if sex == "F" else self.men).draw(random)


@cache
def pools(name: str, country: str) -> Pools:
    """The pools of a culture in a country; made once."""
    culture = CULTURES[name]
    tail = syllables.surnames(culture.surname_family) if culture.surname_family else None
    men, women = syllables.given_names(culture.given_family) if culture.given_family else (None, None)
    locale, *tables = culture.faker or ("", "", "", "")
    more = [faker_names(locale, table) if locale else () for table in tables]
    surnames = _heads(culture.surnames, more[0], country)
    return Pools(
        Pool(surnames or ["-"], culture.exponent, tail, culture.tail if surnames else 1.0),
        Pool(_heads(culture.men, more[1], country), 1.0, men, culture.given_tail),
        Pool(_heads(culture.women, more[2], country), 1.0, women, culture.given_tail),
        culture,
        country,
    )


def _heads(own: str, more: Sequence[str], country: str) -> list[str]:
    """Our own first, then the package's; the order jittered by country, the same in every run."""
    words = own.split("|") if "|" in own else own.split()
    names = list(dict.fromkeys([*words, *more]))
    random = Random(f"order of names {country}")
    ranks = {name: math.log(rank + 1.0) + random.gauss(0.0, _REORDERING) for rank, name in enumerate(names)}
    return sorted(names, key=ranks.__getitem__)
