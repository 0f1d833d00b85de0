"""Parameters that several endpoints share: identifiers in the path, versions and command names in headers."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Header, Path
from pydantic import AwareDatetime, BeforeValidator

from api_service import problems

PRINTABLE = r"^[^\x00-\x1f]*$"
"""No control characters: none of our identifiers has any, and the database refuses NUL."""

AlertId = Annotated[str, Path(min_length=1, max_length=100, pattern=PRINTABLE)]
ListId = Annotated[str, Path(min_length=1, max_length=64, pattern=PRINTABLE)]
RecordId = Annotated[str, Path(min_length=1, max_length=200, pattern=PRINTABLE)]
PortCode = Annotated[str, Path(pattern=r"^[A-Z0-9]{3,5}$", description="IATA code or UN/LOCODE of the port.")]

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _midnight(value: object) -> object:
    if not isinstance(value, datetime) and not (isinstance(value, str) and _DATED.match(value)):
        raise ValueError("not a time")  # a bare number would be taken for seconds since 1970
    return f"{value}T00:00:00Z" if isinstance(value, str) and _DAY.fullmatch(value) else value


Moment = Annotated[AwareDatetime, BeforeValidator(_midnight)]
"""A time with an offset; a bare day is its first moment in UTC."""

IfMatch = Annotated[str | None, Header(description='The version you saw, as in the ETag: `"3"`.')]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Your name for this command; sent again, it is not done again.",
    ),
]


@dataclass(frozen=True, slots=True)
class CommandHeaders:
    """Headers of a request that changes something."""

    if_match: IfMatch = None
    idempotency_key: IdempotencyKey = None


Headers = Annotated[CommandHeaders, Depends()]

_VERSION_DIGITS_MAX = 9  # the column is a 32-bit integer


def etag(version: int) -> str:
    """A version as an entity tag."""
    return f'"{version}"'


def version_seen(if_match: str | None) -> int | None:
    """The version in an If-Match header; None where there is none, or any will do (`*`).

    Raises StaleVersionError for what is no version of ours: it cannot be the present one.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= _VERSION_DIGITS_MAX):
        raise problems.StaleVersionError("If-Match holds no version of ours.")
    return int(number)


def version_required(if_match: str | None) -> int:
    """The version in an If-Match header that must be there. Raises VersionRequiredError, StaleVersionError."""
    version = version_seen(if_match)
    if version is None:
        raise problems.VersionRequiredError('Send If-Match with the version you decided on, as in the ETag: "3".')
    return version
