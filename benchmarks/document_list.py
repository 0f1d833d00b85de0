"""What a long list of documents costs from its file to a screened traveller.

    python -m benchmarks.document_list [--numbers 1000000] [--changed 10000]

A made-up CSV is imported (embedded PostgreSQL in a temporary directory), a base is built of it, travellers are asked through
the index that screeners use, then a file of changes is imported over it and a newer base is built. Printed: rows/s from the
file to the published version, peak memory of the importing and of the building process (without PostgreSQL), seconds of each
base, sizes on disk, and travellers/s, of those who are not listed and of those who are.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from api_service.list_import import Imported, ImportOrder, import_file
from api_service.lists_on_disk import files
from api_service.lists_on_disk.build import build_newest
from benchmarks.documents import FLIGHT, number_of
from parsers.lists import ListFormat
from schemas.travel_document import TravelDocument
from schemas.traveller import Traveller
from schemas.watchlist import ListKind, Watchlist
from screening.engine import matches_of_each
from screening.model import MODEL
from screening.prepared import PreparedTraveller, prepare_traveller
from screening.thresholded import ThresholdedSource
from storage import watchlists
from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.list_source import PostgresListSource
from storage.migrate import migrate

STOLEN = Watchlist(list_id="stolen", kind=ListKind.DOCUMENT, title="Stolen documents")
HEADER = b"document_number,issuing_country,document_type,status,date_of_theft,owner\n"
ROWS_AT_ONCE = 500
STATUSES = ("stolen", "lost", "revoked", "stolen blank")
ASKED = 20_000
DAY = date(2026, 3, 1)


async def table(places: Sequence[int], status: str = "") -> AsyncIterator[bytes]:
    """A file of documents, in pieces."""
    yield HEADER
    rows = map(_row, places)
    while piece := "".join(islice(rows, ROWS_AT_ONCE)):
        yield (piece.replace(",stolen,", f",{status},") if status else piece).encode()


def _row(place: int) -> str:
    number, issuer = number_of(place)
    return f"{number},{issuer},P,{STATUSES[place % 4]},20{place % 25:02}-0{1 + place % 9}-1{place % 10},NCB {issuer}\n"


def travellers(first: int, count: int) -> Iterator[PreparedTraveller]:
    """Travellers with the documents of these places, and no name: their documents are asked for, nothing else."""
    for place in range(first, first + count):
        number, issuer = number_of(place)
        document = TravelDocument(type="P", number=number, issuing_country=issuer)
        yield prepare_traveller(Traveller(traveller_id=str(place), documents=(document,)))


async def imported(database: Database, places: Sequence[int], name: str, status: str = "") -> Imported:
    """Import a file and say how fast."""
    started, processor = time.perf_counter(), time.process_time()
    order = ImportOrder("stolen", "bench", file_format=ListFormat.DOCUMENTS)
    done = await import_file(database, order, table(places, status), lambda: datetime.now(UTC))
    seconds, used = time.perf_counter() - started, time.process_time() - processor
    rate = f"{len(places) / seconds:,.0f} rows/s ({len(places) / used:,.0f} a processor second of this process); peak {_peak()}"
    print(f"{name}: {len(places):,} rows in {seconds:.1f} s, {rate}", flush=True)
    assert done.publication is not None
    return done


async def build(directory: Path, url: str) -> None:
    """A base, as a builder's process makes it."""
    database = await Database.connect(url)
    started, processor = time.perf_counter(), time.process_time()
    version = await build_newest(directory, ThresholdedSource(PostgresListSource(database), MODEL), MODEL)
    seconds, used = time.perf_counter() - started, time.process_time() - processor
    print(
        f"base of version {version} after {seconds:.1f} s ({used:.1f} of a processor); peak {_peak()}; {_sizes(directory)}",
        flush=True,
    )
    await database.close()


def _sizes(directory: Path) -> str:
    found = sorted(directory.glob("[0-9]*"))
    return ", ".join(f"{path.name.lstrip('0')} {path.stat().st_size / 1e6:.1f} MB" for path in found)


def ask(directory: Path, count: int) -> None:
    """Look-ups through the index that screeners use, and with scoring of what is found."""
    opened = files.open_newest(directory, MODEL)
    assert opened is not None
    index = opened[1]
    for name, first in (("not listed", 3 * count), ("listed", 0)):
        asked = list(travellers(first, min(ASKED, count)))
        _rate(f"{name}: candidates", asked, lambda some: sum(len(list(one)) for one in index.candidates_of_each(some, None)))
        _rate(f"{name}: matches", asked, lambda some: sum(1 for _ in matches_of_each(some, index, DAY)))
    print(f"asking process: peak {_peak()}", flush=True)


def _rate(name: str, asked: Sequence[PreparedTraveller], found: Callable[[Sequence[PreparedTraveller]], int]) -> None:
    started, total = time.perf_counter(), 0
    for start in range(0, len(asked), FLIGHT):
        total += found(asked[start : start + FLIGHT])
    print(f"{name}: {len(asked) / (time.perf_counter() - started):,.0f} travellers/s, {total:,} found", flush=True)


def _peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB"


async def _step(directory: Path, url: str, step: str, count: int) -> None:
    command = [sys.executable, "-m", "benchmarks.document_list", "--numbers", str(count), "--directory", str(directory)]
    process = await asyncio.create_subprocess_exec(*command, "--step", step, "--url", url)
    assert await process.wait() == 0


async def measure(count: int, changed: int) -> None:
    """All steps."""
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        with EmbeddedPostgres(directory) as postgres:
            await migrate(postgres.url)
            database = await Database.connect(postgres.url)
            async with database.unit_of_work() as work:
                await watchlists.add(work, STOLEN, "bench", datetime.now(UTC))
            await imported(database, range(count), "first file")
            await _step(directory / "lists", postgres.url, "build", count)
            await _step(directory / "lists", postgres.url, "ask", count)
            await imported(database, range(0, count, max(count // changed, 1)), "changes", "found again")
            await _step(directory / "lists", postgres.url, "build", count)
            await database.close()


def main() -> None:
    """Measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--numbers", type=int, default=1_000_000)
    options.add_argument("--changed", type=int, default=10_000)
    options.add_argument("--directory", type=Path)
    options.add_argument("--url")
    options.add_argument("--step", choices=("build", "ask"))
    given = options.parse_args()
    if given.step == "build":
        asyncio.run(build(given.directory, given.url))
    elif given.step == "ask":
        ask(given.directory, given.numbers)
    else:
        asyncio.run(measure(given.numbers, given.changed))


if __name__ == "__main__":
    main()
