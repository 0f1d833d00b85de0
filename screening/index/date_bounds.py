"""For every record, exactly the bits that `birth_date_evidence` would give, for all records in a few vector operations."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from screening.features.birth_dates import date_outcome, many_dates_cost
from screening.model import DateOutcome, Model

Bits = NDArray[np.float64]


class DateBounds:
    """Birth dates of a fixed sequence of records, each distinct date once."""

    def __init__(self, dates_of_records: Sequence[Sequence[str]], model: Model) -> None:
        """`dates_of_records`: the distinct dates of each record; a record without any gets no evidence, 0 bits."""
        distinct = sorted({one for dates in dates_of_records for one in dates})
        row_of = {one: row for row, one in enumerate(distinct)}
        self._model = model
        self._distinct = distinct
        self._digits = np.array([[ord(c) for c in one.replace("-", "").ljust(8)] for one in distinct], dtype=np.uint8)
        self._full = np.array([len(one) == 10 for one in distinct], dtype=np.bool_)
        self._years = np.array([int(one[:4]) for one in distinct], dtype=np.int32)
        self._rows = np.array([row_of[one] for dates in dates_of_records for one in dates], dtype=np.int32)
        counts = np.array([len(dates) for dates in dates_of_records], dtype=np.int64)
        self._dated = np.flatnonzero(counts > 0)
        self._starts = (np.cumsum(counts) - counts)[self._dated]
        self._cost: Bits = np.array([many_dates_cost(int(count)) for count in counts[self._dated]], dtype=np.float64)
        self._records = len(counts)

    def bits(self, traveller: str | None) -> Bits:
        """The bits of the best date of each record."""
        total: Bits = np.zeros(self._records, dtype=np.float64)
        if not traveller or not self._distinct:
            return total
        best: Bits = np.maximum.reduceat(self._bits_by_row(traveller)[self._rows], self._starts)
        total[self._dated] = np.where(best > 0, np.maximum(best - self._cost, 0.0), best)
        return total

    def _bits_by_row(self, traveller: str) -> Bits:
        """Only dates near enough to be anything but a contradiction are looked at one by one."""
        bits = np.full(len(self._distinct), self._model.date_bits[DateOutcome.CONTRADICTION])
        for row in np.flatnonzero(self._maybe_near(traveller)).tolist():
            bits[row] = self._model.date_bits[date_outcome(traveller, self._distinct[row])]
        return bits

    def _maybe_near(self, traveller: str) -> NDArray[np.bool_]:
        """Every outcome but a contradiction needs the same year, a year off by one with the same day or an unknown one, or
        full dates that differ in one digit."""
        apart = np.abs(self._years - int(traveller[:4]))
        if len(traveller) < 10:
            return apart <= 1
        digits = np.array([ord(c) for c in traveller.replace("-", "")], dtype=np.uint8)
        differing = np.count_nonzero(self._digits != digits, axis=1)
        same_day = np.all(self._digits[:, 4:] == digits[4:], axis=1)
        near: NDArray[np.bool_] = (apart == 0) | ((apart == 1) & (same_day | ~self._full)) | (self._full & (differing <= 1))
        return near
