"""A batch of events, screened: the parts of the worker's work that need no waiting, and therefore run off the event loop.

decode -> (the flights' history) -> plan -> (older manifests, where a step needs them) -> decide
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pydantic import ValidationError

from schemas.alert import LIVE_STATES
from schemas.delivery import Delivery
from schemas.events import Occasion
from schemas.flight_life import Report, report_of
from schemas.identifiers import flight_id
from schemas.ledger import AlertChanges, EarlierAlert, FlightHistory
from schemas.manifest import Manifest
from screening.engine import matches_of_each
from screening.flight_step import FlightStep, LastStates, described, flight_steps
from screening.index.port import Index, matcher_version
from screening.live_manifests import LiveManifests
from screening.match import Match
from screening.policy import PolicySettings, Screened, alert_changes, history_after
from screening.prepared import PreparedTraveller, flight_day, prepare_traveller
from screening.recent import RecentChanges, concerned
from screening.same_person import with_people


@dataclass(frozen=True, slots=True)
class Decoded:
    """An event and its manifest; None where it could not be read, and then `fault` says why, without passenger data.

    `report`: None where it is a test. `screened_with`: the version of the lists that it was screened with last, if known.
    `step`: what it does to its flight, once that is worked out.
    """

    delivery: Delivery
    manifest: Manifest | None = None
    report: Report | None = None
    screened_with: int | None = None
    step: FlightStep = field(default_factory=FlightStep)
    fault: str = ""

    @property
    def flight_id(self) -> str | None:
        """The flight whose history is needed."""
        return None if self.manifest is None else flight_id(self.manifest.flight.flight_key)


@dataclass(frozen=True, slots=True)
class Decided:
    """An event and what shall be done about it; None where it could not be screened."""

    delivery: Delivery
    changes: AlertChanges | None = None
    travellers: int = 0
    fault: str = ""
    manifest: Manifest | None = None
    prepared: Mapping[int, PreparedTraveller] = field(default_factory=dict)
    """Those who were screened, by the identity of the object: most are travellers of the manifest, and are not read again."""


SCREENED_AGAIN_WHOLE = 0
"""As the version of the lists that a manifest was screened with: its next re-screen looks at everybody on it."""


def decode(batch: Sequence[Delivery]) -> list[Decoded]:
    """Every event's manifest, or why there is none."""
    return [_decode(delivery) for delivery in batch]


def plan(batch: Sequence[Decoded], histories: Mapping[str, FlightHistory], states: LastStates) -> list[Decoded]:
    """The events with what each contributes to its flight's step from what was screened of it before."""
    by_flight: defaultdict[str, list[int]] = defaultdict(list)
    for place, event in enumerate(batch):
        if event.flight_id is not None and event.report is not None:
            by_flight[event.flight_id].append(place)
    planned = list(batch)
    for flight, places in by_flight.items():
        taken_in = histories.get(flight, FlightHistory()).reports
        for place, event in zip(places, _plan([batch[place] for place in places], taken_in, states), strict=True):
            planned[place] = event
    return planned


def missing(batch: Sequence[Decoded]) -> frozenset[str]:
    """Ids of manifests that describe somebody who must be screened and that are not in the batch."""
    present = {event.manifest.manifest_id for event in batch if event.manifest is not None}
    return frozenset().union(*(event.step.sources for event in batch)) - present


def complete(batch: Sequence[Decoded], older: Mapping[str, Manifest]) -> list[Decoded]:
    """The events with everybody whom their steps make it necessary to screen."""
    manifests = {**older, **{event.manifest.manifest_id: event.manifest for event in batch if event.manifest is not None}}
    return [replace(event, step=described(event.step, manifests)) for event in batch]


@dataclass(frozen=True, slots=True)
class Lists:
    """What is screened against: all lists, and what has changed of late where that is known."""

    index: Index
    recent: RecentChanges | None = None


def decide(
    batch: Sequence[Decoded], histories: Mapping[str, FlightHistory], lists: Lists, policy: PolicySettings, now: datetime
) -> list[Decided]:
    """Screen and judge every event in order. A flight's later manifests see what its earlier ones of the batch changed."""
    known = dict(histories)
    return [_decide(event, known, lists, policy, now) for event in batch]


def _decode(delivery: Delivery) -> Decoded:
    try:
        manifest = Manifest.model_validate_json(delivery.body)
    except ValidationError as error:
        # The error's text repeats what was sent, which may be passenger data: only its size is told.
        return Decoded(delivery, fault=f"The event is not a manifest of this schema ({error.error_count()} errors).")
    return Decoded(delivery, manifest, None if manifest.test else report_of(manifest))


def _plan(events: Sequence[Decoded], taken_in: Sequence[Report], states: LastStates) -> list[Decoded]:
    try:
        steps = flight_steps(taken_in, [event.report for event in events if event.report is not None], states)
    except Exception as error:  # one flight that cannot be worked out must not stop the others
        fault = f"The flight's state could not be worked out ({type(error).__name__})."
        return [replace(event, report=None, fault=fault) for event in events]
    return [replace(event, step=step) for event, step in zip(events, steps, strict=True)]


def _decide(event: Decoded, known: dict[str, FlightHistory], lists: Lists, policy: PolicySettings, now: datetime) -> Decided:
    manifest, flight, index = event.manifest, event.flight_id, lists.index
    if manifest is None or flight is None or event.fault:
        return Decided(event.delivery, fault=event.fault)
    try:
        day = flight_day(manifest, now.date())
        step = _demanded(event, known.get(flight, FlightHistory()), lists.recent, day)
        prepared = [prepare_traveller(one) for one in step.travellers]
        matches = with_people(list(matches_of_each(prepared, index, day)), index.listed)
        versions = index.listed.version, matcher_version(index.listed)
        screened = Screened(manifest, step, matches, *versions, event.delivery.occasion)
        changes = alert_changes(screened, known.get(flight, FlightHistory()), policy, now)
    except Exception as error:  # one manifest that cannot be screened must not stop the others
        return Decided(event.delivery, fault=f"The manifest could not be screened ({type(error).__name__}).")
    known[flight] = history_after(known.get(flight, FlightHistory()), changes)
    if event.delivery.occasion is Occasion.RECEIVED and _is_left_open(step, known[flight].alerts, matches):
        changes = replace(changes, list_version=SCREENED_AGAIN_WHOLE)
    read = dict(zip(map(id, step.travellers), prepared, strict=True))
    return Decided(event.delivery, changes, len(step.travellers), manifest=manifest, prepared=read)


def keep(decided: Iterable[Decided], live: LiveManifests) -> None:
    """Keep the travellers of what was screened, so that a list change need not read them again."""
    for event in decided:
        if event.manifest is not None and live.wants(event.manifest):
            read = event.prepared
            live.keep(event.manifest, [read.get(id(one)) or prepare_traveller(one) for one in event.manifest.travellers])


def keep_stored(bodies: Iterable[bytes], live: LiveManifests) -> None:
    """Keep the travellers of manifests that were screened before this process began."""
    for body in bodies:
        with suppress(ValidationError):  # it was put aside when it came
            manifest = Manifest.model_validate_json(body)
            if live.wants(manifest):
                live.keep(manifest, [prepare_traveller(one) for one in manifest.travellers])


def _is_left_open(step: FlightStep, alerts: Iterable[EarlierAlert], matches: Iterable[Match]) -> bool:
    """Whether a live alert on somebody who was screened stands on a record that does not match (any more).

    Only a re-screen withdraws it (see `screening.policy`), and what is known of late changes would not tell that one is due:
    the record may have changed before this message came.
    """
    screened = {one.traveller_id for one in step.travellers}
    matching = {(one.traveller_id, one.record_key) for one in matches}
    live = (one for one in alerts if one.state in LIVE_STATES and one.traveller_id in screened)
    return any((one.traveller_id, key) not in matching for one in live for key in one.records)


def _demanded(event: Decoded, history: FlightHistory, recent: RecentChanges | None, day: date) -> FlightStep:
    """The step with those whom it is necessary to screen: on a re-screen only whom the changed records concern.

    And whom the step itself touches: a message of the same batch may bring somebody back whom the re-screened one describes.
    """
    if event.delivery.occasion is not Occasion.RESCREEN or event.screened_with is None or recent is None:
        return event.step
    changes = recent.after(event.screened_with)
    if changes is None:
        return event.step
    wanted = {one.traveller_id for one in concerned(event.step.travellers, history.alerts, changes, day)} | event.step.touched
    return replace(event.step, travellers=tuple(one for one in event.step.travellers if one.traveller_id in wanted))
