"""What belongs to a base besides its index of names: a small file, written before the index gets its name.

A base without it is none: nobody shall screen by names and forget the documents.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from schemas.watchlist import RecordKey, Watchlist
from screening.index.packed.layout import ForeignIndexError

FORMAT = 1
"""Raised when the fields change their meaning."""


@dataclass(frozen=True, slots=True)
class Layer:
    """`documents_version`: of the files of records without a name, None where there are none; `watchlists`: all lists, as they
    hold for those records; `replaced`: records in those files that are otherwise, or gone, by now."""

    documents_version: int | None
    watchlists: tuple[Watchlist, ...]
    replaced: tuple[RecordKey, ...] = ()

    def write(self, index: Path) -> None:
        """Write it beside an index, forced to disk and renamed. Raises OSError."""
        lists = [one.model_dump(mode="json") for one in self.watchlists]
        told = {"format": FORMAT, "documents_version": self.documents_version, "replaced": self.replaced, "watchlists": lists}
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
            replaced = tuple((list_id, record_id) for list_id, record_id in told["replaced"])
            return cls(told["documents_version"], tuple(map(Watchlist.model_validate, told["watchlists"])), replaced)
        except (ValueError, KeyError, TypeError) as error:
            raise ForeignIndexError("The base on disk is damaged: what belongs to it cannot be read.") from error


def layer_path(index: Path) -> Path:
    """Where it lies."""
    return index.with_suffix(".layer")
