"""Manifests whose travellers are in memory, so that a list change need not read the many whom it does not concern.

    keep(manifest, prepared)        what was screened, or read from the store after a start
    untouched(asked, recent)        which re-screens would change nothing

A manifest never changes (it only loses travellers whose retention has ended), so what is kept of it is never out of date: it is
there, or it is not, and then it is screened as if nothing were kept. Forgetting costs time, never a match.

A re-screen of a manifest would change nothing where all that has changed since its last screening is known, none of the changed
records may match one of its travellers (by the bounds of `screening.index.live`: more than may, never fewer), and no alert of
its flight stands on a record that was changed or removed. These are the conditions of `screening.recent.concerned`, asked of
all travellers at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.flight_state import REPORTING
from schemas.manifest import Manifest
from schemas.watchlist import RecordKey
from screening.index.live.travellers import TRAVELLERS_PER_MANIFEST_MAX, LiveTravellers
from screening.prepared import PreparedRecord, PreparedTraveller
from screening.recent import RecentChanges

CHANGED_RECORDS_MAX = 64
"""Changed records that live travellers are asked for: each costs 30 ms for 100,000 of them,
so about 0.3 s for a million by extrapolation. More are screened one by one."""
ANSWERS_MAX = 1_024
"""Answers kept, one a changed record: those of the last few changes."""
EVER_SHARE_MAX, EVER_MIN = 4, 50_000
"""Manifests ever kept, for each that is kept now (and before which it does not matter): beyond that everything is forgotten
and read anew, for the parts of names and the ids of manifests are never given up one by one."""


class Asked(NamedTuple):
    """A re-screen: its manifest, with which version of the lists that was screened last, and the records its flight is alerted
    on."""

    manifest_id: str
    screened_with: int
    alerted: frozenset[RecordKey] = frozenset()


class _Answer(NamedTuple):
    """Manifests that a changed record may concern, of those kept before this number."""

    manifest_ids: frozenset[str]
    kept_before: int


class LiveManifests:
    """One screener's. Not safe for several threads at once."""

    def __init__(self) -> None:
        """None."""
        self._travellers = LiveTravellers()
        self._numbers: dict[str, int] = {}
        self._ever = 0
        self._answers: dict[tuple[RecordKey, int, str], _Answer] = {}

    def __contains__(self, manifest_id: str) -> bool:
        """Whether its travellers are here."""
        return manifest_id in self._numbers

    def __len__(self) -> int:
        """How many manifests there are."""
        return len(self._numbers)

    @property
    def ever(self) -> int:
        """How many were ever kept: those kept from now on have this number, or a higher one."""
        return self._ever

    def wants(self, manifest: Manifest) -> bool:
        """Whether it may be screened again and is not here. One with more people than can be told apart is left alone."""
        small = len(manifest.travellers) <= TRAVELLERS_PER_MANIFEST_MAX
        return small and not manifest.test and manifest.function in REPORTING and manifest.manifest_id not in self._numbers

    def keep(self, manifest: Manifest, travellers: Sequence[PreparedTraveller]) -> None:
        """Keep all travellers of a manifest that is wanted, in their order."""
        assert self.wants(manifest)
        assert len(travellers) == len(manifest.travellers), "whoever is left out would be missed"
        self._travellers.insert(manifest.manifest_id, travellers)
        self._numbers[manifest.manifest_id] = self._ever
        self._ever += 1

    def forget_others(self, live: Collection[str], kept_before: int) -> None:
        """Forget manifests that are not among these, of those kept before this number."""
        over = [one for one, number in self._numbers.items() if number < kept_before and one not in live]
        if self._ever > EVER_MIN + EVER_SHARE_MAX * (len(self._numbers) - len(over)):
            self._travellers, self._numbers, self._answers = LiveTravellers(), {}, {}
            self._ever = 0
            return
        self._travellers.remove_all(over)
        for one in over:
            del self._numbers[one]

    def untouched(self, asked: Iterable[Asked], recent: RecentChanges) -> frozenset[str]:
        """Those whose re-screen, with the lists of `recent`, would change nothing. The others may or may not be touched."""
        changed: dict[int, Mapping[RecordKey, tuple[int, PreparedRecord | None]] | None] = {}
        found = set()
        for one in asked:
            if one.screened_with not in changed:
                changed[one.screened_with] = recent.rows_after(one.screened_with)
            rows = changed[one.screened_with]
            if rows is not None and one.alerted.isdisjoint(rows) and self._untouched(one.manifest_id, rows, recent):
                found.add(one.manifest_id)
        return frozenset(found)

    def _untouched(
        self, manifest_id: str, rows: Mapping[RecordKey, tuple[int, PreparedRecord | None]], recent: RecentChanges
    ) -> bool:
        number = self._numbers.get(manifest_id)
        records = [(version, record) for version, record in rows.values() if record is not None]
        if number is None or len(records) > CHANGED_RECORDS_MAX:
            return False
        answers = (self._answer(version, record, recent) for version, record in records)
        return all(number < one.kept_before and manifest_id not in one.manifest_ids for one in answers)

    def _answer(self, version: int, record: PreparedRecord, recent: RecentChanges) -> _Answer:
        key = record.key, version, recent.listed.rarity.digest
        found = self._answers.get(key)
        if found is None:
            if len(self._answers) >= ANSWERS_MAX:
                self._answers.clear()
            places = self._travellers.concerned_by(record, recent.listed.model)
            found = self._answers[key] = _Answer(frozenset(one.manifest_id for one in places), self._ever)
        return found
