"""What belongs to a base besides its index of names: a small file, written before the index gets its name.

A base without it is none: nobody shall screen by names and forget the documents.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from schemas.watchlist import RecordKey, Watchlist
from screening.index.packed.layout import ForeignIndexError

FORMAT = 2
"""Raised when the fields change their meaning."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The two files of records without a name that were made for the base of `version`. `replaced`: records in them that are
    otherwise, or gone, by now."""

    version: int
    replaced: frozenset[RecordKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Layer:
    """`documents`: the records without a name, the whole of them first, then what came since; `watchlists`: all lists, as they
    hold for those records."""

    documents: tuple[Documents, ...]
    watchlists: tuple[Watchlist, ...]

    def write(self, index: Path) -> None:
        """Write it beside an index, forced to disk and renamed. Raises OSError."""
        lists = [one.model_dump(mode="json") for one in self.watchlists]
        documents = [{"version": one.version, "replaced": sorted(one.replaced)} for one in self.documents]
        told = {"format": FORMAT, "documents": documents, "watchlists": lists}
        new = index.with_suffix(".layer.new")
        with new.open("w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        new.rename(layer_path(index))

    @classmethod
    def read(cls, index: Path) -> Self:
        """Read the one beside an index. Raises ForeignIndexError where it is damaged, OSError where there is none."""
        try:
            told = json.loads(layer_path(index).read_bytes())
            if told["format"] != FORMAT:
                raise ForeignIndexError("The base on disk is of another release.")
            documents = tuple(map(_documents, told["documents"]))
            return cls(documents, tuple(map(Watchlist.model_validate, told["watchlists"])))
        except (ValueError, KeyError, TypeError) as error:
            raise ForeignIndexError("The base on disk is damaged: what belongs to it cannot be read.") from error


def layer_path(index: Path) -> Path:
    """Where it lies."""
    return index.with_suffix(".layer")


def _documents(told: Any) -> Documents:
    return Documents(told["version"], frozenset((list_id, record_id) for list_id, record_id in told["replaced"]))
