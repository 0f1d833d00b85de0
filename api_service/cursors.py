"""Cursors as callers see them: opaque, checked when they come back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import orjson

from api_service.problems import InvalidRequestError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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


def encode_moment(at: datetime, identifier: str) -> str:
    """A place in a list that is ordered by time, then by identifier."""
    return encode_cursor((at - _EPOCH) // _MICROSECOND, identifier)


def decode_moment(cursor: str) -> tuple[datetime, str]:
    """The place again. Raises InvalidRequestError for whatever we did not write."""
    microseconds, identifier = decode_cursor(cursor, (int, str))
    try:
        return _EPOCH + timedelta(microseconds=int(microseconds)), str(identifier).replace("\x00", "")
    except OverflowError as error:
        raise InvalidRequestError("This cursor was not made here.") from error
