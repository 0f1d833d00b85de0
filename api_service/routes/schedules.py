"""Standing schedules: import a file, and see whose are known."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from api_service import schedules
from api_service.authentication import require
from api_service.context import Context, context_of
from api_service.errors import documented
from api_service.principal import Principal
from api_service.routes.watchlists import check_plain_file
from api_service.schedules import Format, ScheduleOrder
from schemas.roles import Role
from storage import schedules as stored_schedules

router = APIRouter(prefix="/v1/schedules", tags=["schedules"], responses=documented(401, 403, 503))

Importer = Annotated[Principal, Depends(require(Role.OPERATOR, Role.SUPERVISOR))]
"""An operator feeds the service; a supervisor may, where there is none on duty. A schedule says nothing about anybody."""
Reader = Annotated[Principal, Depends(require(Role.OPERATOR, Role.ANALYST, Role.AUDITOR))]

_BODY = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}}


class ScheduleQuery(BaseModel):
    """What the file is."""

    model_config = ConfigDict(extra="forbid")

    format: Format = Format.CSV


@router.post("/imports", responses=documented(413, 415, 422), openapi_extra=_BODY)
async def imports(query: Annotated[ScheduleQuery, Query()], who: Importer, request: Request) -> dict[str, Any]:
    """Import a file, sent as the body: it replaces the whole schedule of every carrier it names.

    A record that cannot be read is reported with its line (`errors`) and left out. Open alerts follow where the new schedule
    says another time of their flight than the old one did.
    """
    check_plain_file(request)
    context = context_of(request)
    order = ScheduleOrder(query.format, who.key_id, context.settings.due_terms)
    return asdict(await schedules.import_schedule(context.database, order, request.stream(), context.clock))


@router.get("")
async def every(_who: Reader, context: Context) -> dict[str, Any]:
    """The carriers whose schedule is known."""
    async with context.database.reading() as work:
        return {"items": [asdict(known) for known in await stored_schedules.every(work)]}
