"""Service characters: which bytes separate, and where an interchange starts.

UNA is three letters and six characters: component, element, decimal mark, release, repetition (a space under syntax 1 to 3),
segment terminator. Type-B networks do not carry every character, so any six different ones that are neither letters nor digits
are legal here, the information separators of UNOB (IS4, IS3, IS1) and a bare line feed as terminator among them.

Inside an interchange, control bytes (but for declared separators) are noise of the way it came and are dropped; so are line
breaks, even in the middle of a tag. A tabulator counts as a space.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

START_LOOKAHEAD_BYTES = 512
"""How much must follow the start of an interchange before it is judged: UNA, UNB and the beginning of UNG or UNH fit in."""

SEPARATOR_SETS_KEPT_MAX = 64
"""How many forms of UNA are remembered with their patterns and tables: about ten are in use."""

CONTROLS = bytes(range(0x20)) + b"\x7f"

MARK = "\x07"
"""Stands before a released character while a text is split: a control byte, so it cannot occur in cleaned text."""

_SEPARATOR_CONTROLS = frozenset(b"\n\r\x1c\x1d\x1e\x1f")


@dataclass(frozen=True)
class Delimiters:
    """The service characters of one interchange, one byte each; None = not used."""

    component: bytes = b":"
    element: bytes = b"+"
    release: bytes | None = b"?"
    repetition: bytes | None = None
    terminator: bytes = b"'"

    @cached_property
    def in_use(self) -> tuple[bytes, ...]:
        """Every service character that has a meaning, release character included."""
        every = (self.component, self.element, self.terminator, self.release, self.repetition)
        return tuple(byte for byte in every if byte is not None)

    @cached_property
    def element_text(self) -> str:
        """The element separator."""
        return self.element.decode("ascii")

    @cached_property
    def component_text(self) -> str:
        """The component separator."""
        return self.component.decode("ascii")

    @cached_property
    def repetition_text(self) -> str | None:
        """The repetition separator, where UNA declares one."""
        return self.repetition.decode("ascii") if self.repetition is not None else None

    @cached_property
    def dropped(self) -> bytes:
        """Control bytes that are noise."""
        return bytes(byte for byte in CONTROLS if bytes((byte,)) not in self.in_use and byte != 0x09)

    @cached_property
    def translation(self) -> bytes:
        """For `bytes.translate`: a tabulator becomes a space."""
        return bytes.maketrans(b"\t", b" ")

    @cached_property
    def released(self) -> re.Pattern[bytes]:
        """In cleaned bytes: a release character with what it releases."""
        return re.compile(re.escape(self.release or b"\0") + b"(.)", re.DOTALL)

    @cached_property
    def boundary(self) -> re.Pattern[bytes]:
        """In bytes as received: a terminator, or (to be stepped over) a release character with what it releases."""
        terminator = re.escape(self.terminator)
        if self.release is None:
            return re.compile(terminator)
        return re.compile(re.escape(self.release) + b"[" + re.escape(self.dropped) + b"]*.|" + terminator, re.DOTALL)

    @cached_property
    def end_tag(self) -> re.Pattern[bytes]:
        """In bytes as received: UNZ, however it is torn."""
        noise = b"[" + re.escape(self.dropped) + b"]*"
        return re.compile(b"U" + noise + b"N" + noise + b"[Zz]")

    @cached_property
    def stand_ins(self) -> dict[bytes, bytes]:
        """A released service character, as it is written while the text is split: two bytes, like the original."""
        return {byte: MARK.encode() + bytes((number,)) for number, byte in enumerate(self.in_use, 1)}

    @cached_property
    def originals(self) -> dict[str, str]:
        """The way back from the second character of a stand-in."""
        return {chr(number): byte.decode("latin-1") for number, byte in enumerate(self.in_use, 1)}

    def unescape(self, text: str) -> str:
        """A component as its sender meant it."""
        return self._resolve(text, "")

    def verbatim(self, text: str) -> str:
        """A segment as it was sent, but for control bytes."""
        return self._resolve(text, (self.release or b"").decode("latin-1"))

    def _resolve(self, text: str, before: str) -> str:
        if MARK not in text:
            return text
        return re.sub(MARK + "(.)", lambda found: before + self.originals.get(found[1], found[1]), text, flags=re.DOTALL)


DEFAULT = Delimiters()
"""What ISO 9735 means where there is no UNA."""

_LEVEL_B = Delimiters(component=b"\x1f", element=b"\x1d", release=None, terminator=b"\x1c")
"""What UNOB means by its own standard, when there is no UNA."""


class Start(NamedTuple):
    """Where an interchange starts. `begin` is its first byte, `data` the first byte after UNA; `delimiters` are None where UNA
    makes no sense; `remark` is the code of a finding."""

    begin: int
    data: int
    delimiters: Delimiters | None
    remark: str | None = None


_WRAP = rb"[\r\n]{0,4}"
_START = re.compile(
    rb"U" + _WRAP + rb"N" + _WRAP + rb"(?:A(?P<una>[^A-Za-z0-9]{6})[\x00-\x20]{0,32}(?=U" + _WRAP + rb"N" + _WRAP + rb"[BGH])"
    rb"|B(?P<unb>[^A-Za-z0-9\x00-\x19 ])"
    rb"|(?P<headless>H\+[^+'\r\n]{0,35}\+PAXLST[:+']|G\+PAXLST\+))",
    re.DOTALL,
)
_START_BYTES_MAX = 96
"""No start is longer; the tail of this length is searched again when more bytes have come."""

RESTART = re.compile(rb"UNA[^A-Za-z0-9]{6}[\x00-\x20]{0,32}UNB", re.DOTALL)
"""The start of a further interchange inside one that was never closed."""

RESTART_BYTES_MAX = 3 + 6 + 32 + 3


def find_start(buffer: bytearray, position: int, closed: bool, headless: bool) -> Start | int:
    """The first interchange in `buffer` from `position` on.

    A number where there is none, or too little behind it to tell: search on from there when more bytes have come. `headless`:
    a UNG or UNH of PAXLST may be a start too.
    """
    while (found := _START.search(buffer, position)) is not None:
        if len(buffer) - found.start() < START_LOOKAHEAD_BYTES and not closed:
            # What stands before it may be a start too, once the rest of it has come.
            return max(position, min(found.start(), len(buffer) - _START_BYTES_MAX))
        start = _judge(buffer, found) if headless or found["headless"] is None else None
        if start is not None:
            return start
        position = found.start() + 1
    return max(position, len(buffer) - _START_BYTES_MAX)


def _judge(buffer: bytearray, found: re.Match[bytes]) -> Start | None:
    if (six := found["una"]) is not None:
        delimiters = of_una(bytes(six))
        data = found.end() if delimiters is not None else found.end() + 3
        return Start(found.start(), data, delimiters, None if delimiters else "separators_invalid")
    if found["headless"] is not None:
        return Start(found.start(), found.start(), DEFAULT, "interchange_header_missing")
    begin = found.start()
    delimiters = _without_una(buffer, begin, bytes(found["unb"]))
    if delimiters is None:
        return None
    broken_una = buffer.rfind(b"UNA", max(0, begin - 16), begin)
    odd = broken_una >= 0 or found["unb"] not in {b"+", b"\x1d"}
    return Start(broken_una if broken_una >= 0 else begin, begin, delimiters, "separators_assumed" if odd else None)


@lru_cache(SEPARATOR_SETS_KEPT_MAX)
def of_una(six: bytes) -> Delimiters | None:
    """The service characters that UNA declares; None where they are not six different separators (spaces = not used)."""
    used = [byte for byte in six if byte != 0x20]
    component, element, _decimal, release, repetition, terminator = (six[at : at + 1] for at in range(6))
    if len(set(used)) != len(used) or b" " in (component, element, terminator):
        return None
    if any(byte in CONTROLS and byte not in _SEPARATOR_CONTROLS for byte in used) or any(byte > 0x7F for byte in used):
        return None
    return Delimiters(
        component=component,
        element=element,
        release=release if release != b" " else None,
        repetition=repetition if repetition != b" " else None,
        terminator=terminator,
    )


_SYNTAX = re.compile(rb"UNB.[A-Z]{4}(?P<component>[^A-Za-z0-9 ])\d", re.DOTALL)
_NEXT = re.compile(rb"(?P<terminator>[^A-Za-z0-9 \r\n])[\r\n ]*UN[GH]", re.DOTALL)


def _without_una(buffer: bytearray, begin: int, element: bytes) -> Delimiters | None:
    """The defaults, or what UNB itself shows: its syntax identifier, and what stands before UNG or UNH."""
    if element == b"+":
        return DEFAULT
    if element == b"\x1d":
        return _LEVEL_B
    end = begin + START_LOOKAHEAD_BYTES
    syntax = _SYNTAX.match(buffer, begin, end)
    following = _NEXT.search(buffer, begin, end) if syntax is not None else None
    if syntax is None or following is None:
        return None
    component, terminator = bytes(syntax["component"]), bytes(following["terminator"])
    if len({element, component, terminator}) < 3 or not (element + component + terminator).isascii():
        return None
    release = None if b"?" in {element, component, terminator} else b"?"
    return Delimiters(component=component, element=element, release=release, terminator=terminator)
