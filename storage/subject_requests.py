"""Requests of people about themselves, at rest: who asked, what was decided, what was corrected."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

import orjson

from schemas.alert import Alert
from storage.database import Work
from storage.sql import queries

ACCESSES_MAX = 10_000
"""Lines of the trail in one answer; a traveller of some days has some dozens."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it came. `subject`: surname, given_names, birth_date, document_number, as far as known."""

    request_id: str
    kind: str
    reference: str
    identity: str
    subject: dict[str, Any]
    received_at: datetime
    due_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Correction:
    """`alert_id` None: an annotation. `was` and `value` as text."""

    correction_id: str
    request_id: str
    alert_id: str | None
    flight_id: str
    traveller_id: str
    field: str
    was: str | None
    value: str | None
    reason: str
    at: datetime
    by: str


async def add(work: Work, request: NewRequest) -> None:
    """Register a request."""
    values = (request.request_id, request.kind, request.reference, request.identity, orjson.dumps(request.subject).decode())
    await work.execute(queries("subject_requests")["add"], *values, request.received_at, request.due_at, request.created_by)


async def find(work: Work, request_id: str, *, for_update: bool = False) -> dict[str, Any] | None:
    """One request; its `subject` None where it was forgotten."""
    row = await work.fetchrow(queries("subject_requests")["find_for_update" if for_update else "find"], request_id)
    return None if row is None else dict(row) | {"subject": row["subject"] and orjson.loads(row["subject"])}


async def listed(work: Work, state: str | None, rows_max: int) -> Sequence[dict[str, Any]]:
    """Requests by due time, without who asked."""
    return [dict(row) for row in await work.fetch(queries("subject_requests")["list_requests"], state, rows_max)]


async def start(work: Work, request_id: str) -> None:
    """Somebody works on it."""
    await work.execute(queries("subject_requests")["start"], request_id)


async def decide(work: Work, request_id: str, state: str, at: datetime, decision: tuple[str, str]) -> None:
    """Answered or refused. `decision`: by whom, and what was said."""
    await work.execute(queries("subject_requests")["decide"], request_id, state, at, *decision)


async def disclose_lists(work: Work, request_id: str) -> None:
    """From now on exports hold the records that alerts stand on."""
    await work.execute(queries("subject_requests")["disclose_lists"], request_id)


async def add_correction(work: Work, correction: Correction) -> None:
    """Remember what was corrected, by whom and why."""
    await work.execute(queries("subject_requests")["add_correction"], *astuple(correction))


async def correct_alert(work: Work, alert: Alert) -> bool:
    """Write an alert whose traveller was corrected over the version before it; False where it changed meanwhile."""
    traveller = alert.traveller
    name = " ".join(filter(None, (traveller.surname, traveller.given_names))).upper()
    values = (alert.alert_id, alert.version, alert.updated_at, alert.model_dump_json(), name, traveller.nationality)
    return await work.fetchval(queries("subject_requests")["correct_alert"], *values) is not None


async def beside(work: Work, request_id: str, about: tuple[list[str], list[str]], since: datetime) -> dict[str, Any]:
    """What is held beside manifests and alerts. `about`: ids of alerts, and of travellers; accesses `since`."""
    sql = queries("subject_requests")
    alerts, travellers = about
    rows = {
        "corrections": await work.fetch(sql["corrections_of"], request_id, travellers),
        "suppressions": await work.fetch(sql["suppressions_of"], alerts),
        "accesses": await work.fetch(sql["accesses"], alerts, travellers, since, ACCESSES_MAX),
    }
    return {name: [dict(row) for row in found] for name, found in rows.items()}
