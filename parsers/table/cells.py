"""Cells and rows, whatever file they come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class CellKind(StrEnum):
    """What the file says the cell is. `DATE`: text is `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` or `HH:MM`, and certain."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    ERROR = "error"


class Cell(NamedTuple):
    """A cell with a value, without spaces around it. `formula`: the value is the result that the file stores, perhaps empty."""

    text: str
    kind: CellKind = CellKind.TEXT
    formula: bool = False


class Row(NamedTuple):
    """`number` from 1; `cells` by column from 0, only those with a value."""

    number: int
    cells: Mapping[int, Cell]


class Note(NamedTuple):
    """A finding that reading the file gave: its code, where, and the facts of its sentence."""

    code: str
    row: int | None
    column: str | None
    facts: Mapping[str, object]


@dataclass
class Sheet:
    """`position` among the sheets of a workbook, from 1; `title` its name there."""

    position: int
    rows: Sequence[Row]
    title: str = ""
    notes: list[Note] = field(default_factory=list)

    def note(self, code: str, row: int | None = None, column: str | None = None, **facts: object) -> None:
        """A finding about the file itself."""
        self.notes.append(Note(code, row, column, facts))


class UnreadableTableError(Exception):
    """The bytes are no table: `code` of the finding, with its facts."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def column_letters(column: int) -> str:
    """0 is A, 25 Z, 26 AA."""
    letters = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
