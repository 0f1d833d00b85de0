"""In which order messages count: as their senders made them, not as they came in.

Senders say when a message was made (UNB), to the minute. Within a minute a list counts before a change, a change before a
cancellation, that before a closure; then the number of the part; then the identifier, which is made of the bytes. A higher
revision of the same transaction (RFF+TN) never counts before a lower one, whatever the clocks said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from schemas.flight_life.report import Report
from schemas.flight_state import EFFECTS, Effect
from schemas.manifest import Function

_AFTER_LISTS = frozenset({Function.PASSENGER_CHANGE, Function.CREW_CHANGE, Function.MASTER_CREW_CHANGE, Function.FLIGHT_CHANGE})
_RANKS = {Effect.REPORT: 0, Effect.CANCEL: 2, Effect.CANCEL_FLIGHT: 3, Effect.CLOSE: 4}
_STEP = timedelta(microseconds=1)  # clocks of messages tell minutes: this only breaks ties

_Transaction = tuple[str, str]


def in_order(reports: Iterable[Report]) -> list[Report]:
    """Each report once, in the order in which they count. A message that says the same at the same time is the same message."""
    by_id = sorted({report.manifest_id: report for report in reports}.values(), key=lambda one: one.manifest_id)
    unique = {_said(report): report for report in reversed(by_id)}
    times = _times(list(unique.values()))
    return sorted(unique.values(), key=lambda one: (times[one.manifest_id], _rank(one), one.part or 0, one.manifest_id))


def repeated(reports: Iterable[Report]) -> Mapping[str, str]:
    """Messages that say exactly what another says: their manifest id -> the id of the one that counts."""
    first: dict[tuple[object, ...], str] = {}
    again: dict[str, str] = {}
    for report in sorted(reports, key=lambda one: one.manifest_id):
        counts = first.setdefault(_said(report), report.manifest_id)
        if counts != report.manifest_id:
            again[report.manifest_id] = counts
    return again


def _said(report: Report) -> tuple[object, ...]:
    return (
        report.said_at,
        report.function,
        report.sender,
        report.access_reference,
        report.document_number,
        report.revision,
        report.part,
        report.mentions,
        report.route,
        report.times,
    )


def _rank(report: Report) -> int:
    return 1 if report.function in _AFTER_LISTS else _RANKS[EFFECTS[report.function]]


def _times(reports: Sequence[Report]) -> Mapping[str, datetime]:
    """By manifest id, the time at which a report counts."""
    times = {report.manifest_id: report.said_at for report in reports}
    transactions: defaultdict[_Transaction, list[Report]] = defaultdict(list)
    for report in reports:
        if report.document_number and report.revision:
            transactions[report.sender, report.document_number].append(report)
    for transaction in transactions.values():
        if len({report.revision for report in transaction}) > 1:
            times |= _by_revision(transaction)
    return times


def _by_revision(transaction: Iterable[Report]) -> Iterable[tuple[str, datetime]]:
    latest: datetime | None = None
    revisions: defaultdict[tuple[int, str], list[Report]] = defaultdict(list)
    for report in transaction:
        revisions[_number(report.revision)].append(report)
    for position, revision in enumerate(sorted(revisions)):
        earlier = latest
        for report in revisions[revision]:
            counts = report.said_at if earlier is None else max(report.said_at, earlier)
            latest = counts if latest is None else max(latest, counts)
            yield report.manifest_id, counts + position * _STEP


def _number(revision: str) -> tuple[int, str]:
    """Revisions are numbers, save where somebody writes something else."""
    return (int(revision) if revision.isascii() and revision.isdigit() else 0, revision)
