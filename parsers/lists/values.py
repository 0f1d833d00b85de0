"""Values as published lists write them: dates in English words, countries by name, kinds of document.

Nothing is guessed: what is not understood is said in a warning of the record, in the source's own words, so that an analyst
sees it.
"""

import re
from collections.abc import Iterable
from datetime import date

from schemas.codes import CountryStatus, country

YEARS_EXPANDED_MAX = 5
"""A range of more years says too little to be a birth date; it becomes a warning."""

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_ABOUT = re.compile(r"\b(circa|approximately|approx|about|c)\b\.?", re.IGNORECASE)
_RANGE = re.compile(r"(?:between\s+)?(\d{4})\s*(?:-|/|to|and)\s*(\d{4})", re.IGNORECASE)
_WRITTEN = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]{3,9})\.?\s+(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?")

_COUNTRY_NAMES = {
    "KOREA, NORTH": "PRK", "NORTH KOREA": "PRK", "DEMOCRATIC PEOPLE'S REPUBLIC OF KOREA": "PRK", "DPRK": "PRK",
    "KOREA, SOUTH": "KOR", "SOUTH KOREA": "KOR", "REPUBLIC OF KOREA": "KOR", "RUSSIA": "RUS", "IRAN": "IRN", "SYRIA": "SYR",
    "VENEZUELA": "VEN", "BOLIVIA": "BOL", "TANZANIA": "TZA", "VIETNAM": "VNM", "LAOS": "LAO", "MOLDOVA": "MDA",
    "REPUBLIC OF MOLDOVA": "MDA", "BURMA": "MMR", "PALESTINIAN": "PSE", "PALESTINE": "PSE", "WEST BANK": "PSE", "GAZA": "PSE",
    "OCCUPIED PALESTINIAN TERRITORIES": "PSE", "STATE OF PALESTINE": "PSE", "TURKEY": "TUR", "MACEDONIA": "MKD",
    "NORTH MACEDONIA": "MKD", "THE FORMER YUGOSLAV REPUBLIC OF MACEDONIA": "MKD", "KOSOVO": "RKS", "IVORY COAST": "CIV",
    "COTE D'IVOIRE": "CIV", "CAPE VERDE": "CPV", "SWAZILAND": "SWZ", "CZECH REPUBLIC": "CZE", "BRUNEI": "BRN",
    "CONGO, DEMOCRATIC REPUBLIC OF THE": "COD", "DEMOCRATIC REPUBLIC OF THE CONGO": "COD", "DRC": "COD",
    "CONGO, REPUBLIC OF THE": "COG", "BAHAMAS, THE": "BHS", "GAMBIA, THE": "GMB", "THE GAMBIA": "GMB", "TAIWAN": "TWN",
    "MICRONESIA": "FSM", "MACAU": "MAC", "UNITED STATES OF AMERICA": "USA", "USA": "USA", "UK": "GBR", "UNITED KINGDOM": "GBR",
    "SAINT KITTS AND NEVIS": "KNA", "TURKIYE": "TUR", "TÜRKIYE": "TUR", "BOSNIA": "BIH",
}  # fmt: skip
"""Countries as lists write them where ISO 3166 says it otherwise."""

_DOCUMENT_KINDS = (
    ("passport", "P"), ("travel document", "PT"), ("visa", "V"), ("seaman", "S"), ("national id", "I"), ("identi", "I"),
    ("cedula", "I"), ("id card", "I"), ("residen", "IR"), ("birth cert", "B"),
)  # fmt: skip
"""What a kind of document is called, and the code a carrier would report it with; others keep no code."""


def country_code(text: str | None) -> str | None:
    """Alpha-3 of a country given as a code or by its English name; None where it is neither."""
    name = " ".join((text or "").split()).upper()
    if not name:
        return None
    found = _COUNTRY_NAMES.get(name)
    if found is not None:
        return found
    read = country(name.removeprefix("THE "))
    return read.code if read.status is not CountryStatus.UNKNOWN else None


def countries(texts: Iterable[str | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of these countries, each once, and the texts that are none."""
    given = [text.strip() for text in texts if text and text.strip()]
    codes = dict.fromkeys(code for text in given if (code := country_code(text)))
    return tuple(codes), tuple(dict.fromkeys(text for text in given if country_code(text) is None))


def birth_dates(text: str | None) -> tuple[str, ...]:
    """The partial dates (`YYYY`, `YYYY-MM`, `YYYY-MM-DD`) that a text names: one, the years of a short range, or none.

    `circa` and its kin leave the year only: the day of an estimated date is an artefact.
    """
    bare = " ".join((text or "").split())
    about = _ABOUT.sub("", bare).strip()
    span = _RANGE.fullmatch(about)
    if span is not None:
        first, last = int(span[1]), int(span[2])
        return tuple(map(str, range(first, last + 1))) if 0 <= last - first < YEARS_EXPANDED_MAX else ()
    found = _partial(about)
    if found is None:
        return ()
    return (found if about == bare else found[:4],)


def _partial(text: str) -> str | None:
    if written := _WRITTEN.fullmatch(text):
        month = _MONTHS.get(written[2][:3].lower())
        return None if month is None else _checked(int(written[3]), month, int(written[1] or 0))
    if slashed := _SLASHED.fullmatch(text):  # day first, as Europe and the United Nations write
        return _checked(int(slashed[3]), int(slashed[2]), int(slashed[1]))
    if iso := _ISO.fullmatch(text):
        return _checked(int(iso[1]), int(iso[2] or 0), int(iso[3] or 0))
    return None


def _checked(year: int, month: int, day: int) -> str | None:
    if not 1800 <= year <= 2100:
        return None
    if not month:
        return f"{year:04}"
    try:
        date(year, month, day or 1)
    except ValueError:
        return None
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"


def iso_date(text: str | None) -> date | None:
    """A whole date, or None."""
    found = _partial((text or "").strip())
    return date.fromisoformat(found) if found and len(found) == 10 else None


def document_type(text: str | None) -> str | None:
    """The code of a kind of document named in words, None where no carrier reports such a thing."""
    name = (text or "").replace("_", " ").lower()
    return next((code for words, code in _DOCUMENT_KINDS if words in name), None)


_SEXES = {"male": "M", "m": "M", "female": "F", "f": "F"}


def sex(text: str | None) -> str | None:
    """M or F; None where the list does not say."""
    return _SEXES.get((text or "").strip().lower())
