"""Segments to bytes: escaping, the envelope, and counts that are right.

A segment here is a tuple: its tag, then its data elements. An element is a text, or a sequence of component texts; None and
empty texts are absent. Absent elements and components at the end are left off, as ISO 9735 asks.

    ("NAD", "FL", "", "", ("HOXHA", "ARBEN"))  ->  NAD+FL+++HOXHA:ARBEN'

What a character set cannot carry is folded to its base letter (Ë to E), and to a space where there is none: a writer must
never produce bytes that its own declaration forbids. Line breaks inside data are folded to a space for the same reason.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from parsers.edifact.charset import DECLARED

Element = str | Sequence[str | None] | None
Segment = tuple[Element, ...]
Address = str | tuple[str, ...]
"""Who sends or receives: `ID` or `ID:QUALIFIER`; or the components one by one, repeated as somebody sent them."""


class Separators(NamedTuple):
    """The six characters of UNA, in its order. A space as `release` or `repetition` means "not used"."""

    component: str = ":"
    element: str = "+"
    decimal: str = "."
    release: str = "?"
    repetition: str = " "
    terminator: str = "'"

    def advice(self) -> str:
        """The UNA segment that declares them: nine characters."""
        return "UNA" + "".join(self)

    def special(self) -> frozenset[str]:
        """The characters that must be released, or, without a release character, left out of data."""
        return frozenset({self.component, self.element, self.release, self.repetition, self.terminator} - {" "})


DEFAULT_SEPARATORS = Separators()

UPPER_CASE_ONLY = frozenset({"UNOA"})

_LETTERS_WITHOUT_BASE = str.maketrans(
    {
        "Đ": "D",
        "đ": "d",
        "Ø": "O",
        "ø": "o",
        "Ł": "L",
        "ł": "l",
        "Æ": "AE",
        "æ": "ae",
        "Œ": "OE",
        "œ": "oe",
        "ß": "ss",
        "ı": "i",
    }
)
"""Letters that Unicode does not decompose, written as ICAO 9303-3 section 6 does."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """UNB and UNG, and how the bytes look.

    `group_reference` None = no UNG/UNE. `prepared_at` is written as it stands (`YYMMDD:HHMM`, or with the century where
    `long_date`). `line_break` follows every terminator. `folded` False: data is written as it stands, whatever the syntax
    level allows, because somebody else's text is repeated; what its set lacks makes the whole interchange UTF-8.
    """

    sender: Address
    recipient: Address
    prepared_at: datetime
    control_reference: str
    group_reference: str | None = None
    group_sender: Address | None = None
    message_type: str = "PAXLST"
    directory: str = "D:12B"
    syntax: str = "UNOA"
    syntax_version: int = 4
    application_reference: str = "APIS"
    acknowledge: bool = False
    test: bool = False
    long_date: bool = False
    separators: Separators = DEFAULT_SEPARATORS
    una: bool = True
    line_break: str = ""
    folded: bool = True


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message: its UNH elements after the reference, and its body (everything between UNH and UNT)."""

    reference: str
    header: tuple[Element, ...]
    body: Sequence[Segment] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class OutgoingGroup:
    """Messages between UNG and UNE; `header` is UNG as a whole, None where the messages stand without a group."""

    header: Segment | None
    messages: Sequence[OutgoingMessage]

    @property
    def reference(self) -> Element:
        """0048."""
        return self.header[5] if self.header is not None and len(self.header) > 5 else None


def write_interchange(envelope: Envelope, messages: Sequence[OutgoingMessage]) -> bytes:
    """The bytes of one interchange. UNT, UNE and UNZ are counted here, so that they are always right."""
    header = _group_header(envelope) if envelope.group_reference is not None else None
    return write_groups(envelope, [OutgoingGroup(header, messages)])


def write_groups(envelope: Envelope, groups: Sequence[OutgoingGroup]) -> bytes:
    """As `write_interchange`, with groups of the caller's own; those of the envelope are not looked at."""
    writer = _SegmentWriter(envelope)
    advice = envelope.separators.advice() + envelope.line_break if envelope.una else ""
    text = advice + "".join(writer.write(segment) for segment in _interchange_segments(envelope, groups))
    try:
        return text.encode(DECLARED[envelope.syntax])
    except UnicodeEncodeError:
        assert not envelope.folded, "folded text fits its set"
        return text.encode("utf-8", "replace")


def escape(text: str, separators: Separators = DEFAULT_SEPARATORS) -> str:
    """Data with every separator released; where there is no release character, a separator becomes a space."""
    special = separators.special()
    if special.isdisjoint(text):
        return text
    release = "" if separators.release == " " else separators.release
    return "".join((release + char if release else " ") if char in special else char for char in text)


def fold(text: str, syntax: str) -> str:
    """Text as the syntax level can carry it: upper case under UNOA, base letters where a letter is missing, no controls."""
    if syntax in UPPER_CASE_ONLY:
        text = text.upper()
    codec = DECLARED[syntax]
    if text.isascii() and text.isprintable():
        return text
    return "".join(_fold_char(char, codec) for char in text)


def _fold_char(char: str, codec: str) -> str:
    if not char.isprintable():
        return " "
    if _encodable(char, codec):
        return char
    base = unicodedata.normalize("NFKD", char.translate(_LETTERS_WITHOUT_BASE))
    kept = "".join(part for part in base if not unicodedata.combining(part))
    return kept if kept and _encodable(kept, codec) else " "


def _encodable(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


class _SegmentWriter:
    """Remembers the separators and the folding of one interchange, and how each text is written: most recur."""

    def __init__(self, envelope: Envelope) -> None:
        self._separators = envelope.separators
        self._syntax = envelope.syntax
        self._folded = envelope.folded
        self._end = envelope.separators.terminator + envelope.line_break
        self._written: dict[str, str] = {"": ""}

    def write(self, segment: Segment) -> str:
        elements = _trimmed([self._element(element) for element in segment])
        return self._separators.element.join(elements) + self._end

    def _element(self, element: Element) -> str:
        if element is None:
            return ""
        if isinstance(element, str):
            return self._data(element)
        return self._separators.component.join(_trimmed([self._data(component or "") for component in element]))

    def _data(self, text: str) -> str:
        written = self._written.get(text)
        if written is None:
            folded = fold(text, self._syntax) if self._folded else text
            written = self._written[text] = escape(folded, self._separators)
        return written


def _trimmed(parts: list[str]) -> list[str]:
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _interchange_segments(envelope: Envelope, groups: Sequence[OutgoingGroup]) -> Iterable[Segment]:
    yield _interchange_header(envelope)
    grouped = 0
    for group in groups:
        if group.header is not None:
            grouped += 1
            yield group.header
        for message in group.messages:
            yield ("UNH", message.reference, *message.header)
            yield from message.body
            yield ("UNT", str(len(message.body) + 2), message.reference)
        if group.header is not None:
            yield ("UNE", str(len(group.messages)), group.reference)
    yield ("UNZ", str(grouped or sum(len(group.messages) for group in groups)), envelope.control_reference)


def _interchange_header(envelope: Envelope) -> Segment:
    return (
        "UNB",
        (envelope.syntax, str(envelope.syntax_version)),
        _components(envelope.sender),
        _components(envelope.recipient),
        prepared_element(envelope),
        envelope.control_reference,
        "",
        envelope.application_reference,
        "",
        "1" if envelope.acknowledge else "",
        "",
        "1" if envelope.test else "",
    )


def prepared_element(envelope: Envelope) -> Element:
    """S004: date and time of preparation."""
    date_format = "%Y%m%d" if envelope.long_date else "%y%m%d"
    return (envelope.prepared_at.strftime(date_format), envelope.prepared_at.strftime("%H%M"))


def _components(address: Address) -> Sequence[str]:
    return address.split(":") if isinstance(address, str) else address


def _group_header(envelope: Envelope) -> Segment:
    return (
        "UNG",
        envelope.message_type,
        _components(envelope.group_sender or envelope.sender),
        _components(envelope.recipient),
        prepared_element(envelope),
        envelope.group_reference,
        "UN",
        envelope.directory.split(":"),
    )
