"""What an interchange reader reports. Every event carries the findings about what it stands for."""

import re
from dataclasses import dataclass, field

from parsers.edifact.delimiters import Delimiters
from parsers.edifact.segment import Elements, SegmentList
from schemas.finding import Finding

_ORIGIN = re.compile(rb"^[\x00-\x20]*\.([A-Z0-9]{7})(?![A-Z0-9])", re.MULTILINE)


def component(elements: Elements, element: int, number: int = 1) -> str:
    """The text at this element (after the tag, from 1) and component (from 1), without spaces around; empty where absent."""
    try:
        return elements[element][number - 1].strip()
    except IndexError:
        return ""


@dataclass(frozen=True, slots=True)
class InterchangeHeader:
    """UNB as sent. `heading` is the text before it (a type-B heading, perhaps); `elements` are all of UNB's."""

    elements: Elements
    delimiters: Delimiters
    heading: bytes = b""

    @property
    def origin(self) -> str | None:
        """The type-B address of origin in the heading: seven characters after a full stop that begins a line."""
        found = _ORIGIN.search(self.heading)
        return found[1].decode("ascii") if found else None

    @property
    def syntax(self) -> str:
        """0001, for example UNOA."""
        return component(self.elements, 1)

    @property
    def sender(self) -> str | None:
        """0004."""
        return component(self.elements, 2) or None

    @property
    def recipient(self) -> str | None:
        """0010."""
        return component(self.elements, 3) or None

    @property
    def prepared(self) -> str:
        """0017 and 0019, digits as sent."""
        return component(self.elements, 4) + component(self.elements, 4, 2)

    @property
    def control_reference(self) -> str | None:
        """0020."""
        return component(self.elements, 5) or None

    @property
    def application_reference(self) -> str | None:
        """0026."""
        return component(self.elements, 7) or None

    @property
    def priority(self) -> str | None:
        """0029."""
        return component(self.elements, 8) or None

    @property
    def acknowledgement_requested(self) -> bool:
        """0031: the sender wants a CONTRL."""
        return component(self.elements, 9) == "1"

    @property
    def test(self) -> bool:
        """0035: never to be screened."""
        return component(self.elements, 11) == "1"


@dataclass(frozen=True, slots=True)
class GroupHeader:
    """UNG as sent."""

    elements: Elements

    @property
    def message_type(self) -> str | None:
        """0038."""
        return component(self.elements, 1) or None

    @property
    def reference(self) -> str | None:
        """0048."""
        return component(self.elements, 5) or None


@dataclass(frozen=True, slots=True)
class InterchangeStarted:
    header: InterchangeHeader
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupStarted:
    header: GroupHeader


@dataclass(slots=True)
class MessageRead:
    """A whole message: every segment from UNH to UNT, or what there was of it.

    `header` are the elements of UNH (empty where it is missing). `refused`: its own references contradict each other.
    """

    segments: SegmentList
    header: Elements = field(default_factory=list)
    group: GroupHeader | None = None
    findings: list[Finding] = field(default_factory=list)
    complete: bool = False
    refused: bool = False

    @property
    def reference(self) -> str | None:
        """0062."""
        return component(self.header, 1) or None


@dataclass(frozen=True, slots=True)
class GroupEnded:
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class InterchangeEnded:
    """`messages` were read between its start and here."""

    messages: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class InputUnreadable:
    """Bytes that are no interchange at all."""

    findings: tuple[Finding, ...]


Event = InterchangeStarted | GroupStarted | MessageRead | GroupEnded | InterchangeEnded | InputUnreadable
