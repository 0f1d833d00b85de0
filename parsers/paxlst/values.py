"""Single values of a person or a document: text as sent in, value out, remarks to the report.

Every reader has the same shape, so that the table of rules can name it. None means that nothing usable was sent.
"""

from dataclasses import dataclass
from datetime import date

from parsers.edifact.events import component
from parsers.edifact.segment import Elements
from parsers.paxlst.dates import birth_date, document_date
from parsers.paxlst.report import Report
from schemas.airports import find
from schemas.codes import SEX_CODES, CountryStatus, country


@dataclass(slots=True)
class Place:
    """What a reader may need beside the text: where it stands, the day of the flight, the segment."""

    report: Report
    index: int
    element: int
    component: int
    flight_day: date
    elements: Elements | None = None

    @property
    def code(self) -> str:
        """The format code beside the text."""
        return component(self.elements, self.element, self.component + 1) if self.elements is not None else ""

    def remark(self, code: str, value: str | None = None) -> None:
        """A finding about this text. `value` only where it cannot tell anything about a person."""
        self.report.add(code, (self.index, self.element, self.component), value)


COUNTRY_REMARKS = {
    CountryStatus.UNKNOWN: "country_unknown",
    CountryStatus.CONVERTED: "country_converted",
    CountryStatus.WITHDRAWN: "country_withdrawn",
    CountryStatus.SPECIMEN: "country_specimen",
}
"""What is said about a country that was not sent as the alpha-3 code of today."""


def read_country(text: str, place: Place) -> str | None:
    """Alpha-3."""
    found = country(text)
    remark = COUNTRY_REMARKS.get(found.status)
    if remark is not None:
        place.report.add_once(remark, (place.index, place.element, place.component), text, shown=False)
    return found.code


def read_port(text: str, place: Place) -> str | None:
    """The port as sent, upper case. Some feeds send countries here; they are kept and remarked on."""
    port = text.upper()
    if find(port) is None:
        place.report.add_once("port_unknown", (place.index, place.element, place.component), port)
    return port


def read_sex(text: str, place: Place) -> str:
    """ICAO 9303."""
    sex = SEX_CODES.get(text.upper())
    if sex is None:
        place.remark("sex_unknown")
    return sex or "U"


def read_birth_date(text: str, place: Place) -> str | None:
    """Partial date, the century by the flight."""
    read = birth_date(text, place.code, place.flight_day)
    if read.remark is not None:
        place.remark(read.remark)
    return read.value


def read_expiry(text: str, place: Place) -> str | None:
    """`YYYY-MM-DD`."""
    value = read_document_date(text, place)
    if value is not None and value < place.flight_day.isoformat():
        place.remark("document_expired")
    return value


def read_document_date(text: str, place: Place) -> str | None:
    """`YYYY-MM-DD`."""
    value = document_date(text, place.flight_day)
    if value is None:
        place.remark("date_invalid")
    return value


_VERIFICATION = {"173": True, "174": False}


def read_verification(text: str, _place: Place) -> bool | None:
    """GEI+4: 173 somebody compared document and person, 174 nobody did. None for everything else."""
    return _VERIFICATION.get(text)


def read_code(text: str, _place: Place) -> str | None:
    """A code kept as it is, upper case."""
    return text.upper()


def decimal(text: str) -> float | None:
    """A number with a point or a comma; None where it is none, or not a sensible one."""
    compact = text.strip().replace(",", ".")
    if len(compact) > 12 or not compact.isascii() or not compact.replace(".", "", 1).isdecimal():
        return None
    return float(compact)
