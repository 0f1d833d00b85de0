"""How good and how fast screening is, on a data set of real listed names.

    python -m benchmarks.screening DIRECTORY [--innocents N] [--sample N]

The directory holds `watchlist.csv`, `pairs.csv` and `innocents.csv`. Printed: average precision on the pairs; recall of true
pairs at 1, 5 and 20 false alerts per 1,000 innocent travellers; travellers/s of the index, of the oracle and of a rapidfuzz
peer; and whether index and oracle gave the same matches on a sample. "real" leaves out synthetic variants and aliases that
share nothing with the listed names.
"""

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import fuzz

from schemas.traveller import Sex, Traveller
from schemas.watchlist import (
    ListKind,
    NameKind,
    NameQuality,
    Record,
    RecordDocument,
    RecordName,
    VersionedRecord,
    Watchlist,
    WatchlistSnapshot,
)
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.packed.packed_index import PackedIndex
from screening.index.port import Index
from screening.model import MODEL
from screening.prepared import PreparedList, PreparedRecord, prepare_list, prepare_traveller
from screening.scoring import score

DAY = date(2026, 3, 1)
FLOOR_BITS = 6.0  # low enough that 20 false alerts per 1,000 are far above it
RATES = (1, 5, 20)
YEARS_MAX = 15  # a range of birth years longer than this says nothing
PEER_YEARS_APART = 2


class Pair(NamedTuple):
    """A query, the record it may be, and the truth."""

    traveller: Traveller
    record_id: str
    positive: bool
    kind: str

    @property
    def real(self) -> bool:
        return self.kind.startswith(("alias_", "weak_")) and not self.kind.endswith("_distant")


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def read_list(path: Path) -> WatchlistSnapshot:
    watchlist = Watchlist(list_id="listed", kind=ListKind.PERSON, title="Listed persons")
    records = (
        VersionedRecord(watchlist=watchlist, record=read_record(row), record_version=1, list_version=1) for row in rows(path)
    )
    return WatchlistSnapshot(1, (watchlist,), tuple(records))


def read_record(row: dict[str, str]) -> Record:
    documents = (text.split(":") for text in row["documents"].split(";") if text.count(":") == 2)
    return Record(
        record_id=row["id"],
        names=(
            RecordName(surname=row["surname"] or None, given_names=row["given"] or None),
            *aliases(row["aliases"], NameQuality.GOOD),
            *aliases(row["weak_aliases"], NameQuality.LOW),
        ),
        birth_dates=tuple(birth_dates(row["dob"])),
        sex=row["sex"] or None,
        nationalities=tuple(filter(None, row["nationality"].split(";"))),
        documents=tuple(RecordDocument(type=t or None, number=n, issuing_country=c or None) for t, n, c in documents),
    )


def aliases(text: str, quality: NameQuality) -> Iterator[RecordName]:
    for alias in filter(None, text.split(";")):
        surname, _, given = alias.partition(",")
        yield RecordName(
            surname=surname.strip() or None, given_names=given.strip() or None, kind=NameKind.ALIAS, quality=quality
        )


def birth_dates(text: str) -> Iterator[str]:
    for one in filter(None, text.split(";")):
        first, slash, last = one.partition("/")
        if not slash:
            yield first
        elif int(last) - int(first) <= YEARS_MAX:
            yield from map(str, range(int(first), int(last) + 1))


def traveller(number: int, row: dict[str, str], prefix: str = "") -> Traveller:
    return Traveller(
        traveller_id=str(number),
        surname=row[prefix + "surname"] or None,
        given_names=row[prefix + "given"] or None,
        birth_date=row[prefix + "dob"] or None,
        nationality=row[prefix + "nationality"] or None,
        sex=Sex(row[prefix + "sex"] or "U"),
    )


def read_pairs(path: Path) -> list[Pair]:
    return [
        Pair(traveller(number, row, "query_"), row["list_id"], row["label"] == "1", row["kind"])
        for number, row in enumerate(rows(path))
    ]


def pair_scores(pairs: Sequence[Pair], listed: PreparedList) -> list[float]:
    """The plain sum of bits; a name that is no ground cannot alert, but ranks by its bits all the same."""
    by_id = {record.versioned.record.record_id: record for record in listed.records}
    return [score(prepare_traveller(pair.traveller), by_id[pair.record_id], listed.model).bits for pair in pairs]


def average_precision(pairs: Sequence[Pair], scores: Sequence[float]) -> float:
    ranked = sorted(zip(scores, pairs, strict=True), key=lambda row: -row[0])
    hits, total = 0, 0.0
    for place, (_, pair) in enumerate(ranked, 1):
        if pair.positive:
            hits += 1
            total += hits / place
    return total / hits


def recall(pairs: Sequence[Pair], scores: Sequence[float], threshold: float, wanted: Callable[[Pair], bool]) -> float:
    found = [value >= threshold for value, pair in zip(scores, pairs, strict=True) if pair.positive and wanted(pair)]
    return sum(found) / len(found)


def thresholds(false_scores: Iterable[float], innocents: int) -> dict[int, float]:
    """For each rate, the least threshold with no more false alerts."""
    ordered = sorted(false_scores, reverse=True)
    return {rate: _threshold(ordered, rate * innocents // 1000) for rate in RATES}


def _threshold(ordered: Sequence[float], allowed: int) -> float:
    return ordered[allowed] + 1e-9 if allowed < len(ordered) else FLOOR_BITS


def report_quality(name: str, pairs: Sequence[Pair], scores: Sequence[float], at: dict[int, float]) -> None:
    print(f"{name}: AP {average_precision(pairs, scores):.4f}")
    for rate, threshold in at.items():
        real = recall(pairs, scores, threshold, lambda pair: pair.real)
        everything = recall(pairs, scores, threshold, lambda _: True)
        print(f"  {rate:>3} per 1,000 (threshold {threshold:6.2f}): recall real {real:.3f}  all {everything:.3f}")


def report_kinds(pairs: Sequence[Pair], scores: Sequence[float], threshold: float) -> None:
    by_kind: defaultdict[str, list[bool]] = defaultdict(list)
    for pair, value in zip(pairs, scores, strict=True):
        if pair.positive:
            by_kind[pair.kind].append(value >= threshold)
    for kind, found in sorted(by_kind.items()):
        print(f"      {kind:24} {sum(found) / len(found):.3f} of {len(found)}")


def timed(index: Index, travellers: Sequence[Traveller]) -> tuple[float, list[object]]:
    """Travellers per second, and what was found, at the default thresholds."""
    start = time.perf_counter()
    found = screen(travellers, index, DAY)
    return len(travellers) / (time.perf_counter() - start), list(found)


def peer_scores(travellers: Iterable[Traveller], records: Sequence[PreparedRecord]) -> list[float]:
    """The best rapidfuzz ratio of whole names, birth years at most two apart."""
    return [best for one in travellers for record in records if (best := peer_score(one, record)) > 60]


def peer_score(one: Traveller, record: PreparedRecord) -> float:
    years = {int(value[:4]) for value in record.birth_dates}
    if one.birth_date and years and min(abs(int(one.birth_date[:4]) - year) for year in years) > PEER_YEARS_APART:
        return 0.0
    name = f"{one.surname or ''} {one.given_names or ''}".strip()
    return max((fuzz.ratio(name, listed.text.replace(" / ", " ")) for listed in record.names), default=0.0)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--innocents", type=int, default=10_000)
    arguments.add_argument("--sample", type=int, default=100)
    arguments.add_argument("--peer", action="store_true", help="run the rapidfuzz peer on the sample too")
    options = arguments.parse_args()
    start = time.perf_counter()
    listed = prepare_list(read_list(options.directory / "watchlist.csv"), MODEL)
    index = PackedIndex.of(listed)
    print(f"index of {len(listed.records)} records built in {time.perf_counter() - start:.2f} s")
    pairs = read_pairs(options.directory / "pairs.csv")
    innocents = [
        traveller(n, row) for n, row in enumerate(islice(rows(options.directory / "innocents.csv"), options.innocents))
    ]
    report_speed(index, listed, innocents, pairs, options.sample)
    scores = pair_scores(pairs, listed)
    false = [found.score for found in screen(innocents, index, DAY, FLOOR_BITS)]
    at = thresholds(false, len(innocents))
    report_quality(f"kulla {MODEL.version}", pairs, scores, at)
    report_kinds(pairs, scores, at[5])
    if options.peer:
        sample = innocents[:: max(len(innocents) // options.sample, 1)]
        by_id = {record.versioned.record.record_id: record for record in listed.records}
        peer = [peer_score(pair.traveller, by_id[pair.record_id]) for pair in pairs]
        report_quality("rapidfuzz ratio", pairs, peer, thresholds(peer_scores(sample, listed.records), len(sample)))


def report_speed(
    index: Index, listed: PreparedList, innocents: Sequence[Traveller], pairs: Sequence[Pair], sample: int
) -> None:
    rate, found = timed(index, innocents)
    print(f"index, cold: {rate:.0f} travellers/s, {1000 * len(found) / len(innocents):.2f} false alerts per 1,000 at defaults")
    both = [*innocents[:sample], *(pair.traveller for pair in pairs[:sample])]
    fast, by_index = timed(index, both)
    slow, by_oracle = timed(ExhaustiveIndex(listed), both)
    print(f"index {fast:.0f}, oracle {slow:.1f} travellers/s (x {fast / slow:.0f}); equal: {by_index == by_oracle}")


if __name__ == "__main__":
    main()
