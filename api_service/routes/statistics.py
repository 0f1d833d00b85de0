"""`/v1/statistics`: counts that name nobody, for planning and oversight; and how full registration centres are."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api_service.authentication import Principal, require
from api_service.context import Context
from api_service.errors import documented
from api_service.problems import NotFoundError
from api_service.statistics import tables
from api_service.statistics.tables import Question
from api_service.statistics.withholding import FLOOR
from schemas.roles import Role
from storage import audit, statistics
from storage.statistics import Occupancy

router = APIRouter(prefix="/v1", tags=["statistics"], responses=documented(401, 403, 503))

Reader = Annotated[Principal, Depends(require(Role.ANALYST, Role.AUDITOR))]
"""Analysts (and so supervisors) plan by them, auditors oversee."""
Reporter = Annotated[Principal, Depends(require(Role.SUPERVISOR, Role.OPERATOR))]
"""Registration centres report through whoever runs the connection, or by telephone to a supervisor."""
OCCUPIED_MAX = 1_000_000


class Contents(BaseModel):
    """What there is to ask for."""

    floor: int
    months: list[str]
    measures: dict[str, list[str]]


@router.get("/statistics")
async def contents(_who: Reader, context: Context) -> Contents:
    """Closed months, and by which properties each measure may be shown (one or two of them at a time)."""
    measures = {name: list(measure.properties) for name, measure in tables.MEASURES.items()}
    return Contents(floor=FLOOR, months=await tables.months(context.database, context.clock()), measures=measures)


class TableQuery(BaseModel):
    """Which table."""

    model_config = ConfigDict(extra="forbid")

    month: str = Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="A closed month, as 2026-02.")
    by: str = Field(max_length=100, pattern=r"^[a-z_]+(,[a-z_]+)?$", description="One or two properties, with a comma.")
    format: Literal["json", "csv"] | None = Field(default=None, description="Absent: as `Accept` says.")

    def question(self, measure: str) -> Question:
        """For the use case."""
        year, month = (int(part) for part in self.month.split("-"))
        return Question(measure, date(year, month, 1), tuple(self.by.split(",")))


_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


class PlaceView(BaseModel):
    """A registration centre. `occupied` and `free` null: nothing was reported, or fewer than ten people are there."""

    place_id: str
    capacity: int
    occupied: int | None
    free: int | None
    reported_at: datetime | None


class PlaceList(BaseModel):
    """All centres of the settings."""

    items: list[PlaceView]


@router.get("/statistics/reception-places")
async def reception(_who: Reader, context: Context) -> PlaceList:
    """How full registration centres are."""
    found = await tables.reception(context.database, context.settings)
    return PlaceList(items=[PlaceView(**place) for place in found])


@router.get("/statistics/{measure}", responses=_CSV | documented(422))
async def table(
    measure: Literal["travellers", "alerts"],
    query: Annotated[TableQuery, Query()],
    who: Reader,
    context: Context,
    accept: Annotated[str, Header()] = "",
) -> Response:
    """A month's counts. Cells of fewer than ten are withheld, and others where these could be worked out from them."""
    question = query.question(measure)
    found = await tables.table(context.database, question, context.clock())
    as_csv = query.format == "csv" or (query.format is None and accept.lower().startswith("text/csv"))
    details = {"month": query.month, "by": query.by, "csv": as_csv}
    async with context.database.unit_of_work() as work:
        await audit.append(work, audit.Line(context.clock(), who.key_id, "statistics.viewed", "statistics", measure, details))
    if as_csv:
        name = f"{measure}-{query.month}-{'-'.join(question.by)}.csv"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(tables.as_csv(question, found), 200, disposition, "text/csv; charset=utf-8")
    return Response(orjson.dumps(tables.as_json(question, found)), media_type="application/json")


class OccupancyReport(BaseModel):
    """How many people are there now: a number, nobody's name."""

    model_config = ConfigDict(extra="forbid")

    occupied: int = Field(ge=0, le=OCCUPIED_MAX)


@router.put("/reception-places/{place_id}", status_code=204, responses=documented(404, 422))
async def report_place(
    place_id: Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,40}$")], report: OccupancyReport, who: Reporter, context: Context
) -> Response:
    """Say how many people a registration centre of the settings holds."""
    if place_id not in tables.capacities(context.settings):
        raise NotFoundError("The settings name no such registration centre.")
    now = context.clock()
    async with context.database.unit_of_work() as work:
        await statistics.report_place(work, Occupancy(place_id, now, report.occupied), who.key_id)
        await audit.append(work, audit.Line(now, who.key_id, "reception_place.reported", "reception_place", place_id))
    return Response(status_code=204)
