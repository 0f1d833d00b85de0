"""A threshold against recent traffic (contract, section 5): counts only."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api_service import problems, watch, what_if
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.errors import documented
from schemas.roles import Role
from screening.lists_in_force import ListsBehindError
from screening.model import MODEL
from screening.thresholds import bits_for, expected_false_alerts, threshold_in_force
from storage import audit
from storage.watchlists import ListState

router = APIRouter(prefix="/v1", tags=["watchlists"], responses=documented(401, 403, 503))

Asker = Annotated[Principal, Depends(require(Role.ANALYST, Role.SUPERVISOR, Role.LIST_OWNER))]


class WhatIfOrder(BaseModel):
    """A list, and a threshold for it: in bits, or as expected false alerts per 1,000 travellers. `hours` of traffic."""

    model_config = ConfigDict(extra="forbid")

    list_id: str = Field(min_length=1, max_length=64)
    threshold_bits: float | None = Field(default=None, ge=0, le=100)
    false_alerts_per_1000: float | None = Field(default=None, gt=0, le=1000)
    hours: int = Field(default=24, ge=1, le=48)

    @model_validator(mode="after")
    def _one_threshold(self) -> "WhatIfOrder":
        if (self.threshold_bits is None) == (self.false_alerts_per_1000 is None):
            raise ValueError("send either threshold_bits or false_alerts_per_1000")
        return self

    def bits(self, state: ListState) -> float:
        """What is proposed, in bits."""
        if self.threshold_bits is not None:
            return self.threshold_bits
        assert self.false_alerts_per_1000 is not None
        return bits_for(state.watchlist, state.record_count, self.false_alerts_per_1000, MODEL)


@router.post("/what-if", responses=documented(404, 422))
async def try_threshold(order: WhatIfOrder, who: Asker, context: Context) -> dict[str, Any]:
    """How many of the recent travellers would alert on a list at another threshold: counts in tens, none below ten."""
    now = context.clock()
    async with context.database.unit_of_work() as work:
        state = await watch.find_list(work, order.list_id)
        details = {"threshold_bits": order.threshold_bits, "false_alerts_per_1000": order.false_alerts_per_1000}
        await audit.append(work, audit.Line(now, who.key_id, "watchlist.what_if", "watchlist", order.list_id, details))
    current, proposed = threshold_in_force(state.watchlist, state.record_count, MODEL), order.bits(state)
    travellers = await what_if.recent_travellers(context.database, what_if.window(now, order.hours))
    try:
        trial = what_if.Trial(order.list_id, now.date(), what_if.curve(current, proposed))
        tried = await what_if.try_thresholds(context.matcher, travellers, trial)
    except ListsBehindError as error:
        raise problems.OverloadedError("The lists are being read; please ask again.") from error
    points = [_point(state, bits, alerted) for bits, alerted in sorted(tried.alerted.items())]
    by_bits = {point["threshold_bits"]: point for point in points}
    return {"travellers": tried.travellers, "current": by_bits[current], "proposed": by_bits[proposed], "curve": points}


def _point(state: ListState, bits: float, alerted: int | None) -> dict[str, Any]:
    expected = expected_false_alerts(state.watchlist, state.record_count, bits, MODEL)
    return {"threshold_bits": bits, "travellers_alerted": alerted, "expected_false_alerts_per_1000": round(expected, 3)}
