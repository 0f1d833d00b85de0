"""The OpenAPI document, completed: what every endpoint may answer besides what its own code says.

Endpoints name the refusals that are theirs. Those that come from around them are added here, by what an endpoint is: who needs
a key may be refused or slowed down, or fail to reach the store; who takes parameters or a body may be told that they are wrong.
All of them are `Problem`s.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI

from api_service.errors import PROBLEM_MEDIA_TYPE, documented

_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `detail` is for people, `type` for programs; some problems have members of their own.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:kulla:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
}
_OF_KEYS = (401, 403, 429, 503)
_OF_INPUT = (422,)
_OF_BODIES = (400, 413)
_REFERENCE = {"schema": {"$ref": "#/components/schemas/Problem"}}


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` give the completed document."""
    plain: Callable[[], dict[str, Any]] = app.openapi

    def completed() -> dict[str, Any]:
        fresh = app.openapi_schema is None
        document = plain()
        return _complete(document) if fresh else document

    app.openapi = completed  # type: ignore[method-assign]  # FastAPI's own way to change the document


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for operation in _operations(document):
        answers = operation["responses"]
        if "HTTPValidationError" in str(answers.get("422", "")):
            del answers["422"]
        for status, answer in documented(*_statuses(operation)).items():
            answers.setdefault(str(status), answer)
        _name_problems(answers)
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _statuses(operation: dict[str, Any]) -> set[int]:
    statuses = set(_OF_KEYS if operation.get("security") else ())
    if operation.get("parameters") or "requestBody" in operation:
        statuses |= set(_OF_INPUT)
    if "requestBody" in operation:
        statuses |= set(_OF_BODIES)
    return statuses


def _name_problems(answers: dict[str, Any]) -> None:
    for status, answer in answers.items():
        if status.startswith(("4", "5")) and PROBLEM_MEDIA_TYPE in answer.get("content", {}):
            answer["content"][PROBLEM_MEDIA_TYPE] = _REFERENCE
