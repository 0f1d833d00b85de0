"""The fold: messages in their order, each doing what its function does (`schemas.flight_state.EFFECTS`).

A closure does its work once, where its last part stands. What it says of those it does not name holds only when it is complete,
and only for its own kind: a closure of passengers says nothing about crew. A closure that names nobody although it should says
nothing at all. Who is reported again after a closure is on the flight again, for whoever reports must mean something by it.
"""

from collections.abc import Iterable, Mapping, Sequence

from schemas.flight_life.drafts import Draft
from schemas.flight_life.naming import Named, Register, named_in
from schemas.flight_life.order import in_order, repeated
from schemas.flight_life.parts import ReportGroup, groups_of
from schemas.flight_life.people import identities
from schemas.flight_life.report import Mention, Report
from schemas.flight_life.state import FlightState, MessageStanding, Person, Place
from schemas.flight_life.times import known_times
from schemas.flight_state import EFFECTS, Effect
from schemas.manifest import Function

LEFT_MANIFEST = "traveller_left_manifest"
NOT_BOARDED = "traveller_not_boarded"
FLIGHT_CANCELLED = "flight_cancelled"
"""Why somebody is gone, as alerts give it."""

_BOARDING: Mapping[Function, bool] = {
    Function.FLIGHT_CLOSE_ON_BOARD: True,
    Function.FLIGHT_CLOSE_NOT_ON_BOARD: False,
}
"""What a closure says of those it names. The plain one says it of nobody, save where the person is marked."""


def fold(reports: Iterable[Report]) -> FlightState:
    """The state of one flight from any of its messages, in any order, any of them any number of times."""
    given = list(reports)
    return _Fold(in_order(given)).state(repeated(given))


class _Fold:
    def __init__(self, reports: Sequence[Report]) -> None:
        self._reports = reports
        self._identities = identities(reports)
        self._groups = groups_of(reports)
        self._listed = {self._id(mention) for report in reports for mention in report.mentions if _reports(report)}
        self._drafts: dict[str, Draft] = {}
        for report in reports:
            for mention in report.mentions:
                self._introduce(report, mention)
        self._register = Register(self._drafts, self._identities)
        self._unmatched: dict[str, int] = {}

    def state(self, copies: Mapping[str, str]) -> FlightState:
        """Everything said, done."""
        last_reports = {group.reports[-1].manifest_id: group for group in self._groups}
        for report in self._reports:
            self._apply(report, last_reports.get(report.manifest_id))
        people = {person: draft.finished() for person, draft in self._drafts.items()}
        standings = _standings(self._reports, self._groups, people)
        standings |= {copy: standings[counts] for copy, counts in copies.items()}
        return FlightState(
            people=people,
            merged=self._identities.merged,
            reports=tuple(self._reports),
            groups=tuple(self._groups),
            standings=standings,
            unmatched=self._unmatched,
            copies=copies,
            times=known_times(self._reports),
        )

    def _id(self, mention: Mention) -> str:
        return self._identities.person(mention)

    def _describes(self, report: Report, mention: Mention) -> bool:
        """A list describes whom it names; a closure only those whom no list does, for it may say less."""
        if _reports(report):
            return True
        return report.reports_travellers and mention.described and self._id(mention) not in self._listed

    def _introduce(self, report: Report, mention: Mention) -> None:
        person = self._id(mention)
        draft = self._drafts.get(person)
        if draft is None:
            if person not in self._listed and not self._describes(report, mention):
                return
            draft = self._drafts[person] = Draft(person)
        draft.identify(mention)

    def _apply(self, report: Report, ends: ReportGroup | None) -> None:
        if report.reports_travellers:
            listing = _reports(report)
            for index, mention in enumerate(report.mentions):
                if listing or self._describes(report, mention):
                    self._drafts[self._id(mention)].report(mention, report, Place(report.manifest_id, index))
        effect = EFFECTS[report.function]
        if effect is Effect.CANCEL:
            self._cancel(report)
        elif effect is Effect.CANCEL_FLIGHT:
            for draft in self._drafts.values():
                draft.cancel(FLIGHT_CANCELLED)
        elif effect is Effect.CLOSE and ends is not None:
            self._close(ends)

    def _cancel(self, report: Report) -> None:
        named = self._named([(report, report.mentions)])
        for person in named.people:
            self._drafts[person].cancel(LEFT_MANIFEST)
        for person in named.doubtful:
            self._drafts[person].doubt()

    def _named(self, messages: Sequence[tuple[Report, Sequence[Mention]]]) -> Named:
        named = named_in(messages, self._register)
        if named.strangers:
            last = messages[-1][0].manifest_id
            self._unmatched[last] = self._unmatched.get(last, 0) + len(named.strangers)
        return named

    def _close(self, group: ReportGroup) -> None:
        boarded = self._named([(report, _marked(report, boarded=True)) for report in group.reports])
        missing = self._named([(report, _marked(report, boarded=False)) for report in group.reports])
        on_board = _BOARDING.get(group.function)
        names_anybody = any(report.mentions for report in group.reports)
        others_certain = group.closes and (names_anybody or on_board is None)
        others = boarded if on_board is True else missing
        for person, draft in self._drafts.items():
            if person in missing.people:
                draft.miss(NOT_BOARDED)
            elif person in boarded.people:
                draft.board()
            elif draft.crew is not group.crew:
                continue
            elif person in boarded.doubtful | missing.doubtful or not others_certain or others.may_mean(draft):
                draft.doubt()
            elif on_board:
                draft.miss(NOT_BOARDED)
            elif draft.reported and not draft.gone:
                draft.board()


def _reports(report: Report) -> bool:
    return EFFECTS[report.function] is Effect.REPORT


def _marked(report: Report, boarded: bool) -> Sequence[Mention]:
    usual = _BOARDING.get(report.function)
    return [one for one in report.mentions if (usual if one.not_boarded is None else not one.not_boarded) is boarded]


def _standings(
    reports: Sequence[Report], groups: Sequence[ReportGroup], people: Mapping[str, Person]
) -> dict[str, MessageStanding]:
    counting = {person.place.manifest_id for person in people.values()}
    position = {report.manifest_id: number for number, report in enumerate(reports)}
    closed_at = {crew: _closed_at(groups, crew, position) for crew in (True, False)}
    standings: dict[str, MessageStanding] = {}
    for group in groups:
        for report in group.reports:
            if _reports(report) and report.mentions and report.manifest_id not in counting:
                standings[report.manifest_id] = MessageStanding.SUPERSEDED
            elif group.complete is not False and position[report.manifest_id] <= closed_at[report.crew]:
                standings[report.manifest_id] = MessageStanding.COMPLETE_AT_CLOSURE
            else:
                standings[report.manifest_id] = MessageStanding.RECEIVED
    return standings


def _closed_at(groups: Sequence[ReportGroup], crew: bool, position: Mapping[str, int]) -> int:
    """The place of the last complete closure of this kind; -1 where there is none."""
    return max((position[one.reports[-1].manifest_id] for one in groups if one.closes and one.crew is crew), default=-1)
