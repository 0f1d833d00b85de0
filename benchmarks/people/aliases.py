"""The other names that lists have of a person, and the names that people then travel under: both are garbled alike."""

from bisect import bisect
from collections.abc import Callable, Mapping
from itertools import accumulate
from random import Random

from benchmarks.people.customs import Name, name_of
from benchmarks.people.pools import Pools
from benchmarks.people.variants import mistyped, respaced, respelt

Garbling = Callable[[Random, Name, Pools], Name]


def _each_word(random: Random, text: str, kind: str, share: float) -> str:
    return " ".join(respelt(random, word, kind) if random.random() < share else word for word in text.split())


def spelling(random: Random, name: Name, pools: Pools) -> Name:
    """Another romanisation of most words."""
    kind = pools.culture.variants
    return Name(_each_word(random, name.surname, kind, 0.7), _each_word(random, name.given, kind, 0.7))


def swapped(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """Surname and given names in each other's field."""
    return Name(name.given, name.surname)


def reordered(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """The same words, parted elsewhere."""
    words = [*name.given.split(), *name.surname.split()]
    cut = 1 + int(random.random() * max(len(words) - 1, 1))
    return Name(" ".join(words[cut:]), " ".join(words[:cut]))


def spacing(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """Words joined or split."""
    if name.surname and (random.random() < 0.5 or not name.given):
        return Name(" ".join(respaced(random, name.surname.split())), name.given)
    return Name(name.surname, " ".join(respaced(random, name.given.split())))


def subset(random: Random, name: Name, pools: Pools) -> Name:
    """One word fewer."""
    given, surname = name.given.split(), name.surname.split()
    shorter = given if len(given) > 1 or len(surname) < 2 else surname
    if len(shorter) < 2:
        return spelling(random, name, pools)
    del shorter[int(random.random() * len(shorter))]
    return Name(" ".join(surname), " ".join(given))


def spelling_subset(random: Random, name: Name, pools: Pools) -> Name:
    """One word fewer, and other spellings."""
    return spelling(random, subset(random, name, pools), pools)


def partial(random: Random, name: Name, pools: Pools) -> Name:
    """One word or two kept, something else beside it."""
    words = [*name.given.split(), *name.surname.split()]
    kept = words[int(random.random() * len(words))]
    other = name_of(random, pools, "M")
    return Name(other.surname, kept) if random.random() < 0.5 else Name(kept, other.given)


def single(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """One word alone, as weak aliases are."""
    words = [*name.given.split(), *name.surname.split()]
    return Name("", words[int(random.random() * len(words))])


def byname(random: Random, name: Name, pools: Pools) -> Name:
    """ABU and a child's name, or a name of war."""
    first = name.given.split()[0] if name.given else name.surname
    return Name("", f"ABU {pools.given(random, 'M')}") if pools.culture.variants == "arabic" else Name("", first[:5])


def distant(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """Another name altogether."""
    return name_of(random, pools, "M")


def typed(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """One slip of the pen."""
    longer, other = (name.surname, name.given) if random.random() < 0.5 and name.surname else (name.given, name.surname)
    words = longer.split()
    if not words:
        return name
    place = int(random.random() * len(words))
    words[place] = mistyped(random, words[place])
    return Name(" ".join(words), other) if longer is name.surname else Name(other, " ".join(words))


def initial(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """The last given name as an initial."""
    given = name.given.split()
    return Name(name.surname, " ".join([*given[:-1], given[-1][0]])) if given and name.surname else name


def concatenated(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """All given names as one word."""
    return Name(name.surname, name.given.replace(" ", ""))


def without_surname(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """The first words of a surname lost, or all of it where it has one."""
    words = name.surname.split()
    return Name(words[-1] if len(words) > 1 else "", name.given) if name.given else name


def unchanged(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """The listed name."""
    return name


def cut_by_mrz(random: Random, name: Name, pools: Pools) -> Name:  # noqa: ARG001 - every garbling is called alike
    """As a machine readable zone of an identity card has it: 30 characters for both, two of them fillers."""
    room = 28 - len(name.surname)
    return Name(name.surname[:28], name.given[: max(room, 0)].strip())


LISTED: Mapping[Garbling, float] = {
    spelling: 0.36,
    typed: 0.06,
    reordered: 0.06,
    spacing: 0.07,
    subset: 0.17,
    spelling_subset: 0.12,
    partial: 0.1,
    distant: 0.06,
}
"""How aliases on lists differ from the primary name, with weights."""

WEAK: Mapping[Garbling, float] = {single: 0.4, byname: 0.35, partial: 0.25}
"""The same for weak aliases."""

QUERIES: Mapping[str, tuple[Garbling, float]] = {
    "exact": (unchanged, 0.08),
    "syn_spelling": (spelling, 0.2),
    "syn_reordered": (reordered, 0.04),
    "syn_swap": (swapped, 0.07),
    "syn_spacing": (spacing, 0.05),
    "syn_subset": (subset, 0.1),
    "syn_spelling_subset": (spelling_subset, 0.09),
    "syn_partial": (partial, 0.08),
    "syn_distant": (distant, 0.03),
    "syn_typo1": (typed, 0.08),
    "syn_initial": (initial, 0.07),
    "syn_concat": (concatenated, 0.06),
    "syn_drop_surname": (without_surname, 0.03),
    "syn_mrz_trunc31": (cut_by_mrz, 0.02),
}
"""How a listed person travels: kind, garbling, weight. All are made up, so none is named `alias_`."""

_COUNTS = (0, 1, 2, 3, 4, 5, 6, 8, 12)
_COUNT_SUMS = tuple(accumulate((40, 25, 14, 8, 5, 3, 2, 2, 1)))
"""Aliases a person: 1.5 in the mean, and some have a dozen."""

_WEAK_SHARE = 0.15


class Drawn:
    """Draws one of weighted choices."""

    def __init__(self, weights: Mapping[Garbling, float]) -> None:
        """The choices and their weights."""
        self._choices = tuple(weights)
        self._sums = tuple(accumulate(weights.values()))

    def __call__(self, random: Random) -> Garbling:
        """A choice."""
        return self._choices[bisect(self._sums, random.random() * self._sums[-1], 0, len(self._choices) - 1)]


_LISTED, _WEAK = Drawn(LISTED), Drawn(WEAK)


def aliases(random: Random, name: Name, pools: Pools) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """Good and weak aliases of a person, each different from the primary name and from the others."""
    good: dict[Name, None] = {}
    weak: dict[Name, None] = {}
    for _ in range(_COUNTS[bisect(_COUNT_SUMS, random.random() * _COUNT_SUMS[-1], 0, len(_COUNTS) - 1)]):
        if random.random() < _WEAK_SHARE:
            weak[_WEAK(random)(random, name, pools)] = None
        else:
            made = _LISTED(random)(random, name, pools)
            if made == name:  # this garbling found nothing to change
                made = typed(random, name, pools)
            good[made] = None
    good.pop(name, None)
    return tuple(good), tuple(alias for alias in weak if alias not in good and alias != name)
