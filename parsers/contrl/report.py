"""A CONTRL as a value: what the writer writes and the reader reads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """0083. `RECEIVED` says that an interchange came, and nothing about it: we read it, but never send it, because by the time
    we answer everything has been read. The withdrawn values 1, 2, 3, 5 and 6 are read as `OTHER`."""

    REJECTED = "4"
    ACKNOWLEDGED = "7"
    RECEIVED = "8"
    OTHER = "?"


class Place(NamedTuple):
    """S011. `element` counts the tag as 1, `component` counts from 1 and is None for an element without components."""

    element: int
    component: int | None = None


class Status(NamedTuple):
    """0083 of a level, with 0085, 0013 (a service segment's tag) and S011 of the one error that it can name."""

    action: Action = Action.ACKNOWLEDGED
    error: str | None = None
    tag: str | None = None
    place: Place | None = None


ACKNOWLEDGED = Status()
"""Nothing to say but that it was taken in."""


class ElementError(NamedTuple):
    """UCD."""

    error: str
    place: Place


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """UCS with its UCD: `segment` counts from UNH = 1. For a missing segment, the last one before its place."""

    segment: int
    error: str | None = None
    elements: tuple[ElementError, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageReport:
    """UCM. `type` are the components of S009, as sent."""

    reference: str
    type: tuple[str, ...]
    status: Status = ACKNOWLEDGED
    segments: tuple[SegmentReport, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupReport:
    """UCF. Sender and recipient are those of the group that is reported on."""

    reference: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    status: Status = ACKNOWLEDGED
    messages: tuple[MessageReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Contrl:
    """UCI and what follows. Sender and recipient are those of the interchange that is reported on, in its order."""

    reference: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    status: Status = ACKNOWLEDGED
    messages: tuple[MessageReport, ...] = ()
    groups: tuple[GroupReport, ...] = ()
