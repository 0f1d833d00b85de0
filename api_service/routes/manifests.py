"""`POST /v1/manifests`: what carriers send, and the receipt they get."""

import time
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api_service import errors, intake
from api_service.accept import EDIFACT, JSON, answer_form
from api_service.authentication import require
from api_service.body import MEDIA_TYPES, body_kind, media_type, received_body
from api_service.context import context_of
from api_service.errors import UNUSABLE, documented
from api_service.intake import Incoming, IntakeResult
from api_service.principal import Principal
from api_service.reading import BodyKind
from schemas.receipt import Receipt
from schemas.roles import Role

router = APIRouter(tags=["carriers"])

Carrier = Annotated[Principal, Depends(require(Role.CARRIER))]

_REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "description": "A UN/EDIFACT interchange, or manifests as JSON; as it is, or compressed with gzip.",
        "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES if name},
    }
}
_REFUSALS = documented(401, 403, 406, 408, 413, 415, 422, 429, 503)
_ANSWERS: dict[str, dict[str, object]] = {EDIFACT: {"schema": {"type": "string", "format": "binary"}}}
"""CONTRL, and CUSRES where the interchange asks for it."""
_FORMS = {BodyKind.EDIFACT: (JSON, EDIFACT)}
"""What can be answered in EDIFACT; everything else in JSON only."""
_FIRST = b'"replayed":false'
_AGAIN = b'"replayed":true'


@router.post(
    "/v1/manifests",
    status_code=202,
    responses={
        200: {"model": Receipt, "description": "The same bytes came before: the first receipt", "content": _ANSWERS},
        202: {"content": _ANSWERS},
        **_REFUSALS,
    },
    response_model=Receipt,
    openapi_extra=_REQUEST_BODY,
)
async def post_manifests(request: Request, carrier: Carrier) -> Response:
    """Submit manifests. The receipt says what was read in them; it is sent when everything is stored.

    With `Accept: application/edifact` an interchange is answered by CONTRL, and CUSRES where it asks for one.
    """
    context = context_of(request)
    started = time.perf_counter()
    incoming = _incoming(request)
    async with received_body(request, context.settings.submission_bytes_max, context.in_flight) as body:
        result = await intake.receive(context, incoming(body), carrier)
    context.metrics.receipt_seconds.observe(time.perf_counter() - started)
    return _answer(request, result, 200 if result.replayed else 202)


@router.post(
    "/v1/manifests/validate",
    responses={200: {"content": _ANSWERS}, **_REFUSALS},
    response_model=Receipt,
    openapi_extra=_REQUEST_BODY,
)
async def validate_manifests(request: Request, carrier: Carrier) -> Response:
    """The answer that submitting these bytes would get, with nothing stored."""
    context = context_of(request)
    incoming = _incoming(request)
    async with received_body(request, context.settings.submission_bytes_max, context.in_flight) as body:
        result = await intake.validate(context, incoming(body), carrier)
    return _answer(request, result, 200)


def _incoming(request: Request) -> Callable[[bytes], Incoming]:
    """What the headers say, before a byte of the body is read. Raises UnsupportedMediaTypeError, NotAcceptableError."""
    kind = body_kind(request)
    answered = answer_form(request, _FORMS.get(kind, (JSON,))) == EDIFACT
    return lambda body: Incoming(body, kind, media_type(request), answered)


def _answer(request: Request, result: IntakeResult, status: int) -> Response:
    """The stored bytes are the answer. They start with fields of ours, so that the first `replayed` is the receipt's own."""
    receipt = result.receipt.replace(_FIRST, _AGAIN, 1) if result.replayed else result.receipt
    if result.answer:
        return Response(result.answer, status if result.usable else UNUSABLE.status, media_type=EDIFACT)
    if result.usable:
        return Response(receipt, status, media_type="application/json")
    return errors.problem_around(UNUSABLE, "No message could be used; `messages` says why.", request.url.path, receipt)
