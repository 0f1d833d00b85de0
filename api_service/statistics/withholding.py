"""Which cells of a table are withheld, so that nobody can work out a cell of fewer than ten people.

A cell below the floor is withheld. That is not enough: who knows a total and all other cells under it subtracts. So wherever a
total is shown, what is withheld under it are at least two cells that come to at least the floor together; where they are not,
the smallest shown cells are withheld too, until they are. Rows whose total is withheld show nothing.

Nothing is said about where cells were withheld: a cell that is not there is either empty or withheld. Somebody may still know
that a cell cannot but be empty (that nationality flies on one route only): a cell that is alone under its total is then no
secret. Such cells are not relied on to hide others, as long as there is any other cell to withhold.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FLOOR = 10
"""The contract: never below 10 a cell."""

Key = tuple[str, ...]
Line = tuple[int, str]
"""A dimension and a value of it: all cells with that value."""


@dataclass(frozen=True, slots=True)
class Table:
    """What may be shown. `total` None, a margin or a cell that is not there: withheld (or empty)."""

    total: int | None
    margins: tuple[Mapping[str, int], ...]
    cells: Mapping[Key, int]


def protected(counts: Mapping[Key, int], dimensions: int) -> Table:
    """The table as it may be shown: counts by one or two properties."""
    assert dimensions in (1, 2)
    counts = {key: count for key, count in counts.items() if count > 0}
    margins = tuple(_margin(counts, dimension) for dimension in range(dimensions))
    shown_margins = tuple({key[0]: margin[key] for key in _shown_line(margin)} for margin in margins)
    total = sum(counts.values())
    shown_total = (
        total if all(_total_safe(margin, shown) for margin, shown in zip(margins, shown_margins, strict=True)) else None
    )
    if dimensions == 1:
        return Table(shown_total, (), {(value,): count for value, count in shown_margins[0].items()})
    return Table(shown_total, shown_margins, _shown_cells(counts, shown_margins))


def _margin(counts: Mapping[Key, int], dimension: int) -> dict[Key, int]:
    margin: dict[Key, int] = {}
    for key, count in counts.items():
        margin[(key[dimension],)] = margin.get((key[dimension],), 0) + count
    return margin


def _shown_line(margin: Mapping[Key, int]) -> set[Key]:
    """Values of one property that may be shown: the small ones are withheld, and as many more as hide them."""
    withheld = {key for key, count in margin.items() if count < FLOOR}
    rest = sorted(margin.keys() - withheld, key=lambda key: (margin[key], key))
    while withheld and rest and not _hides(margin, withheld):
        withheld.add(rest.pop(0))
    return set(rest)


def _hides(counts: Mapping[Key, int], withheld: set[Key]) -> bool:
    return not withheld or (len(withheld) > 1 and sum(counts[key] for key in withheld) >= FLOOR)


def _total_safe(margin: Mapping[Key, int], shown: Mapping[str, int]) -> bool:
    return bool(margin) and _hides(margin, {key for key in margin if key[0] not in shown})


def _lines(counts: Mapping[Key, int], margins: tuple[Mapping[str, int], ...]) -> dict[Line, list[Key]]:
    """Cells under each total that is shown."""
    lines: dict[Line, list[Key]] = {}
    for key in counts:
        for dimension, value in enumerate(key):
            if value in margins[dimension]:
                lines.setdefault((dimension, value), []).append(key)
    return lines


def _shown_cells(counts: Mapping[Key, int], margins: tuple[Mapping[str, int], ...]) -> dict[Key, int]:
    """Cells that may be shown."""
    lines = _lines(counts, margins)
    alone = {keys[0] for keys in lines.values() if len(keys) == 1}
    shown = {key for key in counts if counts[key] >= FLOOR and all(value in margins[at] for at, value in enumerate(key))}
    while found := next(filter(None, (_one_more(counts, keys, shown, alone) for keys in lines.values())), None):
        shown.discard(found)
    return {key: counts[key] for key in sorted(shown)}


def _one_more(counts: Mapping[Key, int], line: list[Key], shown: set[Key], alone: set[Key]) -> Key | None:
    """A cell that has to be withheld too, so that those withheld under this total are hidden; None where they are."""
    withheld = {key for key in line if key not in shown}
    if len(line) == 1 or _hides(counts, withheld - alone):
        return None
    rest = sorted((key for key in line if key in shown), key=lambda key: (key in alone, counts[key], key))
    if not rest or (rest[0] in alone and _hides(counts, withheld)):
        return None
    return rest[0]
