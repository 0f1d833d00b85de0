"""Findings: what was wrong with the input, where, whose fault it is, and what to do about it.

Wrong input is data, not an exception. A finding never stops a reader; it travels with the manifest to the carrier's
receipt and into the data-quality figures. The closed table of codes is `schemas.finding_codes`.
"""

from enum import StrEnum

from schemas.base import Noun


class Severity(StrEnum):
    """How bad. `error`: something was lost or refused. `warning`: read, but it deviates. `info`: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Fault(StrEnum):
    """Who can mend it."""

    CARRIER = "carrier"
    NETWORK = "network"
    SERVICE = "service"


class Location(Noun):
    """Where in the input. All None for a finding about the input as a whole.

    `offset` bytes from the start of the body as received (from 0); `segment` position within its message, UNH = 1, or within
    the interchange for envelope segments; `element` counts data elements after the tag from 1; `component` from 1. In a
    table it is `row` (from 1) and `column` (letters, as spreadsheets name them; `2!C` is column C of the second sheet).
    """

    offset: int | None = None
    segment: int | None = None
    tag: str | None = None
    element: int | None = None
    component: int | None = None
    row: int | None = None
    column: str | None = None


class Finding(Noun):
    """One deviation, as carriers see it.

    `value` is the offending text, left out where it would repeat passenger data.
    """

    code: str
    severity: Severity
    fault: Fault
    message: str
    remedy: str
    location: Location = Location()
    value: str | None = None
