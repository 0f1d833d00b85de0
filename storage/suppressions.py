"""Proven false matches, remembered: this traveller (by fingerprint) is not this record version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg

from schemas.identifiers import derive
from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class StoredSuppression:
    """Who said so, about which alert, why, and until when."""

    fingerprints: frozenset[str]
    list_id: str
    record_id: str
    record_version: int
    alert_id: str
    reason_code: str
    comment: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime

    @property
    def suppression_id(self) -> str:
        """Named by the alert, the moment it was decided, and the record."""
        record = (self.list_id, self.record_id, str(self.record_version))
        return derive("sup", self.alert_id, self.created_at.isoformat(), *record)


async def add(work: Work, suppression: StoredSuppression) -> None:
    """Remember it. Without any fingerprint there is nothing to recognise, and that would be a mistake of ours."""
    assert suppression.fingerprints, "a suppression must name whom it is about"
    await work.execute(
        queries("suppressions")["add"],
        *(suppression.suppression_id, sorted(suppression.fingerprints)),
        *(suppression.list_id, suppression.record_id, suppression.record_version, suppression.alert_id),
        *(suppression.reason_code, suppression.comment),
        *(suppression.created_by, suppression.created_at, suppression.expires_at),
    )


class Standing(StrEnum):
    """`rearmed`: the record changed or left its list since, so that this silences nothing any more."""

    ACTIVE = "active"
    REARMED = "rearmed"
    EXPIRED = "expired"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which suppressions to list; None = any."""

    list_id: str | None = None
    record_id: str | None = None
    created_by: str | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class ListedSuppression:
    """A suppression without its fingerprints: they are for the matcher. `current_record_version` None = off its list."""

    suppression_id: str
    list_id: str
    record_id: str
    record_version: int
    current_record_version: int | None
    alert_id: str
    reason_code: str
    comment: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_reason_code: str | None

    def standing(self, now: datetime) -> Standing:
        """What it is worth."""
        if self.lifted_at is not None:
            return Standing.LIFTED
        if self.expires_at <= now:
            return Standing.EXPIRED
        return Standing.ACTIVE if self.current_record_version == self.record_version else Standing.REARMED


async def page(
    work: Work, wanted: Wanted, now: datetime, after: tuple[datetime, str] | None, limit: int
) -> Sequence[ListedSuppression]:
    """Suppressions, the newest first."""
    at, suppression_id = after or (None, None)
    asked = (wanted.list_id, wanted.record_id, wanted.created_by, wanted.standing)
    rows = await work.fetch(queries("suppressions")["page"], *asked, now, at, suppression_id, limit)
    return [_listed(row) for row in rows]


def _listed(row: asyncpg.Record) -> ListedSuppression:
    return ListedSuppression(**{name: value for name, value in row.items() if name != "fingerprints"})


class Lifted(StrEnum):
    """What came of lifting: done now, or it was before, or there is none."""

    NOW = "now"
    BEFORE = "before"
    UNKNOWN = "unknown"


async def lift(work: Work, suppression_id: str, by: str, reason_code: str, now: datetime) -> Lifted:
    """From the next batch on, the traveller alerts again. Lifting twice keeps the first time."""
    row = await work.fetchrow(queries("suppressions")["lift"], suppression_id, now, by, reason_code)
    if row is None:
        return Lifted.UNKNOWN
    return Lifted.NOW if row["by_us"] else Lifted.BEFORE
