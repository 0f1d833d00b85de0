"""nomenklatura's matchers, run in their own environment (`peer_environment`), as they come: names, dates, nationality, sex.

They compare a few thousand pairs a second, and 10,000 innocents against 5,000 persons are fifty million. So each innocent is
compared with the records whose names are closest only (Jaro-Winkler, best pairs, over all records whatever their birth date).
A false alert among the others would be missed: the figures err **in the peer's favour**.
"""

import json
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.screening.data import DataSet
from benchmarks.screening.measures import FalseAlert, Scored
from benchmarks.screening.peer_environment import PeersMissingError, peers_python
from benchmarks.screening.peers import jaro_winkler_best_pairs, listed_names, text_of
from schemas.traveller import Traveller
from schemas.watchlist import NameQuality, Record

ALGORITHMS = ("logic-v2", "regression-v1")
CLOSEST = 20
"""Records an innocent is compared with."""

BLOCK = 100
"""Innocents a question."""

_SEX = {"M": "male", "F": "female"}
_SCRIPT = Path(__file__).with_name("nomenklatura_scores.py")


class _Matcher:
    """A process of the peers' environment."""

    def __init__(self, algorithm: str, records: Sequence[Record]) -> None:
        command = [str(peers_python()), "-I", str(_SCRIPT)]  # isolated: nothing of the project is on its path
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._tell({"algorithm": algorithm})
        self._tell({"persons": [_listed(record) for record in records]})

    def __enter__(self) -> "_Matcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def _tell(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise PeersMissingError("its process ended; what it said is above") from None

    def scores(self, pairs: Iterable[tuple[Traveller, int]]) -> tuple[list[float], float]:
        """Scores, and the seconds the comparing took."""
        assert self._process.stdout is not None
        self._tell({"pairs": [[_traveller(one), row] for one, row in pairs]})
        line = self._process.stdout.readline()
        if not line:
            raise PeersMissingError("its process ended; what it said is above")
        answer = json.loads(line)
        return answer["scores"], answer["seconds"]


def _listed(record: Record) -> dict[str, Any]:
    primary, *others = record.names
    return {
        "name": text_of(primary),
        "first": primary.given_names,
        "last": primary.surname,
        "aliases": [text_of(name) for name in others if name.quality is NameQuality.GOOD],
        "weak": [text_of(name) for name in others if name.quality is NameQuality.LOW],
        "born": list(record.birth_dates),
        "nationality": list(record.nationalities),
        "sex": _SEX.get(record.sex or ""),
    }


def _traveller(one: Traveller) -> dict[str, Any]:
    return {
        "name": text_of(one),
        "first": one.given_names,
        "last": one.surname,
        "born": one.birth_date,
        "nationality": one.nationality,
        "sex": _SEX.get(one.sex),
    }


def scored_by_nomenklatura(algorithm: str, data: DataSet, seconds: float) -> Scored:
    """Its work on all pairs, and on innocents for about so many seconds. Raises PeersMissingError."""
    records, listed = [one.record for one in data.snapshot.records], listed_names(data)
    rows = {record.record_id: row for row, record in enumerate(records)}
    _, starts = np.unique(listed.record_of_name, return_index=True)
    alerts: list[FalseAlert] = []
    with _Matcher(algorithm, records) as matcher:
        pairs, took = matcher.scores((pair.traveller, rows[pair.record_id]) for pair in data.pairs)
        rate, done, start = len(pairs) / took, 0, time.perf_counter()
        while done < len(data.innocents) and time.perf_counter() - start < seconds:
            block = data.innocents[done : done + BLOCK]
            close = np.maximum.reduceat(jaro_winkler_best_pairs([text_of(one) for one in block], listed.texts), starts, axis=1)
            chosen = np.argpartition(close, -CLOSEST, axis=1)[:, -CLOSEST:]
            asked = [(number, row) for number, of_one in enumerate(chosen.tolist()) for row in of_one]
            scores, _ = matcher.scores((block[number], row) for number, row in asked)
            for (number, row), score in zip(asked, scores, strict=True):
                alerts.append(FalseAlert(score, listed.record_ids[row], done + number))
            done += len(block)
    run = f"{done:,} of {len(data.innocents):,} innocents"
    note = f"{rate:,.0f} pairs/s; {run}, each against the {CLOSEST} records with the closest names"
    return Scored(f"nomenklatura {algorithm}", data.pairs, pairs, pairs, alerts, done, note)
