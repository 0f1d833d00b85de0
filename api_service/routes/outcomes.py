"""What officers still owe: alerts of their port that were handed over, and of which nobody said what came of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api_service.audit_trail import seen
from api_service.authentication import require
from api_service.context import Context
from api_service.errors import documented
from api_service.officer_view import officer_view
from api_service.parameters import PortCode
from api_service.principal import Principal
from api_service.routes.alerts import cursor_of, json_page, place_of
from api_service.routes.ports import own_port
from schemas.alert import Command
from schemas.roles import Role
from storage import alerts
from storage.alerts import PAGE_MAX, Filters, Sort

router = APIRouter(prefix="/v1", tags=["consoles"], responses=documented(401, 403, 503))

Officer = Annotated[Principal, Depends(require(Role.OFFICER))]

_ORDER = Sort.LONGEST_UNCHANGED


class OverdueQuery(BaseModel):
    """A page of overdue outcomes."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class OverduePage(BaseModel):
    """Alerts as the console shows them, each with `outcome_due_at`, those that nobody has touched for longest first.

    `next_cursor`: where to go on (null = that was all)."""

    items: list[dict[str, Any]]
    next_cursor: str | None


@router.get("/ports/{port}/outcomes-overdue", response_model=OverduePage, responses=documented(422))
async def overdue(port: PortCode, query: Annotated[OverdueQuery, Query()], who: Officer, context: Context) -> Response:
    """Alerts of the port whose outcome is overdue: handed over (or taken in hand) and not closed, so many minutes after the
    scheduled arrival, or after the hand-over where that was later (`KULLA_OUTCOME_DUE_MINUTES`)."""
    own_port(who, port)
    term = timedelta(minutes=context.settings.outcome_due_minutes)
    filters = Filters(port=port, outcome_due_before=context.clock() - term)
    after = None if query.cursor is None else place_of(query.cursor, _ORDER)
    async with context.database.reading() as work:
        page = await alerts.search(work, filters, _ORDER, after, query.limit)
    await seen(context, who, "alert.list", ("port", port), {"filters": ["outcome_overdue"], "alerts": len(page.items)})
    cursor = None if page.next_place is None else cursor_of(page.next_place, _ORDER)
    items = [orjson.dumps(_shown(orjson.loads(body), term)) for body in page.items]
    return Response(json_page(items, {"next_cursor": cursor}), media_type="application/json")


def _shown(alert: Mapping[str, Any], term: timedelta) -> dict[str, Any]:
    """What the officer sees, and since when the outcome is owed."""
    moments = [entry["at"] for entry in alert["history"] if entry["command"] == Command.HAND_OVER]
    arrival = alert["flight"].get("scheduled_arrival")
    owed = max(datetime.fromisoformat(moment) for moment in (*moments, *([arrival] if arrival else []), alert["created_at"]))
    return {**officer_view(alert), "outcome_due_at": (owed + term).isoformat()}
