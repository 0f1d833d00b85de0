"""The three tables of a data set (`watchlist.csv`, `pairs.csv`, `innocents.csv`), read as the product reads them."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from schemas.traveller import Traveller
from schemas.watchlist import ListKind, Watchlist, WatchlistSnapshot
from screening.offline import listed, record_reader, traveller_reader

LIST = Watchlist(list_id="listed", kind=ListKind.PERSON, title="Listed persons")
SYNTHETIC_PREFIX = "SYN-"
FOLDS = 5


class Pair(NamedTuple):
    """A query, the record it may be, and the truth."""

    traveller: Traveller
    record_id: str
    positive: bool
    kind: str

    @property
    def real(self) -> bool:
        """Whether the query is a name that somebody really used, and shares something with the listed names."""
        return self.kind.startswith(("alias_", "weak_")) and not self.kind.endswith("_distant")


class DataSet(NamedTuple):
    """All three tables."""

    directory: Path
    snapshot: WatchlistSnapshot
    pairs: list[Pair]
    innocents: list[Traveller]

    @property
    def synthetic(self) -> bool:
        """Whether the persons are made up."""
        return all(one.record.record_id.startswith(SYNTHETIC_PREFIX) for one in self.snapshot.records)


def read_data(directory: Path, innocents: int | None = None) -> DataSet:
    """The data set of a directory, with at most so many innocents."""
    return DataSet(
        directory,
        read_list(directory / "watchlist.csv"),
        read_pairs(directory / "pairs.csv"),
        list(islice(_travellers(directory / "innocents.csv"), innocents)),
    )


def read_list(path: Path) -> WatchlistSnapshot:
    """The list. Raises `schemas.watchlist_csv.RowError` at a bad row."""
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        read = record_reader(table.fieldnames or ())
        return WatchlistSnapshot(1, (LIST,), tuple(listed(read(row), LIST) for row in table))


def read_pairs(path: Path) -> list[Pair]:
    """The pairs, in their order."""
    return [
        Pair(traveller, row["list_id"], row["label"] == "1", row["kind"])
        for traveller, row in zip(_travellers(path), _rows(path), strict=True)
    ]


def _travellers(path: Path) -> Iterator[Traveller]:
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        read = traveller_reader(table.fieldnames or ())
        for number, row in enumerate(table, 1):
            yield read(row, number)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def fold_of(record_id: str) -> int:
    """Which part of the persons somebody is in: by a hash of the id, so that queries and their person are held out together."""
    return crc32(record_id.encode()) % FOLDS
