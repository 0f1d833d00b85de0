"""The oracle: every record is scored, in order. Slow, obviously right; what any index returns is measured against it."""

from collections.abc import Iterator

from screening.index.port import OneByOne
from screening.prepared import PreparedList, PreparedRecord, PreparedTraveller


class ExhaustiveIndex(OneByOne):
    """Prunes nothing. Satisfies `screening.index.port.Index`."""

    def __init__(self, listed: PreparedList) -> None:
        """Every record of the list is a candidate for every traveller."""
        self.listed = listed

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterator[PreparedRecord]:  # noqa: ARG002 - the oracle ignores both
        """All records."""
        return iter(self.listed.records)
