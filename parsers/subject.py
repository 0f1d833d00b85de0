"""What is answered: the messages of one interchange, each with the verdict on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from parsers.edifact.events import GroupHeader, InterchangeHeader, component
from parsers.message import Origin, ReadMessage
from schemas.finding import Finding


@dataclass(frozen=True, slots=True)
class Judged:
    """A message with the verdict on it. `findings` are all there are, those of a refusal by the service included."""

    message: ReadMessage
    accepted: bool
    findings: tuple[Finding, ...]

    @property
    def origin(self) -> Origin:
        """AssertionError for a message that came in no interchange."""
        assert self.message.origin is not None
        return self.message.origin

    @property
    def listed(self) -> bool:
        """Whether there is a UNH that an answer can name."""
        return bool(self.origin.header)

    @property
    def type(self) -> str | None:
        """0065, upper case; that of the group where UNH does not say."""
        group = self.origin.group
        return self.message.message_type or (group.message_type if group is not None else None)

    @property
    def access_reference(self) -> str:
        """0068 as sent."""
        return component(self.origin.header or [], 3)


@dataclass(frozen=True, slots=True)
class Subject:
    """One interchange. `header` None: its UNB is missing. `items` include what stands for no message."""

    header: InterchangeHeader | None
    items: tuple[Judged, ...]

    @property
    def messages(self) -> tuple[Judged, ...]:
        """The messages that can be named."""
        return tuple(item for item in self.items if item.listed)

    def groups(self) -> list[tuple[GroupHeader | None, tuple[Judged, ...]]]:
        """The messages by UNG, in order; None: outside any group."""
        runs = groupby(self.messages, key=lambda item: _Same(item.origin.group))
        return [(key.header, tuple(items)) for key, items in runs]


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """Two groups may be written alike and still be two."""

    header: GroupHeader | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.header is self.header

    def __hash__(self) -> int:
        return id(self.header)


def subjects_of(judged: Iterable[Judged]) -> list[Subject]:
    """The interchanges of a body, in order. What belongs to none (garbage, JSON) is left out."""
    known = [item for item in judged if item.message.origin is not None]
    return [_subject(list(items)) for _number, items in groupby(known, key=lambda item: item.origin.number)]


def _subject(items: list[Judged]) -> Subject:
    return Subject(items[0].origin.interchange, tuple(items))
