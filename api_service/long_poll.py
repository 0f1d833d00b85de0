"""Where a reader of the alert feed goes on, and how long it may wait there."""

from api_service.cursors import decode_cursor
from api_service.problems import InvalidRequestError
from schemas.delivery import Cursor

WAIT_SECONDS_MAX = 25.0
"""Below the 30 s after which proxies commonly give up on a silent connection."""

_CURSOR_MAX = 2**63 - 1  # the columns are 64-bit integers


def feed_cursor(text: str) -> Cursor:
    """The place in the alert feed that a reader was given. Raises InvalidRequestError."""
    major, minor = (int(part) for part in decode_cursor(text, (int, int)))
    if not (0 <= major <= _CURSOR_MAX and 0 <= minor <= _CURSOR_MAX):
        raise InvalidRequestError("This cursor was not made here.")
    return Cursor(major, minor)
