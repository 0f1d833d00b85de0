"""A match: the machine's opinion, before the policy makes an alert of it."""

from dataclasses import dataclass

from schemas.evidence import Band, Evidence, Lane
from schemas.watchlist import VersionedRecord


@dataclass(frozen=True, slots=True)
class Match:
    """The machine's opinion: this traveller version may be this record version. Pure value, no identity, no clock."""

    traveller_id: str
    traveller_version_id: str
    record: VersionedRecord
    lanes: tuple[Lane, ...]
    score: float
    band: Band
    evidence: tuple[Evidence, ...]
