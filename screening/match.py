"""A match: the machine's opinion, before the policy makes an alert of it."""

from dataclasses import dataclass

from schemas.evidence import Band, Evidence, Lane
from schemas.ledger import Ground
from schemas.watchlist import RecordKey, VersionedRecord


@dataclass(frozen=True, slots=True)
class Match:
    """The machine's opinion: this traveller version may be this record version. Pure value, no identity, no clock.

    `person`: of matches of the same traveller, those with the same are records of one person (`screening.same_person`); None =
    nobody has asked, it stands for itself.
    """

    traveller_id: str
    traveller_version_id: str
    record: VersionedRecord
    lanes: tuple[Lane, ...]
    score: float
    band: Band
    evidence: tuple[Evidence, ...]
    person: RecordKey | None = None

    @property
    def record_key(self) -> RecordKey:
        """Which record of which list."""
        return self.record.watchlist.list_id, self.record.record.record_id

    @property
    def ground(self) -> Ground:
        """What an alert stands on: the record in its version."""
        return Ground(*self.record_key, self.record.record_version)
