"""What a set of scores is worth: recall at given rates of false alerts, average precision, and the curve of false alerts."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.estimation.counting import Example, Floats

RATES = (1, 5, 20)
CURVE_ALERTS_MIN = 3.0
"""Below so many false alerts a point of the curve is noise, and is left out."""


class Scored(NamedTuple):
    """Scores of pairs and of random pairs, minus infinity where no ground carries an alert."""

    pairs: Floats
    random: Floats


class Quality(NamedTuple):
    """`recall`: by rate, the threshold, and the share of true pairs found: real aliases, all."""

    recall: dict[int, tuple[float, float, float]]
    precision: float


def measure(scored: Scored, plain: Floats, pairs: Sequence[Example], random: Sequence[Example], travellers: int) -> Quality:
    """`plain`: the sums of the pairs without the ground, on which average precision is taken."""
    true = np.array([one.true for one in pairs])
    real = np.array([one.kind.startswith(("alias_", "weak_")) and not one.kind.endswith("_distant") for one in pairs]) & true
    weights = np.array([one.weight for one in random])
    found = {}
    for rate in RATES:
        least = threshold_at(scored.random, weights, rate * travellers / 1000)
        found[rate] = (least, float((scored.pairs[real] >= least).mean()), float((scored.pairs[true] >= least).mean()))
    return Quality(found, average_precision(plain, true))


def threshold_at(scores: Floats, weights: Floats, alerts: float) -> float:
    """The least threshold with no more false alerts than these."""
    order = np.argsort(-scores, kind="stable")
    place = int(np.searchsorted(np.cumsum(weights[order]), alerts, "right"))
    return float(scores[order[place]]) + 1 / 64


def average_precision(scores: Floats, true: NDArray[np.bool_]) -> float:
    """The mean precision at each true pair."""
    hit = true[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hit) / np.arange(1, len(hit) + 1))[hit].mean())


def curve(scores: Floats, weights: Floats, opportunities: float) -> list[tuple[float, float]]:
    """(bits, log2 of the false alerts per traveller and listed person) at every bit that the data can speak of."""
    points = []
    for bits in range(-4, 40):
        alerts = float(weights[scores >= bits].sum())
        if alerts < CURVE_ALERTS_MIN:
            break
        points.append((float(bits), round(float(np.log2(alerts / opportunities)), 3)))
    return points
