"""`kulla parse`: files to manifests, without a server."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

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
