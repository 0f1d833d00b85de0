"""Whether the packed index finds exactly what the oracle finds, on a long list.

    python -m benchmarks.index --equality 100000x1000 [--processes N] [--seed N]

The oracle here measures the distance of every traveller's part to **every distinct listed part**, asks `compare_parts` (the
definition) of those that are near, begin alike or share a class, and looks for joined words that are the same; then it scores
every record with any agreeing part, or with a document of the same number, by `screening.scoring.match`. What is left out has
no ground, and so is no match at any threshold: nothing is pruned by a bound. For a share of the travellers every single record
is scored beside it, so that this shortening is checked too. Half of the travellers are listed persons under an altered name,
or people like them; the others are nobody in particular.

Each traveller is asked at the default threshold of the list and, so that there is more to compare, some bits below it.
"""

import multiprocessing
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from benchmarks.people import LIST, flights, records
from benchmarks.people.pairs import queries
from schemas.travel_document import TravelDocument
from schemas.traveller import Sex, Traveller
from schemas.watchlist import RecordKey, VersionedRecord, Watchlist, WatchlistSnapshot
from screening.engine import matches_of
from screening.exhaustive import ExhaustiveIndex
from screening.features.names import joined_agreement
from screening.features.part_pair import ERRORS_MAX, compare_parts
from screening.index.packed.building import Listing, build
from screening.index.packed.packed_index import KernelKind, PackedIndex
from screening.index.port import Index, Listed, OneByOne
from screening.match import Match
from screening.model import MODEL
from screening.name_parts import Part
from screening.nicknames import NO_CLASS
from screening.prepared import PreparedList, PreparedRecord, PreparedTraveller, prepare_list, prepare_traveller
from screening.prepared_names import PreparedName
from screening.thresholds import default_bits

DAY = date(2026, 3, 1)
FLOOR_BELOW_BITS = 4.0
"""How far below the list's threshold is asked too."""

PORTABLE_EVERY = 20
"""Every so many travellers the portable kernel is asked too: it is slow on a long list."""

WHOLE_EVERY = 200
"""Every so many travellers each record is scored, ground or none: a minute each on a list of 100,000."""

_CHUNK_TRAVELLERS = 20


class GroundsOracle(OneByOne):
    """Scores every record with any ground for an alert. Satisfies `screening.index.port.Index`."""

    def __init__(self, listed: PreparedList) -> None:
        """Notes which records carry which part, joined word and document number."""
        self.listed: Listed = listed
        self._records = listed.records
        self._parts: defaultdict[Part, set[int]] = defaultdict(set)
        self._joined: defaultdict[Part, set[int]] = defaultdict(set)
        self._documents: defaultdict[str, set[int]] = defaultdict(set)
        for row, record in enumerate(listed.records):
            for document in record.documents:
                self._documents[document.folded].add(row)
            for name in record.names:
                for part in name.parts:
                    self._parts[part._replace(family=False)].add(row)
                for run in name.joined:
                    self._joined[run.word._replace(family=False)].add(row)
        self._kept: dict[tuple[Part, bool], Set[int]] = {}
        self._all = list(self._parts)
        self._forms = [part.form for part in self._all]
        self._traits = [np.array([trait(part) for part in self._all]) for trait in _TRAITS]

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterator[PreparedRecord]:  # noqa: ARG002 - no threshold prunes
        """Every record with a ground."""
        rows = {row for document in traveller.documents for row in self._documents.get(document.folded, ())}
        for name in traveller.names:
            rows.update(*self._by_name(name))
        return (self._records[row] for row in sorted(rows))

    def _by_name(self, name: PreparedName) -> Iterator[Set[int]]:
        for part in name.parts:
            yield self._carriers(part, joined=False)
        for run in name.joined:
            yield self._carriers(run.word, joined=True)

    def _carriers(self, word: Part, *, joined: bool) -> Set[int]:
        key = word._replace(family=False), joined
        found = self._kept.get(key)
        if found is None:
            parts = _same(word, self._parts) if joined else self._agreeing(word)
            rows = set[int]().union(*(self._parts[part] for part in parts))
            if not joined:
                rows.update(*(self._joined[other] for other in _same(word, self._joined)))
            found = self._kept[key] = rows
        return found

    def _agreeing(self, word: Part) -> Iterator[Part]:
        """The distance to every listed part is measured; those near, or that begin alike or share a class, are compared."""
        distances = cdist([word.form], self._forms, scorer=OSA.distance, score_cutoff=ERRORS_MAX)[0]
        wanted = distances <= ERRORS_MAX
        for values, trait in zip(self._traits, _TRAITS, strict=True):
            wanted |= (values == trait(word)) & (values != NO_CLASS)
        near = (self._all[place] for place in np.flatnonzero(wanted).tolist())
        return (part for part in near if _grounds(word, part) and compare_parts(word, part))


def _grounds(word: Part, listed: Part) -> bool:
    """Particles and initials are no ground, whatever equals them."""
    return not listed.particle and len(word.text) > 1 and len(listed.text) > 1


_TRAITS: tuple[Callable[[Part], str | int], ...] = (
    lambda part: part.text[0],
    lambda part: part.form[0],
    lambda part: part.skeleton,
    lambda part: part.nickname,
)
"""Parts that are not near in letters agree only where one of these is the same."""


def _same(word: Part, others: Iterable[Part]) -> Iterator[Part]:
    """Those that a joined word agrees with."""
    alike = (other for other in others if other.skeleton == word.skeleton)
    return (other for other in alike if joined_agreement(word, other, 1.0, MODEL) is not None)


class Compared(NamedTuple):
    """Alerts of the oracle; those the index did not give, those it gave otherwise or too many; by each kernel."""

    travellers: int = 0
    matches: int = 0
    lost: int = 0
    changed: int = 0
    by_portable: int = 0
    whole: int = 0
    oracle_seconds: float = 0.0

    def plus(self, other: "Compared") -> "Compared":
        """Both together."""
        return Compared(*(one + more for one, more in zip(self, other, strict=True)))


class _Asked(NamedTuple):
    travellers: Sequence[Traveller]
    first: int


class _Indexes(NamedTuple):
    compiled: Index
    portable: Index
    oracle: Index
    whole: Index
    prepared: Mapping[RecordKey, PreparedRecord]
    floor: float


def compare(records_count: int, travellers: int, seed: int, processes: int) -> Compared:
    """Index against oracle. Processes are forked, so that they share the list."""
    threshold = default_bits(LIST, records_count, MODEL)
    watchlist = LIST.model_copy(update={"threshold_bits": threshold})
    with tempfile.TemporaryDirectory() as directory:
        indexes = _indexes(Path(directory) / "index", tuple(records(records_count, seed, 0, watchlist)), threshold)
        asked = list(_travellers(travellers, seed, records_count))
        chunks = [_Asked(asked[at : at + _CHUNK_TRAVELLERS], at) for at in range(0, len(asked), _CHUNK_TRAVELLERS)]
        with multiprocessing.get_context("fork").Pool(processes, _share, (indexes,)) as pool:
            total = Compared()
            for done, found in enumerate(pool.imap_unordered(_compare_some, chunks), 1):
                total = total.plus(found)
                print(f"  {done} of {len(chunks)}: {total}", flush=True)
    return total


def _indexes(path: Path, listed: Sequence[VersionedRecord], threshold: float) -> _Indexes:
    watchlist: Watchlist = listed[0].watchlist
    prepared = prepare_list(WatchlistSnapshot(1, (watchlist,), tuple(listed)), MODEL)
    build(path, iter(listed), Listing(MODEL, 1))
    return _Indexes(
        PackedIndex.open(path),
        PackedIndex.open(path, MODEL, KernelKind.PORTABLE),
        GroundsOracle(prepared),
        ExhaustiveIndex(prepared),
        {record.key: record for record in prepared.records},
        threshold - FLOOR_BELOW_BITS,
    )


def _travellers(count: int, seed: int, listed: int) -> Iterator[Traveller]:
    """In turn, somebody who is or resembles a listed person, and a traveller of a flight."""
    innocents = (one for flight in flights(count // 100 + 1, seed + 1) for one in flight)
    like_listed = queries(count, seed, listed)
    for number, (query, innocent) in enumerate(islice(zip(like_listed, innocents, strict=False), count // 2)):
        yield innocent
        yield Traveller(
            traveller_id=f"Q{number}",
            surname=query.name.surname or None,
            given_names=query.name.given or None,
            birth_date=query.birth_date or None,
            nationality=query.nationality or None,
            sex=Sex(query.sex or "U"),
            documents=(TravelDocument(type="P", number=f"{number:08d}", issuing_country=query.nationality or None),),
        )


_shared: list[_Indexes] = []
"""What a forked process was given; one process asks by itself."""


def _share(indexes: _Indexes) -> None:
    _shared[:] = [indexes]


def _compare_some(asked: _Asked) -> Compared:
    total = Compared()
    for number, one in enumerate(asked.travellers, asked.first):
        total = total.plus(_compare_one(prepare_traveller(one), number))
    return total


def _compare_one(traveller: PreparedTraveller, number: int) -> Compared:
    """At each floor. Whoever is no match at the lower one is none at the threshold: only the others are scored again."""
    indexes, total = _shared[0], Compared()
    start = time.process_time()
    low = _found(traveller, indexes.floor, indexes.oracle)
    again = _Few(indexes.oracle.listed, [indexes.prepared[key] for key in low])
    answers = {indexes.floor: low, None: _found(traveller, None, again)}
    total = total.plus(Compared(oracle_seconds=time.process_time() - start))
    for floor, right in answers.items():
        total = total.plus(_compare(traveller, number, floor, right))
    return total


@dataclass(frozen=True, slots=True)
class _Few(OneByOne):
    """Records of a list, as an index that prunes nothing."""

    listed: Listed
    records: Sequence[PreparedRecord]

    def candidates(self, traveller: PreparedTraveller, floor_bits: float | None) -> Iterable[PreparedRecord]:  # noqa: ARG002 - prunes nothing
        """All of them."""
        return self.records


def _compare(traveller: PreparedTraveller, number: int, floor: float | None, right: Mapping[RecordKey, Match]) -> Compared:
    indexes = _shared[0]
    answers = [_found(traveller, floor, indexes.compiled)]
    by_portable, whole = number % PORTABLE_EVERY == 0, number % WHOLE_EVERY == 0 and floor is not None
    if by_portable:
        answers.append(_found(traveller, floor, indexes.portable))
    lost = sum(key not in answer for answer in answers for key in right)
    changed = sum(right.get(key) != answer for given in answers for key, answer in given.items())
    if whole:
        assert _found(traveller, floor, indexes.whole) == right, "a record without a ground was a match"
    return Compared(1, len(right), lost, changed, int(by_portable), int(whole))


def _found(traveller: PreparedTraveller, floor: float | None, index: Index) -> dict[RecordKey, Match]:
    return {one.record_key: one for one in matches_of(traveller, index, DAY, floor)}


def report(asked: str, seed: int, processes: int) -> int:
    """Prints what was found, and returns how many alerts were lost or changed. `asked`: RECORDSxTRAVELLERS."""
    persons, _, travellers = asked.partition("x")
    start = time.perf_counter()
    found = compare(int(persons), int(travellers), seed, processes)
    print(
        f"index against oracle, {int(persons):,} made-up persons x {found.travellers // 2:,} travellers, each at the default "
        f"threshold and {FLOOR_BELOW_BITS} bits below: {found.matches:,} alerts, {found.lost} lost, {found.changed} changed"
    )
    print(
        f"  the portable kernel asked of {found.by_portable // 2}, every record scored for {found.whole}; "
        f"{time.perf_counter() - start:.0f} s on {processes} processes, oracle {found.oracle_seconds:.0f} s of processor time"
    )
    return found.lost + found.changed
