"""The three tables of a data set: `watchlist.csv`, `pairs.csv`, `innocents.csv`. Written in a stream."""

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from benchmarks.people import pairs
from benchmarks.people.customs import Name
from benchmarks.people.persons import Person, persons
from benchmarks.people.travellers import TRAVELLERS_PER_FLIGHT, flights

LIST_COLUMNS = ("id", "surname", "given", "aliases", "weak_aliases", "dob", "nationality", "sex", "documents")
INNOCENT_COLUMNS = ("surname", "given", "nationality", "sex", "dob")


def write_watchlist(path: Path, count: int, seed: int) -> None:
    """The list."""
    _write(path, LIST_COLUMNS, map(list_row, persons(count, seed)))


def write_pairs(path: Path, count: int, seed: int, listed: int) -> None:
    """The pairs."""
    rows = ([value(query) for value in pairs.COLUMNS.values()] for query in pairs.queries(count, seed, listed))
    _write(path, tuple(pairs.COLUMNS), rows)


def write_innocents(path: Path, count: int, seed: int) -> None:
    """The innocents, flight by flight."""
    _write(path, INNOCENT_COLUMNS, islice(_innocents(count, seed), count))


def _innocents(count: int, seed: int) -> Iterator[tuple[str, ...]]:
    for flight in flights(count // TRAVELLERS_PER_FLIGHT + 1, seed):
        for one in flight:
            yield one.surname or "", one.given_names or "", one.nationality or "", one.sex.value, one.birth_date or ""


def list_row(one: Person) -> tuple[str, ...]:
    """A person as a row of `watchlist.csv`."""
    return (
        *(one.person_id, one.name.surname, one.name.given),
        *(_aliases(one.aliases), _aliases(one.weak_aliases)),
        *(";".join(one.birth_dates), ";".join(one.nationalities), one.sex),
        ";".join(":".join(document) for document in one.documents),
    )


def _aliases(names: Iterable[Name]) -> str:
    return ";".join(f"{name.surname}, {name.given}" for name in names)


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
