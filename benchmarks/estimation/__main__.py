"""The command. See the package's text.

    python -m benchmarks.estimation DIRECTORY [--write]

Printed: the table (share of true pairs, share of random pairs, counted weight, estimated weight) and the quality on the
persons the weights were estimated on and on those they were not (five parts, by listed person and by traveller). With
`--write`, `screening/weights.json` goes half the way to the estimate; run the command again after that, for weights decide
which parts are paired, until the table stands still (two or three times). `--curve` rewrites the curve of false alerts for
the weights as they are. `version` in the file is raised by hand.
"""

import argparse
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.estimation.counting import Counted, Data, Example, Floats, count, read_data
from benchmarks.estimation.fitting import Problem, fit, with_lapses
from benchmarks.estimation.quality import Quality, Scored, curve, measure
from screening.model import MODEL, WEIGHTS_FILE, Feature, PartOutcome
from screening.rarity import quantise

FOLDS = 5
SEEDS = ("", "other")
"""Two ways to part the persons: what holds for one only is chance."""

Limits = tuple[float, float]
FEATURE_LIMITS: Mapping[str, Limits] = {Feature.NAME: (-np.inf, 0.0), Feature.NAME_PART: (-np.inf, 0.0)}
"""What the index relies on: differences and parts without a partner never speak for a match."""
LIMITS: Mapping[tuple[str, str], Limits] = {(Feature.NAME_PART, PartOutcome.INITIAL): (1 / 16, 1.0)}
"""One person in ten or so has a given name with a given initial, which the data, with few initials, does not show."""


class Estimate(NamedTuple):
    """Rows in the order of `counted.keys`; shares among pairs that have a ground."""

    counted: Counted
    bits: Floats
    true_share: Floats
    random_share: Floats


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--curve", action="store_true")
    options = arguments.parse_args()
    data = read_data(options.directory, MODEL)
    examples = [*data.pairs, *data.random]
    counted = count(examples, MODEL)
    everything = np.ones(len(examples), dtype=np.bool_)
    estimate = _estimate(counted, examples, everything)
    _print_table(estimate)
    scores = counted.applies @ estimate.bits + counted.fixed
    _print("as it is, all data", _measure(counted.scores, counted, data))
    _print("estimated, same data", _measure(scores, counted, data))
    for seed in SEEDS:
        _print(f"estimated, held out (folds {seed})", _measure(held_out(counted, examples, seed), counted, data))
    if options.write:
        write(estimate)
    if options.curve:
        write_curve(counted, data)


def _estimate(counted: Counted, examples: list[Example], taken: np.ndarray) -> Estimate:
    true, weight = np.array([one.true for one in examples]), np.array([one.weight for one in examples])
    used = taken & counted.grounded
    problem = Problem(counted.applies[used], counted.fixed[used], true[used], weight[used])
    bits, _ = fit(with_lapses(problem, counted.keys))
    applies = np.minimum(problem.applies, 1)
    shares = [
        np.average(applies[group], axis=0, weights=problem.weight[group])
        for group in (problem.true, ~problem.true & (problem.weight > 0))
    ]
    return Estimate(counted, bits, *shares)


def held_out(counted: Counted, examples: list[Example], seed: str) -> Floats:
    """Every pair scored with weights that were estimated without its person and without its traveller's part."""
    fold = np.array([fold_of(one.group, seed) for one in examples])
    scores = np.zeros(len(examples))
    for one in range(FOLDS):
        estimate = _estimate(counted, examples, fold != one)
        out = fold == one
        scores[out] = counted.applies[out] @ estimate.bits + counted.fixed[out]
    return scores


def fold_of(group: str, seed: str) -> int:
    """One of `FOLDS` parts, by a hash: always the same for a seed."""
    return hashlib.sha256((seed + group).encode()).digest()[0] % FOLDS


def _measure(scores: Floats, counted: Counted, data: Data) -> Quality:
    pairs = len(data.pairs)
    grounded = np.where(counted.grounded, scores, -np.inf)
    return measure(Scored(grounded[:pairs], grounded[pairs:]), scores[:pairs], data.pairs, data.random, data.travellers)


def _print(name: str, quality: Quality) -> None:
    print(f"{name}: AP {quality.precision:.4f}")
    for rate, (least, real, everything) in quality.recall.items():
        print(f"  {rate:>3} per 1,000 (threshold {least:6.2f}): recall real {real:.4f}  all {everything:.4f}")


def _print_table(estimate: Estimate) -> None:
    for (feature, outcome), bits, true, random in zip(estimate.counted.keys, *estimate[1:], strict=True):
        alone = np.log2((true + 1e-5) / (random + 1e-5))
        print(f"{feature:12} {outcome:26} true {true:8.5f} random {random:8.5f} counted {alone:+6.2f} estimated {bits:+6.2f}")


def write(estimate: Estimate) -> None:
    """The estimated rows in `screening/weights.json`; rows that this data cannot speak of stay as they are."""
    content = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    rows = {(row["feature"], row["outcome"]): row for row in content["rows"]}
    for key, bits, true, random in zip(estimate.counted.keys, *estimate[1:], strict=True):
        row = rows[key]
        least, most = LIMITS.get(key, FEATURE_LIMITS.get(key[0], (-np.inf, np.inf)))
        limited = min(max(float(bits), least), most)
        row |= {
            "bits": quantise((limited + row["bits"]) / 2),
            "true_share": round(float(true), 6),
            "random_share": round(float(random), 6),
        }
    WEIGHTS_FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(f"written: {WEIGHTS_FILE.name}")


def write_curve(counted: Counted, data: Data) -> None:
    """The curve of false alerts of the weights in force."""
    scores = np.where(counted.grounded, counted.scores, -np.inf)[len(data.pairs) :]
    weights = np.array([one.weight for one in data.random])
    content = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    content["false_alerts"] = curve(scores, weights, data.travellers * data.persons)
    WEIGHTS_FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
