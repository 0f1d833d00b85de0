"""False alerts on a long list at its default threshold: the persons of the data set, and made-up ones up to the length wanted.

Both the innocents of the data set and made-up travellers are asked. What the two come to need not be the same: made-up listed
persons and made-up travellers have their names from the same tables, in which there are fewer names than in the world.
"""

import tempfile
from collections.abc import Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from benchmarks.people import LIST, flights, records
from benchmarks.people.travellers import TRAVELLERS_PER_FLIGHT
from benchmarks.screening.data import DataSet
from benchmarks.screening.kulla import DAY
from schemas.traveller import Traveller
from screening.engine import screen
from screening.index.packed.building import Listing, build
from screening.index.packed.packed_index import PackedIndex
from screening.model import MODEL
from screening.thresholds import default_bits

PERSONS = 100_000
MADE_UP_TRAVELLERS = 10_000
SEED = 1


class FalseAlerts(NamedTuple):
    """Of some innocents. `bits` of each alert, the strongest first; `listed`: how many are on persons of the data set."""

    whose: str
    travellers: int
    bits: Sequence[float]
    listed: int

    def per_thousand(self, threshold: float) -> float:
        """At a threshold."""
        return 1000 * sum(bits >= threshold for bits in self.bits) / self.travellers


class LongList(NamedTuple):
    """`found` goes down to `floor`, some bits below the threshold."""

    persons: int
    listed: int
    threshold: float
    found: Sequence[FalseAlerts]


FLOOR_BELOW_BITS = 4.0


def false_alerts(data: DataSet, persons: int = PERSONS) -> LongList:
    """Builds the list and asks. A data set of made-up persons stands for itself: its own are not put in twice."""
    threshold = default_bits(LIST, persons, MODEL)
    watchlist = LIST.model_copy(update={"threshold_bits": threshold})
    own = () if data.synthetic else data.snapshot.records
    listed = [one.model_copy(update={"watchlist": watchlist}) for one in own]
    made_up = records(persons - len(listed), SEED, 0, watchlist)
    travellers = chain.from_iterable(flights(MADE_UP_TRAVELLERS // TRAVELLERS_PER_FLIGHT + 1, SEED + 1))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "index"
        build(path, chain(listed, made_up), Listing(MODEL, 1))
        index, known = PackedIndex.open(path), {one.record.record_id for one in listed}
        asked = {"of the data set": data.innocents, "made up": list(islice(travellers, MADE_UP_TRAVELLERS))}
        return LongList(
            persons,
            len(listed),
            threshold,
            [_asked(whose, some, index, known, threshold - FLOOR_BELOW_BITS) for whose, some in asked.items()],
        )


def _asked(whose: str, travellers: Sequence[Traveller], index: PackedIndex, known: set[str], floor: float) -> FalseAlerts:
    found = screen(travellers, index, DAY, floor)
    strongest = sorted((one.score for one in found), reverse=True)
    return FalseAlerts(whose, len(travellers), strongest, sum(one.record.record.record_id in known for one in found))
