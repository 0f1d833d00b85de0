"""Whom a cancellation or a closure names.

Such messages often give references alone. An identity that was described before is that person. A booking is shared by a
family: if the message names a booking as often as people have it, it means all of them; if less often, nobody can say whom. A
re-sent part does not count twice. Whoever cannot be found at all is a stranger, and could be anybody whose references do not
speak against it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.flight_life.drafts import Draft
from schemas.flight_life.people import Identities
from schemas.flight_life.report import Mention, Report
from schemas.flight_life.state import Status


@dataclass(frozen=True, slots=True)
class Named:
    """`doubtful`: some of these are meant, and nobody knows which. `strangers`: nobody known."""

    people: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()
    strangers: tuple[Mention, ...] = ()

    def may_mean(self, person: Draft) -> bool:
        """Whether a stranger could be this person."""
        return any(
            not (stranger.passenger and person.passengers) and not (stranger.bookings and person.bookings)
            for stranger in self.strangers
        )


@dataclass(slots=True)
class Register:
    """Everybody who is described by some message, to be found by identity or booking."""

    people: Mapping[str, Draft]
    identities: Identities
    _by_booking: dict[str, list[Draft]] = field(default_factory=dict)

    def find(self, mention: Mention) -> Draft | None:
        """By identity."""
        return self.people.get(self.identities.person(mention))

    def of_booking(self, booking: str) -> Sequence[Draft]:
        """By booking."""
        if not self._by_booking:
            for person in self.people.values():
                for one in person.bookings:
                    self._by_booking.setdefault(one, []).append(person)
        return self._by_booking.get(booking, ())


def named_in(messages: Iterable[tuple[Report, Sequence[Mention]]], register: Register) -> Named:
    """Whom these mentions of these messages (all of one report) mean."""
    people: set[str] = set()
    by_booking: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
    strangers: dict[tuple[object, ...], Mention] = {}
    for report, mentions in messages:
        counts: Counter[str] = Counter()
        for mention in mentions:
            person = register.find(mention)
            booking = next((one for one in mention.bookings if register.of_booking(one)), None)
            if person is not None:
                people.add(person.traveller_id)
            elif booking is not None and _only_booking(mention, register.of_booking(booking)):
                counts[booking] += 1
            else:
                strangers.setdefault((mention.traveller_id,), mention)
        by_booking[report.part] |= counts
    total: Counter[str] = sum(by_booking.values(), Counter())
    found = [_of_booking(register.of_booking(booking), count, people) for booking, count in total.items()]
    return Named(
        people=frozenset(people).union(*(some for some, _ in found)),
        doubtful=frozenset().union(*(some for _, some in found)),
        strangers=tuple(strangers.values()),
    )


def _only_booking(mention: Mention, booked: Sequence[Draft]) -> bool:
    """Whether a booking is all that tells whom it means: a passenger reference of his own speaks for somebody else."""
    return not mention.passenger or any(not person.passengers for person in booked)


def _of_booking(booked: Sequence[Draft], count: int, known: set[str]) -> tuple[frozenset[str], frozenset[str]]:
    """(who is meant for certain, who may be meant)."""
    left = [person for person in booked if person.traveller_id not in known]
    travelling = [person for person in left if person.status is not Status.CANCELLED] or left
    everybody = frozenset(person.traveller_id for person in (left if count >= len(left) else travelling))
    return (everybody, frozenset()) if count >= len(travelling) else (frozenset(), everybody)
