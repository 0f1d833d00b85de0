"""Names ready to compare: parts, the words that adjacent parts make when joined, and the rarity of listed parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from screening.name_parts import ARTICLES, PARTICLES, Part, read_part

JOINED_PARTS_MAX = 3
"""ABD AL RAHMAN is the longest compound that is commonly written as one word."""

WHOLE_FIELD_PARTS_MAX = 6
"""Systems without a separator write all given names as one word (`MOHAMMEDRAFIQABDULHAMID`), rarely more than these."""

PREFIX_LETTERS_MAX = 3
"""A last given name of so few letters, or a particle, may be the beginning of the surname (`HING BUN`, `HIENG`: BUNHIENG)."""

SHAPES_KEPT_MAX = 10_000
"""Rows of kinds of parts whose runs are kept: there are few but the hostile."""

_FAMILY, _BEGINS, _ARTICLE = 1, 2, 4
"""Of a part in a row: its field, and the bits of `joining_kind`."""

Runs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Adjacent parts written as one word: parts `start` to `start + size - 1`."""

    start: int
    size: int
    word: Part

    @property
    def mask(self) -> int:
        """A bit for each part."""
        return ((1 << self.size) - 1) << self.start

    def text(self, parts: Sequence[Part]) -> str:
        """The parts, as they are written apart."""
        return " ".join(part.text for part in parts[self.start : self.start + self.size])


@dataclass(frozen=True, slots=True)
class PreparedName:
    """One spelling of one name. `part_bits`: the rarity of each part (listed names only); `weak`: a low-quality alias.
    `dropped` words and `unread` letters of it are in no part (`NameParts`)."""

    parts: tuple[Part, ...]
    joined: tuple[Joined, ...]
    text: str
    part_bits: tuple[float, ...] = ()
    weak: bool = False
    dropped: int = 0
    unread: str = ""


def joined_words(parts: tuple[Part, ...]) -> tuple[Joined, ...]:
    """Every run of two or three adjacent parts that may be one word, and the given names as a whole where they are more."""
    return tuple([_join(parts, start, size) for start, size in joined_runs(parts)])


def joined_runs(parts: Sequence[Part]) -> Runs:
    """Where those runs begin, and of how many parts they are."""
    return _runs(bytes([part.family | joining_kind(part.text) << 1 for part in parts]))


def joining_kind(text: str) -> int:
    """What, beside the field, decides whether a part is joined with its neighbours: names with parts of the same kinds in the
    same fields have the same runs. Names by the million are joined kind by kind."""
    begins = len(text) <= PREFIX_LETTERS_MAX or text in PARTICLES
    return begins | (text in ARTICLES) << 1


@lru_cache(maxsize=SHAPES_KEPT_MAX)
def _runs(shape: bytes) -> Runs:
    runs = ((start, size) for size in range(2, JOINED_PARTS_MAX + 1) for start in range(len(shape) - size + 1))
    found = [(start, size) for start, size in runs if _one_word(shape[start : start + size])]
    given = sum(not part & _FAMILY for part in shape)
    return (*found, (0, given)) if JOINED_PARTS_MAX < given <= WHOLE_FIELD_PARTS_MAX else tuple(found)


def _join(parts: tuple[Part, ...], start: int, size: int) -> Joined:
    run = parts[start : start + size]
    return Joined(start, size, read_part("".join([part.text for part in run]), family=run[0].family))


def _one_word(run: bytes) -> bool:
    """No word ends in an article (ABD AL), and few begin in one field and end in the other."""
    if run[-1] & _ARTICLE:
        return False
    return all((one ^ other) & _FAMILY == 0 or one & _BEGINS for one, other in pairwise(run))
