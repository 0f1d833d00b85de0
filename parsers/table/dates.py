"""Dates as people write them in tables.

    2026-03-01  2026/3/1  20260301  1.3.2026  01/03/2026  01-03-26  1 MAR 2026  March 1, 2026  03/2026  2026

Where day and month could be swapped, the other dates of the column decide; where they cannot, the day stands first, as in the
template, and a finding says so. Points always put the day first: nobody writes 12.31.2026.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from parsers.paxlst.dates import moment
from parsers.table.cells import Cell, CellKind
from parsers.table.sheet_xml import spreadsheet_moment


class DayOrder(StrEnum):
    """What a column's dates show about themselves. `UNKNOWN`: nothing, or both."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    UNKNOWN = "unknown"


class DateReading(NamedTuple):
    """`digits`: YYYYMMDD, YYMMDD or YYYY, 00 for what is unknown; None where it is no date. `remark`: a finding's code."""

    digits: str | None
    remark: str | None = None


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SWAPPABLE = re.compile(r"(\d{1,2})([./ -])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([./ -])(\d{1,2})(?:\2(\d{1,2}))?", re.ASCII)
_MONTH_AND_YEAR = re.compile(r"(\d{1,2})[./ -](\d{4})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:ST|ND|RD|TH)?[ ./-]*([A-Z]{3,9})[ .,/-]*(\d{4}|\d{2})", re.ASCII)
_NAMED_FIRST = re.compile(r"([A-Z]{3,9})[ .]*(\d{1,2})(?:ST|ND|RD|TH)?[ ,]+(\d{4})", re.ASCII)
_SERIAL = re.compile(r"[1-9]\d{3,4}", re.ASCII)


def day_order(texts: Iterable[str]) -> DayOrder:
    """What the dates of one column show: one of them with a 13 to 31 is enough, if no other contradicts."""
    shown = set()
    for text in texts:
        found = _SWAPPABLE.fullmatch(text.partition("T")[0].strip()) or _SWAPPABLE.match(text)
        if found is not None and found[2] != ".":
            first, second = int(found[1]), int(found[3])
            shown |= {DayOrder.DAY_FIRST} if first > 12 >= second else set()
            shown |= {DayOrder.MONTH_FIRST} if second > 12 >= first else set()
    return shown.pop() if len(shown) == 1 else DayOrder.UNKNOWN


def read_date(cell: Cell, order: DayOrder) -> DateReading:
    """The digits of a date."""
    text = cell.text.upper()
    if cell.kind is CellKind.DATE:
        return DateReading(text[:10].replace("-", "") if len(text) >= 10 else None)
    if cell.kind is CellKind.NUMBER and _SERIAL.fullmatch(text) and not text.startswith(("19", "20")):
        serial = spreadsheet_moment(float(text))
        return DateReading(serial[:10].replace("-", "") if serial else None, "date_serial_assumed")
    if text.isascii() and text.isdecimal():
        return DateReading(text)
    if (found := _SWAPPABLE.fullmatch(text)) is not None:
        return _swappable(found, order)
    return DateReading(_certain(text))


def _certain(text: str) -> str | None:
    if (found := _YEAR_FIRST.fullmatch(text)) is not None:
        return f"{found[1]}{int(found[3]):02}{int(found[4] or 0):02}"
    if (found := _MONTH_AND_YEAR.fullmatch(text)) is not None:
        return f"{found[2]}{int(found[1]):02}00"
    if (found := _NAMED.fullmatch(text)) is not None:
        return _with_month(found[3], found[2], found[1])
    if (found := _NAMED_FIRST.fullmatch(text)) is not None:
        return _with_month(found[3], found[1], found[2])
    return None


def _with_month(year: str, name: str, day: str) -> str | None:
    short = name[:3]
    return f"{year}{_MONTHS.index(short) + 1:02}{int(day):02}" if short in _MONTHS else None


def _swappable(found: re.Match[str], order: DayOrder) -> DateReading:
    first, second = int(found[1]), int(found[3])
    day_first = f"{found[4]}{second:02}{first:02}"
    month_first = f"{found[4]}{first:02}{second:02}"
    if second > 12:
        return DateReading(month_first if first <= 12 else day_first)
    if found[2] == "." or first > 12 or first in (0, second) or order is DayOrder.DAY_FIRST:
        return DateReading(day_first)
    if order is DayOrder.MONTH_FIRST:
        return DateReading(month_first, "date_order_inferred")
    return DateReading(day_first, "date_order_assumed")


_CLOCK = re.compile(r"(\d{1,2})(?:[:.H ]?(\d{2}))(?::?\d{2}(?:\.\d+)?)?\s*([AP]M)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?", re.ASCII)
_DAY_AND_CLOCK = re.compile(r"(.*\d)(?:T|[ ,]+)(\d{1,2}[:.]\d{2}(?:[:.]\d{2})?.*)", re.ASCII)


def read_clock(cell: Cell) -> str | None:
    """A time of day, `HH:MM` with the offset where one was given; None where it is none."""
    text = cell.text.upper().strip()
    if cell.kind is CellKind.DATE:
        return text[-5:] if ":" in text else None
    if cell.kind is CellKind.NUMBER:
        if "." in text and float(text) < 1:
            return spreadsheet_moment(float(text))
        text = text.zfill(4)
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    if found[3] is not None:
        hour = hour % 12 + (12 if found[3] == "PM" else 0) if 1 <= hour <= 12 else 99
    offset = "Z" if found[4] in ("Z", "UTC", "GMT") else found[4] or ""
    return f"{hour:02}:{minute:02}{offset}" if hour < 24 and minute < 60 else None


class MomentReading(NamedTuple):
    """`text`: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`, perhaps with an offset; None where it is no time."""

    text: str | None
    remark: str | None = None


def read_moment(cell: Cell, clock: Cell | None, order: DayOrder) -> MomentReading:
    """A scheduled time: a day and a time in two cells, or both in one."""
    hour = read_clock(clock) if clock is not None else ""
    if hour is None:
        return MomentReading(None)
    if cell.kind is CellKind.DATE:
        return MomentReading(f"{cell.text[:10]}T{hour}" if hour else cell.text)
    compact = moment(cell.text, "") if len(cell.text) >= 10 and cell.text.isdecimal() and cell.text.isascii() else None
    if compact is not None:
        return MomentReading(compact.local)
    text = cell.text.strip().upper()
    if not hour and (found := _DAY_AND_CLOCK.fullmatch(text)) is not None:
        text, hour = found[1], read_clock(Cell(found[2]))
        if hour is None:
            return MomentReading(None)
    day_read = read_date(Cell(text, cell.kind), order)
    day = _iso_day(day_read.digits)
    if day is None:
        return MomentReading(None)
    return MomentReading(f"{day}T{hour}" if hour else day, day_read.remark)


def _iso_day(digits: str | None) -> str | None:
    found = moment(digits, "") if digits is not None and len(digits) in (6, 8) else None
    return found.day.isoformat() if found is not None and found.clock is None else None
