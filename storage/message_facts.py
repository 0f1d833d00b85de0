"""Facts of messages at rest: counts a message, for the quality of a carrier. They hold nobody and outlive the travellers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from storage.database import Work, vault_of
from storage.json_text import json_text
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One message. A rejected one has no flight. `elements` counts travellers by what they have, `findings` by code."""

    message_index: int
    carrier: str | None
    status: str
    function: str | None = None
    test: bool = False
    flight_id: str | None = None
    flight_key: str | None = None
    departure_port: str | None = None
    arrival_port: str | None = None
    scheduled_departure: datetime | None = None
    scheduled_arrival: datetime | None = None
    travellers: int = 0
    travellers_asked: int = 0
    declared: int | None = None
    report: str | None = None
    part: int | None = None
    last_part: bool = False
    elements: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)


def as_json(facts: Sequence[MessageFacts]) -> str:
    """The facts as the one parameter that writes them all."""
    return json_text(facts)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose messages, and of flights that depart when: `since` inclusive, `until` exclusive."""

    carrier: str
    since: datetime
    until: datetime
    due_minutes: int


@dataclass(frozen=True, slots=True)
class FlightPlace:
    """Where a page of flights ended."""

    at: datetime
    flight_id: str


async def totals(work: Work, scope: Scope) -> Mapping[str, Any]:
    """Sums over messages, flights and reports: the columns of the query."""
    row = await work.fetchrow(queries("message_facts")["totals"], scope.carrier, scope.since, scope.until, scope.due_minutes)
    assert row is not None
    return dict(row)


async def element_counts(work: Work, scope: Scope) -> Mapping[str, int]:
    """How many travellers have each element."""
    rows = await work.fetch(queries("message_facts")["element_counts"], scope.carrier, scope.since, scope.until)
    return {row["name"]: row["travellers"] for row in rows}


async def finding_counts(work: Work, scope: Scope) -> Mapping[str, tuple[int, int]]:
    """How many findings of each code, and in how many messages, the most frequent first."""
    rows = await work.fetch(queries("message_facts")["finding_counts"], scope.carrier, scope.since, scope.until)
    return {row["code"]: (row["findings"], row["messages"]) for row in rows}


async def flights(work: Work, scope: Scope, after: FlightPlace | None, rows_max: int) -> Sequence[Mapping[str, Any]]:
    """The carrier's flights in the order of their departures, each with its sums."""
    at, flight_id = (after.at, after.flight_id) if after else (None, None)
    values = (scope.carrier, scope.since, scope.until, scope.due_minutes, at, flight_id, rows_max)
    return [dict(row) for row in await work.fetch(queries("message_facts")["flights"], *values)]


async def flight_keys(work: Work, keys: Sequence[str]) -> frozenset[str]:
    """Those of these flights of which a passenger list was accepted, or that were cancelled."""
    rows = await work.fetch(queries("message_facts")["flight_keys"], list(keys))
    return frozenset(row["flight_key"] for row in rows)


@dataclass(frozen=True, slots=True)
class OpenClosure:
    """A closure that was not yet held against the lists of its flight."""

    submission_id: str
    message_index: int
    manifest_id: str
    flight_id: str


async def open_closures(work: Work, received_before: datetime, rows_max: int) -> Sequence[OpenClosure]:
    """Closures to compare, oldest first; locked, and those that another process has in hand left out."""
    rows = await work.fetch(queries("message_facts")["open_closures"], received_before, rows_max)
    return [OpenClosure(**row) for row in rows]


async def flight_bodies(work: Work, flight_id: str) -> Sequence[bytes]:
    """The flight's manifests (deflated JSON), in the order received, tests left out."""
    rows = await work.fetch(queries("message_facts")["flight_bodies"], flight_id)
    return [vault_of(work).open(row["body"]) for row in rows]


async def settle(work: Work, closure: OpenClosure, compared: Mapping[str, int]) -> None:
    """Keep what the comparison found."""
    values = (closure.submission_id, closure.message_index, orjson.dumps(dict(compared)).decode())
    await work.execute(queries("message_facts")["settle"], *values)
