"""Peers in the same run, on the same data: scorers of `rapidfuzz`, over whole names, with birth years at most two apart.

Every peer sees each listed name of a record, good or weak, and takes the best; a record without a birth date agrees with every
year. Innocents are taken from the first on until the time for a peer is used up; how many were run is said.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from benchmarks.screening.data import DataSet
from benchmarks.screening.measures import RATES, FalseAlert, Scored, allowed_at
from schemas.traveller import Traveller
from schemas.watchlist import RecordName

YEARS_APART = 2
BLOCK = 500
"""Innocents scored at a time."""

Scores = NDArray[np.float32]
Scorer = Callable[[Sequence[str], Sequence[str]], Scores]
"""All queries against all listed names."""


class ListedNames(NamedTuple):
    """The names of a list, in order of their records, and the years in which each record's person may be born."""

    texts: tuple[str, ...]
    record_of_name: NDArray[np.int64]
    record_ids: tuple[str, ...]
    years: tuple[frozenset[int], ...]


def listed_names(data: DataSet) -> ListedNames:
    """As a peer sees the list."""
    records = [one.record for one in data.snapshot.records]
    names = [(row, text_of(name)) for row, record in enumerate(records) for name in record.names]
    return ListedNames(
        tuple(text for _, text in names),
        np.array([row for row, _ in names]),
        tuple(record.record_id for record in records),
        tuple(frozenset(int(date[:4]) for date in record.birth_dates) for record in records),
    )


def text_of(name: RecordName | Traveller) -> str:
    """A whole name."""
    given = name.given_names or ""
    return f"{given} {name.surname or getattr(name, 'full_name', None) or ''}".strip()


def _with(scorer: Callable[..., float]) -> Scorer:
    return lambda queries, names: cdist(queries, names, scorer=scorer, dtype=np.float32)


def jaro_winkler_best_pairs(queries: Sequence[str], names: Sequence[str]) -> Scores:
    """The mean, over the parts of the query, of the best Jaro-Winkler with a part of the name, times 100."""
    words = [name.split() or [""] for name in names]
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys(word for of_name in words for word in of_name))}
    places = np.array([vocabulary[word] for of_name in words for word in of_name])
    starts = np.cumsum([0, *map(len, words)])[:-1]
    parts = list(dict.fromkeys(part for query in queries for part in query.split()))
    close = dict(zip(parts, cdist(parts, list(vocabulary), scorer=JaroWinkler.similarity, dtype=np.float32), strict=True))
    best = {part: np.maximum.reduceat(row[places], starts) for part, row in close.items()}
    empty = np.zeros(len(names), np.float32)
    return np.array([100 * np.mean([best[part] for part in query.split()] or [empty], axis=0) for query in queries], np.float32)


PEERS: dict[str, Scorer] = {
    "rapidfuzz ratio": _with(fuzz.ratio),
    "rapidfuzz WRatio": _with(fuzz.WRatio),
    "rapidfuzz token_set_ratio": _with(fuzz.token_set_ratio),
    "Jaro-Winkler best pairs": jaro_winkler_best_pairs,
}
"""By the name that the report shows."""


def scored_by_peer(name: str, data: DataSet, listed: ListedNames, seconds: float) -> Scored:
    """A peer's work, for about so many seconds."""
    scorer = PEERS[name]
    pairs = _pair_scores(scorer, data, listed)
    kept_per_block = round(allowed_at(RATES[-1], BLOCK)) * 20  # blocks are uneven; a threshold is never below what one keeps
    alerts: list[FalseAlert] = []
    done, start = 0, time.perf_counter()
    while done < len(data.innocents) and time.perf_counter() - start < seconds:
        block = data.innocents[done : done + BLOCK]
        found = [alert for part in _by_year(block, done) for alert in _alerts(scorer, part, listed)]
        alerts += sorted(found, reverse=True)[:kept_per_block]
        done += len(block)
    note = "" if done == len(data.innocents) else f"{done:,} of {len(data.innocents):,} innocents: the time was used up"
    return Scored(f"{name}, birth year +-{YEARS_APART}", data.pairs, pairs, pairs, alerts, done, note)


def _pair_scores(scorer: Scorer, data: DataSet, listed: ListedNames) -> list[float]:
    """Each query against the names of its own record only."""
    rows = {record_id: row for row, record_id in enumerate(listed.record_ids)}
    names = defaultdict(list)
    for text, row in zip(listed.texts, listed.record_of_name.tolist(), strict=True):
        names[row].append(text)
    found = []
    for pair in data.pairs:
        row = rows[pair.record_id]
        agrees = _year_agrees(pair.traveller, listed.years[row])
        found.append(float(scorer([text_of(pair.traveller)], names[row]).max()) if agrees else 0.0)
    return found


def _year_agrees(traveller: Traveller, years: frozenset[int]) -> bool:
    if not traveller.birth_date or not years:
        return True
    year = int(traveller.birth_date[:4])
    return any(abs(year - other) <= YEARS_APART for other in years)


Numbered = list[tuple[int, Traveller]]


def _by_year(block: Sequence[Traveller], first: int) -> Iterator[Numbered]:
    """Innocents of one birth year share their candidates."""
    groups: defaultdict[str, Numbered] = defaultdict(list)
    for number, one in enumerate(block, first):
        groups[(one.birth_date or "")[:4]].append((number, one))
    yield from groups.values()


def _alerts(scorer: Scorer, group: Numbered, listed: ListedNames) -> Iterator[FalseAlert]:
    """The best of a group against every record that may be of its year."""
    agrees = np.array([_year_agrees(group[0][1], years) for years in listed.years])
    chosen = np.flatnonzero(agrees[listed.record_of_name])
    if not chosen.size:
        return
    scores = scorer([text_of(one) for _, one in group], [listed.texts[place] for place in chosen.tolist()])
    records, starts = np.unique(listed.record_of_name[chosen], return_index=True)
    best = np.maximum.reduceat(scores, starts, axis=1)
    keep = min(best.size, round(allowed_at(RATES[-1], BLOCK)) * 20)
    for place in np.argpartition(best, best.size - keep, axis=None)[-keep:].tolist():
        row, column = divmod(place, best.shape[1])
        yield FalseAlert(float(best[row, column]), listed.record_ids[int(records[column])], group[row][0])
