"""Identifiers derived from content: the same bytes always get the same identifier.

Nothing here draws a random number. Two processes that see the same interchange, now or after a crash, name it alike, so
that repeating a step is harmless everywhere in the system. An identifier is a short prefix that says what it names, an
underscore, and 128 bits of SHA-256 in lower-case base 32.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

_DIGEST_BYTES = 16  # 128 bits: no collision in any number of manifests this world can send
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 base 32, lower case
_PAIRS = tuple(first + second for first in _DIGITS for second in _DIGITS)  # ten bits at a time: a fifth of base64's time
_SHIFTS = range(120, -1, -10)


def derive(prefix: str, *parts: str | bytes) -> str:
    """Name a thing by what it consists of.

    Every part is hashed with its length before it, so that ("AB", "C") and ("A", "BC") differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return _named(prefix, digest.digest())


def _named(prefix: str, digest: bytes) -> str:
    number = int.from_bytes(digest[:_DIGEST_BYTES], "big") << 2  # 128 bits, padded to 13 pairs of digits
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])}"


def derive_each(prefix: str, first: str, seconds: Iterable[str]) -> list[str]:
    """`derive(prefix, first, second)` for each second part, at a fraction of the time."""
    data = first.encode("utf-8", "surrogatepass")
    begin, digests = hashlib.sha256(len(data).to_bytes(8, "big") + data), []
    for second in seconds:
        data = second.encode("utf-8", "surrogatepass")
        digest = begin.copy()
        digest.update(len(data).to_bytes(8, "big") + data)
        digests.append(digest.digest()[:_DIGEST_BYTES])
    if len(digests) < _LANES // 4:
        return [_named(prefix, digest) for digest in digests]
    return [name for at in range(0, len(digests), _LANES) for name in _named_together(prefix, digests[at : at + _LANES])]


_LANES = 32
_LANE_BYTES = 32
_PADDING = b"\0" * 12, b"\0" * 4
_LETTERS = bytes(ord(_DIGITS[byte & 31]) for byte in range(256))


def _spreading() -> Iterator[tuple[int, int, int]]:
    """(what stays, what moves, by how many bits): each step halves runs of bits and moves the upper halves apart."""
    for bits in (80, 40, 20, 10, 5):
        half = (1 << bits) - 1
        sublanes = range(0, _LANES * _LANE_BYTES * 8, bits * 16 // 5)
        stays = sum(half << place for place in sublanes)
        yield stays, stays << bits, bits * 3 // 5


_SPREADING = tuple(_spreading())


def _named_together(prefix: str, digests: Sequence[bytes]) -> Iterator[str]:
    """Base 32 of many digests at once: in a lane of 32 bytes for each, 160 bits are spread to 32 digits of five bits a byte."""
    front, back = _PADDING
    number = int.from_bytes(b"".join([front + digest + back for digest in digests]), "big")
    for stays, moves, shift in _SPREADING:
        number = number & stays | (number & moves) << shift
    text = number.to_bytes(_LANE_BYTES * len(digests), "big").translate(_LETTERS).decode("ascii")
    return (f"{prefix}_{text[at : at + 26]}" for at in range(0, len(text), _LANE_BYTES))


def submission_id(owner: str, body: bytes) -> str:
    """The submission of these bytes by this owner (a carrier designator, or a key where the key has no carrier)."""
    return derive("sub", owner, body)


def manifest_id(submission: str, message_index: int) -> str:
    """The manifest read from the message at this position (from 0) of a submission."""
    return derive("man", submission, str(message_index))


def flight_id(flight_key: str) -> str:
    """The flight with this key."""
    return derive("flt", flight_key)


def traveller_id(flight_key: str, identity: str) -> str:
    """A person on a flight. `identity` is the strongest identity the message gives (see `parsers.paxlst`)."""
    return derive("trv", flight_key, identity)


def traveller_ids(flight_key: str, identities: Iterable[str]) -> list[str]:
    """The `traveller_id` of each of these identities."""
    return derive_each("trv", flight_key, identities)


def alert_id(traveller: str, traveller_version: str, list_id: str, record_id: str, record_version: int) -> str:
    """The alert of one traveller version against one record version."""
    return derive("alr", traveller, traveller_version, list_id, record_id, str(record_version))
