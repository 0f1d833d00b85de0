"""The audit trail for those who watch over it: who did, saw, searched, exported or changed what (roles: auditor)."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api_service.audit_trail import anchor_book, seen
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.cursors import decode_cursor, encode_cursor
from api_service.errors import documented
from api_service.parameters import PRINTABLE, Moment
from schemas.roles import Role
from storage import audit
from storage.audit_verify import Span, Verification, verify

router = APIRouter(prefix="/v1/audit", tags=["audit"], responses=documented(401, 403, 422, 503))

Auditor = Annotated[Principal, Depends(require(Role.AUDITOR))]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)]

PAGE_MAX = 500
BLOCKS_MAX = 500
"""Blocks that one request verifies: half a million lines, some seconds. The command line verifies everything."""
VERIFIED_DEFAULT = timedelta(days=7)


class AuditQuery(BaseModel):
    """Filters of the trail; all that are given must hold. From (inclusive) and to (exclusive)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    actor: Text | None = Field(default=None, description="A key's id, or `kulla` for the machine.")
    action: Text | None = Field(default=None, description="As in the lines, or the part before the point: `alert`.")
    subject: Text | None = Field(default=None, description="An identifier, or a kind: `alert`.")
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    cursor: str | None = Field(default=None, max_length=300)
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class AuditLine(BaseModel):
    """A line. `position` is its place in the trail."""

    position: int
    at: AwareDatetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    details: dict[str, Any]


class AuditPage(BaseModel):
    """Lines, the newest first, and where to go on (null = that was all)."""

    items: list[AuditLine]
    next_cursor: str | None


@router.get("", response_model=AuditPage)
async def lines(query: Annotated[AuditQuery, Query()], who: Auditor, context: Context) -> dict[str, Any]:
    """Lines of the trail. That they were read is itself a line."""
    before = None if query.cursor is None else int(decode_cursor(query.cursor, (int,))[0])
    wanted = audit.LineFilter(query.actor, query.action, query.subject, query.since, query.until)
    async with context.database.reading() as work:
        found = await audit.listed(work, wanted, before, query.limit + 1)
    page = found[: query.limit]
    filters = sorted(query.model_fields_set - {"cursor", "limit"})
    await seen(context, who, "audit.read", ("audit", "*"), {"filters": filters, "lines": len(page)})
    more = encode_cursor(page[-1]["position"]) if len(found) > query.limit else None
    return {"items": page, "next_cursor": more}


class VerificationQuery(BaseModel):
    """Which lines: from (inclusive; absent: the last seven days) and to (exclusive)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")


class FaultView(BaseModel):
    """What is wrong, and where. `position` is a line's, `block` the number of a sealed block."""

    kind: str
    block: int | None
    position: int | None


class VerificationView(BaseModel):
    """`sound`: nothing is wrong with what was looked at. `complete` false: go on from `last_at`."""

    sound: bool
    complete: bool
    since: AwareDatetime | None
    last_at: AwareDatetime | None
    blocks: int
    lines: int
    purged: int
    unsealed: int
    anchors: int
    head: str | None
    faults: list[FaultView]


@router.get("/verification", response_model=VerificationView)
async def verification(query: Annotated[VerificationQuery, Query()], who: Auditor, context: Context) -> Response:
    """Hold the trail against its chain and its anchors, as `kulla audit verify` does."""
    since = query.since or context.clock() - VERIFIED_DEFAULT
    book = anchor_book(context.settings, context.audit_key)
    done = await verify(context.database, Span(since, query.until, BLOCKS_MAX), book.read())
    details = {"sound": done.sound, "blocks": done.blocks, "faults": len(done.faults)}
    await seen(context, who, "audit.verified", ("audit", "*"), details)
    return Response(shown(done, since).model_dump_json(), media_type="application/json")


def shown(done: Verification, since: datetime | None) -> VerificationView:
    """A verification as people read it."""
    return VerificationView(
        sound=done.sound,
        complete=done.complete,
        since=since,
        last_at=done.last_at,
        blocks=done.blocks,
        lines=done.lines,
        purged=done.purged,
        unsealed=done.unsealed,
        anchors=done.anchors,
        head=done.head.hex() if done.head else None,
        faults=[FaultView(kind=fault.kind, block=fault.block, position=fault.position) for fault in done.faults],
    )
