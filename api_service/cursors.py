"""Cursors as callers see them: opaque, checked when they come back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson

from api_service.problems import InvalidRequestError


def encode_cursor(*parts: str | int) -> str:
    """Parts of a place in a list, as text without meaning."""
    return urlsafe_b64encode(orjson.dumps(parts)).decode("ascii").rstrip("=")


def decode_cursor(cursor: str, kinds: tuple[type[str] | type[int], ...]) -> list[str | int]:
    """The parts again. Raises InvalidRequestError for whatever we did not write."""
    try:
        parts = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise InvalidRequestError("This cursor was not made here.") from error
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise InvalidRequestError("This cursor was not made here.")
    return parts
