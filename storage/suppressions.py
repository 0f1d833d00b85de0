"""Proven false matches, remembered: this traveller (by fingerprint) is not this record version."""

from dataclasses import dataclass
from datetime import datetime

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
        """Named by the alert and the moment it was decided."""
        return derive("sup", self.alert_id, self.created_at.isoformat())


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
