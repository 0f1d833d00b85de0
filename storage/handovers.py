"""Hand-overs between shifts, as they are kept: who gave which alerts to whom, when, and with what words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from schemas.alert import LIVE_STATES, Alert
from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class Handover:
    """`by` did it: the person who leaves, or a supervisor. `alert_ids`: what was handed over, in the order of ids."""

    handover_id: str
    at: datetime
    by: str
    from_person: str
    to_person: str
    note: str | None
    alert_ids: tuple[str, ...]


async def lock_open_of(work: Work, person: str, limit: int) -> Sequence[Alert]:
    """The open alerts of a person, locked until the transaction ends."""
    rows = await work.fetch(queries("handovers")["lock_open_of"], person, sorted(LIVE_STATES), limit)
    return [Alert.model_validate_json(row["body"]) for row in rows]


async def add(work: Work, handover: Handover) -> None:
    """Keep it."""
    await work.execute(
        queries("handovers")["add"],
        *(handover.handover_id, handover.at, handover.by, handover.from_person, handover.to_person, handover.note),
        list(handover.alert_ids),
    )


async def find(work: Work, handover_id: str) -> Handover | None:
    """One hand-over."""
    row = await work.fetchrow(queries("handovers")["find"], handover_id)
    return None if row is None else _handover(row)


async def page(work: Work, person: str | None, after: tuple[datetime, str] | None, limit: int) -> Sequence[Handover]:
    """The newest first; `person`: only those in which this one gave or took."""
    at, handover_id = after or (None, None)
    return [_handover(row) for row in await work.fetch(queries("handovers")["page"], person, at, handover_id, limit)]


def _handover(row: asyncpg.Record) -> Handover:
    return Handover(**{**row, "alert_ids": tuple(row["alert_ids"])})
