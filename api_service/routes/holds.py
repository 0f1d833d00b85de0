"""Legal holds on alerts (roles: supervisor): it keeps an alert and its traveller's part of the messages until it is lifted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api_service import problems
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.errors import documented
from api_service.parameters import AlertId
from schemas.alert import AlertState
from schemas.roles import Role
from storage import alert_rows, audit, holds

router = APIRouter(prefix="/v1/alerts", tags=["retention"], responses=documented(401, 403, 404, 409, 422, 503))

Supervisor = Annotated[Principal, Depends(require(Role.SUPERVISOR))]


class HoldOrder(BaseModel):
    """Why it is held: the case or the order of a court, not the person's name. The reason is in the audit trail."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=5, max_length=500, pattern=r"^[^\x00]*$")


class Hold(BaseModel):
    """A hold in force."""

    alert_id: str
    reason: str
    placed_by: str
    placed_at: AwareDatetime


@router.post("/{alert_id}/hold", status_code=201)
async def place(alert_id: AlertId, order: HoldOrder, who: Supervisor, context: Context) -> Hold:
    """Keep this alert, and what it stands on, although its retention ends."""
    now = context.clock()
    async with context.database.unit_of_work() as work:
        alert = await alert_rows.load(work, alert_id, for_update=True)
        if alert is None:
            raise problems.NotFoundError("There is no such alert.")
        if alert.state is AlertState.EXPIRED:
            raise problems.ConflictError("This alert has expired: there is nothing left to hold.")
        if not await holds.place(work, alert_id, order.reason, who.key_id, now):
            raise problems.ConflictError("This alert is held already.")
        await audit.append(work, audit.Line(now, who.key_id, "alert.held", "alert", alert_id, {"reason": order.reason}))
    return Hold(alert_id=alert_id, reason=order.reason, placed_by=who.key_id, placed_at=now)


@router.delete("/{alert_id}/hold", status_code=204)
async def lift(alert_id: AlertId, who: Supervisor, context: Context) -> Response:
    """End the hold: what is due goes with the next purge."""
    async with context.database.unit_of_work() as work:
        if not await holds.lift(work, alert_id):
            raise problems.NotFoundError("There is no hold on such an alert.")
        await audit.append(work, audit.Line(context.clock(), who.key_id, "alert.hold_lifted", "alert", alert_id))
    return Response(status_code=204)
