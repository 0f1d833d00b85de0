"""Use case: a person at the border asks for protection for somebody, and the card is carried to whoever gives it.

Each step is one transaction: the card's next version, the audit line, the answer to the idempotency key. The audit trail says
who did what to which card, of which kind; it holds nothing about the people.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from api_service import once, problems
from api_service.context import AppContext
from api_service.principal import Principal
from api_service.protection_plan import ProtectionPlan
from schemas.alert_step import MACHINE
from schemas.referral import Deadline, Need, Referral, ReferralCommand, ReferralEntry, ReferralKind, advance_referral, escalated
from schemas.roles import Role
from storage import audit, escalations, referrals
from storage.command_receipts import Answer
from storage.database import Work

BATCH_MAX = 100
"""Cards in one transaction of the background: some 50 ms."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an officer asks for."""

    port: str
    kind: ReferralKind
    language: str | None
    people: int
    children: int
    needs: tuple[Need, ...]
    place: str | None

    @property
    def parts(self) -> tuple[object, ...]:
        """What makes two requests the same."""
        return ("referral", self.port, self.kind, self.language, self.people, self.children, self.needs, self.place)


async def open_card(context: AppContext, who: Principal, request: Request, idempotency_key: str | None) -> Answer:
    """Make a card, or give the first answer again: 201 with the card and whom to call."""
    now = context.clock()

    async def do(work: Work) -> Answer:
        card = _card(context, request, who.key_id, now)
        await referrals.save(work, card)
        await audit.append(work, _line(now, who.key_id, "referral.open", card))
        return Answer(201, shown(card, context.protection))

    return await once.carry_out_once(context.database, once.Command(who.key_id, now, idempotency_key, request.parts), do)


def _card(context: AppContext, request: Request, by: str, now: datetime) -> Referral:
    rules = context.protection.deadlines_for(request.kind)
    return Referral(
        referral_id=f"ref_{secrets.token_hex(12)}",
        port=request.port,
        kind=request.kind,
        language=request.language,
        people=request.people,
        children=request.children,
        needs=request.needs,
        place=request.place,
        opened_at=now,
        opened_by=by,
        updated_at=now,
        purge_at=now + timedelta(hours=context.settings.retention_referral_hours),
        deadlines=tuple(Deadline(name=rule.name, due_at=now + timedelta(minutes=rule.minutes)) for rule in rules),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What shall be done to which card. `expected_version` None = whatever it is now."""

    referral_id: str
    command: ReferralCommand
    detail: str
    expected_version: int | None


async def carry_on(context: AppContext, who: Principal, step: Step, idempotency_key: str | None) -> Answer:
    """Do it, or give the first answer again. Raises RefusalError."""
    now = context.clock()
    entry = ReferralEntry(at=now, by=who.key_id, command=step.command, detail=step.detail)

    async def do(work: Work) -> Answer:
        card = await find(work, who, step.referral_id, for_update=True)
        if step.expected_version not in (None, card.version):
            raise problems.StaleVersionError("The card has changed since.", {"version": card.version})
        after = advance_referral(card, entry)
        if after is None:
            raise problems.ConflictError("This is not possible in the card's present state.", {"state": card.state.value})
        await referrals.save(work, after)
        await audit.append(work, _line(now, who.key_id, f"referral.{step.command}", after, step.detail))
        return Answer(200, shown(after, context.protection))

    parts = ("referral", step.referral_id, step.command, step.detail)
    return await once.carry_out_once(context.database, once.Command(who.key_id, now, idempotency_key, parts), do)


async def find(work: Work, who: Principal, referral_id: str, for_update: bool = False) -> Referral:
    """The card, if this person may see it. Raises NotFoundError, ForbiddenError."""
    await require_scope(work, who)
    card = await referrals.load(work, referral_id, for_update)
    if card is None or not who.may_see_port(card.port):
        raise problems.NotFoundError("There is no such card.")
    return card


async def require_scope(work: Work, who: Principal) -> None:
    """Officers see the cards of their ports; anybody else needs the protection scope. Raises ForbiddenError."""
    if not who.acts_as(Role.OFFICER) and not await referrals.has_scope(work, who.key_id):
        raise problems.ForbiddenError("This needs the protection scope, which an operator gives.")


def shown(card: Referral, plan: ProtectionPlan) -> bytes:
    """The card with whom to call."""
    contacts = plan.contacts_for(card.port, card.kind)
    return orjson.dumps({**orjson.loads(card.model_dump_json()), "contacts": contacts})


def _line(at: datetime, by: str, action: str, card: Referral, detail: str | None = None) -> audit.Line:
    details = {"version": card.version, "kind": card.kind, "port": card.port, "state": card.state, "detail": detail}
    return audit.Line(at, by, action, "referral", card.referral_id, details)


async def escalate_cards(context: AppContext) -> int:
    """Record the stages that deadlines of cards have come to; how many cards were looked at."""
    now = context.clock()
    async with context.database.unit_of_work() as work:
        return await _escalate(work, now) if await escalations.leads(work) else 0


async def _escalate(work: Work, now: datetime) -> int:
    due = await referrals.take_due(work, now, BATCH_MAX)
    for card in due:
        versions = escalated(card, now, MACHINE)
        for version in versions:
            await audit.append(work, _line(now, MACHINE, "referral.escalate", version, version.history[-1].detail))
        if versions:
            await referrals.save(work, versions[-1])
    return len(due)
