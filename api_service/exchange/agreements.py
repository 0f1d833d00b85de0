"""Use case: partners and agreements. Whoever keeps lists or supervises proposes; a supervisor who is somebody else approves."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api_service.exchange.content import GROUPS
from api_service.problems import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from storage import audit, exchange
from storage.database import Database, Work
from storage.exchange import Agreement, Partner

YEARS_MAX = 5
"""An agreement is looked at again at least this often."""
_DAYS_A_YEAR = 366


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and when."""

    key_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody proposes to agree on."""

    partner_id: str
    reference: str
    purpose: str
    legal_basis: str
    directions: tuple[str, ...]
    shares: tuple[str, ...]
    lists: tuple[str, ...]
    expires_at: datetime


async def register(database: Database, partner: Partner, own_key: bytes) -> None:
    """Keep a partner. It gets nothing before there is an agreement. Raises ConflictError."""
    async with database.unit_of_work() as work:
        if partner.public_key == own_key or not await exchange.add_partner(work, partner):
            raise ConflictError("This name or this key is taken.")
        await note(work, Actor(partner.created_by, partner.created_at), "partner_registered", partner.partner_id, {})


async def propose(database: Database, terms: Terms, actor: Actor) -> Agreement:
    """Propose an agreement. Raises InvalidRequestError, ConflictError."""
    if not {*terms.shares} <= {*GROUPS}:
        raise InvalidRequestError(f"What may be shared is any of: {', '.join(GROUPS)}.")
    if not 0 < (terms.expires_at - actor.at).days <= YEARS_MAX * _DAYS_A_YEAR:
        raise InvalidRequestError(f"An agreement expires, after at most {YEARS_MAX} years.")
    agreement = Agreement(
        agreement_id=f"agr_{secrets.token_hex(8)}",
        partner_id=terms.partner_id,
        reference=terms.reference,
        purpose=terms.purpose,
        legal_basis=terms.legal_basis,
        directions=terms.directions,
        shares=terms.shares,
        lists=terms.lists,
        expires_at=terms.expires_at,
        created_by=actor.key_id,
        created_at=actor.at,
    )
    async with database.unit_of_work() as work:
        if not await exchange.add_agreement(work, agreement):
            raise ConflictError("There is no such partner, or this reference is in use with it.")
        await note(work, actor, "agreement_proposed", agreement.agreement_id, {"shares": terms.shares, "lists": terms.lists})
        return await found(work, agreement.agreement_id)


async def approve(database: Database, agreement_id: str, actor: Actor) -> Agreement:
    """Put it in force. Raises NotFoundError, ForbiddenError, ConflictError."""
    async with database.unit_of_work() as work:
        agreement = await found(work, agreement_id)
        if agreement.created_by == actor.key_id:
            raise ForbiddenError("What you proposed has to be approved by somebody else.")
        if not await exchange.approve_agreement(work, agreement_id, actor.key_id, actor.at):
            raise ConflictError("This agreement does not wait for approval.")
        await note(work, actor, "agreement_approved", agreement_id, {})
        return await found(work, agreement_id)


async def end(database: Database, agreement_id: str, actor: Actor) -> None:
    """Nothing more is exchanged under it. Raises NotFoundError."""
    async with database.unit_of_work() as work:
        if not await exchange.end_agreement(work, agreement_id):
            raise NotFoundError("There is no such agreement.")
        await note(work, actor, "agreement_ended", agreement_id, {})


async def every(database: Database) -> tuple[Sequence[Partner], Sequence[Agreement]]:
    """Partners and agreements."""
    async with database.snapshot() as work:
        return await exchange.partners(work), await exchange.agreements(work)


async def found(work: Work, agreement_id: str) -> Agreement:
    """The agreement. Raises NotFoundError."""
    agreement = await exchange.agreement(work, agreement_id)
    if agreement is None:
        raise NotFoundError("There is no such agreement.")
    return agreement


async def note(work: Work, actor: Actor, verb: str, subject: str, details: Mapping[str, object]) -> None:
    """The audit line of a step."""
    await audit.append(work, audit.Line(actor.at, actor.key_id, f"exchange.{verb}", "exchange", subject, details))
