"""The body of a request: streamed, counted, and never more of it in memory than the limits allow.

A body is refused by its declared length before a byte of it is read, and by its real length while it comes in. What all
requests together hold is limited as well, because a hundred carriers at their limit would be more than a machine has.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Protocol

from fastapi import Request

from api_service.problems import (
    BodyTooLargeError,
    MalformedRequestError,
    OverloadedError,
    RequestTimeoutError,
    UnsupportedMediaTypeError,
)
from api_service.reading import BodyKind

BODY_SECONDS_MAX = 120.0
"""32 MiB over a line of 2 Mbit/s; who is slower than that is holding a place, not sending a manifest."""


CSV_MEDIA_TYPE = "text/csv"
XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MEDIA_TYPES: Mapping[str, BodyKind] = MappingProxyType(
    {
        "": BodyKind.EDIFACT,
        "application/edifact": BodyKind.EDIFACT,
        "text/plain": BodyKind.EDIFACT,
        "application/octet-stream": BodyKind.EDIFACT,
        "application/json": BodyKind.JSON,
        CSV_MEDIA_TYPE: BodyKind.TABLE,
        "text/tab-separated-values": BodyKind.TABLE,
        XLSX_MEDIA_TYPE: BodyKind.TABLE,
    }
)
"""By media type, without parameters; a request without one is taken for EDIFACT, which says itself what it is."""


class InFlight:
    """Counts the bytes of all bodies that are being received or read."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self.bytes = 0

    def take(self, count: int) -> None:
        """Raises OverloadedError where that would be too much, and takes nothing then."""
        if self.bytes + count > self._bytes_max:
            raise OverloadedError("Too many large submissions at once. Nothing was stored; please send it again.")
        self.bytes += count

    def give_back(self, count: int) -> None:
        """What was taken is done with."""
        self.bytes -= count


def media_type(request: Request) -> str:
    """The media type of the body, without parameters, in lower case; "" where the request does not say."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def body_kind(request: Request) -> BodyKind:
    """Which reader the body goes to. Raises UnsupportedMediaTypeError."""
    kind = MEDIA_TYPES.get(media_type(request))
    if kind is None:
        known = ", ".join(name for name in MEDIA_TYPES if name)
        raise UnsupportedMediaTypeError(f"A submission is one of {known}. Tables (CSV, XLSX) are not read yet.")
    return kind


@asynccontextmanager
async def received_body(request: Request, bytes_max: int, in_flight: InFlight) -> AsyncIterator[bytes]:
    """The whole body, decompressed; counted as in flight until the block ends.

    Raises BodyTooLargeError, UnsupportedMediaTypeError (encoding), MalformedRequestError (not gzip), RequestTimeoutError,
    OverloadedError.
    """
    _check_declared_length(request, bytes_max)
    body = bytearray()
    try:
        async with _time_limit():
            await _receive(request, body, bytes_max, in_flight)
        yield bytes(body)
    finally:
        in_flight.give_back(len(body))


@asynccontextmanager
async def _time_limit() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            yield
    except TimeoutError as error:
        raise RequestTimeoutError(f"The body did not arrive within {BODY_SECONDS_MAX:.0f} s.") from error


async def _receive(request: Request, body: bytearray, bytes_max: int, in_flight: InFlight) -> None:
    decoder = _decoder(request)
    async for chunk in request.stream():
        piece = decoder.decode(chunk, bytes_max + 1 - len(body))
        in_flight.take(len(piece))
        body += piece
        if len(body) > bytes_max:
            raise _too_large(bytes_max)
    decoder.finish()


def _check_declared_length(request: Request, bytes_max: int) -> None:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > bytes_max:
        raise _too_large(bytes_max)


def _too_large(bytes_max: int) -> BodyTooLargeError:
    return BodyTooLargeError(f"At most {bytes_max} bytes are read.", {"submission_bytes_max": bytes_max})


class _Decoder(Protocol):
    def decode(self, chunk: bytes, bytes_max: int) -> bytes:
        """The next piece, cut at `bytes_max`: one that long is too large anyway."""

    def finish(self) -> None:
        """The body is complete. Raises MalformedRequestError where it is not."""


class _Identity:
    def decode(self, chunk: bytes, bytes_max: int) -> bytes:
        return chunk[:bytes_max]

    def finish(self) -> None:
        pass


class _Gzip:
    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def decode(self, chunk: bytes, bytes_max: int) -> bytes:
        try:
            return self._inflater.decompress(chunk, bytes_max)
        except zlib.error as error:
            raise MalformedRequestError("The body says it is gzip, and is not.") from error

    def finish(self) -> None:
        if not self._inflater.eof:
            raise MalformedRequestError("The gzip body is cut short.")


def _decoder(request: Request) -> _Decoder:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return _Identity()
    if encoding in ("gzip", "x-gzip"):
        return _Gzip()
    raise UnsupportedMediaTypeError("A body is sent as it is, or compressed with gzip.")
