"""Between staging an import and publishing it: supplements find their records, and people see what would change.

Some publishers write a person in one place of a file and his documents or aliases in another. Those are staged as supplements
and, when the whole file is in, added to their records in short transactions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.watchlist import Record
from storage.database import Work
from storage.publications import STAGED_AGE_MAX, Import, content_hash, stored_body
from storage.sql import queries

MERGED_ROWS_MAX = 500
"""Records whose supplements are added in one transaction."""
DIFFERENCES_SHOWN_MAX = 100
"""Of each kind: whoever reviews a larger change reads it as versions after the fact, or in the file itself."""


@dataclass(frozen=True, slots=True)
class Supplement:
    """Names and documents of `record`, which stands elsewhere in the file."""

    record_id: str
    record: Record
    row_number: int


@dataclass(frozen=True, slots=True)
class Differences:
    """What publishing an import would do. `records`: the first ids of each change (added, changed, removed)."""

    added: int
    changed: int
    removed: int
    unchanged: int
    records: Mapping[str, Sequence[str]]

    @property
    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        return {"added": self.added, "changed": self.changed, "removed": self.removed, "unchanged": self.unchanged}


async def supplement(work: Work, import_id: str, rows: Sequence[Supplement], now: datetime) -> None:
    """Put supplements aside."""
    bodies = [stored_body(row.record) for row in rows]
    names, numbers = [row.record_id for row in rows], [row.row_number for row in rows]
    await work.execute(queries("list_staging")["supplement"], import_id, names, numbers, bodies, now)


async def add_supplements(work: Work, import_id: str, after: str) -> str | None:
    """Add the supplements of the next records behind the id `after`. The last id of them, None when there are no more."""
    area = queries("list_staging")
    rows = await work.fetch(area["next_supplemented"], import_id, after, MERGED_ROWS_MAX)
    if not rows:
        return None
    whole = {row["record_id"]: _supplemented(row["body"], row["supplements"]) for row in rows}
    bodies, hashes = [stored_body(one) for one in whole.values()], [content_hash(one) for one in whole.values()]
    await work.execute(area["replace_staged"], import_id, list(whole), bodies, hashes)
    return str(rows[-1]["record_id"])


async def orphans(work: Work, import_id: str) -> int:
    """How many records only have supplements in this file."""
    return int(await work.fetchval(queries("list_staging")["orphans"], import_id))


async def discard_supplements(work: Work, import_id: str, now: datetime) -> None:
    """Drop the supplements of an import, and what interrupted ones left behind."""
    await work.execute(queries("list_staging")["discard_supplements"], import_id, now - STAGED_AGE_MAX)


async def differences(work: Work, prepared: Import) -> Differences:
    """What publishing would change, as the list is now. Nothing is changed and nobody waits."""
    area, arguments = queries("list_staging"), (prepared.import_id, prepared.list_id, prepared.replace)
    counts = {row["change"]: row["records"] for row in await work.fetch(area["count_differences"], *arguments)}
    shown: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
    for row in await work.fetch(area["show_differences"], *arguments, DIFFERENCES_SHOWN_MAX):
        shown[row["change"]].append(row["record_id"])
    added, changed, removed, unchanged = (counts.get(one, 0) for one in ("added", "changed", "removed", "unchanged"))
    return Differences(added, changed, removed, unchanged, shown)


def _supplemented(body: str, supplements: Sequence[str]) -> Record:
    record = Record.model_validate_json(body)
    more = [Record.model_validate_json(one) for one in supplements]
    names = (*record.names, *(name for one in more for name in one.names))
    documents = (*record.documents, *(document for one in more for document in one.documents))
    return record.model_copy(update={"names": tuple(dict.fromkeys(names)), "documents": tuple(dict.fromkeys(documents))})
