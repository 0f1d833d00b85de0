"""What passes between the alert policy and the ledger: what is known about a flight, and what to do about a manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.alert import Alert, AlertState
from schemas.alert_clocks import DueTerms
from schemas.flight_life import Report
from schemas.flight_times import FlightTimes, Route
from schemas.manifest import Manifest
from schemas.watchlist import AlertSeverity, RecordKey


class Ground(NamedTuple):
    """What an alert stands on: a record in one version."""

    list_id: str
    record_id: str
    record_version: int

    @property
    def key(self) -> RecordKey:
        """Which record of which list."""
        return self.list_id, self.record_id


@dataclass(frozen=True, slots=True)
class EarlierAlert:
    """What the ledger already holds for a traveller: enough for the policy to decide, nothing more. `others`: records of the
    same person on other lists, which the alert stands for as well. `times`: those of its flight, as the alert has them."""

    alert_id: str
    traveller_id: str
    traveller_version_id: str
    traveller_version: int
    list_id: str
    record_id: str
    record_version: int
    state: AlertState
    score: float
    others: tuple[Ground, ...] = ()
    route: Route = field(default_factory=Route)
    times: FlightTimes = field(default_factory=FlightTimes)
    severity: AlertSeverity | None = None

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """All it stands on, the leading record first."""
        return Ground(self.list_id, self.record_id, self.record_version), *self.others

    @property
    def records(self) -> frozenset[RecordKey]:
        """Which records these are, in whatever version."""
        return frozenset(ground.key for ground in self.grounds)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A proven false match that must not alert again: this traveller is not this record version.

    `fingerprints` are those of `screening.policy.suppression_fingerprints`: one per document of the traveller, one of name with
    birth date; `screening.fingerprints.same_traveller` says which in common are enough.
    """

    fingerprints: frozenset[str]
    list_id: str
    record_id: str
    record_version: int


@dataclass(frozen=True, slots=True)
class FlightHistory:
    """Everything earlier about one flight. `reports`: of its messages, those that were recorded as screened."""

    alerts: tuple[EarlierAlert, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class Rescheduling:
    """Alerts whose flight has other times now. `terms`: by when they have to be decided then."""

    alert_ids: tuple[str, ...]
    times: FlightTimes
    terms: DueTerms


@dataclass(frozen=True, slots=True)
class AlertChanges:
    """What the policy wants done about one manifest. The ledger does it, each step only if it is still legal then.

    `create`: new alerts; one whose alert_id exists already is absorbed. `supersede`: alert ids whose traveller version a newer
    one replaced. `withdraw`: alert id -> why (a list change or a cancellation took the ground away). `reschedule`: whose flight
    has other times now. `list_version` and
    `matcher_version` say what the manifest was screened with, also where nothing came of it. `manifest` and its `report` are
    what was taken in, for the history of what comes next; a test message has no report. `news`: worked out in the belief that
    nobody had taken it in before.
    """

    manifest_id: str
    list_version: int = 0
    matcher_version: str = ""
    create: tuple[Alert, ...] = ()
    supersede: tuple[str, ...] = ()
    withdraw: Mapping[str, str] = field(default_factory=dict)
    reschedule: Rescheduling | None = None
    manifest: Manifest | None = None
    report: Report | None = None
    news: bool = False


class OvertakenError(Exception):
    """Another worker took in a manifest that these changes hold for news: they were worked out from what is true no more."""


def earlier_alert(alert: Alert) -> EarlierAlert:
    """An alert as it is known later."""
    return EarlierAlert(
        alert_id=alert.alert_id,
        traveller_id=alert.traveller.traveller_id,
        traveller_version_id=alert.traveller.version_id,
        traveller_version=alert.traveller.version,
        list_id=alert.record.list_id,
        record_id=alert.record.record_id,
        record_version=alert.record.record_version,
        state=alert.state,
        score=alert.score,
        others=tuple(Ground(one.list_id, one.record_id, one.record_version) for one in alert.other_records),
        route=Route(alert.flight.departure_port, alert.flight.arrival_port),
        times=FlightTimes(alert.flight.scheduled_departure, alert.flight.scheduled_arrival),
        severity=alert.severity,
    )
