"""The index: every record's best possible score, from bounds, and only those that can reach their threshold are scored.

score <= name bound + birth date bits + confirmations that could apply. A name of which no part agrees carries nothing,
so such a record is no candidate by name. All bits are multiples of 1/64: the sums are exact, and so is the comparison. Records
that share a (folded) document number are always candidates.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from screening.features.confirmations import nationality_evidence, sex_evidence
from screening.index.date_bounds import Bits, DateBounds
from screening.index.name_bounds import NameBounds
from screening.index.port import OneByOne
from screening.model import Feature, Model, WeakOutcome
from screening.prepared import PreparedList, PreparedRecord, PreparedTraveller

_CONFIRMATIONS_MAX = 1_000
"""Distinct values of nationality and sex whose confirmations are kept: there are about 250 countries."""


class PrunedIndex(OneByOne):
    """Satisfies `screening.index.port.Index`."""

    def __init__(self, listed: PreparedList) -> None:
        """Built in one pass over the list; the cost is that of reading every name once."""
        records = listed.records
        self.listed = listed
        self._names = NameBounds([name for record in records for name in record.names], listed.model)
        self._record_of_name = np.repeat(np.arange(len(records), dtype=np.int32), [len(record.names) for record in records])
        self._dates = DateBounds([record.birth_dates for record in records], listed.model)
        self._confirmations = _Confirmations(records, listed.model)
        self._thresholds: Bits = np.array([record.threshold_bits for record in records], dtype=np.float64)
        self._by_document = _records_by_document(records)

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterator[PreparedRecord]:
        """See the port."""
        asked = traveller.names and len(self._record_of_name)  # a delta of documents has no names
        found = set(self._by_name(traveller, floor_bits)) if asked else set()
        for document in traveller.documents:
            found.update(self._by_document.get(document.folded, ()))
        return (self.listed.records[row] for row in sorted(found))

    def _by_name(self, traveller: PreparedTraveller, floor_bits: float | None) -> Sequence[int]:
        bounds = self._names.bounds(traveller.names[0])
        for reading in traveller.names[1:]:
            bounds = np.maximum(bounds, self._names.bounds(reading))
        grounded = np.flatnonzero(np.isfinite(bounds))
        if not grounded.size:
            return ()
        records = self._record_of_name[grounded]
        others = self._dates.bits(traveller.birth_date) + self._confirmations.bits(traveller)
        needed = self._thresholds[records] if floor_bits is None else floor_bits
        found: list[int] = np.unique(records[bounds[grounded] + others[records] >= needed]).tolist()
        return found


class _Confirmations:
    """What nationality, sex and birth place add at most, by record."""

    def __init__(self, records: Sequence[PreparedRecord], model: Model) -> None:
        self._records = records
        self._model = model
        self._cached: dict[tuple[Feature, str | None], Bits] = {}
        best_place = max(model.weak_bits[Feature.BIRTH_PLACE, WeakOutcome.CONFIRMS], 0.0)
        self._places: Bits = np.array([best_place if record.birth_place else 0.0 for record in records], dtype=np.float64)

    def bits(self, traveller: PreparedTraveller) -> Bits:
        nationality = self._known(Feature.NATIONALITY, traveller.nationality)
        total = nationality + self._known(Feature.SEX, traveller.sex)
        return total + self._places if traveller.birth_place else total

    def _known(self, feature: Feature, value: str | None) -> Bits:
        found = self._cached.get((feature, value))
        if found is None:
            if len(self._cached) >= _CONFIRMATIONS_MAX:
                self._cached.clear()
            found = self._cached[feature, value] = self._evaluate(feature, value)
        return found

    def _evaluate(self, feature: Feature, value: str | None) -> NDArray[np.float64]:
        if feature is Feature.SEX:
            pieces = [sex_evidence(value or "", record.sex, self._model) for record in self._records]
        else:
            pieces = [nationality_evidence(value, record.nationalities, self._model) for record in self._records]
        return np.array([piece.weight if piece else 0.0 for piece in pieces], dtype=np.float64)


def _records_by_document(records: Sequence[PreparedRecord]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row, record in enumerate(records):
        for document in record.documents:
            found[document.folded].append(row)
    return dict(found)
