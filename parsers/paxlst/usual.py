"""Segments in the form that nearly all of them have, read without being taken apart.

What differs from traveller to traveller (name, birth date, booking, seat, document) makes up most of the time of reading a
list, and is nearly always written in one way. Each step here knows that one way, and declines anything else: separators inside,
released characters, spaces at the ends, small letters in names, a field that is set already, a value that calls for a finding.
What is declined is read by the general way, and what is not declined means there exactly the same; a property test holds the
two against each other.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from parsers.edifact.delimiters import Delimiters
from parsers.paxlst.dates import birth_date, document_date
from parsers.paxlst.draft import Draft
from parsers.paxlst.names import ENDINGS_TO_LOOK_AT, SURNAMES_TO_LOOK_AT, is_plain
from schemas.codes import PERSON_QUALIFIERS, REFERENCE_FIELDS

TABLES_KEPT_MAX = 64
"""Flight days, and sets of separators, whose tables are kept: a week of flights and every set in use are fewer."""

Step = Callable[[Draft, int, str], bool]
"""(person, index of the segment, its text) -> whether it was understood."""

_DAYS = {f"{day:%m%d}": f"{day:-%m-%d}" for day in (date(2001, 1, 1) + timedelta(number) for number in range(365))}
"""MMDD -> `-MM-DD`. The 29th of February depends on the year, and is declined."""

_SHORT_YEARS = tuple(f"{year:02}" for year in range(100))


@lru_cache(TABLES_KEPT_MAX)
def _birth_years(flight_day: date) -> dict[str, str]:
    """YY -> CCYY, for the years in which every day of the year is read alike and without a remark."""
    table = {}
    for short in _SHORT_YEARS:
        first, last = (birth_date(f"{short}{day}", "", flight_day) for day in ("0101", "1231"))
        if first.remark is last.remark is None and first.value and last.value and first.value[:4] == last.value[:4]:
            table[short] = first.value[:4]
    return table


@lru_cache(TABLES_KEPT_MAX)
def _expiry_years(flight_day: date) -> dict[str, str]:
    """YY -> CCYY, for the years after that of the flight."""
    table = {}
    for short in _SHORT_YEARS:
        value = document_date(f"{short}0101", flight_day)
        if value is not None and int(value[:4]) > flight_day.year:
            table[short] = value[:4]
    return table


class UsualForms:
    """The steps for one set of separators and one day of flight. Keeps nothing of what it reads."""

    def __init__(self, delimiters: Delimiters, flight_day: date) -> None:
        element, component = delimiters.element_text, delimiters.component_text
        self._element, self._component, self._repetition = element, component, delimiters.repetition_text
        self._birth_years, self._expiry_years = _birth_years(flight_day), _expiry_years(flight_day)
        self._name = _name_pattern(delimiters).fullmatch
        self._references = {f"RFF{element}{code}{component}"[:7]: field for code, field in REFERENCE_FIELDS.items()}
        self.steps: dict[str, Step] = {
            **dict.fromkeys(self._references, self._reference),
            f"RFF{element}AVF": self._booking,
            f"DTM{element}329": self._birth_date,
            f"DTM{element}36{component}": self._expiry,
        }

    def open(self, index: int, text: str) -> Draft | None:
        """The person of a NAD with surname and given names; None for every other form."""
        found = self._name(text)
        if found is None:
            return None
        qualifier, surname, given = found.groups()
        if (given[-2:] in ENDINGS_TO_LOOK_AT or surname in SURNAMES_TO_LOOK_AT) and not is_plain(surname, given):
            return None
        draft = Draft(index, qualifier, PERSON_QUALIFIERS[qualifier])
        draft.values["surname"] = surname
        draft.values["given_names"] = given
        return draft

    def document(self, draft: Draft, index: int, text: str) -> bool:
        """DOC with a type, whatever its code list, and a number without fillers."""
        head, _, sent = text[4:].rpartition(self._element)
        kind = head.partition(self._component)[0]
        if not (sent.isalnum() and kind.isalnum()) or self._element in head:
            return False
        if self._repetition is not None and self._repetition in head:
            return False
        number = sent.upper()
        document = {"type": kind.upper(), "number": number}
        if number != sent:
            document["number_raw"] = sent
        draft.document = document
        if "documents" in draft.values:
            draft.values["documents"].append(document)
        else:
            draft.values["documents"] = [document]
        draft.document_indexes.append(index)
        return True

    def _birth_date(self, draft: Draft, _index: int, text: str) -> bool:
        sent, values = text[8:], draft.values
        year, day = self._birth_years.get(sent[:2]), _DAYS.get(sent[2:])
        if year is None or day is None or text[7] != self._component or "birth_date" in values:
            return False
        values["birth_date"] = year + day
        if "raw" in values:
            values["raw"]["birth_date"] = sent
        else:
            values["raw"] = {"birth_date": sent}
        return True

    def _expiry(self, draft: Draft, _index: int, text: str) -> bool:
        document, year, day = draft.document, self._expiry_years.get(text[7:9]), _DAYS.get(text[9:])
        if document is None or year is None or day is None or "expires_on" in document:
            return False
        document["expires_on"] = year + day
        return True

    def _reference(self, draft: Draft, _index: int, text: str) -> bool:
        start, field = text[:7], self._references[text[:7]]
        value = text[7:] if start[6] == self._component else text[8:] if text[7:8] == self._component else ""
        if not value.isalnum() or field in draft.references:
            return False
        draft.references[field] = value
        return True

    def _booking(self, draft: Draft, _index: int, text: str) -> bool:
        value = text[8:]
        if text[7:8] != self._component or not value.isalnum():
            return False
        references = draft.references
        if "booking" in references:
            references["bookings"].append(value)
        else:
            references["booking"] = value
            references["bookings"] = [value]
        return True


def _name_pattern(delimiters: Delimiters) -> re.Pattern[str]:
    element, component = re.escape(delimiters.element_text), re.escape(delimiters.component_text)
    inside = " " if b"-" in delimiters.in_use else "[ -]"
    words = f"([A-Z]+(?:{inside}[A-Z]+)*)"
    return re.compile(f"NAD{element}(FL|FM|DDU|DDT){element}{{3}}{words}{component}{words}")


@lru_cache(TABLES_KEPT_MAX)
def usual_forms(delimiters: Delimiters, flight_day: date) -> UsualForms:
    """The forms for these separators and this day."""
    return UsualForms(delimiters, flight_day)
