"""Flights and who is on them, for those who decide alerts (contract, section 5). Who looks leaves a line in the audit trail.

The state of a flight is worked out when it is asked for, from all its messages: nothing is kept that could disagree with them.
"""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api_service.audit_trail import seen
from api_service.authentication import require
from api_service.context import Context
from api_service.cursors import decode_moment, encode_moment
from api_service.errors import documented
from api_service.flight_view import FlightView, flight_view
from api_service.parameters import PRINTABLE, Moment
from api_service.principal import Principal
from api_service.problems import NotFoundError
from schemas import identifiers
from schemas.flight_life import fold, report_of
from schemas.manifest import Manifest
from schemas.roles import Role
from storage import flight_bodies, flights
from storage.flights import FlightFilter, FlightPlace, FlightRow

router = APIRouter(prefix="/v1/flights", tags=["flights"], responses=documented(401, 403, 503))

Analyst = Annotated[Principal, Depends(require(Role.ANALYST))]
FlightName = Annotated[str, Path(min_length=1, max_length=200, pattern=PRINTABLE, description="flight_id or flight_key")]

PAGE_MAX = 500
"""More than the country's record day."""


class FlightsQuery(BaseModel):
    """A page of flights, by arrival: from (inclusive) and to (exclusive)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    port: str | None = Field(default=None, pattern=r"^[A-Z0-9]{3,5}$", description="Port of departure or arrival.")
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
    cursor: str | None = Field(default=None, max_length=300)
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class FlightPage(BaseModel):
    """Flights, and where to go on (null = that was all)."""

    items: list[dict[str, Any]]
    next_cursor: str | None


@router.get("", response_model=FlightPage, responses=documented(422))
async def search(query: Annotated[FlightsQuery, Query()], who: Analyst, context: Context) -> dict[str, Any]:
    """Flights of which something was received, by scheduled arrival."""
    wanted = FlightFilter(query.port, query.since, query.until)
    async with context.database.reading() as work:
        found = await flights.listed(work, wanted, _place(query.cursor), query.limit + 1)
    page = found[: query.limit]
    await seen(context, who, "flight.list", ("flight", "*"), {"filters": sorted(query.model_fields_set), "flights": len(page)})
    more = _cursor(page[-1]) if len(found) > query.limit else None
    return {"items": [_item(row) for row in page], "next_cursor": more}


@router.get("/{flight}", response_model=FlightView, responses=documented(404))
async def one(flight: FlightName, who: Analyst, context: Context) -> Response:
    """A flight: its travellers and their versions, its messages, and whether its reports are complete."""
    flight_id = flight if flight.startswith("flt_") else identifiers.flight_id(flight)
    async with context.database.reading() as work:
        manifests = (await flight_bodies.of_flights(work, [flight_id])).get(flight_id, [])
    if not manifests:
        raise NotFoundError("Nothing was received about such a flight.")
    view = await asyncio.to_thread(_view, flight_id, manifests)
    people = [traveller.traveller_id for traveller in view.travellers]
    await seen(context, who, "flight.view", ("flight", flight_id), {"travellers": people})
    return Response(await asyncio.to_thread(view.model_dump_json), media_type="application/json")


def _view(flight_id: str, manifests: list[Manifest]) -> FlightView:
    return flight_view(flight_id, manifests, fold(map(report_of, manifests)))


def _item(row: FlightRow) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if name != "place"}


def _cursor(row: FlightRow) -> str:
    return encode_moment(row.place, row.flight_id)


def _place(cursor: str | None) -> FlightPlace | None:
    return None if cursor is None else FlightPlace(*decode_moment(cursor))
