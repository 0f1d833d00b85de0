"""Protection referrals at rest, and who may see those of every port."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.referral import Referral, ReferralKind, ReferralState, next_escalation_at
from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cards; None or empty = any."""

    port: str | None = None
    states: Sequence[ReferralState] = ()
    kind: ReferralKind | None = None
    escalations: Sequence[int] = ()


async def save(work: Work, card: Referral) -> None:
    """A new card, or the next version of one that the caller has locked."""
    await work.execute(
        queries("referrals")["save"],
        *(card.referral_id, card.version, card.port, card.kind, card.state, card.escalation, card.opened_at),
        *(next_escalation_at(card), card.purge_at, card.outcome, card.model_dump_json()),
    )


async def load(work: Work, referral_id: str, for_update: bool = False) -> Referral | None:
    """One card."""
    body = await work.fetchval(queries("referrals")["load_for_update" if for_update else "load"], referral_id)
    return None if body is None else Referral.model_validate_json(body)


async def page(work: Work, wanted: Wanted, after: tuple[datetime, str] | None, limit: int) -> Sequence[Referral]:
    """Cards, the newest first."""
    at, referral_id = after or (None, None)
    asked = (wanted.port, list(wanted.states) or None, wanted.kind, list(wanted.escalations) or None)
    rows = await work.fetch(queries("referrals")["page"], *asked, at, referral_id, limit)
    return [Referral.model_validate_json(row["body"]) for row in rows]


async def open_cards(work: Work, port: str) -> int:
    """How many cards of the port nobody has closed."""
    return int(await work.fetchval(queries("referrals")["count_open"], port))


async def take_due(work: Work, now: datetime, limit: int) -> Sequence[Referral]:
    """Cards whose clocks have to be looked at, locked; what somebody else has in hand is left for the next round."""
    rows = await work.fetch(queries("referrals")["take_due"], now, limit)
    return [Referral.model_validate_json(row["body"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Scope:
    """Somebody who may see referrals of every port."""

    person: str
    granted_at: datetime
    granted_by: str


async def grant_scope(work: Work, scope: Scope) -> bool:
    """Give it; False where it was given before."""
    values = (scope.person, scope.granted_at, scope.granted_by)
    return await work.fetchval(queries("referrals")["grant_scope"], *values) is not None


async def take_scope(work: Work, person: str) -> bool:
    """Take it; False where nobody had it."""
    return await work.fetchval(queries("referrals")["take_scope"], person) is not None


async def has_scope(work: Work, person: str) -> bool:
    """Whether this person may see referrals of every port."""
    return bool(await work.fetchval(queries("referrals")["has_scope"], person))


async def scopes(work: Work) -> Sequence[Scope]:
    """Everybody who may."""
    return [Scope(**row) for row in await work.fetch(queries("referrals")["list_scope"])]
