"""Whoever takes an import in, in a process of its own: `python -m benchmarks.lists.importing DATABASE_URL`.

Reads lines `NUMBER FIRST` on standard input, writes so many made-up persons into a file, and takes that in as the service does
(`api_service.list_import`). What it is doing it says on standard output, a word a line.
"""

import asyncio
import csv
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from api_service.list_import import ImportOrder, import_file
from benchmarks.people import LIST, records
from schemas.watchlist import NameQuality, Record
from schemas.watchlist_csv import COLUMNS, OPTIONAL_COLUMNS
from storage import publications
from storage.database import Database

SEED = 7
_BODY_BYTES = 64 * 1024
"""As an HTTP server hands a body over."""


def rows(number: int, first: int) -> Iterator[Record]:
    """Made-up records."""
    return (versioned.record for versioned in records(number, SEED, first))


def write(path: Path, number: int, first: int) -> None:
    """The file of a list's owner."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, tuple(dict.fromkeys((*COLUMNS, *OPTIONAL_COLUMNS))), restval="")
        writer.writeheader()
        writer.writerows(map(_row, rows(number, first)))


def _row(record: Record) -> dict[str, str]:
    names = record.names
    document = record.documents[0] if record.documents else None
    return {
        "record_id": record.record_id,
        "surname": names[0].surname or "",
        "given_names": names[0].given_names or "",
        "aliases": _aliases(record, NameQuality.GOOD),
        "weak_aliases": _aliases(record, NameQuality.LOW),
        "birth_date": "|".join(record.birth_dates),
        "sex": record.sex or "",
        "nationality": "|".join(record.nationalities),
        "document_type": (document.type or "") if document else "",
        "document_number": document.number if document else "",
        "document_country": (document.issuing_country or "") if document else "",
    }


def _aliases(record: Record, quality: NameQuality) -> str:
    return "|".join(f"{one.surname or ''}, {one.given_names or ''}" for one in record.names[1:] if one.quality is quality)


async def _sent(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_BODY_BYTES):
            yield chunk


def say(word: str) -> None:
    """At once."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def take_in(database: Database, path: Path) -> None:
    """One file."""
    publish = publications.publish

    async def told(*arguments: Any) -> Any:
        say("publishing")
        return await publish(*arguments)

    order = ImportOrder(LIST.list_id, "bench")
    with patch.object(publications, "publish", told):
        say("staging")
        await import_file(database, order, _sent(path), lambda: datetime.now(UTC))
    say("done")


async def _serve(url: str, directory: Path) -> None:
    database = await Database.connect(url)
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            number, first = map(int, line.split())
            path = directory / "list.csv"
            write(path, number, first)
            say("ready")
            await asyncio.to_thread(sys.stdin.readline)
            await take_in(database, path)
    finally:
        await database.close()


def main() -> None:
    """Until standard input ends."""
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(_serve(sys.argv[1], Path(directory)))


if __name__ == "__main__":
    main()
