"""The audit trail: who did what to what. Lines hold identifiers and counts, never passenger data, and are only ever added."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from storage.database import Work
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
