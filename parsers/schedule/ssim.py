"""IATA Standard Schedules Information Manual, chapter 7: schedules as records of 200 fixed columns.

    1 header | 2 carrier | 3 flight leg | 4 segment data | 5 trailer | 0 filling up blocks

From a carrier record the time mode is taken (column 2: U UTC, L local), from leg records what follows, from segment records
only data element 50 (the leg is operated under another number: a duplicate, which nobody reports on). Columns, from 1:

    2 suffix, 3-5 airline, 6-9 flight number, 10-11 itinerary variation (128 its overflow), 12-13 leg sequence, 14 service type
    15-21 and 22-28 period of operation (DDMMMYY; 00XXX00 = until further notice), 29-35 days, 36 frequency (2 = fortnightly)
    37-39 departure port, 40-43 passenger departure, 44-47 aircraft departure, 48-52 offset from UTC
    55-57 arrival port, 58-61 aircraft arrival, 62-65 passenger arrival, 66-70 offset from UTC, 193-194 date variation

What we could not hold against the manual itself, and how it is read here:
- The period and days are those of the flight's first departure, and the date variation of every leg counts from there.
- A date variation of `J` or `A` means the day before; blank means the same day.
- In UTC mode, days and dates are those of UTC as well.
- A leg with data element 50 is a duplicate. Column 149 (operating airline disclosure) is not looked at.
- A record may have been cut after its last column that is not blank; the date variation is then "same day".
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from parsers.schedule.reading import (
    RefusedLine,
    ScheduleFault,
    ScheduleItem,
    ScheduleReader,
    carrier_code,
    flight_number,
    minutes_of,
    period,
    port_code,
    service_letter,
    weekdays,
)
from schemas.schedule import DAYS_AHEAD_MAX, ScheduledLeg, ScheduledTime, TimeMode

RECORD_CHARACTERS = 200
_LEG_CHARACTERS_MIN = 70
"""Up to the arrival's offset: nothing behind it is needed."""
OPEN_END = date(2099, 12, 31)
"""For periods "until further notice"."""
_OPEN = "00XXX00"
_DATE = re.compile(r"(\d\d)([A-Z]{3})(\d\d)", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d)([0-5]\d)", re.ASCII)
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS: Mapping[str, int] = MappingProxyType({name: number for number, name in enumerate(_MONTH_NAMES, 1)})
_VARIATIONS: Mapping[str, int] = MappingProxyType(
    {" ": 0, "A": -1, "J": -1} | {str(day): day for day in range(DAYS_AHEAD_MAX + 1)}
)
_OPERATED_BY_ANOTHER = "050"


class SsimReader(ScheduleReader):
    """Reads records as they come. A leg is given when the record after it shows that it is no duplicate."""

    def __init__(self) -> None:
        super().__init__()
        self._mode: TimeMode | None = None
        self._pending: ScheduledLeg | None = None

    def read_line(self, line: bytes) -> Iterator[ScheduleItem]:
        record = line.decode("latin-1").ljust(RECORD_CHARACTERS)
        kind = record[0]
        if kind == "4":
            self._segment(record)
            return
        yield from self._release()
        if kind == "2":
            self._mode = None
            self._mode = _mode(record)
        elif kind == "3":
            self._pending = self._leg(record, len(line))
        elif kind not in "015" and record.strip():
            yield ScheduleFault(self._number, "The record type is not one of 0 to 5.")

    def finish(self) -> Iterator[ScheduleItem]:
        yield from self._release()
        if self._number == 0:
            yield ScheduleFault(1, "The file is empty.")

    def _release(self) -> Iterator[ScheduledLeg]:
        if self._pending is not None:
            yield self._pending
        self._pending = None

    def _segment(self, record: str) -> None:
        if record[30:33] == _OPERATED_BY_ANOTHER and self._pending is not None:
            self._pending = None
            self.duplicates += 1

    def _leg(self, record: str, length: int) -> ScheduledLeg:
        if self._mode is None:
            raise RefusedLine("No carrier record (type 2) with a time mode stands before this leg.")
        if length < _LEG_CHARACTERS_MIN:
            raise RefusedLine(f"The leg record has {length} characters of {RECORD_CHARACTERS}.")
        carrier, number = carrier_code(record[2:5]), flight_number(record[5:9])
        suffix = record[1] if record[1].isalpha() and record[1].isascii() else None
        variation = _variation(record[127] + record[9:11])
        leg = _sequence(record[11:13])
        first, last = period(_date(record[14:21], "first"), _date(record[21:28], "last"))
        departure = _time(record, (36, "departure"), (39, 43), 192)
        return ScheduledLeg(
            carrier=carrier,
            number=number,
            suffix=suffix,
            variation=variation,
            leg=leg,
            service_type=service_letter(record[13]),
            first_day=first,
            last_day=last,
            days=weekdays(record[28:35]),
            weeks=2 if record[35] == "2" else 1,
            mode=self._mode,
            departure=departure,
            arrival=_time(record, (54, "arrival"), (61, 57), 193),
            origin=self.origin_of((carrier, number, suffix or "", variation), leg, departure),
        )


def _mode(record: str) -> TimeMode:
    if record[1] not in ("U", "L"):
        raise RefusedLine("The time mode is neither U (UTC) nor L (local); the legs that follow cannot be read.")
    return TimeMode(record[1])


def _variation(text: str) -> str:
    name = text.strip()
    if name and not (name.isascii() and name.isalnum()):
        raise RefusedLine("The itinerary variation is not letters and digits.")
    return name


def _sequence(text: str) -> int:
    digits = text.strip() or "1"
    if not (digits.isascii() and digits.isdigit() and int(digits)):
        raise RefusedLine("The leg sequence number is not a number from 01.")
    return int(digits)


def _date(text: str, which: str) -> date:
    if text == _OPEN and which == "last":
        return OPEN_END
    match = _DATE.fullmatch(text.upper())
    month = _MONTHS.get(match[2]) if match else None
    if match is None or month is None:
        raise RefusedLine(f"The {which} day of the period is not DDMMMYY.")
    try:
        return date(2000 + int(match[3]), month, int(match[1]))
    except ValueError:
        raise RefusedLine(f"The {which} day of the period does not exist.") from None


def _time(record: str, port: tuple[int, str], clocks: tuple[int, int], variation: int) -> ScheduledTime:
    """A time at a port. The passengers' time counts; where that is blank, the aircraft's. Positions from 0."""
    start, which = port
    clock = next((record[at : at + 4] for at in clocks if record[at : at + 4].strip()), "")
    offset_at = start + 11
    day = _VARIATIONS.get(record[variation])
    if day is None:
        raise RefusedLine(f"The date variation of the {which} is not known.")
    return ScheduledTime(
        port_code(record[start : start + 3], which), minutes_of(clock, which), day, _offset(record[offset_at : offset_at + 5])
    )


def _offset(text: str) -> int | None:
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[2]) > 23:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return -minutes if match[1] == "-" else minutes
