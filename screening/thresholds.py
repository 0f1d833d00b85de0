"""Thresholds in what people understand: expected false alerts per 1,000 travellers on a list.

    expected = records / 5,000 * 2 ** (fall * (default - bits))        fall: 0.48 of names, 1 of documents

The default threshold of a kind stands for about one false alert per 1,000 travellers on a list of 5,000 records
(`screening.model`). Every bit of names is a factor of 2 ** 0.48: slower than the measured curve of false alerts falls above the
default (`model.FALSE_ALERT_CURVE`), and false alerts grow with the number of records. A list of at most 5,000 records has the
default; a longer one what each doubling comes to, in whole bits, so that it does not move with every import; and a list for
which more or fewer are wanted has what that comes to.
"""

import math
from collections.abc import Mapping

from schemas.watchlist import ListKind, Watchlist
from screening.model import Model
from screening.rarity import BITS_GRAIN

RECORDS_OF_DEFAULT = 5_000
"""The length of list that the defaults of the model are made for."""
FALSE_ALERTS_OF_DEFAULT = 1.0
"""Per 1,000 travellers, at the default, on a list of that length."""
FALL_PER_BIT: Mapping[ListKind, float] = {ListKind.PERSON: 0.48, ListKind.READMISSION: 0.48, ListKind.DOCUMENT: 1.0}
"""How often false alerts halve with each bit above the default. Of names, measured near it, 0.9; but on long lists, whose
persons resemble each other more, so few that 100,000 records keep the promise for made-up travellers too
(see `docs/model-card.md`). Numbers of documents are drawn one by one and resemble nobody: a bit is what it says, half as many
that agree by chance."""


def default_bits(watchlist: Watchlist, records: int, model: Model) -> float:
    """The threshold of a list of so many records, unless somebody said otherwise."""
    doublings = math.ceil(math.log2(max(records / RECORDS_OF_DEFAULT, 1.0)))
    return model.threshold_bits[watchlist.kind] + math.ceil(doublings / FALL_PER_BIT[watchlist.kind])


def bits_for(watchlist: Watchlist, records: int, false_alerts: float, model: Model) -> float:
    """The threshold at which so many false alerts per 1,000 travellers are expected, never below what a ground is worth."""
    per_default = max(records, 1) / RECORDS_OF_DEFAULT * FALSE_ALERTS_OF_DEFAULT
    bits = model.threshold_bits[watchlist.kind] + math.log2(per_default / false_alerts) / FALL_PER_BIT[watchlist.kind]
    return max(math.ceil(bits * BITS_GRAIN) / BITS_GRAIN, model.ground_bits)


def expected_false_alerts(watchlist: Watchlist, records: int, bits: float, model: Model) -> float:
    """Expected false alerts per 1,000 travellers at this threshold."""
    fewer = math.exp2(FALL_PER_BIT[watchlist.kind] * (model.threshold_bits[watchlist.kind] - bits))
    return records / RECORDS_OF_DEFAULT * FALSE_ALERTS_OF_DEFAULT * fewer


def threshold_in_force(watchlist: Watchlist, records: int, model: Model) -> float:
    """What the list says in bits; else what its wanted false alerts come to, at the next whole bit; else the default."""
    if watchlist.threshold_bits is not None:
        return watchlist.threshold_bits
    if watchlist.false_alerts_per_1000 is not None:
        return math.ceil(bits_for(watchlist, records, watchlist.false_alerts_per_1000, model))
    return default_bits(watchlist, records, model)
