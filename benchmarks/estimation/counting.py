"""Pairs of travellers and records as rows of the model's table: which rows apply to each pair, and what is fixed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.screening.data import read_data as read_files
from benchmarks.screening.recombined import recombined
from screening.features.piece import Piece
from screening.index.packed.packed_index import PackedIndex
from screening.index.port import Index
from screening.index.pruned import PrunedIndex
from screening.model import Feature, Model, NameOutcome, PartOutcome
from screening.prepared import PreparedRecord, PreparedTraveller, prepare_list, prepare_traveller
from screening.scoring import Score, score

NEAR_BITS = -1.0
"""Random pairs whose bound reaches this are all taken; of the others one in `FAR_SAMPLED`, at that weight."""
HANDS = 10
"""How many times as many innocents as there are, recombined, are compared with the list for its near pairs."""
FAR_SAMPLED = 10
EVERYTHING_BITS = -1000.0
HARD_NEGATIVE_WEIGHT = 0.5
"""Of a pair that was made to resemble a true one (relatives, near passengers): there are far more in the data than in a flight.
They keep apart who shares a surname; counted in full they would outweigh the travellers near the threshold."""

Key = tuple[str, str]
Floats = NDArray[np.float64]


class Example(NamedTuple):
    """One pair. `fold`: by listed person for true pairs, by traveller for random ones; `kind` is empty for random pairs."""

    traveller: PreparedTraveller
    record: PreparedRecord
    true: bool
    weight: float
    group: str
    kind: str


class Counted(NamedTuple):
    """The examples as numbers. `applies[i, j]`: how often row `keys[j]` applies to example i; `fixed`: bits of other rows."""

    keys: list[Key]
    applies: Floats
    fixed: Floats
    grounded: NDArray[np.bool_]
    scores: Floats


class Data(NamedTuple):
    """A data set read. `pairs`: true pairs and hard negatives, as in `pairs.csv`; `random`: innocents against the list."""

    pairs: list[Example]
    random: list[Example]
    travellers: int
    persons: int


def read_data(directory: Path, model: Model) -> Data:
    """Everything in a directory of the evaluation's form (see `benchmarks/screening/data.py`)."""
    files = read_files(directory)
    index = PrunedIndex(prepare_list(files.snapshot, model))
    by_id = {record.versioned.record.record_id: record for record in index.listed.records}
    pairs = [
        Example(
            prepare_traveller(pair.traveller),
            by_id[pair.record_id],
            pair.positive,
            1.0 if pair.positive else HARD_NEGATIVE_WEIGHT,
            pair.record_id,
            pair.kind,
        )
        for pair in files.pairs
    ]
    innocents = [prepare_traveller(one) for one in recombined(files.innocents, HANDS)]
    packed: Index = PackedIndex.of(index.listed)
    random = [example for one in innocents for example in _near(one, packed)]
    random += [example for one in innocents[: len(files.innocents)] for example in _far(one, index, packed)]
    return Data(pairs, random, len(files.innocents), len(index.listed.records))


def _near(one: PreparedTraveller, index: Index) -> Iterator[Example]:
    for record in index.candidates(one, NEAR_BITS):
        yield Example(one, record, False, 1.0 / HANDS, one.traveller_id.partition("/")[0], "")


def _far(one: PreparedTraveller, index: PrunedIndex, packed: Index) -> Iterator[Example]:
    near = {record.versioned.record.record_id for record in packed.candidates(one, NEAR_BITS)}
    first = crc32(one.traveller_id.encode())
    for number, record in enumerate(index.candidates(one, EVERYTHING_BITS), first):
        if number % FAR_SAMPLED == 0 and record.versioned.record.record_id not in near:
            yield Example(one, record, False, FAR_SAMPLED, one.traveller_id, "")


def count(examples: Sequence[Example], model: Model) -> Counted:
    """Score every example with the model, and take its pieces apart."""
    scores = [score(one.traveller, one.record, model) for one in examples]
    taken = [_take_apart(one, model) for one in scores]
    keys = sorted({key for found, _ in taken for key in found})
    column = {key: place for place, key in enumerate(keys)}
    applies = np.zeros((len(examples), len(keys)))
    for place, (found, _) in enumerate(taken):
        for key, times in found.items():
            applies[place, column[key]] = times
    return Counted(
        keys,
        applies,
        np.array([fixed for _, fixed in taken]),
        np.array([one.agreeing_parts > 0 for one in scores]),
        np.array([one.bits for one in scores]),
    )


def _take_apart(scored: Score, model: Model) -> tuple[dict[Key, float], float]:
    rows: dict[Key, float] = {}
    fixed = 0.0
    for piece in scored.pieces:
        own = _own_bits(piece, model)
        if own is not None:
            key = (str(piece.feature), str(piece.outcome))
            rows[key] = rows.get(key, 0.0) + 1.0
            fixed += piece.weight - own
        else:
            fixed += piece.weight
    return rows, fixed


def _own_bits(piece: Piece, model: Model) -> float | None:
    """What the piece's row gave to its weight; None where the row is not estimated, or where a lower limit gave the weight."""
    if piece.feature is Feature.NAME_PART:
        if piece.weight == model.pair_bits_min:
            return None
        outcome = PartOutcome(piece.outcome)
        return piece.weight if outcome is PartOutcome.INITIAL else -model.part_cost[outcome]
    if piece.feature is Feature.NAME:
        return None if piece.outcome == NameOutcome.ONE_PART else model.name_bits.get(NameOutcome(piece.outcome))
    if piece.feature is Feature.BIRTH_DATE:
        return next(bits for outcome, bits in model.date_bits.items() if outcome == piece.outcome)
    estimated = piece.feature in {Feature.SEX, Feature.NATIONALITY}
    return piece.weight if estimated else None
