"""What is suppressed: which false matches are remembered, by whom, why, until when; and taking one back."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api_service import problems
from api_service.alert_life import REASON_CODE_CHARACTERS_MAX
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.cursors import decode_moment, encode_moment
from api_service.errors import documented
from api_service.parameters import PRINTABLE
from schemas.roles import Role
from storage import audit, suppressions
from storage.suppressions import Lifted, ListedSuppression, Standing, Wanted

router = APIRouter(prefix="/v1/suppressions", tags=["alerts"], responses=documented(401, 403, 503))

Analyst = Annotated[Principal, Depends(require(Role.ANALYST))]
Reader = Annotated[Principal, Depends(require(Role.ANALYST, Role.AUDITOR))]
PAGE_MAX = 500
"""A suppression is some 400 bytes of JSON, its comment apart."""

Text = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)]


class SuppressionQuery(BaseModel):
    """Which suppressions."""

    model_config = ConfigDict(extra="forbid")

    list_id: Text | None = Field(default=None, alias="list")
    record_id: Text | None = Field(default=None, alias="record")
    created_by: Text | None = Field(default=None, alias="by")
    standing: Standing | None = None
    cursor: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class SuppressionShown(BaseModel):
    """Who remembered which false match, when, why, until when, and what it is worth now. `comment`: not for auditors."""

    suppression_id: str
    standing: Standing
    list_id: str
    record_id: str
    record_version: int
    current_record_version: int | None
    alert_id: str
    reason_code: str
    comment: str | None
    created_by: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    lifted_at: AwareDatetime | None
    lifted_by: str | None
    lifted_reason_code: str | None


class SuppressionPage(BaseModel):
    """Suppressions, the newest first, and where to go on (null = that was all)."""

    items: list[SuppressionShown]
    next_cursor: str | None


@router.get("", response_model=SuppressionPage, responses=documented(422))
async def every(query: Annotated[SuppressionQuery, Query()], who: Reader, context: Context) -> dict[str, Any]:
    """Suppressions, the newest first."""
    now, wanted = context.clock(), Wanted(query.list_id, query.record_id, query.created_by, query.standing)
    after = None if query.cursor is None else decode_moment(query.cursor)
    async with context.database.reading() as work:
        found = await suppressions.page(work, wanted, now, after, query.limit + 1)
    page, more = found[: query.limit], len(found) > query.limit
    cursor = encode_moment(page[-1].created_at, page[-1].suppression_id) if more else None
    return {"items": [_shown(one, one.standing(now), who) for one in page], "next_cursor": cursor}


def _shown(suppression: ListedSuppression, standing: Standing, who: Principal) -> dict[str, Any]:
    hidden = {} if who.acts_as(Role.ANALYST) else {"comment": None}
    return asdict(suppression) | {"standing": standing} | hidden


SuppressionId = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]
ReasonCode = Annotated[str, Query(min_length=1, max_length=REASON_CODE_CHARACTERS_MAX, pattern=PRINTABLE)]


@router.delete("/{suppression_id}", status_code=204, responses=documented(404, 422))
async def lift(suppression_id: SuppressionId, reason_code: ReasonCode, who: Analyst, context: Context) -> None:
    """Lift a suppression before its time: this traveller alerts again. It stays listed, as lifted."""
    now = context.clock()
    async with context.database.unit_of_work() as work:
        done = await suppressions.lift(work, suppression_id, who.key_id, reason_code, now)
        if done is Lifted.UNKNOWN:
            raise problems.NotFoundError("There is no such suppression.")
        if done is Lifted.NOW:
            details = {"reason_code": reason_code}
            line = audit.Line(now, who.key_id, "suppression.lift", "suppression", suppression_id, details)
            await audit.append(work, line)
