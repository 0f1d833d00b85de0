"""The parts of one report, 01:C ... nn:F: which came, which did not, and whether that is all.

Parts belong together by sender, kind of message and common access reference. A report is complete when its parts run from 1
to the one marked last, or when it names as many people as it declares. A message without a number, or 01 alone, stands by
itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.flight_life.report import Report
from schemas.flight_state import EFFECTS, Effect
from schemas.manifest import Function


@dataclass(frozen=True, slots=True)
class ReportGroup:
    """`complete` None: nothing says how much there should be. `missing`: numbers of parts that must exist and have not come."""

    function: Function
    crew: bool
    sender: str
    access_reference: str
    reports: tuple[Report, ...]
    parts: tuple[int, ...]
    missing: tuple[int, ...]
    last_part: int | None
    travellers: int
    declared: int | None
    complete: bool | None

    @property
    def closes(self) -> bool:
        """Whether it is a closure that may be relied on for those it does not name."""
        return EFFECTS[self.function] is Effect.CLOSE and self.complete is not False


PARTS_MAX = 999
"""Missing parts are listed up to this number: 0070 has three digits, and one that claims more is not worth a longer list."""


def groups_of(reports: Iterable[Report]) -> list[ReportGroup]:
    """Reports in order, gathered; the groups in the order of their last reports."""
    gathered: defaultdict[tuple[object, ...], list[Report]] = defaultdict(list)
    for report in reports:
        key = (report.function, report.crew, report.sender, report.access_reference)
        gathered.setdefault(key, gathered.pop(key, [])).append(report)
    return [_group(members) for members in gathered.values()]


def _group(reports: Sequence[Report]) -> ReportGroup:
    first = reports[0]
    numbers = {report.part for report in reports if report.part is not None and 0 < report.part <= PARTS_MAX}
    lasts = [report.part for report in reports if report.last_part and report.part is not None]
    highest = max(numbers, default=0)
    travellers = len({(report.part, mention.traveller_id) for report in reports for mention in report.mentions})
    declared = max((report.declared for report in reports if report.declared), default=None)
    return ReportGroup(
        function=first.function,
        crew=first.crew,
        sender=first.sender,
        access_reference=first.access_reference,
        reports=tuple(reports),
        parts=tuple(sorted(numbers)),
        missing=tuple(number for number in range(1, highest) if number not in numbers),
        last_part=max(lasts, default=None),
        travellers=travellers,
        declared=declared,
        complete=_complete(reports, numbers, bool(lasts), declared is not None and travellers >= declared),
    )


def _complete(reports: Sequence[Report], numbers: set[int], ended: bool, enough: bool) -> bool | None:
    if enough:
        return True
    if not numbers:
        return None
    if numbers == {1} and all(report.last_part is None for report in reports):
        return True  # 01 alone, neither first nor last of several
    return ended and len(numbers) == max(numbers)
