"""What has changed of late: so that a flight that was screened a moment ago is not screened against a million records for one.

A traveller is *concerned* by changes where a changed record matches, or an alert on them (ended or not) stands on a record that
was changed or removed. Whoever is not concerned has the alerts they had: nothing else that the policy reads has moved.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from schemas.ledger import EarlierAlert
from schemas.traveller import Traveller
from schemas.watchlist import RecordKey
from screening.engine import matches_of
from screening.index.port import Index, Listed
from screening.index.pruned import PrunedIndex
from screening.prepared import PreparedList, PreparedRecord, prepare_traveller

KEPT_MAX = 8
"""Indexes of what has changed since some version: flights were screened with the last one or two."""


@dataclass(frozen=True, slots=True)
class Recent:
    """What has changed since a version: the changed records as an index, and the keys of all that were changed or removed."""

    index: Index
    keys: frozenset[RecordKey]


@dataclass(frozen=True, slots=True)
class RecentChanges:
    """All that has changed since a version: with the version in which it did, and the record as it is now (None = gone)."""

    since: int
    listed: Listed
    rows: Mapping[RecordKey, tuple[int, PreparedRecord | None]]
    _kept: dict[int, Recent] = field(default_factory=dict)

    def after(self, version: int) -> Recent | None:
        """What has changed after this version; None where that is not known any more."""
        if version < self.since:
            return None
        if version not in self._kept:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            self._kept[version] = self._recent(version)
        return self._kept[version]

    def rows_after(self, version: int) -> Mapping[RecordKey, tuple[int, PreparedRecord | None]] | None:
        """The same as rows, in the order of the lists; None where that is not known any more."""
        return None if version < self.since else {key: row for key, row in sorted(self.rows.items()) if row[0] > version}

    def _recent(self, version: int) -> Recent:
        rows = self.rows_after(version)
        assert rows is not None, "asked only where it is known"
        records = tuple(record for _, record in rows.values() if record is not None)
        listed = PreparedList(self.listed.version, records, self.listed.model, self.listed.rarity)
        return Recent(PrunedIndex(listed), frozenset(rows))


def concerned(
    travellers: Iterable[Traveller], alerts: Sequence[EarlierAlert], recent: Recent, day: date
) -> Iterator[Traveller]:
    """Those of the travellers whom the changes concern."""
    alerted = {alert.traveller_id for alert in alerts if not recent.keys.isdisjoint(alert.records)}
    for traveller in travellers if recent.keys else ():
        if traveller.traveller_id in alerted or any(matches_of(prepare_traveller(traveller), recent.index, day)):
            yield traveller
