"""`kulla screen`: a table of travellers against a table of records, without a server."""

import csv
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, NamedTuple, TextIO

import typer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from api_service.screening_pool import Answer, NumberedRows, Pool, Work
    from schemas.watchlist import VersionedRecord
    from screening.index.packed.chunk import Chunk
    from screening.index.port import Index

_CHUNK_RECORDS = 2_000  # rows of a list that a process reads at a time
_SHORT_LIST_BYTES = 1 << 20  # a list that is read before other processes have been started

FAULTS_SHOWN_MAX = 1000
"""Bad rows named one by one; of a table of another kind every row is bad, and a thousand sentences say so."""


def screen(
    watchlist: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="List, CSV.")],
    travellers: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Travellers, CSV.")],
    out: Annotated[Path | None, typer.Option(help="Where the matches go, CSV; default: standard output.")] = None,
    min_score: Annotated[float | None, typer.Option(help="Bits a match needs; default: by the list's length.")] = None,
    oracle: Annotated[bool, typer.Option("--oracle", help="Use the exhaustive scorer: slow, the same answers.")] = False,
    processes: Annotated[int | None, typer.Option(min=1, help="Processes; default: one for each processor.")] = None,
) -> None:
    """Screen a table of travellers against a table of records, without a server.

    The result is the same for any number of processes: by traveller, then by record, in the order of the tables. Columns are
    those of a list (`record_id`...) and of travellers (`traveller_id`...), or those of an evaluation data set.
    """
    from api_service.screening_pool import Pool, processes_by_default

    faults, several = Faults(), processes or processes_by_default()
    reading = ListReading(watchlist, faults, several)
    with _oracle(reading) if oracle else _index(reading) as index:
        work = _work(_columns(travellers), index, datetime.now(UTC).date(), _threshold(index, min_score))
        with Pool(work, several) as pool:
            start = time.perf_counter()
            screened, matches = _screen_all(travellers, out, pool, faults)
            seconds = time.perf_counter() - start
    rate = screened / seconds if seconds else 0.0
    typer.echo(f"{screened} travellers in {seconds:.2f} s: {rate:.0f} travellers/s, {matches} matches", err=True)
    faults.close()


@dataclass
class Faults:
    """Bad rows, named as they come."""

    count: int = 0

    def add(self, path: Path, line: int, sentence: str) -> None:
        """Name one."""
        self.count += 1
        if self.count <= FAULTS_SHOWN_MAX:
            typer.echo(f"{path.name}, line {line}: {sentence}", err=True)

    def add_all(self, path: Path, faults: Iterable[tuple[int, str]]) -> None:
        """Name several: line and sentence."""
        for line, sentence in faults:
            self.add(path, line, sentence)

    def close(self) -> None:
        """Exit 1 if there were any."""
        if self.count:
            typer.echo(f"{self.count} rows could not be read and were left out", err=True)
            raise typer.Exit(1)


class ListReading(NamedTuple):
    """How a list is read. `processes`: at most so many."""

    path: Path
    faults: Faults
    processes: int


@contextmanager
def _index(reading: ListReading) -> "Iterator[Index]":
    """The list's index, in a file of its own that all processes map: the list is read in a stream, however long it is."""
    from screening.index.packed.building import Listing, build_from_chunks
    from screening.index.packed.packed_index import PackedIndex
    from screening.model import MODEL

    started = time.perf_counter()
    with TemporaryDirectory(prefix="kulla-screen-") as directory:
        path = Path(directory) / "index"
        build_from_chunks(path, _read_list(reading), Listing(MODEL, 1))
        index = PackedIndex.open(path)
        seconds = time.perf_counter() - started
        typer.echo(f"list of {len(index)} records read and indexed in {seconds:.2f} s", err=True)
        yield index


@contextmanager
def _oracle(reading: ListReading) -> "Iterator[Index]":
    from schemas.watchlist import WatchlistSnapshot
    from screening.engine import build_index
    from screening.exhaustive import ExhaustiveIndex
    from screening.offline import OFFLINE_LIST

    read = _record_work(reading.path)
    with _table(reading.path) as rows:
        records = tuple(record for chunk in _chunks(rows, _CHUNK_RECORDS) for record in _good(read, chunk, reading))
    yield build_index(WatchlistSnapshot(1, (OFFLINE_LIST,), records), builder=ExhaustiveIndex)


def _threshold(index: "Index", min_score: float | None) -> float:
    """What a match needs: as asked for, else what the service asks on a list of this length."""
    from screening.offline import OFFLINE_LIST
    from screening.thresholds import expected_false_alerts, threshold_in_force

    records, model = index.listed.record_count, index.listed.model
    bits = threshold_in_force(OFFLINE_LIST, records, model) if min_score is None else min_score
    expected = expected_false_alerts(OFFLINE_LIST, records, bits, model)
    typer.echo(f"threshold {bits:g} bits: about {expected:.2g} false alerts per 1,000 travellers", err=True)
    return bits


class ReadRows(NamedTuple):
    """Records of some rows, and the bad rows: line and sentence."""

    records: "list[VersionedRecord]"
    faults: list[tuple[int, str]]


class ReadColumns(NamedTuple):
    """The same, as columns of an index."""

    chunk: "Chunk"
    faults: list[tuple[int, str]]
    rows: int


def _read_list(reading: ListReading) -> "Iterator[Chunk]":
    """The columns of the list, read by several processes where it is long."""
    from api_service.screening_pool import Pool
    from screening.index.packed.chunk import read_chunk
    from screening.model import MODEL

    read = _record_work(reading.path)

    def work(rows: "NumberedRows") -> ReadColumns:
        found = read(rows)
        return ReadColumns(read_chunk(found.records, MODEL), found.faults, len(rows.rows))

    processes = 1 if reading.path.stat().st_size < _SHORT_LIST_BYTES else reading.processes
    with Pool(work, processes) as pool, _table(reading.path) as rows, _progress(reading.path, rows, "records") as advance:
        done = 0
        for answer in pool.answers(_chunks(rows, _CHUNK_RECORDS)):
            reading.faults.add_all(reading.path, answer.faults)
            done += answer.rows
            advance(done)
            yield answer.chunk


def _record_work(path: Path) -> "Work[ReadRows]":
    """How to read rows of this list."""
    from screening.offline import ColumnsError, listed, record_reader

    try:
        read = record_reader(_columns(path))
    except ColumnsError as error:
        raise typer.BadParameter(f"{path}: {error}") from error

    def work(chunk: "NumberedRows") -> ReadRows:
        found = ReadRows([], [])
        for line, row in zip(chunk.lines, chunk.rows, strict=True):
            try:
                found.records.append(listed(read(row)))
            except ValueError as error:  # one bad row does not spoil the list
                found.faults.append((line, _sentence(error)))
        return found

    return work


def _good(read: "Work[ReadRows]", chunk: "NumberedRows", reading: ListReading) -> "list[VersionedRecord]":
    found = read(chunk)
    reading.faults.add_all(reading.path, found.faults)
    return found.records


def _sentence(error: ValueError) -> str:
    """Ours say what to do; any other text may repeat what was written, so only its kind is told."""
    from schemas.watchlist_csv import RowError

    return str(error) if isinstance(error, RowError) else f"The row is no record ({type(error).__name__})."


def _columns(path: Path) -> tuple[str, ...]:
    with _table(path) as rows:
        return rows.columns


def _work(columns: tuple[str, ...], index: "Index", day: date, bits: float) -> "Work[Answer]":
    """What every process does with a chunk."""
    from api_service.screening_pool import Answer
    from screening.offline import ColumnsError, TravellerRowError, screen_travellers, traveller_reader

    try:
        read = traveller_reader(columns)
    except ColumnsError as error:
        raise typer.BadParameter(f"travellers: {error}") from error

    def work(chunk: "NumberedRows") -> "Answer":
        answer, travellers = Answer(), []
        for number, (line, row) in enumerate(zip(chunk.lines, chunk.rows, strict=True), chunk.first):
            try:
                travellers.append(read(row, number))
            except TravellerRowError as error:  # one bad row does not spoil the table
                answer.faults.append((line, str(error)))
        answer.results += screen_travellers(travellers, index, day, bits)
        answer.travellers = len(travellers)
        return answer

    return work


def _screen_all(path: Path, out: Path | None, pool: "Pool[Answer]", faults: Faults) -> tuple[int, int]:
    """Travellers and matches."""
    from api_service.screening_pool import CHUNK_ROWS
    from screening.offline import RESULT_COLUMNS

    travellers = matches = 0
    with _table(path) as rows, _output(out) as results, _progress(path, rows, "travellers") as advance:
        writer = csv.DictWriter(results, RESULT_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for answer in pool.answers(_chunks(rows, CHUNK_ROWS)):
            writer.writerows(answer.results)
            faults.add_all(path, answer.faults)
            travellers, matches = travellers + answer.travellers, matches + len(answer.results)
            advance(travellers)
    return travellers, matches


def _chunks(rows: "Table", size: int) -> "Iterator[NumberedRows]":
    from api_service.screening_pool import NumberedRows

    first, lines, chunk = 1, list[int](), list[dict[str, str]]()
    for row in rows:
        lines.append(rows.line)
        chunk.append(row)
        if len(chunk) == size:
            yield NumberedRows(first, lines, chunk)
            first, lines, chunk = first + len(chunk), [], []
    if chunk:
        yield NumberedRows(first, lines, chunk)


class Table:
    """A CSV file that knows how far it has been read. What is no CSV or no UTF-8 ends the command with a sentence."""

    def __init__(self, path: Path, file: TextIO) -> None:
        """`file`: the open file."""
        self._path, self._file = path, file
        self._rows = csv.DictReader(file)
        with self._refused():
            self.columns = tuple(self._rows.fieldnames or ())

    def __iter__(self) -> Iterator[dict[str, str]]:
        """The rows."""
        with self._refused():
            yield from self._rows

    @property
    def line(self) -> int:
        """Where the row that was read last ends."""
        return self._rows.line_num

    @property
    def read_bytes(self) -> int:
        """How much of the file has been read."""
        return self._file.buffer.tell()

    @contextmanager
    def _refused(self) -> Iterator[None]:
        try:
            yield
        except (csv.Error, UnicodeDecodeError) as error:
            sentence = f"{self._path}, after line {self.line}: not CSV in UTF-8 ({type(error).__name__})"
            raise typer.BadParameter(sentence) from None


@contextmanager
def _table(path: Path) -> Iterator[Table]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield Table(path, file)


@contextmanager
def _progress(path: Path, rows: Table, what: str) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where somebody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[done]:,} {task.fields[what]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task(path.name, total=path.stat().st_size, done=0, what=what)
        yield lambda done: progress.update(task, completed=rows.read_bytes, done=done)


def _output(out: Path | None) -> "AbstractContextManager[TextIO]":
    return nullcontext(sys.stdout) if out is None else out.open("w", encoding="utf-8", newline="")
