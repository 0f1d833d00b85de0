"""Our own scorer and index, measured: quality, equality with the oracle, speed."""

import math
import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from benchmarks.screening.data import DataSet, Pair
from benchmarks.screening.measures import FalseAlert, Scored
from schemas.traveller import Traveller
from screening.engine import build_index, screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.port import Index
from screening.model import MODEL
from screening.prepared import PreparedList, prepare_list, prepare_traveller
from screening.scoring import match, score

DAY = date(2026, 3, 1)
FLOOR_BITS = -6.0
"""Low enough that 20 false alerts per 1,000 are far above it."""

FLIGHT = 150


def scored_by_kulla(data: DataSet) -> Scored:
    """Pairs rank by the plain sum of bits; one that has no ground (a name, a document) is no alert at any threshold."""
    listed = prepare_list(data.snapshot, MODEL)
    found = screen(data.innocents, build_index(data.snapshot), DAY, FLOOR_BITS)
    alerts = [FalseAlert(match.score, match.record.record.record_id, int(match.traveller_id) - 1) for match in found]
    ranking, scores = pair_scores(data.pairs, listed)
    return Scored(f"kulla {MODEL.version}", data.pairs, ranking, scores, alerts, len(data.innocents))


def pair_scores(pairs: Sequence[Pair], listed: PreparedList) -> tuple[list[float], list[float]]:
    """The sum of bits of each pair; and the same where the pair may be a match at all, else minus infinity."""
    by_id = {record.versioned.record.record_id: record for record in listed.records}
    ranking, scores = [], []
    for pair in pairs:
        traveller, record = prepare_traveller(pair.traveller), by_id[pair.record_id]
        ranking.append(score(traveller, record, listed.model).bits)
        grounded = match(traveller, record, listed.model, -math.inf) is not None
        scores.append(ranking[-1] if grounded else -math.inf)
    return ranking, scores


class Equality(NamedTuple):
    """Whether the index found what the oracle found."""

    travellers: int
    records: int
    matches: int
    differences: int
    index_rate: float
    oracle_rate: float


def equality(data: DataSet, sample: int) -> Equality:
    """Index against oracle, on as many innocents as true queries, at the default thresholds and at the floor."""
    listed = prepare_list(data.snapshot, MODEL)
    index, oracle = build_index(data.snapshot), ExhaustiveIndex(listed)
    both = [*data.innocents[: sample // 2], *(pair.traveller for pair in data.pairs[: sample - sample // 2])]
    matches = differences = 0
    seconds = [0.0, 0.0]
    for floor in (None, FLOOR_BITS):
        answers = []
        for which, one in enumerate((index, oracle)):
            start = time.perf_counter()
            answers.append(screen(both, one, DAY, floor))
            seconds[which] += time.perf_counter() - start
        matches += len(answers[1])
        differences += sum(one != other for one, other in zip(*answers, strict=False)) + abs(len(answers[0]) - len(answers[1]))
    return Equality(
        len(both), len(listed.records), matches, differences, 2 * len(both) / seconds[0], 2 * len(both) / seconds[1]
    )


def speed(index: Index, flights: Iterator[tuple[Traveller, ...]], seconds: float) -> tuple[int, float, int]:
    """Travellers screened flight by flight for about so many seconds, cold at the start: how many, seconds, matches."""
    start, travellers, matches = time.perf_counter(), 0, 0
    for flight in flights:
        matches += len(screen(flight, index, DAY))
        travellers += len(flight)
        if time.perf_counter() - start > seconds:
            break
    return travellers, time.perf_counter() - start, matches
