"""Every error answer of the service: problem+json (RFC 9457), from one table.

A problem never repeats the input (it may be a passenger's), never shows an exception's text unless we wrote it for the caller,
and never differs between "does not exist" and "is not yours".
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from api_service import problems
from api_service.farewell import FarewellResponse
from storage.database import StoreUnavailableError

PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_STORE_SECONDS = 5
"""A restarting database needs a few seconds; asking more often only adds load."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: `name` ends the problem's `type`, `title` is the same for every problem of the kind."""

    status: int
    name: str
    title: str


_LAST = frozenset({408, 413})
"""After these the rest of the body is not wanted: the connection is closed."""

UNEXPECTED = Kind(500, "internal", "The service made an error")
STORE_UNAVAILABLE = Kind(503, "store-unavailable", "The store is unavailable")
INVALID = Kind(422, "invalid-request", "The request is not valid")
UNUSABLE = Kind(422, "unusable-submission", "No message of the submission is usable")

KINDS: Mapping[type[Exception], Kind] = {
    problems.MalformedRequestError: Kind(400, "malformed-request", "The request is not well-formed"),
    problems.UnauthenticatedError: Kind(401, "unauthenticated", "A valid key is needed"),
    problems.ForbiddenError: Kind(403, "forbidden", "This key may not do that"),
    problems.NotFoundError: Kind(404, "not-found", "There is no such thing"),
    problems.NotAcceptableError: Kind(406, "not-acceptable", "The answer has no form that you accept"),
    problems.RequestTimeoutError: Kind(408, "request-timeout", "The body did not arrive in time"),
    problems.ConflictError: Kind(409, "conflict", "Not possible in the present state"),
    problems.StaleVersionError: Kind(412, "stale-version", "Somebody else was quicker"),
    problems.BodyTooLargeError: Kind(413, "body-too-large", "The body is too large"),
    problems.UnsupportedMediaTypeError: Kind(415, "unsupported-media-type", "The body is of a type that is not read here"),
    problems.InvalidRequestError: INVALID,
    problems.VersionRequiredError: Kind(428, "version-required", "Say which version you saw"),
    problems.TooManyRequestsError: Kind(429, "too-many-requests", "Over the rate of this key"),
    problems.OverloadedError: Kind(503, "overloaded", "Too much at once"),
    problems.IdentityProviderError: Kind(503, "identity-provider", "Tokens cannot be checked now"),
    StoreUnavailableError: STORE_UNAVAILABLE,
}

HTTP_KINDS: Mapping[int, Kind] = {
    404: Kind(404, "not-found", "There is no such thing"),
    405: Kind(405, "method-not-allowed", "This method is not allowed here"),
}
"""Refusals by the framework itself."""


def problem(
    kind: Kind, detail: str, instance: str, extras: Mapping[str, object] | None = None, retry_after_seconds: float | None = None
) -> Response:
    """A problem+json answer."""
    content = {**(extras or {}), **members(kind, detail, instance)}
    headers = {}
    if retry_after_seconds is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after_seconds)))
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="kulla"'
    answer = FarewellResponse if kind.status in _LAST else Response
    return answer(orjson.dumps(content), kind.status, headers, PROBLEM_MEDIA_TYPE)


def members(kind: Kind, detail: str, instance: str) -> dict[str, object]:
    """The standard members of a problem."""
    return {
        "type": f"urn:kulla:problem:{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": instance,
    }


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, problems.RefusalError)
    kind = next(KINDS[cls] for cls in type(error).__mro__ if cls in KINDS)
    return problem(kind, error.detail, request.url.path, error.extras, error.retry_after_seconds)


async def _store_unavailable(request: Request, _error: Exception) -> Response:
    detail = "The database does not answer. Nothing was half-written; sending the same again is safe."
    return problem(STORE_UNAVAILABLE, detail, request.url.path, retry_after_seconds=RETRY_AFTER_STORE_SECONDS)


_FIELD = re.compile(r"[a-z][a-z_-]{0,39}|[0-9]{1,6}")


def _shown(part: object) -> str:
    """A part of a place. The name of a field that does not exist is the sender's own text: shown only where it looks like a
    field."""
    return str(part) if _FIELD.fullmatch(str(part)) else "?"


async def _invalid(request: Request, error: Exception) -> Response:
    """Where and what is wrong, without the value that was sent."""
    assert isinstance(error, RequestValidationError)
    errors = [{"location": [_shown(part) for part in row["loc"]], "rule": row["type"]} for row in error.errors()]
    return problem(INVALID, "Some fields are missing or wrong; `errors` says which.", request.url.path, {"errors": errors})


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = HTTP_KINDS.get(error.status_code, Kind(error.status_code, "http", "The request was refused"))
    answer = problem(kind, kind.title + ".", request.url.path)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    if error.status_code == 405 and (allowed := _allowed(request)):
        answer.headers["Allow"] = ", ".join(allowed)
    return answer


def _allowed(request: Request) -> list[str]:
    """All methods of this path; the framework names only those of the first endpoint that has it."""
    routes = getattr(request.app.state, "routes", ())
    fitting = [route for route in routes if isinstance(route, Route) and route.path_regex.match(request.url.path)]
    return sorted({method for route in fitting for method in route.methods or ()})


def unexpected(instance: str, request_id: str) -> Response:
    """The answer to our own mistake. The request's id leads an operator to the log line; nothing else is shown."""
    return problem(
        UNEXPECTED, "Nothing you sent explains this. Please report the request's id.", instance, {"request_id": request_id}
    )


def install(app: FastAPI) -> None:
    """Make every refusal of the application a problem."""
    app.add_exception_handler(problems.RefusalError, _refused)
    app.add_exception_handler(StoreUnavailableError, _store_unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def documented(*statuses: int) -> dict[int | str, dict[str, object]]:
    """`responses=` of an endpoint, for the OpenAPI document."""
    titles = {kind.status: kind.title for kind in KINDS.values()}
    return {status: {"description": titles[status], "content": {PROBLEM_MEDIA_TYPE: {}}} for status in statuses}


def problem_around(kind: Kind, detail: str, instance: str, answer: bytes) -> Response:
    """A problem that carries the members of `answer`, a JSON object, as they are."""
    assert answer.startswith(b"{")
    content = orjson.dumps(members(kind, detail, instance))[:-1] + b"," + answer[1:]
    return Response(content, kind.status, media_type=PROBLEM_MEDIA_TYPE)
