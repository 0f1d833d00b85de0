"""Messages, taken in: what they do to their flight, and whom that makes it necessary to screen.

The live alerts of a flight are always those of its state (`schemas.flight_life`) over the messages taken in so far. Messages
are a step from one state to the next. Screened are the travellers whom they describe as they now are, and all others whom the
step brings (back) onto the flight or changes: a closure may name somebody whom an earlier one left out. Whoever left, or is now
described otherwise, has his alerts ended by the policy, which compares them with the new state.

All messages of a flight that come in one batch are one step, so that what it costs does not grow with their number.

As the state does not depend on the order in which messages came, neither do the alerts that are left standing.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.flight_life import FlightState, Person, Report, fold
from schemas.manifest import Manifest
from schemas.traveller import Traveller


@dataclass(frozen=True, slots=True)
class FlightStep:
    """What one message contributes to a step. `state`: the flight after the step; None where the message is a test and does
    nothing. `people`: whom to screen with this message; `touched`: ids of those among them whom the step brings (back) or
    changes. `last`: the step's last message, with which everybody else is settled.

    `travellers`: the same people as last described, under the identities by which the flight knows them.
    """

    state: FlightState | None = None
    report: Report | None = None
    people: tuple[Person, ...] = ()
    touched: frozenset[str] = frozenset()
    travellers: tuple[Traveller, ...] = ()
    reported_by: Mapping[str, str] = field(default_factory=dict)
    last: bool = True

    @property
    def sources(self) -> frozenset[str]:
        """Ids of the manifests in which the people are described."""
        return frozenset(person.place.manifest_id for person in self.people)


STATES_MAX = 256
"""Flights whose last state is kept: each takes some 100 kB. A flight speaks several times within an hour before departure."""


class LastStates:
    """The states flights were in after their last steps, so that the next begins without working them out again.

    A state is used only for the very messages it was worked out from: whatever became of the step, nothing stale is used.
    """

    def __init__(self, states_max: int = STATES_MAX) -> None:
        self._states_max = states_max
        self._states: OrderedDict[frozenset[str], FlightState] = OrderedDict()

    def of(self, reports: Sequence[Report]) -> FlightState:
        """The state of these messages."""
        kept = self._states.pop(frozenset(report.manifest_id for report in reports), None)
        return fold(reports) if kept is None else kept

    def keep(self, reports: Sequence[Report], state: FlightState) -> None:
        """Remember what these messages come to."""
        self._states[frozenset(report.manifest_id for report in reports)] = state
        while len(self._states) > self._states_max:
            self._states.popitem(last=False)


def flight_steps(taken_in: Sequence[Report], reports: Sequence[Report], states: LastStates) -> list[FlightStep]:
    """Take these messages in after those. One that was taken in before screens again whom it describes, and changes nothing.

    Each message screens whom it describes; the last one also those whom messages not among these describe.
    """
    together = (*taken_in, *reports)
    before, after = states.of(taken_in), fold(together)
    states.keep(together, after)
    live = [person for person in after.people.values() if person.live]
    steps = [FlightStep(after, one, _described_by(live, one), last=False) for one in reports]
    present = {report.manifest_id for report in reports}
    others = (one for one in live if one.place.manifest_id not in present and _touched(one, before))
    steps[-1] = replace(steps[-1], people=(*steps[-1].people, *others), last=True)
    return [replace(step, touched=_touched_among(step.people, before)) for step in steps]


def _described_by(people: Iterable[Person], report: Report) -> tuple[Person, ...]:
    return tuple(person for person in people if person.place.manifest_id == report.manifest_id)


def described(step: FlightStep, manifests: Mapping[str, Manifest]) -> FlightStep:
    """The step with the travellers themselves. Who was described by a message that is there no more is left out."""
    found = [(_traveller(person, manifests), person) for person in step.people]
    return replace(
        step,
        travellers=tuple(traveller for traveller, _ in found if traveller is not None),
        reported_by={person.traveller_id: person.place.manifest_id for _, person in found},
    )


def _touched_among(people: Iterable[Person], before: FlightState) -> frozenset[str]:
    return frozenset(person.traveller_id for person in people if _touched(person, before))


def _touched(person: Person, before: FlightState) -> bool:
    known = before.people.get(person.traveller_id)
    return known is None or not known.live or known.content != person.content


def _traveller(person: Person, manifests: Mapping[str, Manifest]) -> Traveller | None:
    manifest = manifests.get(person.place.manifest_id)
    if manifest is None:
        return None
    traveller = manifest.travellers[person.place.position]
    if traveller.traveller_id == person.traveller_id:
        return traveller
    return traveller.model_copy(update={"traveller_id": person.traveller_id})
