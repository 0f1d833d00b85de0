"""`/v1/keys`: operators make, list, rotate and revoke keys."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api_service import keys
from api_service.authentication import require
from api_service.context import Context, context_of
from api_service.errors import documented
from api_service.keys import OVERLAP_DEFAULT, OVERLAP_MAX, PORTS_MAX, KeyOrder, RotationOrder
from api_service.parameters import PRINTABLE, Moment
from api_service.principal import Principal
from schemas.roles import Role
from storage.keys import StoredKey

router = APIRouter(tags=["operators"])

Operator = Annotated[Principal, Depends(require(Role.OPERATOR))]
KeyId = Annotated[str, Path(max_length=40, pattern=PRINTABLE, description="The part of a key between its two underscores.")]


class KeyRequest(BaseModel):
    """The key wanted."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    carrier: str | None = Field(default=None, pattern="^[A-Za-z0-9]{2,3}$", description="Of a carrier's key: its designator.")
    ports: list[Annotated[str, Field(pattern="^[A-Za-z0-9]{3,5}$")]] = Field(
        default=[], max_length=PORTS_MAX, description="Of an officer's key: whose consoles it may read."
    )
    label: str | None = Field(default=None, max_length=200, pattern=PRINTABLE)
    expires_at: Moment | None = None
    certificate_sha256: str | None = Field(
        default=None, pattern="^[0-9a-f]{64}$", description="The client certificate without which the key is worth nothing."
    )

    def order(self) -> KeyOrder:
        """For the use case."""
        certificate = None if self.certificate_sha256 is None else bytes.fromhex(self.certificate_sha256)
        return KeyOrder(self.role, self.carrier, tuple(self.ports), self.label, self.expires_at, certificate)


class KeyView(BaseModel):
    """A key without its secret. `last_used_at` to the minute. `previous_until`: until then the secret before counts too."""

    key_id: str
    role: Role
    carrier: str | None
    ports: list[str] | None
    label: str | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    rotated_at: datetime | None
    previous_until: datetime | None
    last_used_at: datetime | None
    certificate_sha256: str | None


class KeyMade(BaseModel):
    """A new key, shown this once."""

    key_id: str
    key: str


class KeyRotated(KeyMade):
    """A new secret, shown this once, and until when the one before counts too."""

    previous_until: datetime


class RotationRequest(BaseModel):
    """How to replace a secret."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: float = Field(
        default=OVERLAP_DEFAULT / timedelta(hours=1),
        ge=0,
        le=OVERLAP_MAX / timedelta(hours=1),
        description="How long the present secret counts too. 0: it is worth nothing at once.",
    )
    expires_at: Moment | None = Field(default=None, description="When the key expires; absent: as before.")


class KeyList(BaseModel):
    """All keys."""

    items: list[KeyView]


@router.get("/v1/keys", responses=documented(401, 403, 503))
async def list_keys(request: Request, _operator: Operator) -> KeyList:
    """All keys, oldest first, without secrets."""
    return KeyList(items=[_view(key) for key in await keys.list_keys(context_of(request).database)])


@router.post("/v1/keys", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def create_key(wanted: KeyRequest, context: Context, operator: Operator) -> KeyMade:
    """Make a key. The answer is the only time it is shown."""
    key = await keys.create_key(context.database, wanted.order(), operator.key_id, context.clock())
    return KeyMade(key_id=key.split("_")[1], key=key)


@router.post("/v1/keys/{key_id}/rotation", responses=documented(401, 403, 404, 422, 503))
async def rotate_key(key_id: KeyId, wanted: RotationRequest, context: Context, operator: Operator) -> KeyRotated:
    """Replace the secret of a key. The answer is the only time the new one is shown; the present one counts for a while."""
    order = RotationOrder(key_id, timedelta(hours=wanted.overlap_hours), wanted.expires_at)
    key, until = await keys.rotate_key(context.database, order, operator.key_id, context.clock())
    return KeyRotated(key_id=key_id, key=key, previous_until=until)


@router.delete("/v1/keys/{key_id}", status_code=204, responses=documented(401, 403, 404, 503))
async def revoke_key(key_id: KeyId, request: Request, operator: Operator) -> Response:
    """Revoke a key, at once."""
    context = context_of(request)
    await keys.revoke_key(context.database, key_id, operator.key_id, context.clock())
    return Response(status_code=204)


def _view(key: StoredKey) -> KeyView:
    fields = {name: getattr(key, name) for name in KeyView.model_fields}
    certificate = key.certificate_sha256
    return KeyView.model_validate({**fields, "certificate_sha256": None if certificate is None else certificate.hex()})
