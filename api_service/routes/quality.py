"""`GET /v1/carriers/{code}/quality`: how well a carrier reports, in numbers that name nobody."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api_service import quality, schedules
from api_service.authentication import require
from api_service.context import AppContext, Context
from api_service.cursors import decode_moment, encode_moment
from api_service.errors import documented
from api_service.parameters import Moment
from api_service.principal import Principal
from api_service.problems import ForbiddenError, InvalidRequestError
from schemas.roles import Role
from storage.message_facts import FlightPlace, Scope

router = APIRouter(prefix="/v1/carriers", tags=["carriers"], responses=documented(401, 403, 422, 503))

Reader = Annotated[Principal, Depends(require(Role.CARRIER, Role.ANALYST, Role.AUDITOR, Role.OPERATOR))]
"""A carrier sees its own. Analysts judge by it what a missing alert is worth, auditors read all statistics, operators help
carriers; none of it is passenger data. Officers and list owners have no use for it."""
CarrierCode = Annotated[str, Path(pattern=r"^[A-Z0-9]{2,3}$", description="Airline designator.")]

PERIOD_DEFAULT = timedelta(days=30)
AHEAD = timedelta(days=2)
"""Lists come before their flights depart: what is reported for tomorrow counts today."""
PERIOD_MAX = timedelta(days=93)
"""A quarter: some 30,000 flights of the largest carrier, the most that one answer can sum up in a second."""
FLIGHTS_PAGE_MAX = 500


class QualityQuery(BaseModel):
    """Scheduled departure from (inclusive) and to (exclusive); the last 30 days where nothing is said."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")


class FlightsQuery(QualityQuery):
    """A page of flights."""

    cursor: str | None = Field(default=None, max_length=300)
    limit: int = Field(default=100, ge=1, le=FLIGHTS_PAGE_MAX)


@router.get("/{code}/quality")
async def of_carrier(
    code: CarrierCode, query: Annotated[QualityQuery, Query()], who: Reader, context: Context
) -> dict[str, Any]:
    """Timeliness, completeness and accuracy, each with numerators and denominators."""
    scope = _scope(code, query, who, context)
    async with context.database.snapshot() as work:
        expected = await schedules.due_flights(work, scope, context.clock())
        return await quality.quality(work, scope, expected)


@router.get("/{code}/quality/flights")
async def by_flight(
    code: CarrierCode, query: Annotated[FlightsQuery, Query()], who: Reader, context: Context
) -> dict[str, Any]:
    """The same flight by flight, in the order of departures."""
    scope = _scope(code, query, who, context)
    async with context.database.reading() as work:
        found = await quality.flights(work, scope, _place(query.cursor), query.limit + 1)
    page = found[: query.limit]
    return {"items": [row for row, _ in page], "next_cursor": _cursor(page[-1][1]) if len(found) > query.limit else None}


def _scope(code: str, query: QualityQuery, who: Principal, context: AppContext) -> Scope:
    if who.role is Role.CARRIER and who.carrier not in (None, code):
        raise ForbiddenError("A carrier sees its own quality only.")
    until = query.until or context.clock() + AHEAD
    since = query.since or until - AHEAD - PERIOD_DEFAULT
    if not timedelta() < until - since <= PERIOD_MAX:
        raise InvalidRequestError(f"Ask for a time of up to {PERIOD_MAX.days} days, `from` before `to`.")
    return Scope(code, since, until, context.settings.manifest_due_minutes)


def _cursor(place: FlightPlace) -> str:
    return encode_moment(place.at, place.flight_id)


def _place(cursor: str | None) -> FlightPlace | None:
    return None if cursor is None else FlightPlace(*decode_moment(cursor))
