"""A person while the fold goes on: the one mutable thing here, and it never leaves."""

from dataclasses import dataclass, field

from schemas.flight_life.report import Mention, Report
from schemas.flight_life.state import GONE, Person, PersonVersion, Place, Status


@dataclass(slots=True)
class _Version:
    content: str
    place: Place
    report: Report
    status: Status = Status.REPORTED
    confirmed_by: list[str] = field(default_factory=list)

    def finished(self, number: int) -> PersonVersion:
        return PersonVersion(
            number=number,
            content=self.content,
            place=self.place,
            said_at=self.report.said_at,
            received_at=self.report.received_at,
            status=self.status,
            confirmed_by=tuple(self.confirmed_by),
        )


@dataclass(slots=True)
class Draft:
    """Who somebody is, from all that was said of him, and what happened to him so far."""

    traveller_id: str
    crew: bool = False
    passengers: set[str] = field(default_factory=set)
    bookings: set[str] = field(default_factory=set)
    other_ids: set[str] = field(default_factory=set)
    versions: list[_Version] = field(default_factory=list)
    place: Place | None = None
    status: Status = Status.REPORTED
    reason: str = ""
    _without_closure: Status = Status.REPORTED

    def identify(self, mention: Mention) -> None:
        """Take in what a message says about who he is."""
        self.crew = self.crew or mention.crew
        self.bookings.update(mention.bookings)
        if mention.passenger:
            self.passengers.add(mention.passenger)
        if mention.traveller_id != self.traveller_id:
            self.other_ids.add(mention.traveller_id)

    @property
    def reported(self) -> bool:
        """Whether a message described him yet."""
        return bool(self.versions)

    @property
    def gone(self) -> bool:
        """Whether he has left."""
        return self.status in GONE

    def report(self, mention: Mention, report: Report, place: Place) -> None:
        """He is on the flight, as described. Who boarded stays boarded."""
        previous = self.versions[-1] if self.versions else None
        returned, same = self.gone, previous is not None and previous.content == mention.content
        if previous is not None and same and not returned:
            previous.confirmed_by.append(report.manifest_id)
        else:
            self._end_version()
            self.versions.append(_Version(mention.content, place, report))
            self._without_closure = Status.REPORTED if previous is None or same else Status.CHANGED
        self.place, self.reason = place, ""
        if self.status is not Status.BOARDED:
            self.status = self._without_closure

    def cancel(self, reason: str) -> None:
        """He no longer travels."""
        if self.reported:
            self.status, self.reason = Status.CANCELLED, reason

    def board(self) -> None:
        """A closure names him as on board; perhaps before the list that describes him was made."""
        self.status, self.reason = Status.BOARDED, ""

    def miss(self, reason: str) -> None:
        """A closure says that he is not on board."""
        if self.reported and self.status is not Status.CANCELLED:
            self.status, self.reason = Status.NOT_BOARDED, reason

    def doubt(self) -> None:
        """A closure came that may or may not mean him. What is decided stays so."""
        if self.reported and not self.gone and self.status is not Status.BOARDED:
            self.status = Status.UNKNOWN

    def finished(self) -> Person:
        """The person, now that everything has been said."""
        assert self.place is not None, "only who was described is a person"
        self._end_version()
        return Person(
            traveller_id=self.traveller_id,
            crew=self.crew,
            versions=tuple(version.finished(number) for number, version in enumerate(self.versions, start=1)),
            place=self.place,
            status=self.status,
            reason=self.reason,
            other_ids=tuple(sorted(self.other_ids)),
        )

    def _end_version(self) -> None:
        if self.versions:
            self.versions[-1].status = self.status
