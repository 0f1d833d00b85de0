"""The audit trail: who did what to what. Lines hold identifiers and counts, never passenger data, and are only ever
added. What was committed is sealed into a chain a moment later (`storage.audit_seal`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from storage.database import Work
from storage.json_text import json_text
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class Line:
    """`actor` is a key's id, or `kulla` for the machine; `action` is `subject.verb`, in the past tense."""

    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    details: Mapping[str, object] = field(default_factory=dict)


async def append(work: Work, line: Line) -> None:
    """Write a line in the transaction of what it tells."""
    details = orjson.dumps(dict(line.details)).decode()
    values = (line.at, line.actor, line.action, line.subject_kind, line.subject_id, details)
    await work.execute(queries("audit")["add_audit_line"], *values)


async def append_all(work: Work, lines: Sequence[Line]) -> None:
    """Write several in one round trip."""
    await work.execute(queries("audit")["add_audit_lines"], json_text(lines))


@dataclass(frozen=True, slots=True)
class LineFilter:
    """What to look for; None = any. `action`: whole, or the part before the point. `subject`: an identifier or a kind. `since`
    is inclusive, `until` exclusive."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def listed(work: Work, wanted: LineFilter, before: int | None, rows_max: int) -> Sequence[dict[str, Any]]:
    """Lines, the newest first, before this position (None = from the newest)."""
    values = (wanted.actor, wanted.action, wanted.subject, wanted.since, wanted.until, before, rows_max)
    rows = await work.fetch(queries("audit")["list_lines"], *values)
    return [dict(row) | {"details": orjson.loads(row["details"])} for row in rows]
