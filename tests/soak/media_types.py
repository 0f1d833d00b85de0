"""Media types that Schemathesis does not know by itself: sent as the bytes they are."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/jose", "application/edifact")
def plain(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
