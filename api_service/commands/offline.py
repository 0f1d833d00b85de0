"""Verbs that need no server: `kulla parse` and `kulla screen`."""

import csv
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from screening.index.port import Index

Files = Annotated[list[str], typer.Argument(help="Interchanges, JSON or tables (CSV, XLSX); - reads standard input.")]


def parse(files: Files) -> None:
    """Read PAXLST files, or manifests in another form: one JSON object a message on standard output (NDJSON).

    Exit 0 if every message yielded a manifest, 1 otherwise.
    """
    complete = True
    for data in _bodies(files):
        for line, usable in _parsed(data):
            complete = complete and usable
            sys.stdout.write(line + "\n")
    raise typer.Exit(0 if complete else 1)


def _bodies(files: list[str]) -> Iterator[bytes]:
    for name in files:
        try:
            yield sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            raise typer.BadParameter(f"{name}: {error.strerror}") from error


def _parsed(data: bytes) -> Iterator[tuple[str, bool]]:
    import orjson

    from parsers.forms import read_any

    for message in read_any(data):
        manifest = None if message.manifest is None else message.manifest.model_dump(mode="json")
        findings = [finding.model_dump(mode="json") for finding in message.findings]
        yield orjson.dumps({"manifest": manifest, "findings": findings}).decode(), manifest is not None


def screen(
    watchlist: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="List, CSV.")],
    travellers: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Travellers, CSV.")],
    out: Annotated[Path | None, typer.Option(help="Where the matches go, CSV; default: standard output.")] = None,
    min_score: Annotated[float | None, typer.Option(help="Bits a match needs; default: the model's for a person list.")] = None,
    oracle: Annotated[bool, typer.Option("--oracle", help="Use the exhaustive scorer: slow, the same answers.")] = False,
) -> None:
    """Screen a table of travellers against a table of records, without a server."""
    from screening.engine import build_index
    from screening.exhaustive import ExhaustiveIndex
    from screening.offline import RESULT_COLUMNS, snapshot_from_rows

    started = time.perf_counter()
    with watchlist.open(encoding="utf-8-sig", newline="") as file:
        try:
            snapshot = snapshot_from_rows(csv.DictReader(file))
        except ValueError as error:
            raise typer.BadParameter(f"{watchlist}: {error}") from error
    index = build_index(snapshot, builder=ExhaustiveIndex) if oracle else build_index(snapshot)
    built = time.perf_counter()
    with travellers.open(encoding="utf-8-sig", newline="") as rows, _output(out) as results:
        writer = csv.DictWriter(results, RESULT_COLUMNS)
        writer.writeheader()
        screened = _screen_all(csv.DictReader(rows), index, min_score, writer)
    seconds = time.perf_counter() - built
    rate = screened.travellers / seconds if seconds else 0.0
    typer.echo(f"list of {len(snapshot.records)} records read and indexed in {built - started:.2f} s", err=True)
    typer.echo(
        f"{screened.travellers} travellers in {seconds:.2f} s: {rate:.0f} travellers/s, {screened.matches} matches", err=True
    )
    if screened.faults:
        typer.echo(f"{screened.faults} rows were not travellers; they are named above", err=True)
        raise typer.Exit(1)


@dataclass
class _Screened:
    """What a batch came to."""

    travellers: int = 0
    matches: int = 0
    faults: int = 0


def _screen_all(
    rows: "csv.DictReader[str]", index: "Index", min_score: float | None, writer: "csv.DictWriter[str]"
) -> _Screened:
    from screening.offline import TravellerRowError, screen_rows

    done, today = _Screened(), datetime.now(UTC).date()
    for row in rows:
        try:
            for result in screen_rows([row], index, today, min_score):
                writer.writerow(result)
                done.matches += 1
            done.travellers += 1
        except TravellerRowError as error:  # one bad row does not spoil the table
            typer.echo(f"line {rows.line_num}: {error}", err=True)
            done.faults += 1
    return done


@contextmanager
def _output(out: Path | None) -> "Iterator[TextIO]":
    if out is None:
        yield sys.stdout
        return
    with out.open("w", encoding="utf-8", newline="") as file:
        yield file
