"""The weights with which as many true pairs are expected, row by row, as there are: logistic regression by Newton's method."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.estimation.counting import Floats
from benchmarks.estimation.lapses import LAPSES

ROUNDS_MAX = 60
HALVINGS_MAX = 20
PRECISION = 1e-7
PULL = 1.0
"""Every row is pulled towards 0 as if by one observation: a row that is hardly ever seen stays small (ridge)."""


class Problem(NamedTuple):
    """`applies`: examples x rows; `fixed`: bits that are given; `true` and `weight` by example."""

    applies: Floats
    fixed: Floats
    true: NDArray[np.bool_]
    weight: Floats


def fit(problem: Problem) -> tuple[Floats, float]:
    """The bits of every row, and what is left over for all pairs alike."""
    design = np.hstack([problem.applies, np.ones((len(problem.applies), 1))])
    pull = np.append(np.full(problem.applies.shape[1], PULL), PRECISION)
    weights = np.zeros(design.shape[1])
    loss = _loss(problem, design, pull, weights)
    for _ in range(ROUNDS_MAX):
        step = _step(problem, design, pull, weights)
        for _ in range(HALVINGS_MAX):
            after = _loss(problem, design, pull, weights - step)
            if after <= loss:
                break
            step /= 2
        weights -= step
        if loss - after < PRECISION * loss:
            break
        loss = after
    return weights[:-1] / np.log(2), float(weights[-1] / np.log(2))


def _odds(problem: Problem, design: Floats, weights: Floats) -> Floats:
    odds: Floats = np.clip(design @ weights + problem.fixed * np.log(2), -500, 500)
    return odds


def _loss(problem: Problem, design: Floats, pull: Floats, weights: Floats) -> float:
    odds = _odds(problem, design, weights)
    surprise = np.logaddexp(0, np.where(problem.true, -odds, odds))
    return float(problem.weight @ surprise + pull @ weights**2 / 2)


def _step(problem: Problem, design: Floats, pull: Floats, weights: Floats) -> Floats:
    expected = 1 / (1 + np.exp(-_odds(problem, design, weights)))
    slope = design.T @ (problem.weight * (expected - problem.true)) + pull * weights
    curve = (design * (problem.weight * expected * (1 - expected))[:, None]).T @ design + np.diag(pull)
    step: Floats = np.linalg.solve(curve, slope)
    return step


def with_lapses(problem: Problem, keys: list[tuple[str, str]]) -> Problem:
    """The problem, and copies of its true pairs in which a lapse has happened."""
    true = problem.true.nonzero()[0]
    parts = [problem]
    for lapse in LAPSES:
        columns = [place for place, (feature, _) in enumerate(keys) if feature == lapse.feature]
        if (str(lapse.feature), str(lapse.outcome)) not in keys:
            continue
        rows = true[problem.applies[true][:, columns].sum(axis=1) > 0]
        changed = problem.applies[rows].copy()
        changed[:, columns] = 0
        changed[:, keys.index((str(lapse.feature), str(lapse.outcome)))] = 1
        share = problem.weight[rows] * lapse.share
        parts.append(Problem(changed, problem.fixed[rows], problem.true[rows], share))
    return Problem(*(np.concatenate(field) for field in zip(*parts, strict=True)))
