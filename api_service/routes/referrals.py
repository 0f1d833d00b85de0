"""Protection referrals (contract, section 6): asking for help for somebody, with no alert and no name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from api_service import problems, referring
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.cursors import decode_moment, encode_moment
from api_service.errors import documented
from api_service.parameters import PRINTABLE, Headers, PortCode, etag, version_seen
from api_service.protection_plan import ALERT
from schemas.referral import Need, Referral, ReferralCommand, ReferralKind, ReferralOutcome, ReferralState
from schemas.roles import Role
from storage import audit, referrals
from storage.command_receipts import Answer
from storage.referrals import Scope, Wanted

router = APIRouter(prefix="/v1", tags=["protection"], responses=documented(401, 403, 503))

Officer = Annotated[Principal, Depends(require(Role.OFFICER))]
Reader = Annotated[Principal, Depends(require(Role.OFFICER, Role.ANALYST))]
"""Officers, and analysts to whom an operator gave the protection scope."""
Operator = Annotated[Principal, Depends(require(Role.OPERATOR))]

PEOPLE_MAX = 500
"""A whole aircraft."""
PAGE_MAX = 200


class ContactShown(BaseModel):
    """Whom to call."""

    name: str
    telephone: str | None
    hours: str | None
    languages: list[str]


class ReferralShown(Referral):
    """A card, and whom to call."""

    contacts: list[ContactShown] = Field(default_factory=list)


class ReferralRequest(BaseModel):
    """What help is needed. There is no field for a name, a document or a story: whoever helps is told by those who ask."""

    model_config = ConfigDict(extra="forbid")

    kind: ReferralKind
    language: str | None = Field(
        default=None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, description="Of the interpreter (BCP 47)."
    )
    people: int = Field(default=1, ge=1, le=PEOPLE_MAX)
    children: int = Field(default=0, ge=0, le=PEOPLE_MAX)
    needs: Annotated[list[Need], Field(max_length=len(Need))] = []
    place: str | None = Field(
        default=None, max_length=40, pattern=r"^[\w .,/-]*$", description="Where they wait: `gate 4`, `transit area`."
    )

    def request(self, port: str) -> referring.Request:
        """For the use case."""
        needs = tuple(dict.fromkeys(self.needs))
        return referring.Request(port, self.kind, self.language, self.people, self.children, needs, self.place)


@router.post("/ports/{port}/referrals", status_code=201, response_model=ReferralShown, responses=documented(422))
async def ask(port: PortCode, asked: ReferralRequest, who: Officer, headers: Headers, context: Context) -> Response:
    """Ask for protection. The answer says whom to call now."""
    _own_port(who, port)
    return _answered(await referring.open_card(context, who, asked.request(port), headers.idempotency_key))


def _own_port(who: Principal, port: str) -> None:
    if not who.may_see_port(port):
        raise problems.ForbiddenError("This key belongs to another port.")


def _answered(answer: Answer) -> Response:
    headers = {"ETag": etag(orjson.loads(answer.body)["version"])}
    return Response(answer.body, answer.status, headers, "application/json")


def _split(value: object) -> object:
    return [part for item in value for part in str(item).split(",") if part] if isinstance(value, list) else value


class ReferralQuery(BaseModel):
    """Which cards."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[list[ReferralState], BeforeValidator(_split)] = Field(default=[])
    kind: ReferralKind | None = None
    escalation: Annotated[list[int], BeforeValidator(_split)] = Field(default=[], max_length=4)
    cursor: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)

    def wanted(self, port: str | None) -> Wanted:
        """For the store."""
        return Wanted(port, self.state, self.kind, [percent for percent in self.escalation if 0 <= percent <= 100])

    def place(self) -> tuple[datetime, str] | None:
        """Where to go on."""
        return None if self.cursor is None else decode_moment(self.cursor)


class ReferralPage(BaseModel):
    """Cards, the newest first, and where to go on (null = that was all)."""

    items: list[ReferralShown]
    next_cursor: str | None


@router.get("/ports/{port}/referrals", response_model=ReferralPage, responses=documented(422))
async def of_port(port: PortCode, query: Annotated[ReferralQuery, Query()], who: Reader, context: Context) -> Response:
    """Cards of a port, for its officers and for analysts with the protection scope."""
    _own_port(who, port)
    return await _page(query, port, who, context)


@router.get("/referrals", response_model=ReferralPage, responses=documented(422))
async def every(
    query: Annotated[ReferralQuery, Query()],
    who: Annotated[Principal, Depends(require(Role.ANALYST))],
    context: Context,
) -> Response:
    """Cards of every port, for analysts with the protection scope."""
    return await _page(query, None, who, context)


async def _page(query: ReferralQuery, port: str | None, who: Principal, context: Context) -> Response:
    async with context.database.reading() as work:
        await referring.require_scope(work, who)
        found = await referrals.page(work, query.wanted(port), query.place(), query.limit + 1)
    page: Sequence[Referral] = found[: query.limit]
    cursor = encode_moment(page[-1].opened_at, page[-1].referral_id) if len(found) > query.limit else None
    items = [orjson.Fragment(referring.shown(card, context.protection)) for card in page]
    return Response(orjson.dumps({"items": items, "next_cursor": cursor}), media_type="application/json")


ReferralId = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]
_REFUSALS = documented(404, 409, 412, 422)


@router.get("/referrals/{referral_id}", response_model=ReferralShown, responses=documented(404, 422))
async def one(referral_id: ReferralId, who: Reader, context: Context) -> Response:
    """One card. Its version is the ETag."""
    async with context.database.reading() as work:
        card = await referring.find(work, who, referral_id)
    return _answered(Answer(200, referring.shown(card, context.protection)))


class TakeOver(BaseModel):
    """Which service takes over: its name, never a person's."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(min_length=1, max_length=100, pattern=PRINTABLE)


class Met(BaseModel):
    """Which deadline was kept."""

    model_config = ConfigDict(extra="forbid")

    deadline: str = Field(pattern=r"^[a-z][a-z_]{0,63}$")


class Closure(BaseModel):
    """What came of it."""

    model_config = ConfigDict(extra="forbid")

    outcome: ReferralOutcome


async def _step(step: tuple[str, ReferralCommand, str], who: Principal, headers: Headers, context: Context) -> Response:
    wanted = referring.Step(*step, version_seen(headers.if_match))
    return _answered(await referring.carry_on(context, who, wanted, headers.idempotency_key))


@router.post("/referrals/{referral_id}/takeover", response_model=ReferralShown, responses=_REFUSALS)
async def take_over(referral_id: ReferralId, by: TakeOver, who: Reader, headers: Headers, context: Context) -> Response:
    """A service has taken over."""
    return await _step((referral_id, ReferralCommand.TAKE_OVER, by.service), who, headers, context)


@router.post("/referrals/{referral_id}/deadlines", response_model=ReferralShown, responses=_REFUSALS)
async def meet(referral_id: ReferralId, met: Met, who: Reader, headers: Headers, context: Context) -> Response:
    """A deadline was kept: its clock stops."""
    return await _step((referral_id, ReferralCommand.MEET, met.deadline), who, headers, context)


@router.post("/referrals/{referral_id}/closure", response_model=ReferralShown, responses=_REFUSALS)
async def close(referral_id: ReferralId, closure: Closure, who: Reader, headers: Headers, context: Context) -> Response:
    """Close the card with what came of it."""
    return await _step((referral_id, ReferralCommand.CLOSE, closure.outcome), who, headers, context)


class Contacts(BaseModel):
    """Whom to call at this port."""

    items: list[ContactShown]


class ContactQuery(BaseModel):
    """For what; absent: for an alert of the protection queue."""

    model_config = ConfigDict(extra="forbid")

    kind: ReferralKind | None = None


@router.get("/ports/{port}/protection-contacts", response_model=Contacts, responses=documented(422))
async def contacts(port: PortCode, query: Annotated[ContactQuery, Query()], who: Reader, context: Context) -> dict[str, Any]:
    """Whom to call, for an alert of the protection queue or for a kind of referral."""
    _own_port(who, port)
    return {"items": context.protection.contacts_for(port, query.kind or ALERT)}


class ScopeShown(BaseModel):
    """Who may see referrals of every port, and who said so."""

    person: str
    granted_at: AwareDatetime
    granted_by: str


class Scopes(BaseModel):
    """Everybody who may."""

    items: list[ScopeShown]


Person = Annotated[str, Path(min_length=1, max_length=200, pattern=PRINTABLE)]


@router.get("/protection-scope", response_model=Scopes)
async def scopes(_who: Operator, context: Context) -> dict[str, Any]:
    """Analysts who may see referrals of every port."""
    async with context.database.reading() as work:
        found = await referrals.scopes(work)
    return {"items": [{"person": s.person, "granted_at": s.granted_at, "granted_by": s.granted_by} for s in found]}


@router.put("/protection-scope/{person:path}", status_code=204, responses=documented(422))
async def grant(person: Person, who: Operator, context: Context) -> None:
    """Let an analyst see referrals of every port."""
    now = context.clock()
    async with context.database.unit_of_work() as work:
        if await referrals.grant_scope(work, Scope(person, now, who.key_id)):
            await audit.append(work, audit.Line(now, who.key_id, "protection_scope.grant", "person", person))


@router.delete("/protection-scope/{person:path}", status_code=204, responses=documented(404, 422))
async def take(person: Person, who: Operator, context: Context) -> None:
    """Take it back; it holds from the next request on."""
    now = context.clock()
    async with context.database.unit_of_work() as work:
        if not await referrals.take_scope(work, person):
            raise problems.NotFoundError("This person has no protection scope.")
        await audit.append(work, audit.Line(now, who.key_id, "protection_scope.take", "person", person))
