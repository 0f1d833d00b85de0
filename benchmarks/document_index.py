"""The steps of `benchmarks.documents --through index`: records without a name through the index that a screener asks.

build    a base on disk of so many document records (`screening.index.documents`), without a database
ask      that base with a delta of 1,000 changed documents over it, by flights: candidates, then matches with their scores
"""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random

import psutil

from benchmarks.documents import FLIGHT, number_of
from schemas.stored_records import StoredRow
from schemas.travel_document import TravelDocument
from schemas.traveller import Traveller
from schemas.watchlist import ListKind, Watchlist
from screening.engine import matches_of_each
from screening.index.documents import DocumentedIndex, DocumentsAside, ShelvedDocuments
from screening.index.layered import LayeredIndex
from screening.index.packed.building import Listing, build
from screening.index.packed.packed_index import PackedIndex
from screening.index.port import Index
from screening.index.pruned import PrunedIndex
from screening.model import MODEL
from screening.prepared import PreparedList, PreparedTraveller, prepare_record, prepare_traveller

STOLEN = Watchlist(list_id="stolen", kind=ListKind.DOCUMENT, title="Stolen documents", threshold_bits=40.0)
ASKED = 100_000
CHANGED = 1_000
DAY = date(2026, 3, 1)


def rows(count: int, status: str = "stolen") -> Iterator[StoredRow]:
    """The list, as a file of documents is stored."""
    for place in range(count):
        number, issuer = number_of(place)
        document = f'{{"type":"P","number":"{number}","issuing_country":"{issuer}","status":"{status}"}}'
        body = f'{{"record_id":"{issuer}-P-{number}","category":"{status}","action":"seize_document","documents":[{document}]}}'
        yield StoredRow(STOLEN, body, 1, 1)


def build_base(directory: Path, count: int) -> None:
    """A base of documents only; in a process of its own, so that its memory is its own."""
    started, processor = time.perf_counter(), time.process_time()
    with DocumentsAside(directory / "base") as aside:
        aside.add_all(rows(count))
        aside.finish()
    build(directory / "base.index", iter(()), Listing(MODEL, 1))
    seconds, used = time.perf_counter() - started, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sizes = ", ".join(f"{path.name} {path.stat().st_size / 1e6:.0f} MB" for path in sorted(directory.glob("base.*")))
    print(f"{count:,} records: base built in {seconds:.0f} s ({used:.0f} s of a processor); peak {peak:.0f} MB")
    print(sizes, flush=True)


def layered(directory: Path) -> Index:
    """The base with a delta over it."""
    names = PackedIndex.open(directory / "base.index")
    base = DocumentedIndex(names, [ShelvedDocuments.open(directory / "base", {STOLEN.list_id: STOLEN}, frozenset())])
    changed_rows = [row.versioned() for row in rows(CHANGED, "found")]
    changed = tuple(prepare_record(one, MODEL, names.listed.rarity) for one in changed_rows)
    delta = PrunedIndex(PreparedList(2, changed, MODEL, names.listed.rarity))
    return LayeredIndex(base, delta, frozenset(one.key for one in changed), base.listed.record_count)


def travellers(count: int, first: int, span: int) -> list[PreparedTraveller]:
    """With a name, though nobody is listed by it, and a passport from somewhere in a span."""
    random, found = Random(7), []
    for place in range(count):
        number, issuer = number_of(first + int(random.random() * span))
        document = TravelDocument(type="P", number=number, issuing_country=issuer)
        one = Traveller(traveller_id=str(place), surname="DOE", given_names="JANE", documents=(document,))
        found.append(prepare_traveller(one))
    return found


def ask(directory: Path, count: int) -> None:
    """In a process of its own, too."""
    process = psutil.Process()
    misses, hits = travellers(ASKED, count, 6 * count), travellers(ASKED, 0, count)
    before = process.memory_info().rss
    index = layered(directory)
    for kind, asked in (("misses", misses), ("hits", hits)):
        _report(f"{kind:7} candidates", asked, lambda some: sum(len(list(one)) for one in index.candidates_of_each(some, None)))
        _report(f"{kind:7} matches", asked, lambda some: sum(1 for _ in matches_of_each(some, index, DAY)))
        print(f"resident {(process.memory_info().rss - before) / 1e6:.0f} MB more than before it was opened", flush=True)


def _report(name: str, asked: Sequence[PreparedTraveller], ask: Callable[[Sequence[PreparedTraveller]], int]) -> None:
    started, processor, found = time.perf_counter(), time.process_time(), 0
    for start in range(0, len(asked), FLIGHT):
        found += ask(asked[start : start + FLIGHT])
    seconds, used = time.perf_counter() - started, time.process_time() - processor
    rate, of_processor = len(asked) / seconds, len(asked) / used
    print(f"{name:20} {rate:>10,.0f} travellers/s ({of_processor:,.0f} a processor second), {found:,} found", flush=True)
