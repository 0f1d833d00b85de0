"""Names ready to compare: parts, the words that adjacent parts make when joined, and the rarity of listed parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from screening.name_parts import Part, read_part

JOINED_PARTS_MAX = 3
"""ABD AL RAHMAN is the longest compound that is commonly written as one word."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Adjacent parts of one field written as one word: parts `start` to `start + size - 1`."""

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
    """Every run of two or three adjacent parts of one field, as one word."""
    return tuple([_join(parts, start, size) for start, size in joined_runs(parts)])


def joined_runs(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Where those runs begin, and of how many parts they are."""
    runs = ((start, size) for size in range(2, JOINED_PARTS_MAX + 1) for start in range(len(parts) - size + 1))
    return [(start, size) for start, size in runs if _one_field(parts[start : start + size])]


def joining_kind(text: str) -> int:  # noqa: ARG001 - a row of parts is joined by the fields alone
    """What, beside the field, decides whether a part is joined with its neighbours: names with parts of the same kinds in the
    same fields have the same runs. Names by the million are joined kind by kind."""
    return 0


def _join(parts: tuple[Part, ...], start: int, size: int) -> Joined:
    run = parts[start : start + size]
    return Joined(start, size, read_part("".join(part.text for part in run), family=run[0].family))


def _one_field(run: Sequence[Part]) -> bool:
    return len({part.family for part in run}) == 1
