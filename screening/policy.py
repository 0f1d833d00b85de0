"""Alert policy: from matches on a manifest, and what is known of the flight, to what shall be done. Pure; `now` is given.

One alert stands for one version of a traveller against one person: against one version of a record, and of other records of
the same person (`screening.same_person`). The policy creates, supersedes and withdraws; it never decides. What a message did to
its flight is known already (`screening.flight_step`); the policy makes alerts follow:

    whoever left the flight      his alerts are withdrawn: cancelled, not boarded, the flight cancelled
    whoever is described anew    alerts of his other versions, or under his other identities, are superseded
    whoever had to be screened   new matches alert; a newer version of a record replaces the alert of the older one

Where a message changes the times of the flight, its alerts follow (`_rescheduling`).

All live alerts of the flight are compared with its state, not only those of whom the messages name.

A *ground* is a record in one version, and every ground is in one live alert at most. What an alert covers never changes: one
that nobody has touched is replaced where a record of the same person joins or leaves it; one that somebody works on stays as it
is as long as its own record does, and what joins gets an alert of its own. Nobody's work is taken away by another list.

A record that is gone, or matches no longer, takes its alerts along only on a re-screen: only then is the list known to be at
least as new as the one the alert came from.

The same ground can come back: a traveller cancelled and booked again, a correction that is itself corrected. The alert's
identifier then carries how often it has ended before, so the new one is not mistaken for the old. What a person has decided
is never raised again by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from schemas.alert import FOLLOWING_STATES, LIVE_STATES, Alert, AlertState
from schemas.events import Occasion
from schemas.flight_life import FlightState, version_id
from schemas.flight_times import route_of
from schemas.ledger import AlertChanges, EarlierAlert, FlightHistory, Rescheduling, earlier_alert
from schemas.traveller import Traveller
from screening.alert_writing import AlertGround, PolicySettings, Screened, write_alert
from screening.fingerprints import same_traveller, suppression_fingerprints
from screening.flight_step import FlightStep
from screening.grounds import RECORD_CHANGED, RECORD_JOINED, RECORD_NO_LONGER_MATCHES, is_fresh, joined, outdated, people
from screening.match import Match
from screening.versions import traveller_version_id

__all__ = [
    "RECORD_CHANGED",
    "RECORD_JOINED",
    "RECORD_NO_LONGER_MATCHES",
    "PolicySettings",
    "Screened",
    "alert_changes",
    "history_after",
    "suppression_fingerprints",
]


def alert_changes(screened: Screened, history: FlightHistory, settings: PolicySettings, now: datetime) -> AlertChanges:
    """What shall be done about one manifest, given everything known of its flight so far."""
    if screened.step.state is None:
        return _changes(screened)
    supersede, withdraw = _ended(_settled(screened.step, history.alerts), screened.step.state)
    create: dict[str, Alert] = {}
    for traveller in screened.step.travellers:
        for ground in _new_grounds(traveller, screened, history, (supersede, withdraw)):
            alert = write_alert(screened, ground, settings, now)
            create.setdefault(alert.alert_id, alert)
    changes = _changes(screened, create=tuple(create.values()), supersede=supersede, withdraw=withdraw)
    return replace(changes, reschedule=_rescheduling(screened, _after(history.alerts, supersede, withdraw), settings))


def _rescheduling(screened: Screened, alerts: Iterable[EarlierAlert], settings: PolicySettings) -> Rescheduling | None:
    """The alerts whose flight has other times by this message. One that was overtaken, or came before, changes no times: what
    a schedule has said since would be undone."""
    state, route = screened.step.state, route_of(screened.manifest.flight)
    known = None if state is None else state.times.get(route)
    if known is None or screened.occasion is not Occasion.RECEIVED or screened.manifest.manifest_id not in known.said_by:
        return None
    following = (one for one in alerts if one.route == route and one.state in FOLLOWING_STATES)
    moved = tuple(one.alert_id for one in following if known.times.over(one.times) != one.times)
    return Rescheduling(moved, known.times, settings.due) if moved else None


def _new_grounds(
    traveller: Traveller, screened: Screened, history: FlightHistory, ended: tuple[Sequence[str], dict[str, str]]
) -> Iterator[AlertGround]:
    """What new alerts on a traveller stand on; what they replace is added to the withdrawn (`ended`: superseded, withdrawn)."""
    supersede, withdraw = ended
    version = traveller_version_id(traveller)
    matches = [one for one in screened.matches if _is_of(one, traveller, version)]
    before = [one for one in history.alerts if one.traveller_id == traveller.traveller_id]
    withdraw |= outdated(before, version, matches, screened.occasion)
    heard = [one for one in matches if not _suppressed(one, traveller, history)]
    for group in people(heard):
        known = _after(before, supersede, withdraw)
        if any(is_fresh(one, known) for one in group):
            withdraw |= dict.fromkeys(joined(known, group, heard), RECORD_JOINED)
            known = _after(before, supersede, withdraw)
            yield _ground(traveller, [one for one in group if is_fresh(one, known)], before, known)


def _ground(
    traveller: Traveller, matches: Sequence[Match], before: Sequence[EarlierAlert], after: Sequence[EarlierAlert]
) -> AlertGround:
    leading, records = matches[0], {one.record_key for one in matches}
    ending = {one.alert_id for one in after if one.state not in LIVE_STATES}
    replaced = [one for one in _live(before) if one.alert_id in ending and not records.isdisjoint(one.records)]
    return AlertGround(
        traveller=traveller,
        match=leading,
        others=tuple(matches[1:]),
        traveller_version=_version_number(leading.traveller_version_id, before),
        ended_before=sum(
            one.grounds[0] == leading.ground and one.traveller_version_id == leading.traveller_version_id for one in before
        ),
        supersedes=replaced[-1].alert_id if replaced else None,
    )


def history_after(history: FlightHistory, changes: AlertChanges) -> FlightHistory:
    """The history as it will be once the changes are done: for the next manifest of the same flight in the same batch."""
    kept = [_at(one, changes.reschedule) for one in _after(history.alerts, changes.supersede, changes.withdraw)]
    known = any(one.manifest_id == changes.manifest_id for one in history.reports)
    reports = history.reports if known or changes.report is None else (*history.reports, changes.report)
    return FlightHistory((*kept, *map(earlier_alert, changes.create)), history.suppressions, reports)


def _after(alerts: Iterable[EarlierAlert], supersede: Iterable[str], withdraw: Iterable[str]) -> list[EarlierAlert]:
    """Alerts as they will be."""
    ended = dict.fromkeys(supersede, AlertState.SUPERSEDED) | dict.fromkeys(withdraw, AlertState.WITHDRAWN)
    return [_in_state(one, ended.get(one.alert_id, one.state)) for one in alerts]


def _at(alert: EarlierAlert, moved: Rescheduling | None) -> EarlierAlert:
    if moved is None or alert.alert_id not in moved.alert_ids:
        return alert
    return replace(alert, times=moved.times.over(alert.times))


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


def _suppressed(match: Match, traveller: Traveller, history: FlightHistory) -> bool:
    relevant = [one for one in history.suppressions if (one.list_id, one.record_id, one.record_version) == match.ground]
    return bool(relevant) and any(same_traveller(one.fingerprints, suppression_fingerprints(traveller)) for one in relevant)


def _version_number(version_id: str, known: Sequence[EarlierAlert]) -> int:
    """The number this version had before, else the next."""
    numbers = {one.traveller_version_id: one.traveller_version for one in known}
    return numbers.get(version_id, max(numbers.values(), default=0) + 1)


def _is_of(match: Match, traveller: Traveller, version_id: str) -> bool:
    return (match.traveller_id, match.traveller_version_id) == (traveller.traveller_id, version_id)


def _live(alerts: Iterable[EarlierAlert]) -> Iterator[EarlierAlert]:
    return (one for one in alerts if one.state in LIVE_STATES)


def _in_state(alert: EarlierAlert, state: AlertState) -> EarlierAlert:
    return alert if alert.state is state else replace(alert, state=state)
