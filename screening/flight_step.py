"""One message, taken in: what it does to its flight, and whom that makes it necessary to screen.

The live alerts of a flight are always those of its state (`schemas.flight_life`) over the messages taken in so far. A message
is a step from one state to the next. Screened are the travellers whom it describes as they now are, and all others whom the
step brings (back) onto the flight or changes: a closure may name somebody whom an earlier one left out. Whoever left, or is now
described otherwise, has his alerts ended by the policy, which compares them with the new state.

As the state does not depend on the order in which messages came, neither do the alerts that are left standing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.flight_life import FlightState, Person, Report, fold
from schemas.manifest import Manifest
from schemas.traveller import Traveller


@dataclass(frozen=True, slots=True)
class FlightStep:
    """`state`: the flight after the message; None where the message is a test and does nothing. `people`: whom to screen.

    `travellers`: the same people as last described, under the identities by which the flight knows them.
    """

    state: FlightState | None = None
    report: Report | None = None
    people: tuple[Person, ...] = ()
    travellers: tuple[Traveller, ...] = ()
    reported_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> frozenset[str]:
        """Ids of the manifests in which the people are described."""
        return frozenset(person.place.manifest_id for person in self.people)


def flight_step(before: FlightState, report: Report) -> FlightStep:
    """Take one more message in. Taking it in again screens those it describes once more, and changes nothing else."""
    known = any(one.manifest_id == report.manifest_id for one in before.reports)
    after = before if known else fold((*before.reports, report))
    people = (one for one in after.people.values() if one.live and _touched(one, report, before))
    return FlightStep(after, report, tuple(people))


def described(step: FlightStep, manifests: Mapping[str, Manifest]) -> FlightStep:
    """The step with the travellers themselves. Who was described by a message that is there no more is left out."""
    found = [(_traveller(person, manifests), person) for person in step.people]
    return FlightStep(
        state=step.state,
        report=step.report,
        people=step.people,
        travellers=tuple(traveller for traveller, _ in found if traveller is not None),
        reported_by={person.traveller_id: person.place.manifest_id for _, person in found},
    )


def _touched(person: Person, report: Report, before: FlightState) -> bool:
    if person.place.manifest_id == report.manifest_id:
        return True
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
