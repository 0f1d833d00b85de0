"""What both readers of schedules share: lines that come in pieces, faults instead of exceptions, and where a flight begins.

A reader is fed bytes however they were cut and gives legs and faults, a fault for every line that it could not use. It holds
one line and one leg, whatever the length of the file.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple, TypeAlias

from schemas.schedule import MINUTES_A_DAY, ScheduledLeg, ScheduledTime

LINE_BYTES_MAX = 1_000
"""A record of SSIM has 200 characters, a row of the table some 80: beyond this, it is something else."""
YEARS = range(2000, 2100)
"""A schedule is of this century; SSIM writes two digits of the year."""
_CARRIER = re.compile(r"[A-Z0-9]{2,3}")
_PORT = re.compile(r"[A-Z]{3}")
_SERVICE = re.compile(r"[A-Z]")
_CLOCK = re.compile(r"(\d\d):?(\d\d)")


class ScheduleFault(NamedTuple):
    """A line that was not used, and why. Lines count from 1."""

    line: int
    message: str


ScheduleItem: TypeAlias = ScheduledLeg | ScheduleFault


class RefusedLine(Exception):  # noqa: N818  it never leaves the reader: it is how a field says no
    """This line cannot be read. The text says why."""


class ScheduleReader(ABC):
    """Bytes to legs and faults. `duplicates` counts legs that repeat another carrier's flight under a number of their own."""

    def __init__(self) -> None:
        self.duplicates = 0
        self._line = b""
        self._overlong = False
        self._number = 0
        self._itinerary: tuple[str, ...] = ()
        self._origin: ScheduledTime | None = None

    def feed(self, data: bytes) -> Iterator[ScheduleItem]:
        """What these bytes complete."""
        *whole, rest = data.split(b"\n")
        for piece in whole:
            yield from self._complete(self._line + piece)
            self._line = b""
        self._line += rest
        if len(self._line) > LINE_BYTES_MAX:
            self._line, self._overlong = b"", True

    def close(self) -> Iterator[ScheduleItem]:
        """The end: what is still in hand."""
        if self._line or self._overlong:
            yield from self._complete(self._line)
        self._line = b""
        yield from self.finish()

    def _complete(self, line: bytes) -> Iterator[ScheduleItem]:
        self._number += 1
        if self._overlong or len(line) > LINE_BYTES_MAX:
            self._overlong = False
            yield ScheduleFault(self._number, f"The line has more than {LINE_BYTES_MAX} bytes.")
            return
        try:
            yield from self.read_line(line.rstrip(b"\r\x1a\x00"))
        except RefusedLine as error:
            yield ScheduleFault(self._number, str(error))

    @abstractmethod
    def read_line(self, line: bytes) -> Iterator[ScheduleItem]:
        """One line without its end. Raises RefusedLine."""

    @abstractmethod
    def finish(self) -> Iterator[ScheduleItem]:
        """No line will follow."""

    def origin_of(self, itinerary: tuple[str, ...], leg: int, departure: ScheduledTime) -> ScheduledTime:
        """Where the flight began: its first leg stands before the others; where it does not, a leg begins by itself."""
        if leg == 1 or itinerary != self._itinerary or self._origin is None:
            self._itinerary, self._origin = itinerary, departure
        return self._origin


def carrier_code(text: str) -> str:
    """An airline designator. Raises RefusedLine."""
    return _matching(_CARRIER, text.strip().upper(), "The airline designator is not two or three letters and digits.")


def port_code(text: str, which: str) -> str:
    """An IATA port. Raises RefusedLine."""
    return _matching(_PORT, text.strip().upper(), f"The {which} port is not three letters.")


def flight_number(text: str) -> str:
    """A flight number without leading zeros, as manifests have it. Raises RefusedLine."""
    digits = text.strip().lstrip("0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        raise RefusedLine("The flight number is not one to four digits.")
    return digits


def minutes_of(text: str, which: str) -> int:
    """HHMM or HH:MM as minutes since midnight; 2400 is the next midnight. Raises RefusedLine."""
    match = _CLOCK.fullmatch(text.strip())
    minutes = int(match[1]) * 60 + int(match[2]) if match and text.isascii() and int(match[2]) < 60 else MINUTES_A_DAY + 1
    if minutes > MINUTES_A_DAY:
        raise RefusedLine(f"The {which} time is not HHMM.")
    return minutes


def weekdays(text: str) -> str:
    """Days of operation, 1 Monday to 7 Sunday, in any order, blanks ignored. Raises RefusedLine."""
    days = "".join(sorted(set(text) - set(" .-")))
    if not days or set(days) - set("1234567"):
        raise RefusedLine("The days of operation are not among 1234567.")
    return days


def service_letter(text: str) -> str:
    """A service type; J (scheduled passengers) where nothing is said. Raises RefusedLine."""
    return _matching(_SERVICE, text.strip().upper() or "J", "The service type is not one letter.")


def period(first: date, last: date) -> tuple[date, date]:
    """The period, in order and in this century. Raises RefusedLine."""
    if first > last:
        raise RefusedLine("The period ends before it begins.")
    if first.year not in YEARS or last.year not in YEARS:
        raise RefusedLine("The period does not lie in this century.")
    return first, last


def _matching(pattern: re.Pattern[str], text: str, otherwise: str) -> str:
    if not pattern.fullmatch(text):
        raise RefusedLine(otherwise)
    return text
