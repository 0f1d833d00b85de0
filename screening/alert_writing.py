"""An alert, written out: identity, flight, traveller, record, evidence, and by when somebody should have looked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.alert import Alert, AlertFlight, AlertRecord, AlertState, AlertTraveller, HistoryEntry, OtherRecord, queue_of
from schemas.alert_clocks import DueTerms
from schemas.events import Occasion
from schemas.evidence import Lane
from schemas.flight import Flight
from schemas.flight_times import FlightTimes, route_of, times_of
from schemas.identifiers import alert_id, flight_id
from schemas.manifest import Manifest
from schemas.traveller import Traveller
from schemas.watchlist import AlertSeverity, VersionedRecord
from screening.flight_step import FlightStep
from screening.match import Match

MACHINE = "kulla"
"""Who did it, where no person did."""


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """`alert_retention`: how long after its creation an alert is purged, None = not by its age."""

    alert_retention: timedelta | None = None
    due: DueTerms = field(default_factory=DueTerms)


@dataclass(frozen=True, slots=True)
class Screened:
    """A manifest with what screening found. `list_version`: of the lists that were used.

    `step`: what the message did to its flight, and whom that made it necessary to screen.
    """

    manifest: Manifest
    step: FlightStep
    matches: Sequence[Match]
    list_version: int
    matcher_version: str
    occasion: Occasion = Occasion.RECEIVED


@dataclass(frozen=True, slots=True)
class AlertGround:
    """What a new alert stands on. `match`: the strongest, which gives the alert its evidence and its identifier; `others`: of
    records of the same person. `ended_before`: how often the machine has ended an alert on the very same ground."""

    traveller: Traveller
    match: Match
    others: tuple[Match, ...]
    traveller_version: int
    ended_before: int
    supersedes: str | None


def write_alert(screened: Screened, ground: AlertGround, settings: PolicySettings, now: datetime) -> Alert:
    """The alert in its first state."""
    match, matches = ground.match, (ground.match, *ground.others)
    flight = _flight(screened)
    severity = highest(severity_of(one.record) for one in matches)
    queue = queue_of([one.record.record for one in matches])
    return Alert(
        alert_id=_identify(ground),
        severity=severity,
        lanes=tuple(lane for lane in Lane if any(lane in one.lanes for one in matches)),
        score=match.score,
        band=match.band,
        created_at=now,
        updated_at=now,
        due_at=settings.due.due_at(queue, severity, flight.scheduled_arrival, now),
        purge_at=None if settings.alert_retention is None else now + settings.alert_retention,
        queue=queue,
        flight=flight,
        traveller=AlertTraveller(
            **dict(ground.traveller), version=ground.traveller_version, version_id=match.traveller_version_id
        ),
        record=alert_record(match.record),
        other_records=tuple(map(_other_record, ground.others)),
        evidence=match.evidence,
        matcher_version=screened.matcher_version,
        list_version=screened.list_version,
        manifest_id=screened.step.reported_by.get(ground.traveller.traveller_id, screened.manifest.manifest_id),
        supersedes=ground.supersedes,
        history=(HistoryEntry.model_validate({"at": now, "by": MACHINE, "command": "create", "to": AlertState.NEW}),),
    )


def _identify(ground: AlertGround) -> str:
    """The ground's identifier; one that returns after its alert was ended is counted, so that it is a new alert."""
    record, version = ground.match.record, ground.match.traveller_version_id
    if ground.ended_before:
        version = f"{version}.{ground.ended_before}"
    return alert_id(
        ground.traveller.traveller_id, version, record.watchlist.list_id, record.record.record_id, record.record_version
    )


def severity_of(versioned: VersionedRecord) -> AlertSeverity:
    """The record's own severity, or its list's."""
    return versioned.record.severity or versioned.watchlist.severity


def highest(severities: Iterable[AlertSeverity]) -> AlertSeverity:
    """The most urgent of several: they are declared in that order."""
    found = set(severities)
    return next(severity for severity in AlertSeverity if severity in found)


def _flight(screened: Screened) -> AlertFlight:
    """The flight as this message has it, with the times that were said last: it may have been overtaken."""
    flight = screened.manifest.flight
    times = _last_said(screened.step, flight)
    return AlertFlight(
        flight_id=flight_id(flight.flight_key),
        flight_key=flight.flight_key,
        designator=flight.designator,
        departure_port=flight.departure_port,
        arrival_port=flight.arrival_port,
        scheduled_departure=times.departure,
        scheduled_arrival=times.arrival,
    )


def _last_said(step: FlightStep, flight: Flight) -> FlightTimes:
    known = None if step.state is None else step.state.times.get(route_of(flight))
    return times_of(flight) if known is None else known.times.over(times_of(flight))


def alert_record(versioned: VersionedRecord) -> AlertRecord:
    """The record with its list and versions, as alerts carry it."""
    return AlertRecord(
        **dict(versioned.record),
        list_id=versioned.watchlist.list_id,
        list_kind=versioned.watchlist.kind,
        list_title=versioned.watchlist.title,
        record_version=versioned.record_version,
        list_version=versioned.list_version,
    )


def _other_record(match: Match) -> OtherRecord:
    return OtherRecord(**dict(alert_record(match.record)), score=match.score, lanes=match.lanes)
