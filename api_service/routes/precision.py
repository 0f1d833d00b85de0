"""How often a list is right, as people found out: the precision that no score can promise.

An alert counts once somebody knows: dismissed by an analyst, or met by an officer who says whether it was the right person.
Whoever was not found, did not travel or was referred says nothing about the list and is counted apart. Alerts count for as long
as they are kept.
"""

from math import ceil, floor
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api_service import watch
from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.errors import documented
from api_service.parameters import ListId, Moment
from schemas.proportion import wilson_interval
from schemas.roles import Role
from storage import precision
from storage.precision import Verdicts

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"], responses=documented(401, 403, 503))

Reader = Annotated[Principal, Depends(require(Role.ANALYST, Role.LIST_OWNER, Role.AUDITOR))]

CELL_MIN = 10
"""Fewer than this say more about the people than about the list, and nothing reliable about either."""


class Share(BaseModel):
    """A proportion with its numerator, its denominator and its 95 % interval (Wilson).

    Where the numerator or the rest is a cell too small to show, only the interval is, rounded outwards to whole percent.
    """

    numerator: int | None
    denominator: int
    value: float | None
    interval: tuple[float, float]


class Precision(BaseModel):
    """`precision` null: fewer than `cell_min` alerts were found to be right or wrong. Counts below `cell_min` are null too."""

    list_id: str
    cell_min: int
    precision: Share | None
    by_analysts: dict[str, int | None] = Field(description="Alerts that analysts dismissed.")
    by_officers: dict[str, int | None] = Field(description="Alerts by the outcome that officers reported.")


class PrecisionQuery(BaseModel):
    """Decided from (inclusive) and to (exclusive)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")


@router.get("/{list_id}/precision", response_model=Precision, responses=documented(404, 422))
async def of_list(list_id: ListId, query: Annotated[PrecisionQuery, Query()], _who: Reader, context: Context) -> dict[str, Any]:
    """How many of the list's alerts that people decided were the right person."""
    async with context.database.reading() as work:
        await watch.find_list(work, list_id)
        found = await precision.verdicts(work, list_id, query.since, query.until)
    outcomes = ("right_person", "wrong_person", "not_found", "not_travelled", "referred", "protection_referral")
    return {
        "list_id": list_id,
        "cell_min": CELL_MIN,
        "precision": share(found),
        "by_analysts": {"no_match": _cell(found.no_match)},
        "by_officers": {name: _cell(getattr(found, name)) for name in outcomes},
    }


def share(found: Verdicts) -> dict[str, object] | None:
    """Right of those of whom somebody knows; None where they are too few."""
    decided = found.right_person + found.wrong_person + found.no_match
    if decided < CELL_MIN:
        return None
    low, high = wilson_interval(found.right_person, decided)
    if None in (_cell(found.right_person), _cell(decided - found.right_person)):
        outwards = floor(low * 100) / 100, ceil(high * 100) / 100
        return {"numerator": None, "denominator": decided, "value": None, "interval": outwards}
    value = found.right_person / decided
    return {"numerator": found.right_person, "denominator": decided, "value": value, "interval": (low, high)}


def _cell(count: int) -> int | None:
    return count if count == 0 or count >= CELL_MIN else None
