"""Alerts: their states, and the one table of legal transitions.

A *match* is the machine's, a *hit* is a person's. The machine may create an alert, withdraw it, supersede it or expire it;
it may never confirm one. Every other step is a command by a named person, and the table below is the only place that says
which command is legal in which state.

    new --start_review--> in_review --no_match--> no_match --reopen--> in_review
                              |
                              +--possible--> possible --confirm--> confirmed (severity high: possible, awaiting approval,
                                                                    until another person's approve)
    confirmed --hand_over--> handed_over --acknowledge--> acknowledged --outcome--> closed --reopen--> in_review

`assign` says whose an alert is and leaves its state alone; so do `escalate`, by which the machine tells that a clock runs out
(`schemas.alert_clocks`), and `reschedule`, by which it makes an alert follow the times of its flight (`schemas.alert_times`).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime, Field

from schemas.base import SCHEMA_VERSION, Noun
from schemas.evidence import Band, Evidence, Lane
from schemas.traveller import Traveller
from schemas.watchlist import Action, AlertSeverity, ListKind, Record


class AlertState(StrEnum):
    NEW = "new"
    IN_REVIEW = "in_review"
    NO_MATCH = "no_match"
    POSSIBLE = "possible"
    CONFIRMED = "confirmed"
    HANDED_OVER = "handed_over"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class Command(StrEnum):
    """What can be done to an alert. The last five are the machine's."""

    START_REVIEW = "start_review"
    NO_MATCH = "no_match"
    POSSIBLE = "possible"
    CONFIRM = "confirm"
    APPROVE = "approve"
    HAND_OVER = "hand_over"
    REOPEN = "reopen"
    ACKNOWLEDGE = "acknowledge"
    OUTCOME = "outcome"
    ASSIGN = "assign"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    EXPIRE = "expire"
    ESCALATE = "escalate"
    RESCHEDULE = "reschedule"


DECISIONS = frozenset(list(Command)[:7])
"""Commands of analysts and supervisors (`POST /v1/alerts/{id}/decisions`)."""

MACHINE_COMMANDS = frozenset({Command.WITHDRAW, Command.SUPERSEDE, Command.EXPIRE, Command.ESCALATE, Command.RESCHEDULE})

UNDECIDING = frozenset({Command.ASSIGN, Command.ESCALATE, Command.RESCHEDULE})
"""Commands that decide nothing: the state, the signatures and the last word stay as they are."""

LIVE_STATES = frozenset(
    {
        AlertState.NEW,
        AlertState.IN_REVIEW,
        AlertState.POSSIBLE,
        AlertState.CONFIRMED,
        AlertState.HANDED_OVER,
        AlertState.ACKNOWLEDGED,
    }
)
"""States in which somebody still has something to do."""

FOLLOWING_STATES = LIVE_STATES | {AlertState.NO_MATCH}
"""States in which an alert follows the times of its flight: those, and one that may be reopened before the flight arrives."""


class Outcome(StrEnum):
    """What the officer found."""

    RIGHT_PERSON = "right_person"
    WRONG_PERSON = "wrong_person"
    NOT_FOUND = "not_found"
    NOT_TRAVELLED = "not_travelled"
    REFERRED = "referred"
    PROTECTION_REFERRAL = "protection_referral"


class Queue(StrEnum):
    """Where an alert waits. `protection`: somebody on the list is to be protected, and waits with those who do that."""

    STANDARD = "standard"
    PROTECTION = "protection"


def queue_of(records: Iterable[Record]) -> Queue:
    """One record that asks to protect is enough: whoever is a victim is never handled as anything else first."""
    return Queue.PROTECTION if any(record.action is Action.PROTECT for record in records) else Queue.STANDARD


class Transition(NamedTuple):
    source: AlertState
    command: Command
    target: AlertState


TRANSITIONS: tuple[Transition, ...] = (
    Transition(AlertState.NEW, Command.START_REVIEW, AlertState.IN_REVIEW),
    Transition(AlertState.IN_REVIEW, Command.NO_MATCH, AlertState.NO_MATCH),
    Transition(AlertState.IN_REVIEW, Command.POSSIBLE, AlertState.POSSIBLE),
    Transition(AlertState.POSSIBLE, Command.NO_MATCH, AlertState.NO_MATCH),
    Transition(AlertState.POSSIBLE, Command.CONFIRM, AlertState.CONFIRMED),
    Transition(AlertState.POSSIBLE, Command.APPROVE, AlertState.CONFIRMED),
    Transition(AlertState.CONFIRMED, Command.HAND_OVER, AlertState.HANDED_OVER),
    Transition(AlertState.HANDED_OVER, Command.ACKNOWLEDGE, AlertState.ACKNOWLEDGED),
    Transition(AlertState.ACKNOWLEDGED, Command.OUTCOME, AlertState.CLOSED),
    Transition(AlertState.NO_MATCH, Command.REOPEN, AlertState.IN_REVIEW),
    Transition(AlertState.CLOSED, Command.REOPEN, AlertState.IN_REVIEW),
    *(Transition(state, Command.ASSIGN, state) for state in sorted(LIVE_STATES)),
    *(Transition(state, Command.ESCALATE, state) for state in sorted(LIVE_STATES - {AlertState.ACKNOWLEDGED})),
    *(Transition(state, Command.RESCHEDULE, state) for state in sorted(FOLLOWING_STATES)),
    *(Transition(state, Command.WITHDRAW, AlertState.WITHDRAWN) for state in sorted(LIVE_STATES)),
    *(Transition(state, Command.SUPERSEDE, AlertState.SUPERSEDED) for state in sorted(LIVE_STATES)),
    *(Transition(state, Command.EXPIRE, AlertState.EXPIRED) for state in AlertState if state is not AlertState.EXPIRED),
)
"""Every legal step. What is not in this table is illegal."""

_TARGETS = {(row.source, row.command): row.target for row in TRANSITIONS}


def target_state(state: AlertState, command: Command) -> AlertState | None:
    """Where `command` leads from `state`; None where it is illegal."""
    return _TARGETS.get((state, command))


class AlertFlight(Noun):
    """The flight an alert is about."""

    flight_id: str
    flight_key: str
    designator: str | None = None
    departure_port: str | None = None
    arrival_port: str | None = None
    scheduled_departure: AwareDatetime | None = None
    scheduled_arrival: AwareDatetime | None = None


class AlertTraveller(Traveller):
    """The traveller as reported, with the version that matched.

    `version` counts the versions of this traveller on this flight from 1; `version_id` is the content hash of what screening
    reads (names, birth, sex, nationality, documents): a changed seat is not a new version.
    """

    version: int = 1
    version_id: str


class AlertRecord(Record):
    """The record that matched, with its list and versions."""

    list_id: str
    list_kind: ListKind
    list_title: str | None = None
    record_version: int
    list_version: int


class OtherRecord(AlertRecord):
    """A record of the same person on another list, which matched as well. `score` in bits, as of the alert's own record."""

    score: float | None = None
    lanes: tuple[Lane, ...] = ()


class Disposition(Noun):
    """The last word so far: by whom, when, and why."""

    at: AwareDatetime
    by: str
    decision: str
    reason_code: str | None = None
    comment: str | None = None
    outcome: Outcome | None = None


class HistoryEntry(Noun):
    """One step of the alert's life. `by` is a key's id, or `kulla` for the machine."""

    at: AwareDatetime
    by: str
    command: str
    from_state: AlertState | None = Field(default=None, alias="from")
    to_state: AlertState = Field(alias="to")
    reason_code: str | None = None
    comment: str | None = None

    model_config = Noun.model_config | {"populate_by_name": True, "serialize_by_alias": True}


class Alert(Noun):
    """One traveller version against one record version (and the same person's records on other lists).

    `version` goes up by one with every change and is the ETag. `score` is in bits. `escalation`: how much of a clock has run
    out, in percent (0, 50, 80 or 100; the highest that was recorded since the alert was raised or reopened).
    """

    alert_id: str
    schema_version: int = SCHEMA_VERSION
    version: int = 1
    state: AlertState = AlertState.NEW
    awaiting_approval: bool = False
    severity: AlertSeverity
    lanes: tuple[Lane, ...]
    score: float
    band: Band
    created_at: AwareDatetime
    updated_at: AwareDatetime
    due_at: AwareDatetime | None = None
    purge_at: AwareDatetime | None = None
    assignee: str | None = None
    queue: Queue = Queue.STANDARD
    escalation: int = 0
    flight: AlertFlight
    traveller: AlertTraveller
    record: AlertRecord
    other_records: tuple[OtherRecord, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    matcher_version: str
    list_version: int
    manifest_id: str
    supersedes: str | None = None
    disposition: Disposition | None = None
    history: tuple[HistoryEntry, ...] = ()
