"""`/v1/exchange`: partners, agreements, exports and imports. Every step is in the audit trail."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api_service.authentication import Principal, require
from api_service.context import AppContext, Context, context_of
from api_service.cursors import decode_moment, encode_moment
from api_service.errors import documented
from api_service.exchange import agreements, transfers
from api_service.exchange.agreements import Actor, Terms
from api_service.exchange.signing import DOCUMENT_BYTES_MAX, ExchangeKey, fingerprint
from api_service.exchange.transfers import Subject
from api_service.parameters import PRINTABLE
from api_service.problems import BodyTooLargeError, ForbiddenError, InvalidRequestError
from schemas.roles import Role
from storage import exchange as stored
from storage.exchange import TRANSFERS_PAGE_MAX, Agreement, Partner, Transfer

router = APIRouter(prefix="/v1/exchange", tags=["exchange"], responses=documented(401, 403, 503))

Keeper = Annotated[Principal, Depends(require(Role.LIST_OWNER, Role.SUPERVISOR))]
Supervisor = Annotated[Principal, Depends(require(Role.SUPERVISOR))]
Requester = Annotated[Principal, Depends(require(Role.LIST_OWNER, Role.ANALYST))]
Reader = Annotated[Principal, Depends(require(Role.LIST_OWNER, Role.SUPERVISOR, Role.AUDITOR))]
Identifier = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]
Text = Annotated[str, Field(min_length=1, max_length=500, pattern=PRINTABLE)]
JWS_MEDIA_TYPE = "application/jose"
_BODY = {"requestBody": {"required": True, "content": {JWS_MEDIA_TYPE: {"schema": {"type": "string"}}}}}


class OwnKey(BaseModel):
    """Our public key (Ed25519, base64), and its SHA-256, by which documents name it."""

    public_key: str
    fingerprint: str


class PartnerRequest(BaseModel):
    """A partner. `public_key`: Ed25519, 32 bytes in base64; compare its fingerprint over another channel."""

    model_config = ConfigDict(extra="forbid")

    partner_id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    name: Text
    country: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    public_key: str = Field(max_length=100)

    def partner(self, actor: Actor) -> Partner:
        """To be kept. Raises InvalidRequestError."""
        try:
            key = b64decode(self.public_key, validate=True)
        except (Base64Error, ValueError) as error:
            raise InvalidRequestError("public_key is no base64.") from error
        if len(key) != 32:
            raise InvalidRequestError("public_key is no Ed25519 key of 32 bytes.")
        return Partner(self.partner_id, self.name, self.country, key, actor.key_id, actor.at)


class PartnerView(BaseModel):
    """A partner."""

    partner_id: str
    name: str
    country: str | None
    fingerprint: str
    created_by: str
    created_at: datetime


class AgreementRequest(BaseModel):
    """What is agreed on. `shares`: groups of fields; `lists`: from which, and into which. Nothing else is ever shared."""

    model_config = ConfigDict(extra="forbid")

    partner_id: str = Field(max_length=40, pattern=PRINTABLE)
    reference: Text = Field(description="By which both sides know the agreement.")
    purpose: Text
    legal_basis: Text
    directions: list[Literal["export", "import"]] = Field(min_length=1, max_length=2)
    shares: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=20)
    lists: list[Annotated[str, Field(max_length=64, pattern=PRINTABLE)]] = Field(min_length=1, max_length=100)
    expires_at: AwareDatetime

    def terms(self) -> Terms:
        """For the use case."""
        values = self.model_dump()
        return Terms(**values | {name: tuple(dict.fromkeys(values[name])) for name in ("directions", "shares", "lists")})


class AgreementView(BaseModel):
    """An agreement, and who made it."""

    agreement_id: str
    partner_id: str
    reference: str
    purpose: str
    legal_basis: str
    directions: list[str]
    shares: list[str]
    lists: list[str]
    expires_at: datetime
    state: Literal["proposed", "active", "ended"]
    created_by: str
    created_at: datetime
    approved_by: str | None
    approved_at: datetime | None


class Overview(BaseModel):
    """Partners and agreements."""

    partners: list[PartnerView]
    agreements: list[AgreementView]


@router.get("/key")
async def own_key(_who: Reader, context: Context) -> OwnKey:
    """Our public key, for partners to register."""
    public = _key(context).public
    return OwnKey(public_key=b64encode(public).decode(), fingerprint=fingerprint(public))


@router.get("")
async def overview(_who: Reader, context: Context) -> Overview:
    """All partners and agreements."""
    partners, agreed = await agreements.every(context.database)
    return Overview(partners=[_partner(one) for one in partners], agreements=[_agreement(one) for one in agreed])


@router.post("/partners", status_code=201, responses=documented(409, 422))
async def register(wanted: PartnerRequest, who: Keeper, context: Context) -> PartnerView:
    """Register a partner. Nothing is shared with it before there is an agreement."""
    partner = wanted.partner(_actor(who, context))
    await agreements.register(context.database, partner, _key(context).public)
    return _partner(partner)


@router.post("/agreements", status_code=201, responses=documented(409, 422))
async def propose(wanted: AgreementRequest, who: Keeper, context: Context) -> AgreementView:
    """Propose an agreement. It is in force when a supervisor, who is somebody else, approves it."""
    return _agreement(await agreements.propose(context.database, wanted.terms(), _actor(who, context)))


@router.post("/agreements/{agreement_id}/approval", responses=documented(404, 409, 422))
async def approve_agreement(agreement_id: Identifier, who: Supervisor, context: Context) -> AgreementView:
    """Put an agreement in force."""
    return _agreement(await agreements.approve(context.database, agreement_id, _actor(who, context)))


@router.delete("/agreements/{agreement_id}", status_code=204, responses=documented(404, 422))
async def end_agreement(agreement_id: Identifier, who: Keeper, context: Context) -> Response:
    """End an agreement, at once."""
    await agreements.end(context.database, agreement_id, _actor(who, context))
    return Response(status_code=204)


class ExportRequest(BaseModel):
    """What to export under which agreement, and why: a record (`list_id`, `record_id`) or a case (`alert_id`)."""

    model_config = ConfigDict(extra="forbid")

    agreement_id: str = Field(max_length=100, pattern=PRINTABLE)
    list_id: str | None = Field(default=None, max_length=64, pattern=PRINTABLE)
    record_id: str | None = Field(default=None, max_length=200, pattern=PRINTABLE)
    alert_id: str | None = Field(default=None, max_length=100, pattern=PRINTABLE)
    reason: Text

    def subject(self) -> Subject:
        """For the use case. Raises InvalidRequestError."""
        if self.alert_id is not None and self.list_id is None and self.record_id is None:
            return Subject(self.alert_id)
        if self.alert_id is None and self.list_id is not None and self.record_id is not None:
            return Subject(self.record_id, self.list_id)
        raise InvalidRequestError("Name either an alert_id, or a list_id and a record_id.")


class TransferView(BaseModel):
    """One export or import, and who did what to it."""

    transfer_id: str
    agreement_id: str
    partner_id: str
    direction: Literal["export", "import"]
    kind: Literal["record", "case"]
    message_id: str
    state: Literal["requested", "approved", "refused", "received", "seconded", "accepted"]
    requested_by: str
    requested_at: datetime
    first_by: str | None
    list_id: str | None
    decided_by: str | None
    decided_at: datetime | None


class OpenTransfer(TransferView):
    """The same with what is, or was, exchanged: for those who decide about it. Null when it was forgotten."""

    reason: str | None
    content: dict[str, Any] | None


@router.post("/exports", status_code=201, responses=documented(404, 409, 422))
async def request_export(wanted: ExportRequest, who: Requester, context: Context) -> OpenTransfer:
    """Ask that a record or a case be exported. What would leave is fixed now, and shown."""
    subject = wanted.subject()
    if subject.list_id is None and not who.acts_as(Role.ANALYST):
        raise ForbiddenError("Cases are exported by analysts.")
    actor = _actor(who, context)
    return _open(await transfers.request(context.database, wanted.agreement_id, subject, wanted.reason, actor))


@router.get("/exports/{transfer_id}/document", responses={200: {"content": {JWS_MEDIA_TYPE: {}}}, **documented(404, 409, 422)})
async def document(transfer_id: Identifier, who: Keeper, context: Context) -> Response:
    """The signed document of an approved export, to be carried to the partner."""
    signed = await transfers.fetch(context.database, transfer_id, _actor(who, context))
    return Response(signed, media_type=JWS_MEDIA_TYPE, headers={"Cache-Control": "no-store"})


@router.post("/exports/{transfer_id}/approval", responses=documented(404, 409, 422))
async def approve_export(transfer_id: Identifier, who: Supervisor, context: Context) -> OpenTransfer:
    """Approve what somebody else requested; it is signed now."""
    actor = _actor(who, context)
    return _open(await transfers.decide(context.database, _key(context), transfer_id, actor, approved=True))


@router.post("/exports/{transfer_id}/refusal", responses=documented(404, 409, 422))
async def refuse_export(transfer_id: Identifier, who: Supervisor, context: Context) -> OpenTransfer:
    """Refuse what somebody else requested."""
    actor = _actor(who, context)
    return _open(await transfers.decide(context.database, _key(context), transfer_id, actor, approved=False))


@router.post("/imports", status_code=201, responses=documented(409, 413, 422), openapi_extra=_BODY)
async def receive(who: Keeper, request: Request) -> OpenTransfer:
    """Take a partner's document in, sent as the body: checked, and kept as a proposal. No list changes yet."""
    context = context_of(request)
    signed = await _body(request)
    return _open(await transfers.receive(context.database, _key(context), signed, _actor(who, context)))


async def _body(request: Request) -> str:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > DOCUMENT_BYTES_MAX:
            raise BodyTooLargeError("A document is smaller than that.", {"document_bytes_max": DOCUMENT_BYTES_MAX})
        pieces.append(piece)
    try:
        return b"".join(pieces).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise InvalidRequestError("This is no valid document for us.", {"reason": "malformed"}) from error


class Acceptance(BaseModel):
    """Into which list."""

    model_config = ConfigDict(extra="forbid")

    list_id: str = Field(min_length=1, max_length=64, pattern=PRINTABLE)


@router.post("/imports/{transfer_id}/acceptance", responses=documented(404, 409, 422))
async def accept(transfer_id: Identifier, wanted: Acceptance, who: Keeper, context: Context) -> OpenTransfer:
    """Accept an import into a list. The second person to do so makes it a record there."""
    return _open(await transfers.accept(context.database, transfer_id, wanted.list_id, _actor(who, context)))


@router.post("/imports/{transfer_id}/refusal", responses=documented(404, 409, 422))
async def refuse_import(transfer_id: Identifier, who: Keeper, context: Context) -> OpenTransfer:
    """Refuse an import."""
    return _open(await transfers.refuse(context.database, transfer_id, _actor(who, context)))


class TransferQuery(BaseModel):
    """A page of the log."""

    model_config = ConfigDict(extra="forbid")

    direction: Literal["export", "import"] | None = None
    cursor: str | None = Field(default=None, max_length=300)
    limit: int = Field(default=50, ge=1, le=TRANSFERS_PAGE_MAX)


class TransferPage(BaseModel):
    """Transfers in the order of their requests, without what was in them, and where to go on (null = that was all)."""

    items: list[TransferView]
    next_cursor: str | None


@router.get("/transfers", responses=documented(422))
async def log(query: Annotated[TransferQuery, Query()], _who: Reader, context: Context) -> TransferPage:
    """What went to and fro."""
    after = None if query.cursor is None else decode_moment(query.cursor)
    async with context.database.reading() as work:
        found = await stored.transfers(work, query.direction, after, query.limit + 1)
    items = [TransferView.model_validate(one, from_attributes=True) for one in found[: query.limit]]
    more = len(found) > query.limit
    return TransferPage(items=items, next_cursor=encode_moment(items[-1].requested_at, items[-1].transfer_id) if more else None)


def _actor(who: Principal, context: AppContext) -> Actor:
    return Actor(who.key_id, context.clock())


def _key(context: AppContext) -> ExchangeKey:
    return ExchangeKey.of_file(context.settings.exchange_key_path)


def _partner(partner: Partner) -> PartnerView:
    values = {name: getattr(partner, name) for name in PartnerView.model_fields if name != "fingerprint"}
    return PartnerView(**values, fingerprint=fingerprint(partner.public_key))


def _agreement(agreement: Agreement) -> AgreementView:
    return AgreementView.model_validate(agreement, from_attributes=True)


def _open(transfer: Transfer) -> OpenTransfer:
    return OpenTransfer.model_validate(transfer, from_attributes=True)
