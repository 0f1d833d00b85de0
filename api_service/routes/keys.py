"""`/v1/keys`: operators make, list and revoke keys."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api_service import keys
from api_service.authentication import Principal, require
from api_service.context import context_of
from api_service.errors import documented
from api_service.keys import KeyOrder
from schemas.roles import Role
from storage.keys import StoredKey

router = APIRouter(tags=["operators"])

Operator = Annotated[Principal, Depends(require(Role.OPERATOR))]


class KeyRequest(BaseModel):
    """The key wanted."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    carrier: str | None = Field(default=None, pattern="^[A-Za-z0-9]{2,3}$")
    port: str | None = Field(default=None, pattern="^[A-Za-z]{3}$")
    label: str | None = Field(default=None, max_length=200)
    expires_at: AwareDatetime | None = None


class KeyView(BaseModel):
    """A key without its secret."""

    key_id: str
    role: Role
    carrier: str | None
    port: str | None
    label: str | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None


class KeyMade(BaseModel):
    """A new key, shown this once."""

    key: str


class KeyList(BaseModel):
    """All keys."""

    items: list[KeyView]


@router.get("/v1/keys", responses=documented(401, 403, 503))
async def list_keys(request: Request, _operator: Operator) -> KeyList:
    """All keys, oldest first, without secrets."""
    return KeyList(items=[_view(key) for key in await keys.list_keys(context_of(request).database)])


@router.post("/v1/keys", status_code=201, responses=documented(401, 403, 422, 503))
async def create_key(wanted: KeyRequest, request: Request, operator: Operator) -> KeyMade:
    """Make a key. The answer is the only time it is shown."""
    context = context_of(request)
    order = KeyOrder(wanted.role, wanted.carrier, wanted.port, wanted.label, wanted.expires_at)
    return KeyMade(key=await keys.create_key(context.database, order, operator.key_id, context.clock()))


@router.delete("/v1/keys/{key_id}", status_code=204, responses=documented(401, 403, 404, 503))
async def revoke_key(key_id: str, request: Request, operator: Operator) -> Response:
    """Revoke a key, at once."""
    context = context_of(request)
    await keys.revoke_key(context.database, key_id, operator.key_id, context.clock())
    return Response(status_code=204)


def _view(key: StoredKey) -> KeyView:
    return KeyView.model_validate(key, from_attributes=True)
