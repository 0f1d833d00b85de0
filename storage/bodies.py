"""How bodies rest: JSON, deflated. A manifest of 170 travellers is some 200 kB of JSON and some 15 kB at rest.

Level 1 is chosen because the receipt waits for it: higher levels cost three times as long for a tenth less.
"""

import zlib

_LEVEL = 1
BODY_BYTES_MAX = 256 * 1024 * 1024
"""No honest body inflates beyond this (the largest accepted submission times the factor from EDIFACT to JSON)."""


def deflate(body: bytes) -> bytes:
    """JSON to what is stored."""
    return zlib.compress(body, _LEVEL)


def inflate(stored: bytes) -> bytes:
    """What is stored to JSON."""
    decompressor = zlib.decompressobj()
    body = decompressor.decompress(stored, BODY_BYTES_MAX)
    assert decompressor.eof, "a stored body is larger than any we write"
    return body
