"""Two indexes as one: a big base that is seldom built, and a small delta of what has changed since.

    candidates = (candidates of the base, less the records that were replaced or removed) and the candidates of the delta

Both were weighed with the same model and the same rarity, so every record is scored as in one index over the merged list: a
layered index gives the same matches, to the last bit.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from schemas.watchlist import RecordKey
from screening.index.port import Index, Listed
from screening.model import Model
from screening.prepared import PreparedRecord, PreparedTraveller
from screening.rarity import Rarity


@dataclass(frozen=True, slots=True)
class LayeredLists:
    """The lists at the delta's version. Satisfies `screening.index.port.Listed`."""

    version: int
    model: Model
    rarity: Rarity
    record_count: int


class LayeredIndex:
    """Satisfies `screening.index.port.Index`."""

    def __init__(self, base: Index, delta: Index, replaced: Set[RecordKey], record_count: int) -> None:
        """`replaced`: records that the delta has otherwise, or that are on no list any more. `record_count`: of both layers."""
        assert base.listed.model is delta.listed.model or base.listed.model == delta.listed.model
        assert base.listed.rarity.digest == delta.listed.rarity.digest, "two rarities would give two scores"
        self._base = base
        self._delta = delta
        self._replaced = replaced
        self.listed: Listed = LayeredLists(delta.listed.version, base.listed.model, base.listed.rarity, record_count)

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterable[PreparedRecord]:
        """See the port."""
        return next(iter(self.candidates_of_each((traveller,), floor_bits)))

    def candidates_of_each(
        self, travellers: Sequence[PreparedTraveller], floor_bits: float | None
    ) -> Iterator[Iterable[PreparedRecord]]:
        """See the port."""
        layers = (one.candidates_of_each(travellers, floor_bits) for one in (self._base, self._delta))
        return (self._merged(of_base, of_delta) for of_base, of_delta in zip(*layers, strict=True))

    def _merged(self, of_base: Iterable[PreparedRecord], of_delta: Iterable[PreparedRecord]) -> Iterable[PreparedRecord]:
        """The few candidates of both layers, in the order of the lists."""
        kept, new = [one for one in of_base if one.key not in self._replaced], list(of_delta)
        return _in_list_order([*kept, *new]) if new else kept


def _in_list_order(records: Sequence[PreparedRecord]) -> Sequence[PreparedRecord]:
    return sorted(records, key=lambda record: record.key)
