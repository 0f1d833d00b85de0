"""Alert policy: from matches on a manifest, and what is known of the flight, to what shall be done. Pure; `now` is given.

One alert stands for one version of a traveller against one version of a record. The policy creates, supersedes and withdraws;
it never decides. What a message did to its flight is known already (`screening.flight_step`); the policy makes alerts follow:

    whoever left the flight      his alerts are withdrawn: cancelled, not boarded, the flight cancelled
    whoever is described anew    alerts of his other versions, or under his other identities, are superseded
    whoever had to be screened   new matches alert; a newer version of a record replaces the alert of the older one

All live alerts of the flight are compared with its state, not only those of whom the messages name.

A record that is gone, or matches no longer, takes its alerts along only on a re-screen: only then is the list known to be at
least as new as the one the alert came from.

The same ground can come back: a traveller cancelled and booked again, a correction that is itself corrected. The alert's
identifier then carries how often it has ended before, so the new one is not mistaken for the old. What a person has decided
is never raised again by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from schemas.alert import LIVE_STATES, Alert, AlertState
from schemas.events import Occasion
from schemas.flight_life import FlightState, version_id
from schemas.ledger import AlertChanges, EarlierAlert, FlightHistory, earlier_alert
from schemas.traveller import Traveller
from screening.alert_writing import AlertGround, PolicySettings, Screened, write_alert
from screening.fingerprints import suppression_fingerprints
from screening.flight_step import FlightStep
from screening.match import Match
from screening.versions import traveller_version_id

__all__ = ["PolicySettings", "Screened", "alert_changes", "history_after", "suppression_fingerprints"]


RECORD_CHANGED = "record_changed"
RECORD_NO_LONGER_MATCHES = "record_no_longer_matches"

_RETURNABLE = frozenset({AlertState.SUPERSEDED, AlertState.WITHDRAWN})
"""States that the machine ended, and that a ground which returns may raise anew."""


def alert_changes(screened: Screened, history: FlightHistory, settings: PolicySettings, now: datetime) -> AlertChanges:
    """What shall be done about one manifest, given everything known of its flight so far."""
    if screened.step.state is None:
        return _changes(screened)
    supersede, withdraw = _ended(_settled(screened.step, history.alerts), screened.step.state)
    create: dict[str, Alert] = {}
    for traveller in screened.step.travellers:
        version = traveller_version_id(traveller)
        of_version = [one for one in screened.matches if _is_of(one, traveller, version)]
        known = [one for one in history.alerts if one.traveller_id == traveller.traveller_id]
        withdraw |= _outdated(known, version, of_version, screened.occasion)
        for match in of_version:
            ground = _ground(match, traveller, known, history)
            if ground is not None:
                alert = write_alert(screened, ground, settings, now)
                create.setdefault(alert.alert_id, alert)
    return _changes(screened, create=tuple(create.values()), supersede=supersede, withdraw=withdraw)


def history_after(history: FlightHistory, changes: AlertChanges) -> FlightHistory:
    """The history as it will be once the changes are done: for the next manifest of the same flight in the same batch."""
    ended = dict.fromkeys(changes.supersede, AlertState.SUPERSEDED) | dict.fromkeys(changes.withdraw, AlertState.WITHDRAWN)
    kept = (_in_state(one, ended.get(one.alert_id, one.state)) for one in history.alerts)
    known = any(one.manifest_id == changes.manifest_id for one in history.reports)
    reports = history.reports if known or changes.report is None else (*history.reports, changes.report)
    return FlightHistory((*kept, *map(earlier_alert, changes.create)), history.suppressions, reports)


def _changes(
    screened: Screened,
    create: tuple[Alert, ...] = (),
    supersede: tuple[str, ...] = (),
    withdraw: Mapping[str, str] | None = None,
) -> AlertChanges:
    return AlertChanges(
        manifest_id=screened.manifest.manifest_id,
        list_version=screened.list_version,
        matcher_version=screened.matcher_version,
        create=create,
        supersede=supersede,
        withdraw=withdraw or {},
        manifest=screened.manifest,
        report=screened.step.report,
        news=screened.occasion is Occasion.RECEIVED,
    )


def _settled(step: FlightStep, alerts: Iterable[EarlierAlert]) -> Iterable[EarlierAlert]:
    """Alerts that this message settles: of those it screens; the last message of a step settles all others too."""
    screened = {traveller.traveller_id for traveller in step.travellers}
    return alerts if step.last else [one for one in alerts if one.traveller_id in screened]


def _ended(alerts: Iterable[EarlierAlert], state: FlightState) -> tuple[tuple[str, ...], dict[str, str]]:
    """Alerts that are superseded, and those that are withdrawn, with the reason.

    Whom no message describes any more (it was purged) keeps his alerts: nobody said that he left.
    """
    supersede: list[str] = []
    withdraw: dict[str, str] = {}
    for alert in _live(alerts):
        person = state.person(alert.traveller_id)
        if person is not None and not person.live:
            withdraw[alert.alert_id] = person.reason
        elif person is not None and version_id(person.traveller_id, person.content) != alert.traveller_version_id:
            supersede.append(alert.alert_id)
    return tuple(supersede), withdraw


def _ground(match: Match, traveller: Traveller, known: Sequence[EarlierAlert], history: FlightHistory) -> AlertGround | None:
    """What the new alert stands on.

    None where it is suppressed, or was raised before and the machine has not ended it, or where another worker has alerted on
    a newer version of the record already.
    """
    same = [one for one in known if _is_same(one, match)]
    if _suppressed(match, traveller, history) or any(one.state not in _RETURNABLE for one in same):
        return None
    if any(_is_newer(one, match) for one in _live(known)):
        return None
    replaced = [one for one in _live(known) if _same_record(one, match)]
    return AlertGround(
        traveller=traveller,
        match=match,
        traveller_version=_version_number(match.traveller_version_id, known),
        ended_before=len(same),
        supersedes=replaced[-1].alert_id if replaced else None,
    )


def _outdated(
    known: Iterable[EarlierAlert], version_id: str, matches: Sequence[Match], occasion: Occasion
) -> Iterator[tuple[str, str]]:
    for alert in _live(known):
        if alert.traveller_version_id != version_id:
            continue
        now_matching = [one.record.record_version for one in matches if _same_record(alert, one)]
        if any(version > alert.record_version for version in now_matching):
            yield alert.alert_id, RECORD_CHANGED
        elif not now_matching and occasion is Occasion.RESCREEN:
            yield alert.alert_id, RECORD_NO_LONGER_MATCHES


def _suppressed(match: Match, traveller: Traveller, history: FlightHistory) -> bool:
    asked = (match.record.watchlist.list_id, match.record.record.record_id, match.record.record_version)
    relevant = [one for one in history.suppressions if (one.list_id, one.record_id, one.record_version) == asked]
    return bool(relevant) and any(suppression_fingerprints(traveller) & one.fingerprints for one in relevant)


def _version_number(version_id: str, known: Sequence[EarlierAlert]) -> int:
    """The number this version had before, else the next."""
    numbers = {one.traveller_version_id: one.traveller_version for one in known}
    return numbers.get(version_id, max(numbers.values(), default=0) + 1)


def _is_of(match: Match, traveller: Traveller, version_id: str) -> bool:
    return (match.traveller_id, match.traveller_version_id) == (traveller.traveller_id, version_id)


def _is_same(alert: EarlierAlert, match: Match) -> bool:
    versions = (alert.traveller_version_id, alert.record_version)
    return _same_record(alert, match) and versions == (match.traveller_version_id, match.record.record_version)


def _is_newer(alert: EarlierAlert, match: Match) -> bool:
    same_traveller = alert.traveller_version_id == match.traveller_version_id
    return same_traveller and _same_record(alert, match) and alert.record_version > match.record.record_version


def _same_record(alert: EarlierAlert, match: Match) -> bool:
    return (alert.list_id, alert.record_id) == (match.record.watchlist.list_id, match.record.record.record_id)


def _live(alerts: Iterable[EarlierAlert]) -> Iterator[EarlierAlert]:
    return (one for one in alerts if one.state in LIVE_STATES)


def _in_state(alert: EarlierAlert, state: AlertState) -> EarlierAlert:
    return alert if alert.state is state else replace(alert, state=state)
