"""Grounds and alerts: which grounds are still without an alert, and which alerts have lost theirs (see `screening.policy`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.alert import LIVE_STATES, AlertState
from schemas.events import Occasion
from schemas.ledger import EarlierAlert, Ground
from schemas.watchlist import RecordKey, VersionedRecord
from screening.alert_writing import highest, severity_of
from screening.match import Match

RECORD_CHANGED = "record_changed"
RECORD_NO_LONGER_MATCHES = "record_no_longer_matches"
LIST_CHANGED = "list_changed"
"""The list is more, or less, urgent than it was when the alert was raised, and nobody has touched it: a new one says so."""
RECORD_JOINED = "record_joined"
"""Another record of the same person matches too: one alert stands for both in its place."""

_RETURNABLE = frozenset({AlertState.SUPERSEDED, AlertState.WITHDRAWN})
"""States that the machine ended, and that a ground which returns may raise anew."""


def people(matches: Iterable[Match]) -> list[list[Match]]:
    """The matches of one traveller by the person whose records they are, the strongest first in each."""
    groups: dict[RecordKey, list[Match]] = {}
    for match in matches:
        groups.setdefault(match.person or match.record_key, []).append(match)
    return [sorted(group, key=lambda match: (-match.score, match.record_key)) for group in groups.values()]


def is_fresh(match: Match, known: Sequence[EarlierAlert]) -> bool:
    """Whether a match needs an alert: it was never raised, or the machine has ended what was; and nobody has alerted on a newer
    version of the record."""
    same = [one for one in known if one.traveller_version_id == match.traveller_version_id]
    if any(match.ground in one.grounds and one.state not in _RETURNABLE for one in same):
        return False
    return not any(_newer(one, match.ground) for one in _live(same))


def joined(known: Iterable[EarlierAlert], group: Sequence[Match], matches: Iterable[Match]) -> Iterator[str]:
    """Alerts on this person, and on nobody else who matches, that nobody has touched: a new one takes them in."""
    grounds = {match.ground for match in group}
    elsewhere = {match.ground for match in matches} - grounds
    for alert in known:
        of_version = alert.traveller_version_id == group[0].traveller_version_id
        untouched = of_version and alert.state is AlertState.NEW
        if untouched and not grounds.isdisjoint(alert.grounds) and elsewhere.isdisjoint(alert.grounds):
            yield alert.alert_id


def outdated(known: Iterable[EarlierAlert], version: str, matches: Sequence[Match], occasion: Occasion) -> dict[str, str]:
    """Alerts on this version of a traveller that have lost their ground, with the reason."""
    now = {match.record_key: match.record for match in matches}
    reasons = {
        one.alert_id: _fault(one, now, occasion is Occasion.RESCREEN)
        for one in _live(known)
        if one.traveller_version_id == version
    }
    return {alert_id: reason for alert_id, reason in reasons.items() if reason}


def _fault(alert: EarlierAlert, now: Mapping[RecordKey, VersionedRecord], rescreened: bool) -> str:
    """Only its own record counts where somebody works on it, and every one where nobody does."""
    counting = alert.grounds if alert.state is AlertState.NEW else alert.grounds[:1]
    standing = [now[ground.key] for ground in counting if ground.key in now]
    if any(now[ground.key].record_version > ground.record_version for ground in counting if ground.key in now):
        return RECORD_CHANGED
    if rescreened and len(standing) < len(counting):
        return RECORD_NO_LONGER_MATCHES
    if rescreened and alert.state is AlertState.NEW and alert.severity not in (None, highest(map(severity_of, standing))):
        return LIST_CHANGED
    return ""


def _newer(alert: EarlierAlert, ground: Ground) -> bool:
    return any(one.key == ground.key and one.record_version > ground.record_version for one in alert.grounds)


def _live(alerts: Iterable[EarlierAlert]) -> Iterator[EarlierAlert]:
    return (one for one in alerts if one.state in LIVE_STATES)
