"""Dates and times as they come: 6, 8, 10, 12 or 14 digits, whatever the format code beside them says.

The number of digits decides, the code second. Two-digit years are completed against a reference date: births lie in the past,
flights after the year 2000, expiries near the flight.
"""

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

AGE_YEARS_MAX = 125
"""Nobody has lived longer."""

CENTENARIAN_YEARS = (100, 110)
"""Ages at which a two-digit year could as well mean a small child."""

_NOISE = re.compile(r"[\s./-]")
_DIGITS_OF_CODE = {"101": 6, "102": 8, "201": 10, "202": 12, "203": 12, "204": 14, "205": 12, "610": 6, "602": 4}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMED_MONTH = re.compile(r"(\d{2})(" + "|".join(_MONTHS) + r")(\d{4}|\d{2})")


class BirthDate(NamedTuple):
    """`value` is a partial date (`schemas.traveller.PartialDate`), None where it is none; `remark` the code of a finding."""

    value: str | None
    remark: str | None = None


def _digits(text: str) -> str:
    if text.isdecimal():
        return text
    compact = _NOISE.sub("", text.replace("<", "0")).upper()
    named = _NAMED_MONTH.fullmatch(compact)
    if named is None:
        return compact
    return f"{named[3]}{_MONTHS.index(named[2]) + 1:02}{named[1]}"


def birth_date(text: str, code: str, reference: date) -> BirthDate:
    """A birth date, whole or partial (day or month `00`); `reference` is the day of the flight."""
    digits = _digits(text)
    if not digits.isascii() or not digits.isdecimal():
        return BirthDate(None, "birth_date_invalid")
    if len(digits) == 6 and (code == "610" or not 0 <= int(digits[2:4]) <= 12) and digits[:2] in {"19", "20"}:
        digits += "00"
    if len(digits) == 4 and digits[:2] in {"19", "20"}:
        digits += "0000"
    if len(digits) == 8:
        return _checked(int(digits[:4]), int(digits[4:6]), int(digits[6:]), reference)
    if len(digits) == 6:
        return _two_digit_birth(int(digits[:2]), int(digits[2:4]), int(digits[4:]), reference)
    return BirthDate(None, "birth_date_invalid")


def _two_digit_birth(short_year: int, month: int, day: int, reference: date) -> BirthDate:
    recent = _checked(2000 + short_year, month, day, reference)
    if recent.remark == "birth_date_implausible":
        return _checked(1900 + short_year, month, day, reference)
    if recent.remark is None and recent.value is not None:
        age = reference.year - 2000 - short_year + 100
        if CENTENARIAN_YEARS[0] <= age <= CENTENARIAN_YEARS[1]:
            return BirthDate(recent.value, "century_ambiguous")
    if recent.value is None:  # 29 February of a year that had none in one of the two centuries
        earlier = _checked(1900 + short_year, month, day, reference)
        return earlier if earlier.value is not None else recent
    return recent


def _checked(year: int, month: int, day: int, reference: date) -> BirthDate:
    try:
        first = date(year, month or 1, (day or 1) if month else 1)
    except ValueError:
        return BirthDate(None, "birth_date_invalid")
    text = first.isoformat()[: 10 if month and day else 7 if month else 4]
    if first > reference or reference.year - year > AGE_YEARS_MAX:
        return BirthDate(text, "birth_date_implausible")
    return BirthDate(text)


def document_date(text: str, reference: date) -> str | None:
    """An expiry or issue date, `YYYY-MM-DD`, or None. Two digits mean the year within -50 to +49 of the flight."""
    digits = _digits(text)
    if not digits.isascii() or not digits.isdecimal() or len(digits) not in {6, 8}:
        return None
    year = int(digits[:-4])
    if len(digits) == 6:
        year += reference.year // 100 * 100
        year += 100 if year < reference.year - 50 else -100 if year > reference.year + 49 else 0
    try:
        return date(year, int(digits[-4:-2]), int(digits[-2:])).isoformat()
    except ValueError:
        return None


class Moment(NamedTuple):
    """A scheduled time by the clock of the port. `offset_minutes` only where it was sent; `clock` None where only a day was.

    `as_declared`: the text had the length that its format code promises.
    """

    day: date
    clock: time | None
    offset_minutes: int | None
    as_declared: bool

    @property
    def local(self) -> str:
        """`YYYY-MM-DDTHH:MM`, or the day alone."""
        return f"{self.day.isoformat()}T{self.clock.isoformat('minutes')}" if self.clock else self.day.isoformat()


_ZONED = re.compile(r"(\d{6,14}?)(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2}))?", re.ASCII)


def moment(text: str, code: str) -> Moment | None:
    """The time that `text` means; None where it means none."""
    found = _ZONED.fullmatch(text.replace(" ", "").replace("T", "").upper())
    if found is None:
        return None
    digits = found[1]
    offset = 0 if found[2] else None
    if found[3]:
        offset = (int(found[4]) * 60 + int(found[5])) * (-1 if found[3] == "-" else 1)
    split = _split(digits)
    if split is None or (offset is not None and abs(offset) >= 24 * 60):
        return None
    as_declared = not code or _DIGITS_OF_CODE.get(code, len(digits)) == len(digits)
    return Moment(split[0], split[1], offset, as_declared)


def _split(digits: str) -> tuple[date, time | None] | None:
    with_century = digits[:2] in {"19", "20"} and 1 <= int(digits[4:6] or 0) <= 12
    long_year = len(digits) in {8, 14} or (len(digits) == 12 and with_century)
    if len(digits) not in {6, 8, 10, 12, 14}:
        return None
    rest = digits[4:] if long_year else digits[2:]
    year = int(digits[:4]) if long_year else 2000 + int(digits[:2])
    try:
        day = date(year, int(rest[:2]), int(rest[2:4]))
        hour, minute = (int(rest[4:6]), int(rest[6:8])) if len(rest) >= 8 else (-1, 0)
        if hour == 24 and minute == 0:  # midnight at the end of the day
            return day + timedelta(days=1), time(0, 0)
        return day, time(hour, minute) if hour >= 0 else None
    except (ValueError, OverflowError):
        return None


def fixed_offset(local: datetime, minutes: int) -> datetime:
    """The same clock with a fixed offset: equal to itself after a journey through JSON, unlike one with a zone in a fold."""
    return local.replace(tzinfo=timezone(timedelta(minutes=minutes)), fold=0)
