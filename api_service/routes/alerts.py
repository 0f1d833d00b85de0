"""Alerts for those who decide them (contract, section 5)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from api_service import alert_export, alert_stream, problems, review
from api_service.alert_life import COMMENT_CHARACTERS_MAX, REASON_CODE_CHARACTERS_MAX, SUPPRESSION_TERM_MAX, Order
from api_service.alert_stream import EventStream
from api_service.audit_trail import seen
from api_service.authentication import require
from api_service.context import AppContext, Context
from api_service.cursors import decode_cursor, encode_cursor
from api_service.errors import documented
from api_service.long_poll import feed_cursor
from api_service.parameters import PRINTABLE, AlertId, Headers, Moment, etag, version_required
from api_service.principal import Principal
from api_service.review import Target
from api_service.standing import Standing
from schemas.alert import DECISIONS, Alert, AlertRecord, AlertState, Command, OtherRecord, Queue
from schemas.alert_clocks import STAGES_PERCENT, DueTerms
from schemas.evidence import Lane
from schemas.readmission import ReadmissionClock
from schemas.roles import Role
from schemas.watchlist import AlertSeverity
from storage import alert_rows, alerts
from storage.alerts import PAGE_MAX, Filters, Place, Sort
from storage.command_receipts import Answer

router = APIRouter(prefix="/v1/alerts", tags=["alerts"], responses=documented(401, 403, 503))

Analyst = Annotated[Principal, Depends(require(Role.ANALYST))]


def _split(value: object) -> object:
    """`a,b` and a parameter given twice mean the same."""
    return [part for item in value for part in str(item).split(",") if part] if isinstance(value, list) else value


Text = Annotated[str, Field(max_length=100, pattern=PRINTABLE)]


def _whole_percent(value: int) -> int:
    if value not in (0, *STAGES_PERCENT):
        raise ValueError("no stage of a clock")
    return value


Escalation = Annotated[int, AfterValidator(_whole_percent)]


_PLAIN_FILTERS = ("flight", "carrier", "port", "nationality", "list_id", "assignee", "created_from", "created_to")
_CLOCK_FILTERS = ("queue", "outcome_due_before")


class AlertFilters(BaseModel):
    """Filters of a search. A name that is none of these is refused: a typing error must not quietly show everything."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[list[AlertState], BeforeValidator(_split)] = Field(default=[])
    severity: Annotated[list[AlertSeverity], BeforeValidator(_split)] = Field(default=[])
    lane: Annotated[list[Lane], BeforeValidator(_split)] = Field(default=[])
    flight: Text | None = Field(default=None, description="flight_key or flight_id")
    carrier: Text | None = None
    port: Text | None = Field(default=None, description="Arrival port.")
    nationality: Text | None = None
    list_id: Text | None = Field(default=None, alias="list")
    assignee: Text | None = None
    created_from: Moment | None = Field(default=None, alias="from", description="Created at or after.")
    created_to: Moment | None = Field(default=None, alias="to", description="Created before.")
    q: Text | None = Field(default=None, description="Part of the traveller's name.")
    queue: Queue | None = None
    escalation: Annotated[list[Escalation], BeforeValidator(_split)] = Field(default=[], description="0, 50, 80 or 100.")
    outcome_due_before: Moment | None = Field(
        default=None, description="Handed over without an outcome, of arrivals (or hand-overs, if later) before."
    )
    sort: Sort = Sort.NEWEST

    def filters(self) -> Filters:
        """For the store."""
        wanted = self.model_dump(include={*_PLAIN_FILTERS, *_CLOCK_FILTERS})
        several: dict[str, Any] = {
            "states": self.state,
            "severities": self.severity,
            "lanes": self.lane,
            "escalations": self.escalation,
        }
        return Filters(name_part=self.q, **several, **wanted)


class AlertQuery(AlertFilters):
    """A page of a search."""

    cursor: Annotated[str, Field(max_length=1_000)] | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class ShownRecord(AlertRecord):
    """A record as analysts see it: of a readmission case with its clock, as of today."""

    readmission_clock: ReadmissionClock | None = None


class ShownOtherRecord(OtherRecord):
    """The same of a record of the same person."""

    readmission_clock: ReadmissionClock | None = None


class ShownAlert(Alert):
    """An alert as analysts see it."""

    record: ShownRecord
    other_records: tuple[ShownOtherRecord, ...] = ()


class AlertPage(BaseModel):
    """Alerts, and where to go on (null = that was all)."""

    items: list[ShownAlert]
    next_cursor: str | None


@router.get("", response_model=AlertPage, responses=documented(422))
async def search(query: Annotated[AlertQuery, Query()], who: Analyst, context: Context) -> Response:
    """Alerts that pass all filters given."""
    after = None if query.cursor is None else place_of(query.cursor, query.sort)
    async with context.database.reading() as work:
        page = await alerts.search(work, query.filters(), query.sort, after, query.limit)
    details: dict[str, object] = {"filters": sorted(query.model_fields_set), "alerts": len(page.items)}
    if query.q is not None:
        details["searched"] = context.audit_key.hidden(query.q)
    await seen(context, who, "alert.list", ("alert", "*"), details)
    cursor = None if page.next_place is None else cursor_of(page.next_place, query.sort)
    return Response(json_page(_with_clocks(page.items, context), {"next_cursor": cursor}), media_type="application/json")


def json_page(items: Iterable[str | bytes], members: dict[str, Any]) -> bytes:
    """`{"items": [...], ...}` of items that are JSON already: a page is not parsed only to be written again."""
    fragments = [orjson.Fragment(item) for item in items]
    return orjson.dumps({"items": fragments, **members})


def _with_clocks(items: Iterable[str | bytes], context: AppContext) -> list[bytes]:
    today = context.clock().date()
    return [context.agreements.with_clocks(item, today) for item in items]


def cursor_of(place: Place, sort: Sort) -> str:
    """A place in a search in this order, as callers see it."""
    return encode_cursor(sort, repr(place.number), place.alert_id)


def place_of(cursor: str, sort: Sort) -> Place:
    """The place again. Raises InvalidRequestError for whatever we did not write, or of another order."""
    order, number, alert_id = (str(part) for part in decode_cursor(cursor, (str, str, str)))
    try:
        place = Place(float(number), alert_id)
    except ValueError as error:
        raise problems.InvalidRequestError("This cursor was not made here.") from error
    if order != sort or "\x00" in alert_id:
        raise problems.InvalidRequestError("This cursor belongs to another order.")
    return place


class ExportQuery(AlertFilters):
    """What to export, and how it is written."""

    format: Literal["csv", "ndjson"] = "ndjson"


_WRITERS = MappingProxyType(
    {"ndjson": (alert_export.ndjson, "application/x-ndjson"), "csv": (alert_export.table, "text/csv; charset=utf-8")}
)


@router.get("/export", response_class=StreamingResponse, responses=documented(422))
async def export(query: Annotated[ExportQuery, Query()], who: Analyst, context: Context) -> StreamingResponse:
    """Every alert that passes the filters, as a stream. The audit trail says who took it."""
    details: dict[str, object] = {"format": query.format, "filters": sorted(query.model_fields_set)}
    if query.q is not None:
        details["searched"] = context.audit_key.hidden(query.q)
    await seen(context, who, "alert.export", ("alert", "*"), details)
    write, media_type = _WRITERS[query.format]
    return StreamingResponse(write(context.database, query.filters(), query.sort), media_type=media_type)


@router.get("/stream", response_class=EventStream, responses=documented(422))
async def stream(
    who: Analyst, context: Context, last_event_id: Annotated[str | None, Header(max_length=200)] = None
) -> EventStream:
    """Every change of every alert, as server-sent events. `Last-Event-ID` goes on behind that event."""
    after = None if not last_event_id else feed_cursor(last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    await seen(context, who, "alert.stream", ("alert", "*"), {"resumed": after is not None})
    return EventStream(alert_stream.events(context.alert_tail, after, Standing(context, who)), headers=headers)


@router.get("/{alert_id}", response_model=ShownAlert, responses=documented(404))
async def one(alert_id: AlertId, who: Analyst, context: Context) -> Response:
    """One alert with its evidence and history. Its version is the ETag."""
    async with context.database.reading() as work:
        alert = await alert_rows.load(work, alert_id, for_update=False)
    if alert is None:
        raise problems.NotFoundError("There is no such alert.")
    await seen(context, who, "alert.view", ("alert", alert_id), {"version": alert.version})
    return _shown(Answer(200, review.shown(alert, Role.ANALYST)), context)


class Decision(BaseModel):
    """What an analyst decides. `suppress` (with no_match): remember for `suppress_days` that it is not this record."""

    model_config = ConfigDict(extra="forbid")

    decision: Command
    reason_code: str | None = Field(default=None, min_length=1, max_length=REASON_CODE_CHARACTERS_MAX, pattern=PRINTABLE)
    comment: str | None = Field(default=None, max_length=COMMENT_CHARACTERS_MAX, pattern=r"^[^\x00]*$")
    suppress: bool = False
    suppress_days: int | None = Field(default=None, ge=1, le=SUPPRESSION_TERM_MAX.days, description="Absent: twelve months.")

    @field_validator("decision")
    @classmethod
    def _of_analysts(cls, command: Command) -> Command:
        if command not in DECISIONS:
            raise ValueError("not a decision of analysts")
        return command

    def order(self, who: Principal, now: datetime, terms: DueTerms) -> Order:
        """The decision with its author."""
        term = SUPPRESSION_TERM_MAX if self.suppress_days is None else timedelta(days=self.suppress_days)
        said = (self.decision, who.key_id, who.role, now, self.reason_code, self.comment)
        return Order(*said, suppress=self.suppress, suppression_term=term, terms=terms)


@router.post("/{alert_id}/decisions", response_model=ShownAlert, responses=documented(404, 409, 412, 422, 428))
async def decide(alert_id: AlertId, decision: Decision, who: Analyst, headers: Headers, context: Context) -> Response:
    """Decide on the version of the alert that you saw (If-Match)."""
    target = Target(alert_id, version_required(headers.if_match))
    order = decision.order(who, context.clock(), context.settings.due_terms)
    return _shown(await review.carry_out(context.database, order, target, headers.idempotency_key), context)


def _shown(answer: Answer, context: AppContext) -> Response:
    """With the clocks of readmission cases: they are of today, and no part of what is kept."""
    [body] = _with_clocks([answer.body], context)
    return answered(Answer(answer.status, body))


def answered(answer: Answer) -> Response:
    """An alert as answer, with its version as ETag."""
    headers = {"ETag": etag(orjson.loads(answer.body)["version"])}
    return Response(answer.body, answer.status, headers, "application/json")
