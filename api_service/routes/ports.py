"""What border police consoles read and send (contract, section 6)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api_service import problems, review, schedules
from api_service.alert_life import COMMENT_CHARACTERS_MAX, Order
from api_service.authentication import require
from api_service.context import Context
from api_service.cursors import encode_cursor
from api_service.deliveries import Reader
from api_service.errors import documented
from api_service.long_poll import WAIT_SECONDS_MAX, feed_cursor
from api_service.officer_view import officer_json
from api_service.parameters import AlertId, Headers, Moment, PortCode, version_seen
from api_service.principal import Principal
from api_service.review import Target
from api_service.routes.alerts import answered, json_page
from api_service.schedules import Punctuality, arrivals_board
from schemas.alert import Command, Outcome
from schemas.delivery import Cursor
from schemas.roles import Role
from storage import alerts, referrals
from storage.alert_feed import FeedEntry
from storage.alerts import ArrivalsWindow

router = APIRouter(prefix="/v1", tags=["consoles"], responses=documented(401, 403, 503))

Officer = Annotated[Principal, Depends(require(Role.OFFICER))]

FEED_PAGE_MAX = 500
"""A change is some 5 kB of JSON: a console that was away for a day catches up in pages of 2 MB."""
ARRIVALS_BEHIND = timedelta(hours=6)
ARRIVALS_AHEAD = timedelta(hours=24)
"""What a console shows unless it asks for another time: who may still stand in the hall, and whom the next shifts expect."""


def own_port(who: Principal, port: str) -> None:
    """Raises ForbiddenError where the port is another's."""
    if not who.may_see_port(port):
        raise problems.ForbiddenError("This key belongs to another port.")


class FeedQuery(BaseModel):
    """Where to go on, and how long to wait for news."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=200, description="From the last answer; absent: from the first change.")
    wait: float = Field(default=0.0, ge=0, le=60, description=f"Seconds to wait for news, at most {WAIT_SECONDS_MAX:.0f}.")
    limit: int = Field(default=100, ge=1, le=FEED_PAGE_MAX)


class FeedPage(BaseModel):
    """Changes in the order of their commits, each an alert as it then was, and where to go on."""

    items: list[dict[str, Any]]
    cursor: str


@router.get("/ports/{port}/alerts", response_model=FeedPage, responses={304: {"description": "No news"}, **documented(422)})
async def feed(
    port: PortCode,
    query: Annotated[FeedQuery, Query()],
    who: Officer,
    context: Context,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Every change of every alert of the port, once, in the order of commits; none is lost, however many write at once."""
    own_port(who, port)
    cursor = Cursor(0, 0) if query.cursor is None else feed_cursor(query.cursor)
    changes = await context.alert_tail.wait(cursor, port, query.limit, min(query.wait, WAIT_SECONDS_MAX))
    context.deliveries.note(Reader(who.key_id, port), changes)
    return _feed_answer(changes, cursor, if_none_match)


def _feed_answer(changes: Sequence[FeedEntry], cursor: Cursor, if_none_match: str | None) -> Response:
    reached = encode_cursor(*(changes[-1].cursor if changes else cursor))
    headers = {"ETag": f'"{reached}"', "Cache-Control": "private, no-cache"}
    if not changes and if_none_match is not None and if_none_match.removeprefix("W/") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    items = [change.rendered("officer", officer_json) for change in changes]
    return Response(json_page(items, {"cursor": reached}), 200, headers, "application/json")


class ArrivalsQuery(BaseModel):
    """Scheduled arrival from (inclusive) and to (exclusive)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")


@router.get("/ports/{port}/arrivals", responses=documented(422))
async def arrivals(port: PortCode, query: Annotated[ArrivalsQuery, Query()], who: Officer, context: Context) -> dict[str, Any]:
    """Flights into the port: those of which something was received, with their open alerts, and those the schedules expect.

    `open_alerts` are all alerts that somebody still has to do something about; of them `open_protection_alerts` are about
    people to be protected, and `outcomes_overdue` wait for an officer's outcome. `open_referrals` of the port belong to no
    flight.

    `manifest` is the state of the passenger list: `received`; `expected` where it is not due yet, `late` where it is, `missing`
    where the flight has departed without it.
    """
    own_port(who, port)
    now = context.clock()
    since, until = query.since or now - ARRIVALS_BEHIND, query.until or now + ARRIVALS_AHEAD
    async with context.database.reading() as work:
        window = ArrivalsWindow(port, since, until, now - timedelta(minutes=context.settings.outcome_due_minutes))
        found = await alerts.arrivals(work, window)
        cards = await referrals.open_cards(work, port)
        expected = await schedules.expected_arrivals(work, port, since, until)
    punctuality = Punctuality(now, timedelta(minutes=context.settings.manifest_due_minutes))
    return {"items": arrivals_board(found, expected, punctuality), "open_referrals": cards}


class OutcomeReport(BaseModel):
    """What the officer found."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    comment: str | None = Field(default=None, max_length=COMMENT_CHARACTERS_MAX, pattern=r"^[^\x00]*$")


_COMMAND_REFUSALS = documented(404, 409, 412, 422)


@router.post("/alerts/{alert_id}/acknowledgement", responses=_COMMAND_REFUSALS)
async def acknowledge(alert_id: AlertId, who: Officer, headers: Headers, context: Context) -> Response:
    """An officer has taken the alert in hand."""
    order = Order(Command.ACKNOWLEDGE, who.key_id, who.role, context.clock())
    target = Target(alert_id, version_seen(headers.if_match), who.ports)
    return answered(await review.carry_out(context.database, order, target, headers.idempotency_key))


@router.post("/alerts/{alert_id}/outcome", responses=_COMMAND_REFUSALS)
async def outcome(alert_id: AlertId, report: OutcomeReport, who: Officer, headers: Headers, context: Context) -> Response:
    """An officer has met the traveller, or has not. Closes the alert."""
    order = Order(Command.OUTCOME, who.key_id, who.role, context.clock(), comment=report.comment, outcome=report.outcome)
    target = Target(alert_id, version_seen(headers.if_match), who.ports)
    return answered(await review.carry_out(context.database, order, target, headers.idempotency_key))
