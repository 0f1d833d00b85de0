"""What is measured of any scorer: average precision, and recall at a rate of false alerts, each with how sure one may be.

A **false alert** is a pair of an innocent traveller and a listed person at or above the threshold; rates are per 1,000
travellers. The threshold of a rate is the least that gives no more false alerts than the rate allows. Intervals are Wilson's,
of 95 %.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from benchmarks.screening.data import FOLDS, Pair, fold_of
from schemas.proportion import wilson_interval

RATES = (1, 5, 20)
"""False alerts per 1,000 travellers."""

JUST_ABOVE = 1e-9


class FalseAlert(NamedTuple):
    """What an innocent scored against a listed person. `innocent`: its number, from 0."""

    score: float
    record_id: str
    innocent: int


class Scored(NamedTuple):
    """A scorer's work on a data set.

    `ranking`: what average precision is taken on; `scores`: what thresholds are applied to, minus infinity for a pair that no
    threshold would make an alert. `false_alerts`: all above some floor that is below every threshold asked for. `innocents`:
    how many were run; `note`: what was left out, in a sentence.
    """

    name: str
    pairs: Sequence[Pair]
    ranking: Sequence[float]
    scores: Sequence[float]
    false_alerts: Sequence[FalseAlert]
    innocents: int
    note: str = ""


class Share(NamedTuple):
    """`found` of `cases`."""

    found: int
    cases: int

    def __str__(self) -> str:
        """The share with its interval."""
        if not self.cases:
            return "    -               "
        low, high = wilson_interval(self.found, self.cases)
        return f"{self.found / self.cases:.3f} [{low:.3f}-{high:.3f}]"


def average_precision(pairs: Sequence[Pair], scores: Sequence[float]) -> float:
    """The mean, over true pairs, of the share of true ones among all that score no lower (equal scores count as one step)."""
    ranked = sorted(zip(scores, (pair.positive for pair in pairs), strict=True), reverse=True)
    hits = places = 0
    total = 0.0
    for _, step in groupby(ranked, key=itemgetter(0)):
        found = [positive for _, positive in step]
        hits, places = hits + sum(found), places + len(found)
        total += sum(found) * hits / places
    return total / hits if hits else math.nan


def recall(pairs: Iterable[Pair], scores: Iterable[float], threshold: float, wanted: Callable[[Pair], bool]) -> Share:
    """How many true pairs reach the threshold."""
    found = [value >= threshold for value, pair in zip(scores, pairs, strict=True) if pair.positive and wanted(pair)]
    return Share(sum(found), len(found))


def threshold_of(false_scores: Iterable[float], allowed: float) -> float | None:
    """The least threshold with no more than `allowed` false alerts; None where too few are known to tell."""
    ordered = sorted(false_scores, reverse=True)
    place = math.floor(allowed)
    return ordered[place] + JUST_ABOVE if place < len(ordered) else None


def allowed_at(rate: float, innocents: int) -> float:
    """False alerts that a rate allows."""
    return rate * innocents / 1000


class AtRate(NamedTuple):
    """A row of the table. `threshold` None: too few innocents were run to tell."""

    rate: float
    threshold: float | None
    real: Share
    everything: Share


def at_rate(scored: Scored, rate: float) -> AtRate:
    """Recall at a rate of false alerts. Fewer than one false alert allowed says nothing."""
    allowed = allowed_at(rate, scored.innocents)
    threshold = threshold_of((alert.score for alert in scored.false_alerts), allowed) if allowed >= 1 else None
    if threshold is None:
        return AtRate(rate, None, Share(0, 0), Share(0, 0))
    real = recall(scored.pairs, scored.scores, threshold, lambda pair: pair.real)
    return AtRate(rate, threshold, real, recall(scored.pairs, scored.scores, threshold, lambda _: True))


def by_kind(scored: Scored, threshold: float) -> dict[str, Share]:
    """Recall of each kind of true pair."""
    found: defaultdict[str, list[bool]] = defaultdict(list)
    for pair, value in zip(scored.pairs, scored.scores, strict=True):
        if pair.positive:
            found[pair.kind].append(value >= threshold)
    return {kind: Share(sum(values), len(values)) for kind, values in sorted(found.items())}


class HeldOut(NamedTuple):
    """What becomes of a threshold on persons and travellers that it was not chosen on."""

    rate: float
    real: Share
    everything: Share
    false_alerts: int
    innocents: float


def held_out(scored: Scored, rate: float) -> HeldOut | None:
    """For each fifth of the persons: the threshold that the other fifths and every second traveller give, applied to this
    fifth and the other travellers. False alerts are counted against one fifth of the list, so five fifths make one list."""
    real, everything, false_alerts = Share(0, 0), Share(0, 0), 0
    pairs = list(zip(scored.pairs, scored.scores, strict=True))
    for fold in range(FOLDS):
        for half in (0, 1):
            learnt = [a.score for a in scored.false_alerts if fold_of(a.record_id) != fold and a.innocent % 2 == half]
            threshold = threshold_of(learnt, allowed_at(rate, scored.innocents) / 2 * (FOLDS - 1) / FOLDS)
            if threshold is None:
                return None
            ours = [(pair, score) for pair, score in pairs if fold_of(pair.record_id) == fold]
            judged = [list(part) for part in zip(*ours, strict=True)]
            real = _sum(real, recall(judged[0], judged[1], threshold, lambda pair: pair.real))
            everything = _sum(everything, recall(judged[0], judged[1], threshold, lambda _: True))
            false_alerts += sum(
                a.score >= threshold for a in scored.false_alerts if fold_of(a.record_id) == fold and a.innocent % 2 != half
            )
    # each pair was judged twice, once by each half's threshold: counted once, or it would look surer than it is
    return HeldOut(rate, _halved(real), _halved(everything), false_alerts, scored.innocents)


def _sum(one: Share, other: Share) -> Share:
    return Share(one.found + other.found, one.cases + other.cases)


def _halved(share: Share) -> Share:
    return Share(round(share.found / 2), share.cases // 2)


def curve(scored: Scored, rates: Sequence[float]) -> list[tuple[float, float]]:
    """Recall of all true pairs over the rate of false alerts, where both can be told."""
    false = sorted(alert.score for alert in scored.false_alerts)
    true = sorted(score for pair, score in zip(scored.pairs, scored.scores, strict=True) if pair.positive)
    points = []
    for rate in rates:
        allowed = math.floor(allowed_at(rate, scored.innocents))
        if 1 <= allowed < len(false):
            threshold = false[-allowed - 1] + JUST_ABOVE
            points.append((rate, 1 - bisect_left(true, threshold) / len(true)))
    return points
