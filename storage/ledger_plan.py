"""What a batch of changes comes to, worked out on values: no database here, so that every ledger decides alike.

Changes are applied in their order to what is known. Within one batch an alert may be created by one manifest and superseded by
the next: it is then written once, in its last state, and told twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from schemas.alert import Alert, Command
from schemas.alert_step import MACHINE, Step, advance
from schemas.alert_times import rescheduled
from schemas.ledger import AlertChanges, Rescheduling

SUPERSEDED = "traveller_changed"
"""Reason code of an alert whose traveller version a correction replaced."""
CREATE = "create"


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One step: the alert after it, and what was done (`create`, `supersede`, `withdraw`, `reschedule`)."""

    alert: Alert
    command: str


@dataclass(slots=True)
class LedgerPlan:
    """`alerts`: every alert touched, in its last state. `created`: ids of the new ones. `expected_versions`: of the others, the
    versions they had. `events`: every step in order."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)
    expected_versions: dict[str, int] = field(default_factory=dict)
    events: list[LedgerEvent] = field(default_factory=list)


def concerned(changes: Sequence[AlertChanges]) -> list[str]:
    """Ids of all alerts that the changes name."""
    named = {alert.alert_id for change in changes for alert in change.create}
    return sorted(named.union(*(_known_before(change) for change in changes)))


def _known_before(change: AlertChanges) -> set[str]:
    rescheduled_ids = change.reschedule.alert_ids if change.reschedule else ()
    return {*change.supersede, *change.withdraw, *rescheduled_ids}


class Planner:
    """Applies changes to known alerts. `versions`: traveller id -> version id -> number, and is added to."""

    def __init__(self, known: Mapping[str, Alert], versions: dict[str, dict[str, int]], now: datetime) -> None:
        self._known = known
        self._versions = versions
        self._now = now
        self._plan = LedgerPlan()

    def plan(self, changes: Sequence[AlertChanges]) -> LedgerPlan:
        """All changes, in order."""
        for change in changes:
            for alert in change.create:
                self._create(alert)
            for alert_id in change.supersede:
                self._advance(alert_id, Command.SUPERSEDE, SUPERSEDED)
            for alert_id, reason in change.withdraw.items():
                self._advance(alert_id, Command.WITHDRAW, reason)
            if change.reschedule is not None:
                self._reschedule(change.reschedule)
        return self._plan

    def _create(self, alert: Alert) -> None:
        if self._find(alert.alert_id) is not None:
            return
        numbered = alert.traveller.model_copy(update={"version": self._number(alert)})
        created = alert.model_copy(update={"traveller": numbered})
        self._plan.created.add(alert.alert_id)
        self._note(created, CREATE)

    def _number(self, alert: Alert) -> int:
        """The number of this traveller version: the one it has, else the next."""
        numbers = self._versions.setdefault(alert.traveller.traveller_id, {})
        return numbers.setdefault(alert.traveller.version_id, max(numbers.values(), default=0) + 1)

    def _advance(self, alert_id: str, command: Command, reason: str) -> None:
        alert = self._find(alert_id)
        if alert is not None:
            self._move(alert, advance(alert, Step(command, MACHINE, self._now, reason)), command)

    def _reschedule(self, asked: Rescheduling) -> None:
        for alert_id in asked.alert_ids:
            alert = self._find(alert_id)
            if alert is not None:
                self._move(alert, rescheduled(alert, asked.times, asked.terms, self._now), Command.RESCHEDULE)

    def _move(self, before: Alert, after: Alert | None, command: Command) -> None:
        if after is None:
            return
        if before.alert_id not in self._plan.created:
            self._plan.expected_versions.setdefault(before.alert_id, before.version)
        self._note(after, command)

    def _find(self, alert_id: str) -> Alert | None:
        return self._plan.alerts.get(alert_id) or self._known.get(alert_id)

    def _note(self, alert: Alert, command: str) -> None:
        self._plan.alerts[alert.alert_id] = alert
        self._plan.events.append(LedgerEvent(alert, command))
