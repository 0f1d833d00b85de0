"""`/v1/webhooks`: operators propose and end them, supervisors approve."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api_service.authentication import Principal, require
from api_service.context import AppContext, Context
from api_service.cursors import decode_moment, encode_moment
from api_service.errors import documented
from api_service.parameters import PRINTABLE
from api_service.webhooks import subscription
from api_service.webhooks.subscription import OVERLAP_HOURS_MAX, Actor, Wanted
from api_service.webhooks.targets import URL_CHARACTERS_MAX, TargetRules
from schemas.roles import Role
from storage.webhooks import DELIVERIES_PAGE_MAX

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=documented(401, 403, 503))

Operator = Annotated[Principal, Depends(require(Role.OPERATOR))]
Supervisor = Annotated[Principal, Depends(require(Role.SUPERVISOR))]
Reader = Annotated[Principal, Depends(require(Role.OPERATOR, Role.SUPERVISOR, Role.AUDITOR))]
"""Addresses and counts: no passenger data. A supervisor must see what there is to approve."""
WebhookId = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]
DeliveryId = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]


class WebhookRequest(BaseModel):
    """The webhook wanted. `role` and `port`: the receiver sees what such a key would see."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=URL_CHARACTERS_MAX, description="https, on a host of KULLA_WEBHOOK_HOSTS.")
    role: Literal["analyst", "officer"]
    port: str | None = Field(default=None, pattern=r"^[A-Z0-9]{3,5}$", description="Arrival port; an officer's is required.")
    label: str | None = Field(default=None, max_length=200, pattern=PRINTABLE)


class WebhookView(BaseModel):
    """A webhook without its secret. `delivered` counts changes that the receiver took."""

    webhook_id: str
    url: str
    role: Role
    port: str | None
    label: str | None
    state: Literal["proposed", "active"]
    delivered: int
    created_by: str
    created_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    previous_until: datetime | None


class WebhookMade(WebhookView):
    """A new webhook, and its secret, shown this once."""

    secret: str


class WebhookList(BaseModel):
    """All webhooks."""

    items: list[WebhookView]


@router.post("", status_code=201, responses=documented(409, 422))
async def propose(wanted: WebhookRequest, who: Operator, context: Context) -> WebhookMade:
    """Propose a webhook. Nothing is sent until a supervisor approves it. The answer is the only time the secret is shown."""
    order = Wanted(wanted.url, Role(wanted.role), wanted.port, wanted.label)
    rules = TargetRules.of(context.settings)
    webhook, secret = await subscription.propose(context.database, rules, order, _actor(who, context))
    view = WebhookView.model_validate(webhook, from_attributes=True)
    return WebhookMade(**view.model_dump(), secret=secret)


@router.get("")
async def every(_who: Reader, context: Context) -> WebhookList:
    """All webhooks, oldest first."""
    found = await subscription.every(context.database)
    return WebhookList(items=[WebhookView.model_validate(webhook, from_attributes=True) for webhook in found])


@router.get("/{webhook_id}", responses=documented(404, 422))
async def one(webhook_id: WebhookId, _who: Reader, context: Context) -> WebhookView:
    """One webhook."""
    found = await subscription.one(context.database, webhook_id)
    return WebhookView.model_validate(found, from_attributes=True)


@router.delete("/{webhook_id}", status_code=204, responses=documented(404, 422))
async def remove(webhook_id: WebhookId, who: Operator, context: Context) -> Response:
    """End a webhook. Its secrets, and what it could not deliver, are forgotten."""
    await subscription.remove(context.database, webhook_id, _actor(who, context))
    return Response(status_code=204)


@router.post("/{webhook_id}/approval", responses=documented(404, 409, 422))
async def approve(webhook_id: WebhookId, who: Supervisor, context: Context) -> WebhookView:
    """Approve a proposed webhook: changes from now on are sent."""
    approved = await subscription.approve(context.database, context.alert_tail, webhook_id, _actor(who, context))
    return WebhookView.model_validate(approved, from_attributes=True)


class RotationRequest(BaseModel):
    """How long the old secret signs too."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: float = Field(default=24.0, ge=0, le=OVERLAP_HOURS_MAX)


class NewSecret(BaseModel):
    """A new secret, shown this once."""

    secret: str


@router.post("/{webhook_id}/secret", responses=documented(404, 422))
async def rotate(webhook_id: WebhookId, wanted: RotationRequest, who: Operator, context: Context) -> NewSecret:
    """Change the secret. During the overlap deliveries carry two signatures, the new one first."""
    overlap = timedelta(hours=wanted.overlap_hours)
    return NewSecret(secret=await subscription.rotate(context.database, webhook_id, overlap, _actor(who, context)))


class DeliveriesQuery(BaseModel):
    """`waiting`: being tried, all later ones wait for it. `dead`: given up. `again`: being tried again on request."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["waiting", "dead", "again"] | None = None
    cursor: str | None = Field(default=None, max_length=300)
    limit: int = Field(default=50, ge=1, le=DELIVERIES_PAGE_MAX)


class DeliveryView(BaseModel):
    """A change that was not delivered: which, and why. What was delivered is only counted."""

    delivery_id: str
    alert_id: str
    alert_version: int
    state: Literal["waiting", "dead", "again"]
    attempts: int
    failure: str
    status: int | None
    failed_at: datetime
    next_at: datetime | None


class DeliveryPage(BaseModel):
    """Deliveries in the order of their last failures, and where to go on (null = that was all)."""

    items: list[DeliveryView]
    next_cursor: str | None


@router.get("/{webhook_id}/deliveries", responses=documented(404, 422))
async def deliveries(
    webhook_id: WebhookId, query: Annotated[DeliveriesQuery, Query()], _who: Reader, context: Context
) -> DeliveryPage:
    """What could not be delivered."""
    after = None if query.cursor is None else decode_moment(query.cursor)
    found = await subscription.undelivered(context.database, webhook_id, query.state, after, query.limit + 1)
    items = [DeliveryView.model_validate(row, from_attributes=True) for row in found[: query.limit]]
    more = len(found) > query.limit
    return DeliveryPage(items=items, next_cursor=encode_moment(items[-1].failed_at, items[-1].delivery_id) if more else None)


@router.post("/{webhook_id}/deliveries/{delivery_id}/redelivery", status_code=202, responses=documented(404, 422))
async def send_again(webhook_id: WebhookId, delivery_id: DeliveryId, who: Operator, context: Context) -> Response:
    """Send a dead delivery again, soon, and out of order: its alert may have changed since."""
    await subscription.send_again(context.database, webhook_id, delivery_id, _actor(who, context))
    return Response(status_code=202)


def _actor(who: Principal, context: AppContext) -> Actor:
    return Actor(who.key_id, context.clock())
