"""Who changed a list, when and why; changes that wait for a second person; records whose review is due."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api_service import list_approval, watch
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.cursors import decode_cursor, encode_cursor
from api_service.errors import documented
from api_service.parameters import PRINTABLE, ListId
from schemas.roles import Role
from storage import list_proposals
from storage.list_proposals import Decision, Proposal

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"], responses=documented(401, 403, 503))

Reader = Annotated[Principal, Depends(require(Role.LIST_OWNER, Role.ANALYST, Role.SUPERVISOR))]
HistoryReader = Annotated[Principal, Depends(require(Role.LIST_OWNER, Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR))]
Approver = Annotated[Principal, Depends(require(Role.LIST_OWNER, Role.SUPERVISOR))]
ProposalId = Annotated[str, Path(min_length=1, max_length=64, pattern=PRINTABLE)]
Version = Annotated[int, Path(ge=1, le=2**53)]

PAGE_MAX = 500
"""Changes carry both bodies, some kilobyte together."""


class DecisionBody(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(default=None, max_length=500, pattern=PRINTABLE)


class PageQuery(BaseModel):
    """A page."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)

    @property
    def after(self) -> str:
        """The record id behind which the page begins."""
        return "" if self.cursor is None else str(decode_cursor(self.cursor, (str,))[0]).replace("\x00", "")


class DueQuery(PageQuery):
    """`until`: reviews and ends on or before this day; today where it is left out."""

    until: date | None = None


class ProposalQuery(BaseModel):
    """Which proposals."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "approved", "rejected"] | None = None


@router.get("/{list_id}/versions", responses=documented(404, 422))
async def versions(
    list_id: ListId, _who: HistoryReader, context: Context, before: Annotated[int | None, Query(ge=1, le=2**53)] = None
) -> dict[str, Any]:
    """Publications of a list, the newest first: when, by whom, approved by whom, why, and what they changed."""
    async with context.database.snapshot() as work:
        await watch.find_list(work, list_id)
        return {"items": await list_proposals.versions(work, list_id, before, PAGE_MAX)}


@router.get("/{list_id}/versions/{version}/changes", responses=documented(404, 422))
async def changes(
    list_id: ListId, version: Version, query: Annotated[PageQuery, Query()], _who: Reader, context: Context
) -> dict[str, Any]:
    """What one publication did, record by record, with what stood there before and after."""
    async with context.database.snapshot() as work:
        await list_approval.find_version(work, list_id, version)
        found = await list_proposals.changes(work, list_id, version, (query.after, query.limit + 1))
    return _page(found, query.limit)


@router.get("/{list_id}/reviews", responses=documented(404, 422))
async def reviews(list_id: ListId, query: Annotated[DueQuery, Query()], _who: Reader, context: Context) -> dict[str, Any]:
    """Records whose review or end is due."""
    until = query.until or context.clock().date()
    async with context.database.snapshot() as work:
        await watch.find_list(work, list_id)
        found = await list_proposals.due(work, list_id, until, (query.after, query.limit + 1))
    return _page([dict(one) for one in found], query.limit)


@router.get("/{list_id}/proposals", responses=documented(404, 422))
async def proposals(
    list_id: ListId, query: Annotated[ProposalQuery, Query()], _who: Reader, context: Context
) -> dict[str, Any]:
    """Changes that wait for a second person, and those that were decided; the newest first."""
    async with context.database.snapshot() as work:
        await watch.find_list(work, list_id)
        found = await list_proposals.every(work, list_id, query.state, PAGE_MAX)
    return {"items": [asdict(one) for one in found]}


@router.post("/{list_id}/proposals/{proposal_id}/approval", responses=documented(404, 409, 422))
async def approve(
    list_id: ListId, proposal_id: ProposalId, body: DecisionBody, who: Approver, context: Context
) -> dict[str, Any]:
    """Publish a proposal. 403 to whoever made it."""
    decision = Decision(who.key_id, context.clock(), body.note)
    done = await list_approval.approve(context.database, list_id, proposal_id, decision)
    return {"proposal_id": proposal_id, "state": "approved", **asdict(done)}


@router.post("/{list_id}/proposals/{proposal_id}/rejection", responses=documented(404, 409, 422))
async def reject(
    list_id: ListId, proposal_id: ProposalId, body: DecisionBody, who: Approver, context: Context
) -> dict[str, Any]:
    """Drop a proposal. Whoever made it may do so too."""
    done: Proposal = await list_approval.reject(
        context.database, list_id, proposal_id, Decision(who.key_id, context.clock(), body.note)
    )
    return {"proposal_id": done.proposal_id, "state": "rejected"}


def _page(found: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    more, page = len(found) > limit, found[:limit]
    return {"items": page, "next_cursor": encode_cursor(page[-1]["record_id"]) if more else None}
