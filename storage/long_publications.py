"""A long import is published part by part, each in a transaction of its own, in the order of the record ids.

A transaction that writes holds back the tails of alerts until it ends, so none may last for the minutes that ten million
rows take. Manifests go on being screened meanwhile: a publication of many rows promises to send none. Where it turns out to
change so little that no index is needed, a second, short transaction puts it in force and sends the live ones.

The file was read and judged whole before the first part; each part is a version with its author, its reason and its place, and
none is in force before an index of it stands (or all live travellers would be screened anew for each). Should the service end
between two parts, a beginning of the file is published: sent again, what stands already is left as it is, and the rest follows.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from storage import outbox, publications
from storage.database import Database, Work
from storage.publications import IN_FORCE_AT_ONCE_MAX, Import, Part, Publication
from storage.sql import queries

PART_ROWS = 200_000
"""Some seconds a transaction."""


async def publish(database: Database, prepared: Import, by: str, clock: Callable[[], datetime]) -> Publication:
    """Make a prepared import the truth; what all parts did, and the newest version then. Raises StoreUnavailableError."""
    parts = max(-(-prepared.staged_count // PART_ROWS), 1)
    if parts == 1 and prepared.staged_count <= IN_FORCE_AT_ONCE_MAX:
        async with database.unit_of_work() as work:
            return await publications.publish(work, prepared, by, clock())
    done = await _publish_parts(database, prepared, parts, (by, clock))
    changed = done.added + done.changed + done.removed
    if parts == 1 and 0 < changed <= IN_FORCE_AT_ONCE_MAX and not prepared.waits:
        async with database.unit_of_work() as work:
            await publications.put_in_force_alone(work, done.list_version, clock())
    return done


async def _publish_parts(
    database: Database, prepared: Import, parts: int, author: tuple[str, Callable[[], datetime]]
) -> Publication:
    by, clock = author
    done: Publication | None = None
    after: str | None = ""
    for number in range(1, parts + 1):
        assert after is not None, "all parts but the last have a last row"
        async with database.unit_of_work() as work:
            await outbox.promise_no_manifests(work)
            part = await _part(work, prepared, after, number)
            note = prepared.note if parts == 1 else _note(prepared.note, number, parts)
            one = await publications.publish(work, replace(prepared, note=note, waits=True), by, clock(), part)
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
