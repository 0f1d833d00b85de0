"""Names ready to compare: parts, the words that adjacent parts make when joined, and the rarity of listed parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from screening.name_parts import ARTICLES, PARTICLES, Part, read_part

JOINED_PARTS_MAX = 3
"""ABD AL RAHMAN is the longest compound that is commonly written as one word."""

WHOLE_FIELD_PARTS_MAX = 6
"""Systems without a separator write all given names as one word (`MOHAMMEDRAFIQABDULHAMID`), rarely more than these."""

PREFIX_LETTERS_MAX = 3
"""A last given name of so few letters, or a particle, may be the beginning of the surname (`HING BUN`, `HIENG`: BUNHIENG)."""


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


def joined_runs(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Where those runs begin, and of how many parts they are."""
    runs = ((start, size) for size in range(2, JOINED_PARTS_MAX + 1) for start in range(len(parts) - size + 1))
    found = [(start, size) for start, size in runs if _one_word(parts[start : start + size])]
    given = sum(not part.family for part in parts)
    return [*found, (0, given)] if JOINED_PARTS_MAX < given <= WHOLE_FIELD_PARTS_MAX else found


def joining_kind(text: str) -> int:
    """What, beside the field, decides whether a part is joined with its neighbours: names with parts of the same kinds in the
    same fields have the same runs. Names by the million are joined kind by kind."""
    begins = text in PARTICLES or len(text) <= PREFIX_LETTERS_MAX
    return begins | (text in ARTICLES) << 1


def _join(parts: tuple[Part, ...], start: int, size: int) -> Joined:
    run = parts[start : start + size]
    return Joined(start, size, read_part("".join([part.text for part in run]), family=run[0].family))


def _one_word(run: Sequence[Part]) -> bool:
    """No word ends in an article (ABD AL), and few begin in one field and end in the other."""
    if run[-1].text in ARTICLES:
        return False
    return all(
        one.family == other.family or one.particle or len(one.text) <= PREFIX_LETTERS_MAX for one, other in pairwise(run)
    )
