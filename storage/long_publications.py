"""A long import is published part by part, each in a transaction of its own, in the order of the record ids.

A transaction that writes holds back every tail of the outbox until it ends, so none may last for the minutes that ten million
rows take. The file was read and judged whole before the first part; each part is a version with its author, its reason and its
place, and none is in force before an index of it stands (or all live travellers would be screened anew for each). Should the
service end between two parts, a beginning of the file is published: sent again, what stands already is left as it is, and the
rest follows.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from storage import publications
from storage.database import Database, Work
from storage.publications import Import, Part, Publication
from storage.sql import queries

PART_ROWS = 200_000
"""Some seconds a transaction."""


async def publish(database: Database, prepared: Import, by: str, clock: Callable[[], datetime]) -> Publication:
    """Make a prepared import the truth; what all parts did, and the newest version then. Raises StoreUnavailableError."""
    parts = max(-(-prepared.staged_count // PART_ROWS), 1)
    done: Publication | None = None
    after: str | None = ""
    for number in range(1, parts + 1):
        assert after is not None, "all parts but the last have a last row"
        async with database.unit_of_work() as work:
            part = await _part(work, prepared, after, number)
            told = prepared if parts == 1 else replace(prepared, note=_note(prepared.note, number, parts), waits=True)
            one = await publications.publish(work, told, by, clock(), part)
        done, after = one if done is None else _both(done, one), part.until
    assert done is not None
    return done


async def _part(work: Work, prepared: Import, after: str, number: int) -> Part:
    left = prepared.staged_count - (number - 1) * PART_ROWS
    if left <= PART_ROWS:
        return Part(after, None, left)
    until = await work.fetchval(queries("publications")["end_of_part"], prepared.import_id, after, PART_ROWS)
    return Part(after, until, PART_ROWS)


def _note(note: str | None, number: int, parts: int) -> str:
    place = f"part {number} of {parts}"
    return f"{note} ({place})" if note else place


def _both(one: Publication, other: Publication) -> Publication:
    return Publication(
        other.list_version,
        one.added + other.added,
        one.changed + other.changed,
        one.removed + other.removed,
        one.unchanged + other.unchanged,
        one.alerts_withdrawn + other.alerts_withdrawn,
    )
