"""Whose an alert is: giving one to somebody, and handing all over when a shift ends."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api_service import handover, problems, review
from api_service.alert_life import COMMENT_CHARACTERS_MAX, Order
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.cursors import decode_moment, encode_moment
from api_service.errors import documented
from api_service.handover import HandoverShown, ShiftEnd
from api_service.parameters import PRINTABLE, AlertId, Headers, version_required
from api_service.review import Target
from api_service.routes.alerts import answered
from schemas.alert import Alert, Command
from schemas.roles import Role
from storage import handovers

router = APIRouter(prefix="/v1", tags=["alerts"], responses=documented(401, 403, 503))

Analyst = Annotated[Principal, Depends(require(Role.ANALYST))]
PAGE_MAX = 200
"""A hand-over of a hundred alerts is some 5 kB of JSON."""
MYSELF = "me"

Person = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)]
Note = Annotated[str, Field(max_length=COMMENT_CHARACTERS_MAX, pattern=r"^[^\x00]*$")]


def _named(person: str, who: Principal) -> str:
    return who.key_id if person == MYSELF else person


class Assignment(BaseModel):
    """Whose the alert shall be: `me`, the id of another's key, another's `issuer#subject` at the identity provider, or null
    for nobody's."""

    model_config = ConfigDict(extra="forbid")

    assignee: Person | None
    comment: Note | None = None


@router.post("/alerts/{alert_id}/assignment", response_model=Alert, responses=documented(404, 409, 412, 422, 428))
async def assign(alert_id: AlertId, asked: Assignment, who: Analyst, headers: Headers, context: Context) -> Response:
    """Give the version of the alert that you saw (If-Match) to somebody."""
    assignee = None if asked.assignee is None else _named(asked.assignee, who)
    order = Order(Command.ASSIGN, who.key_id, who.role, context.clock(), comment=asked.comment, assignee=assignee)
    target = Target(alert_id, version_required(headers.if_match))
    return answered(await review.carry_out(context.database, order, target, headers.idempotency_key))


class ShiftHandover(BaseModel):
    """From whom (`me`, or by a supervisor anybody) to whom, with a note for whoever takes over."""

    model_config = ConfigDict(extra="forbid")

    from_person: Person = Field(default=MYSELF, alias="from")
    to_person: Person = Field(alias="to")
    note: Note | None = None


@router.post("/shifts/handover", status_code=201, response_model=HandoverShown, responses=documented(409, 422))
async def hand_over(asked: ShiftHandover, who: Analyst, headers: Headers, context: Context) -> Response:
    """All open alerts of a person go to another at once."""
    sides = _named(asked.from_person, who), _named(asked.to_person, who)
    end = ShiftEnd(*sides, asked.note, who.key_id, who.role, context.clock())
    answer = await handover.hand_over(context.database, end, headers.idempotency_key)
    return Response(answer.body, answer.status, media_type="application/json")


class HandoverQuery(BaseModel):
    """A page of hand-overs; `person`: who gave or took."""

    model_config = ConfigDict(extra="forbid")

    person: Person | None = None
    cursor: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class HandoverPage(BaseModel):
    """Hand-overs, the newest first, and where to go on (null = that was all)."""

    items: list[HandoverShown]
    next_cursor: str | None


@router.get("/shifts/handovers", response_model=HandoverPage, responses=documented(422))
async def every(query: Annotated[HandoverQuery, Query()], who: Analyst, context: Context) -> dict[str, Any]:
    """Hand-overs, the newest first."""
    after = None if query.cursor is None else decode_moment(query.cursor)
    person = None if query.person is None else _named(query.person, who)
    async with context.database.reading() as work:
        found = await handovers.page(work, person, after, query.limit + 1)
    page = found[: query.limit]
    more = len(found) > query.limit
    cursor = encode_moment(page[-1].at, page[-1].handover_id) if more else None
    return {"items": [handover.shown(one) for one in page], "next_cursor": cursor}


HandoverId = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]


@router.get("/shifts/handovers/{handover_id}", response_model=HandoverShown, responses=documented(404, 422))
async def one(handover_id: HandoverId, _who: Analyst, context: Context) -> HandoverShown:
    """One hand-over, with what was handed over."""
    async with context.database.reading() as work:
        found = await handovers.find(work, handover_id)
    if found is None:
        raise problems.NotFoundError("There is no such hand-over.")
    return handover.shown(found)
