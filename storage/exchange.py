"""Exchange at rest: partners, agreements, and transfers with what was done to each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from storage.database import Work
from storage.sql import queries

TRANSFERS_PAGE_MAX = 200


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody to exchange with. `public_key`: Ed25519, 32 bytes."""

    partner_id: str
    name: str
    country: str | None
    public_key: bytes
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Agreement:
    """What may be shared with a partner, for what, on what ground, and until when."""

    agreement_id: str
    partner_id: str
    reference: str
    purpose: str
    legal_basis: str
    directions: tuple[str, ...]
    shares: tuple[str, ...]
    lists: tuple[str, ...]
    expires_at: datetime
    created_by: str
    created_at: datetime
    state: str = "proposed"
    approved_by: str | None = None
    approved_at: datetime | None = None
    public_key: bytes = b""

    def allows(self, direction: str, now: datetime) -> bool:
        """Whether anything may go this way now."""
        return self.state == "active" and direction in self.directions and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Transfer:
    """One export or import. `content` and `document` None: forgotten, or not yet signed."""

    transfer_id: str
    agreement_id: str
    partner_id: str
    direction: str
    kind: str
    message_id: str
    state: str
    reason: str | None
    content: Mapping[str, Any] | None
    document: str | None
    requested_by: str
    requested_at: datetime
    forget_at: datetime
    first_by: str | None = None
    list_id: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


async def add_partner(work: Work, partner: Partner) -> bool:
    """False if its id or its key is taken."""
    values = (partner.partner_id, partner.name, partner.country, partner.public_key, partner.created_by, partner.created_at)
    return await work.fetchval(queries("exchange")["add_partner"], *values) is not None


async def partners(work: Work) -> Sequence[Partner]:
    """All, oldest first."""
    return [Partner(**row) for row in await work.fetch(queries("exchange")["partners"])]


async def add_agreement(work: Work, agreement: Agreement) -> bool:
    """False if there is no such partner, or the reference is in use with it."""
    values = (
        *(agreement.agreement_id, agreement.partner_id, agreement.reference, agreement.purpose, agreement.legal_basis),
        *(list(agreement.directions), list(agreement.shares), list(agreement.lists), agreement.expires_at),
        *(agreement.created_by, agreement.created_at),
    )
    return await work.fetchval(queries("exchange")["add_agreement"], *values) is not None


async def agreements(work: Work) -> Sequence[Agreement]:
    """All, oldest first."""
    return [_agreement(row) for row in await work.fetch(queries("exchange")["agreements"])]


async def agreement(work: Work, agreement_id: str) -> Agreement | None:
    """One of them."""
    row = await work.fetchrow(queries("exchange")["agreement"], agreement_id)
    return None if row is None else _agreement(row)


async def agreement_by_reference(work: Work, partner_id: str, reference: str) -> Agreement | None:
    """The active one that both sides call so."""
    row = await work.fetchrow(queries("exchange")["agreement_by_reference"], partner_id, reference)
    return None if row is None else _agreement(row)


async def approve_agreement(work: Work, agreement_id: str, by: str, at: datetime) -> bool:
    """False if it is not waiting for approval."""
    return await work.fetchval(queries("exchange")["approve_agreement"], agreement_id, by, at) is not None


async def end_agreement(work: Work, agreement_id: str) -> bool:
    """False if there is none that goes on."""
    return await work.fetchval(queries("exchange")["end_agreement"], agreement_id) is not None


async def add_transfer(work: Work, transfer: Transfer) -> bool:
    """False if this partner's message was there before."""
    values = (
        *(transfer.transfer_id, transfer.agreement_id, transfer.partner_id, transfer.direction, transfer.kind),
        *(transfer.message_id, transfer.state, transfer.reason, orjson.dumps(transfer.content).decode()),
        *(transfer.document, transfer.requested_by, transfer.requested_at, transfer.forget_at),
    )
    return await work.fetchval(queries("exchange")["add_transfer"], *values) is not None


async def transfer(work: Work, transfer_id: str) -> Transfer | None:
    """One, ours until the transaction ends."""
    row = await work.fetchrow(queries("exchange")["transfer"], transfer_id)
    return None if row is None else _transfer(row)


async def transfers(work: Work, direction: str | None, after: tuple[datetime, str] | None, limit: int) -> Sequence[Transfer]:
    """In the order of their requests."""
    requested_at, transfer_id = after or (None, None)
    rows = await work.fetch(queries("exchange")["transfers"], direction, requested_at, transfer_id, limit)
    return [_transfer(row) for row in rows]


async def decide(work: Work, before: Transfer, state: str, who: tuple[str, datetime], document: str | None = None) -> bool:
    """The last word on a transfer. False if it is no longer as it was."""
    values = (before.transfer_id, before.state, state, *who, document)
    return await work.fetchval(queries("exchange")["decide"], *values) is not None


async def second(work: Work, transfer_id: str, by: str, list_id: str) -> bool:
    """The first acceptance of an import, into this list. False if it has one already."""
    return await work.fetchval(queries("exchange")["second"], transfer_id, by, list_id) is not None


_ARRAYS = ("directions", "shares", "lists")


def _agreement(row: asyncpg.Record) -> Agreement:
    return Agreement(**{**row} | {name: tuple(row[name]) for name in _ARRAYS})


def _transfer(row: asyncpg.Record) -> Transfer:
    return Transfer(**{**row} | {"content": None if row["content"] is None else orjson.loads(row["content"])})
