"""A schedule as CSV, for carriers without SSIM: UTF-8, commas, a header; a row a leg and period, no line breaks inside cells.

carrier, flight_number                            OS, 841
departure_port, arrival_port                      IATA codes
departure_time, arrival_time                      HH:MM
first_day, last_day                               YYYY-MM-DD, both included
suffix                            optional        one letter
days                              optional        weekdays, 1 Monday to 7 Sunday, `135`; every day where empty
departure_day, arrival_day        optional        days after the flight's first day, 0 where empty; -1 is the day before
time_mode                         optional        `local` (where empty) or `utc`
service_type                      optional        as in SSIM; J (scheduled passengers) where empty
leg                               optional        1 where empty; the legs of one flight stand one below the other
weeks                             optional        2 = every other week
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeVar

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

REQUIRED = (
    "carrier",
    "flight_number",
    "departure_port",
    "arrival_port",
    "departure_time",
    "arrival_time",
    "first_day",
    "last_day",
)
OPTIONAL = ("suffix", "days", "departure_day", "arrival_day", "time_mode", "service_type", "leg", "weeks")
_MODES = {"": TimeMode.LOCAL, "local": TimeMode.LOCAL, "l": TimeMode.LOCAL, "utc": TimeMode.UTC, "u": TimeMode.UTC}
_DAYS = {"": 0} | {str(day): day for day in range(-1, DAYS_AHEAD_MAX + 1)}
_WEEKS = {"": 1, "1": 1, "2": 2}
_LEGS = {"": 1} | {str(leg): leg for leg in range(1, 100)}
_T = TypeVar("_T")


class TableReader(ScheduleReader):
    """Reads rows as they come. Without a usable header no row is read."""

    def __init__(self) -> None:
        super().__init__()
        self._header: list[str] | None = None
        self._unusable = False

    def read_line(self, line: bytes) -> Iterator[ScheduleItem]:
        cells = _cells(line)
        if not any(cells) or self._unusable:
            return
        if self._header is None:
            self._header = self._checked([cell.lower() for cell in cells])
            return
        if len(cells) > len(self._header):
            raise RefusedLine(f"The row has {len(cells)} cells, the header {len(self._header)}.")
        named = dict(zip(self._header, cells, strict=False))
        yield self._leg({name: named.get(name, "") for name in (*REQUIRED, *OPTIONAL)})

    def finish(self) -> Iterator[ScheduleItem]:
        if self._header is None and not self._unusable:
            yield ScheduleFault(max(1, self._number), "The file has no header.")

    def _checked(self, header: list[str]) -> list[str]:
        missing = [name for name in REQUIRED if name not in header]
        self._unusable = bool(missing) or len(set(header)) != len(header)
        if missing:
            raise RefusedLine(f"The header lacks {', '.join(missing)}; no row was read.")
        if self._unusable:
            raise RefusedLine("The header names a column twice; no row was read.")
        return header

    def _leg(self, row: Mapping[str, str]) -> ScheduledLeg:
        carrier, number, suffix = carrier_code(row["carrier"]), flight_number(row["flight_number"]), _suffix(row["suffix"])
        first, last = period(_date(row["first_day"], "first"), _date(row["last_day"], "last"))
        leg = _one_of(_LEGS, row["leg"], "leg")
        departure = _time(row, "departure")
        return ScheduledLeg(
            carrier=carrier,
            number=number,
            suffix=suffix,
            variation="",
            leg=leg,
            service_type=service_letter(row["service_type"]),
            first_day=first,
            last_day=last,
            days=weekdays(row["days"] or "1234567"),
            weeks=_one_of(_WEEKS, row["weeks"], "weeks"),
            mode=_one_of(_MODES, row["time_mode"].lower(), "time_mode"),
            departure=departure,
            arrival=_time(row, "arrival"),
            origin=self.origin_of((carrier, number, suffix or ""), leg, departure),
        )


def _cells(line: bytes) -> list[str]:
    try:
        rows = list(csv.reader([line.decode("utf-8-sig")], strict=True))
    except UnicodeDecodeError:
        raise RefusedLine("The line is not UTF-8.") from None
    except csv.Error:
        raise RefusedLine("The line is not CSV: quotation marks do not pair.") from None
    return [cell.strip() for cell in rows[0]] if rows else []


def _one_of(known: Mapping[str, _T], text: str, column: str) -> _T:
    if text not in known:
        raise RefusedLine(f"The value of {column} is not one of {', '.join(value for value in known if value)[:60]}.")
    return known[text]


def _suffix(text: str) -> str | None:
    if text and not (len(text) == 1 and text.isascii() and text.isalpha()):
        raise RefusedLine("The suffix is not one letter.")
    return text.upper() or None


def _date(text: str, which: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedLine(f"The {which} day is not YYYY-MM-DD.") from None


def _time(row: Mapping[str, str], which: str) -> ScheduledTime:
    port, minutes = port_code(row[f"{which}_port"], which), minutes_of(row[f"{which}_time"], which)
    return ScheduledTime(port, minutes, _one_of(_DAYS, row[f"{which}_day"], f"{which}_day"))
