"""Protection referrals: cards that a person makes for a person who needs help. No alert, no score, no name.

    open --take_over--> taken_over --close--> closed          open --close--> closed
    `meet` (a deadline was kept) and `escalate` (the machine: a deadline runs out) leave the state alone

A card says what kind of help is needed, in which language, for how many people, and where they wait; who they are is known to
those who stand beside them. Clocks start with the card and with nothing else: no manifest, no age and no list starts one.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from pydantic import AwareDatetime, Field

from schemas.alert_clocks import Stage, stages
from schemas.base import SCHEMA_VERSION, Noun


class ReferralKind(StrEnum):
    """What kind of help."""

    ASYLUM = "asylum"
    UNACCOMPANIED_CHILD = "unaccompanied_child"
    SUSPECTED_TRAFFICKING = "suspected_trafficking"
    MEDICAL = "medical"


class ReferralState(StrEnum):
    OPEN = "open"
    TAKEN_OVER = "taken_over"
    CLOSED = "closed"


class ReferralOutcome(StrEnum):
    """What came of it."""

    RECEIVED_BY_SERVICE = "received_by_service"
    TRANSFERRED_TO_CARE = "transferred_to_care"
    REUNITED_WITH_FAMILY = "reunited_with_family"
    TREATED = "treated"
    DECLINED_HELP = "declined_help"
    NOT_CONFIRMED = "not_confirmed"


class Need(StrEnum):
    """What is needed at once. A closed list: a free text would sooner or later hold a name or a story."""

    INTERPRETER = "interpreter"
    MEDICAL_CARE = "medical_care"
    WOMAN_OFFICER = "woman_officer"
    QUIET_ROOM = "quiet_room"
    FOOD_AND_CLOTHES = "food_and_clothes"
    CHILD_CARE = "child_care"
    STEP_FREE_WAY = "step_free_way"


class ReferralCommand(StrEnum):
    """What can be done to a card. The last is the machine's."""

    TAKE_OVER = "take_over"
    MEET = "meet"
    CLOSE = "close"
    ESCALATE = "escalate"


_LEGAL: Mapping[tuple[ReferralState, ReferralCommand], ReferralState] = MappingProxyType(
    {
        (ReferralState.OPEN, ReferralCommand.TAKE_OVER): ReferralState.TAKEN_OVER,
        (ReferralState.OPEN, ReferralCommand.MEET): ReferralState.OPEN,
        (ReferralState.OPEN, ReferralCommand.CLOSE): ReferralState.CLOSED,
        (ReferralState.OPEN, ReferralCommand.ESCALATE): ReferralState.OPEN,
        (ReferralState.TAKEN_OVER, ReferralCommand.MEET): ReferralState.TAKEN_OVER,
        (ReferralState.TAKEN_OVER, ReferralCommand.CLOSE): ReferralState.CLOSED,
        (ReferralState.TAKEN_OVER, ReferralCommand.ESCALATE): ReferralState.TAKEN_OVER,
    }
)
"""Every legal step."""

TAKEN_OVER = "taken_over"
"""The deadline that taking over keeps."""


class Deadline(Noun):
    """Something that has to be done by then, such as `guardian_informed`. `met_at` null = not yet."""

    name: str
    due_at: AwareDatetime
    met_at: AwareDatetime | None = None
    met_by: str | None = None


class ReferralEntry(Noun):
    """One step of the card's life. `detail`: the deadline kept, the stage that ran out, the service, or the outcome."""

    at: AwareDatetime
    by: str
    command: ReferralCommand
    detail: str | None = None


class Referral(Noun):
    """A card. `language`: of the interpreter (BCP 47). `escalation`: the highest stage of a deadline that was recorded."""

    referral_id: str
    schema_version: int = SCHEMA_VERSION
    version: int = 1
    port: str
    kind: ReferralKind
    state: ReferralState = ReferralState.OPEN
    language: str | None = None
    people: int = Field(default=1, ge=1)
    children: int = Field(default=0, ge=0)
    needs: tuple[Need, ...] = ()
    place: str | None = None
    opened_at: AwareDatetime
    opened_by: str
    updated_at: AwareDatetime
    purge_at: AwareDatetime
    service: str | None = None
    outcome: ReferralOutcome | None = None
    escalation: int = 0
    deadlines: tuple[Deadline, ...] = ()
    history: tuple[ReferralEntry, ...] = ()


def advance_referral(card: Referral, entry: ReferralEntry) -> Referral | None:
    """The card after a step: one version up, with a line of history; None where that is illegal now."""
    state = _LEGAL.get((card.state, entry.command))
    if state is None or not _makes_sense(card, entry):
        return None
    return card.model_copy(
        update={
            "version": card.version + 1,
            "state": state,
            "updated_at": entry.at,
            "history": (*card.history, entry),
            "deadlines": tuple(_kept(deadline, entry) for deadline in card.deadlines),
            **_particulars(card, entry),
        }
    )


def _makes_sense(card: Referral, entry: ReferralEntry) -> bool:
    """Only a deadline that is there and open can be met; a card is closed with an outcome."""
    if entry.command is ReferralCommand.MEET:
        return any(one.name == entry.detail and one.met_at is None for one in card.deadlines)
    return entry.command is not ReferralCommand.CLOSE or entry.detail in set(ReferralOutcome)


def _kept(deadline: Deadline, entry: ReferralEntry) -> Deadline:
    name = TAKEN_OVER if entry.command is ReferralCommand.TAKE_OVER else entry.detail
    keeps = entry.command in {ReferralCommand.TAKE_OVER, ReferralCommand.MEET} and deadline.name == name
    if not keeps or deadline.met_at is not None:
        return deadline
    return deadline.model_copy(update={"met_at": entry.at, "met_by": entry.by})


def _particulars(card: Referral, entry: ReferralEntry) -> dict[str, object]:
    match entry.command:
        case ReferralCommand.TAKE_OVER:
            return {"service": entry.detail}
        case ReferralCommand.CLOSE:
            return {"outcome": ReferralOutcome(entry.detail or "")}
        case ReferralCommand.ESCALATE:
            return {"escalation": max(card.escalation, int((entry.detail or "_0").rpartition("_")[2]))}
        case _:
            return {}


def open_stages(card: Referral) -> tuple[Stage, ...]:
    """Stages of deadlines not kept yet that are not recorded either, the next first. A closed card has none."""
    if card.state is ReferralState.CLOSED:
        return ()
    recorded = {entry.detail for entry in card.history if entry.command is ReferralCommand.ESCALATE}
    waiting = (one for one in card.deadlines if one.met_at is None)
    found = (stage for one in waiting for stage in stages(one.name, card.opened_at, one.due_at))
    return tuple(sorted(stage for stage in found if stage.code not in recorded))


def next_escalation_at(card: Referral) -> datetime | None:
    """When somebody has to look at the card's clocks next."""
    return next((stage.at for stage in open_stages(card)), None)


def escalated(card: Referral, now: datetime, by: str) -> tuple[Referral, ...]:
    """The versions that the card's clocks have come to by `now`, one a stage, in order."""
    versions: list[Referral] = []
    for stage in open_stages(card):
        if stage.at <= now:
            entry = ReferralEntry(at=now, by=by, command=ReferralCommand.ESCALATE, detail=stage.code)
            after = advance_referral(versions[-1] if versions else card, entry)
            assert after is not None, "only an open card has clocks"
            versions.append(after)
    return tuple(versions)
