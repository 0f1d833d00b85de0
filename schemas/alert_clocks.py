"""The clocks of an alert: by when it should be decided, and how much of that time is gone.

Two clocks run. The *due* clock runs from the alert's creation (or its reopening) to `due_at`, until somebody has decided. The
*arrival* clock runs from the same moment to the scheduled arrival, until an officer has taken the alert in hand: a decision
that nobody at the gate knows of is worth nothing. At 50, 80 and 100 percent of either, the machine records an escalation in the
alert's history, once each. Both clocks are worked out from the alert itself, so that whoever looks comes to the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from schemas.alert import Alert, AlertState, Command, Queue
from schemas.alert_step import MACHINE, Step, advance
from schemas.watchlist import AlertSeverity

STAGES_PERCENT = (50, 80, 100)
"""Half the time gone: look. Four fifths: somebody else should look too. All of it: too late, and to be explained."""

DUE_AFTER: Mapping[AlertSeverity, timedelta] = {
    AlertSeverity.HIGH: timedelta(minutes=15),
    AlertSeverity.MEDIUM: timedelta(hours=1),
    AlertSeverity.LOW: timedelta(hours=4),
}
"""How long an alert may wait for its first decision."""
PROTECTION_DUE_AFTER = timedelta(minutes=15)
"""Whoever is to be protected may be leaving with the wrong person: as urgent as the most urgent, whatever the list says."""
DUE_BEFORE_ARRIVAL = timedelta(minutes=30)
"""The officer needs this long between the decision and the aircraft's door."""


class Clock(StrEnum):
    """What runs out."""

    DUE = "due"
    ARRIVAL = "arrival"


_UNDECIDED = frozenset({AlertState.NEW, AlertState.IN_REVIEW, AlertState.POSSIBLE})
RUNNING: Mapping[Clock, frozenset[AlertState]] = {
    Clock.DUE: _UNDECIDED,
    Clock.ARRIVAL: _UNDECIDED | {AlertState.CONFIRMED, AlertState.HANDED_OVER},
}
"""In which states each clock runs."""


@dataclass(frozen=True, slots=True)
class DueTerms:
    """How long alerts may wait: by severity, in the protection queue, and before arrival."""

    after: Mapping[AlertSeverity, timedelta] = field(default_factory=lambda: DUE_AFTER)
    protection_after: timedelta = PROTECTION_DUE_AFTER
    before_arrival: timedelta = DUE_BEFORE_ARRIVAL

    def due_at(self, queue: Queue, severity: AlertSeverity, arrival: datetime | None, now: datetime) -> datetime:
        """By queue and severity, but before arrival, and never in the past."""
        due = now + (self.protection_after if queue is Queue.PROTECTION else self.after[severity])
        if arrival is not None:
            due = min(due, arrival - self.before_arrival)
        return max(due, now)


class Stage(NamedTuple):
    """A moment at which a clock has run out by so much. `code` names it in histories: `due_80`."""

    at: datetime
    clock: str
    percent: int

    @property
    def code(self) -> str:
        """Its name, once per clock and percentage."""
        return f"{self.clock}_{self.percent}"


def stages(clock: str, start: datetime, end: datetime) -> tuple[Stage, ...]:
    """The stages of a clock. One that had no time from the start has only its end; one that ended before has none."""
    if end < start:
        return ()
    if end == start:
        return (Stage(end, clock, 100),)
    return tuple(Stage(start + (end - start) * percent / 100, clock, percent) for percent in STAGES_PERCENT)


def open_stages(alert: Alert) -> tuple[Stage, ...]:
    """Stages of the alert's running clocks that are not recorded yet, the next first."""
    start, recorded = _wound_up(alert)
    found = (stage for clock, end in _ends(alert) for stage in stages(clock, start, end))
    return tuple(sorted(stage for stage in found if stage.code not in recorded))


def next_escalation_at(alert: Alert) -> datetime | None:
    """When somebody has to look at the alert's clocks next; None = never in this state."""
    return next((stage.at for stage in open_stages(alert)), None)


def escalated(alert: Alert, now: datetime) -> tuple[Alert, ...]:
    """The versions of the alert that its clocks have come to by `now`, one a stage, in order; none where none is due."""
    versions: list[Alert] = []
    for stage in open_stages(alert):
        if stage.at <= now:
            step = Step(Command.ESCALATE, MACHINE, now, stage.code, escalation=stage.percent)
            after = advance(versions[-1] if versions else alert, step)
            assert after is not None, "a clock runs only in states that can be escalated"
            versions.append(after)
    return tuple(versions)


def _ends(alert: Alert) -> Iterator[tuple[Clock, datetime]]:
    ends = {Clock.DUE: alert.due_at, Clock.ARRIVAL: alert.flight.scheduled_arrival}
    for clock, end in ends.items():
        if end is not None and alert.state in RUNNING[clock]:
            yield clock, end


def wound_up_at(alert: Alert) -> datetime:
    """Since when the alert's clocks run."""
    return _wound_up(alert)[0]


def _wound_up(alert: Alert) -> tuple[datetime, frozenset[str]]:
    """Since when the clocks run, and which stages were recorded since."""
    start, recorded = alert.created_at, set[str]()
    for entry in alert.history:
        if entry.command == Command.REOPEN:
            start, recorded = entry.at, set()
        elif entry.command == Command.ESCALATE and entry.reason_code is not None:
            recorded.add(entry.reason_code)
    return start, frozenset(recorded)
