"""`GET /v1/submissions`: what a carrier sent before, and what became of it. Never anything about screening."""

from collections.abc import Mapping
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api_service.authentication import require
from api_service.context import context_of
from api_service.cursors import decode_moment, encode_moment
from api_service.errors import documented
from api_service.message_life import REJECTED, standings_of
from api_service.parameters import PRINTABLE
from api_service.principal import Principal
from api_service.problems import NotFoundError
from schemas.roles import Role
from storage import submissions
from storage.submissions import KnownSubmission, Place

router = APIRouter(tags=["carriers"])

Reader = Annotated[Principal, Depends(require(Role.CARRIER, Role.OPERATOR))]
"""An operator helps carriers: receipts hold no passenger data."""
SubmissionId = Annotated[str, Path(max_length=100, pattern=PRINTABLE)]

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
"""A receipt may have thousands of findings; more at once would only be slower."""


@router.get("/v1/submissions/{submission_id}", responses=documented(401, 403, 404, 503))
async def get_submission(submission_id: SubmissionId, request: Request, reader: Reader) -> Response:
    """One submission: its receipt, `status`, and in `became` what became of each message (see `message_life`)."""
    async with context_of(request).database.snapshot() as work:
        known = await submissions.find(work, submission_id, _owner(reader))
        if known is None:
            raise NotFoundError("There is no such submission.")
        standings = await standings_of(work, submission_id)
    return Response(_with_standings(known, standings), media_type="application/json")


@router.get("/v1/submissions", responses=documented(401, 403, 422, 503))
async def list_submissions(
    request: Request,
    reader: Reader,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
) -> Response:
    """Submissions, newest first."""
    async with context_of(request).database.reading() as work:
        known = await submissions.newest(work, _owner(reader), _place(cursor), limit + 1)
    page = known[:limit]
    more = encode_moment(page[-1].received_at, page[-1].submission_id) if len(known) > limit else None
    items = b",".join(_shown(item) for item in page)
    content = b'{"items":[' + items + b'],"next_cursor":' + orjson.dumps(more) + b"}"
    return Response(content, media_type="application/json")


def _owner(reader: Principal) -> str | None:
    return reader.owner if reader.role is Role.CARRIER else None


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    return Place(*decode_moment(cursor))


def _with_standings(known: KnownSubmission, standings: Mapping[str, str | None]) -> bytes:
    receipt = orjson.loads(_shown(known))
    for message in receipt["messages"]:
        message["became"] = standings.get(message["manifest_id"]) if message["manifest_id"] else REJECTED
    return orjson.dumps(receipt)


def _shown(known: KnownSubmission) -> bytes:
    """The receipt as it was sent, with the status before it."""
    status = b"received" if known.usable else b"rejected"
    return b'{"status":"' + status + b'",' + known.receipt[1:]
