"""Findings of one message, gathered as it is read."""

from parsers.edifact.segment import SegmentList
from schemas.finding import Finding
from schemas.finding_codes import finding

FINDINGS_PER_MESSAGE_MAX = 1_000
"""More than anybody reads; a message with more is broken in one way a thousand times."""


class Report:
    """Locates findings in the segments of one message, and stops at the limit."""

    def __init__(self, segments: SegmentList, findings: list[Finding]) -> None:
        self._segments = segments
        self.findings = findings
        self.count = 0
        self._once: set[tuple[str, str]] = set()

    def add(
        self, code: str, place: tuple[int, int | None, int | None] | None, value: str | None = None, **facts: object
    ) -> None:
        """A finding at (index of the segment from 0, element, component)."""
        self.count += 1
        if self.count > FINDINGS_PER_MESSAGE_MAX:
            if self.count == FINDINGS_PER_MESSAGE_MAX + 1:
                self.findings.append(finding("findings_too_many", None, None, limit=FINDINGS_PER_MESSAGE_MAX))
            return
        location = self._segments.location(*place) if place is not None else None
        self.findings.append(finding(code, location, value, **facts))

    def add_once(self, code: str, place: tuple[int, int | None, int | None], value: str, shown: bool = True) -> None:
        """The same remark about the same value is made once a message: a port nobody knows concerns every passenger."""
        if (code, value) not in self._once:
            self._once.add((code, value))
            self.add(code, place, value if shown else None)
        else:
            self.count += 1
