"""Reports of manifests, kept in memory: a screener asks for a flight's earlier messages with every new one.

What a manifest says never changes, so a report may be kept as long as there is room; which manifests count is asked of the
database each time. A screener thereby reads each manifest once, when it takes it in, and again only after a restart, after a
hand-over, or when the flight was silent for long.
"""

from collections import OrderedDict
from collections.abc import Sequence

from schemas.flight_life import Report

MENTIONS_MAX = 100_000
"""Travellers in all reports kept. A mention takes a kilobyte, so this is 100 MB: some 600 messages of 170 travellers, which is
two days of the country's record traffic in six messages a flight, or the last ten seconds of a sixty-fold load."""


class ReportShelf:
    """The reports used last, as many as there is room for."""

    def __init__(self, mentions_max: int = MENTIONS_MAX) -> None:
        self._mentions_max = mentions_max
        self._mentions = 0
        self._reports: OrderedDict[str, Report] = OrderedDict()

    def put(self, report: Report) -> None:
        """Keep a report; those not asked for the longest make room."""
        if report.manifest_id in self._reports:
            return
        self._reports[report.manifest_id] = report
        self._mentions += _size(report)
        while self._mentions > self._mentions_max and len(self._reports) > 1:
            self._mentions -= _size(self._reports.popitem(last=False)[1])

    def get(self, manifest_ids: Sequence[str]) -> dict[str, Report]:
        """Those that are here."""
        found = [one for one in manifest_ids if one in self._reports]
        for one in found:
            self._reports.move_to_end(one)
        return {one: self._reports[one] for one in found}


def _size(report: Report) -> int:
    return len(report.mentions) + 1
