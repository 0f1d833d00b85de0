"""Deliveries: events as a stream hands them to the screening worker."""

from dataclasses import dataclass
from typing import NamedTuple

from schemas.events import Occasion


class Cursor(NamedTuple):
    """A place in one partition of a stream, ordered as a pair.

    Outbox: (transaction id, position), because the order of a sequence is not the order of commits. Kafka: (0, offset).
    """

    major: int
    minor: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event from the stream. `body` is a `schemas.manifest.Manifest` as JSON; `list_version` is the least version of the
    lists that this event must be screened with (0 = any).

    `manifest_id`: which manifest it is, where the stream knows without reading it. A re-screen that names its manifest may come
    without a body (empty): most of them are passed over, and the body of any other lies in the store."""

    partition: int
    cursor: Cursor
    key: str
    body: bytes
    occasion: Occasion = Occasion.RECEIVED
    list_version: int = 0
    manifest_id: str | None = None
