"""Migrations: `migrations/NNNN_verb_noun.sql`, applied in order, each whole or not at all, never edited once applied.

The register `schema_migrations` keeps the hash of each file as it was applied. A file that changed since, or a number that this
release does not know (the database is newer than the program), is refused: going on would mean guessing.
"""

import hashlib
import re
from collections.abc import Mapping
from importlib import resources
from typing import NamedTuple

from storage import restored, row_security
from storage.database import Database, Work
from storage.sql import queries

MIGRATION_SECONDS_MAX = 3600.0
"""Rewriting the largest table we may ever hold."""
_FILE_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


class MigrationError(Exception):
    """The database and the migrations of this release do not fit. Nothing was changed."""


class Migration(NamedTuple):
    """One file."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> bytes:
        """What the register compares."""
        return hashlib.sha256(self.text.encode()).digest()


def migrations() -> list[Migration]:
    """The migrations of this release, in order."""
    files = (resources.files("storage") / "migrations").iterdir()
    found = [(_FILE_NAME.fullmatch(file.name), file) for file in files]
    return sorted(Migration(int(match[1]), file.name, file.read_text("utf-8")) for match, file in found if match)


async def migrate(database: Database | str) -> list[str]:
    """Bring a database (or the one at this URL) up to date; returns the names of what was applied, in order.

    Raises MigrationError, StoreUnavailableError, or what the server says about a faulty migration.
    """
    if isinstance(database, Database):
        applied = [migration.name for migration in migrations() if await _apply(database, migration)]
        async with database.unit_of_work() as work:
            await work.execute(queries("migrations")["take_turn"], timeout=MIGRATION_SECONDS_MAX)
            await restored.mend(work)
            await row_security.apply(work)
        return applied
    connected = await Database.connect(database, connections_max=1)
    try:
        return await migrate(connected)
    finally:
        await connected.close()


async def _apply(database: Database, migration: Migration) -> bool:
    """Apply unless applied. Each step asks the register anew, so that two migrators take turns."""
    sql = queries("migrations")
    async with database.unit_of_work() as work:
        await work.execute(sql["take_turn"], timeout=MIGRATION_SECONDS_MAX)
        applied = await _applied(work, sql)
        _check(applied)
        if migration.number in applied:
            return False
        await work.execute(sql["allow_time"])
        await work.execute(migration.text, timeout=MIGRATION_SECONDS_MAX)
        await work.execute(sql["register"], migration.number, migration.name, migration.sha256)
    return True


async def _applied(work: Work, sql: Mapping[str, str]) -> dict[int, bytes]:
    await work.execute(sql["create_register"])
    return {row["number"]: row["sha256"] for row in await work.fetch(sql["list_applied"])}


def _check(applied: Mapping[int, bytes]) -> None:
    ours = {migration.number: migration for migration in migrations()}
    for number, sha256 in applied.items():
        if number not in ours:
            raise MigrationError(
                f"the database knows migration {number:04}, this release does not: it belongs to a newer release"
            )
        if ours[number].sha256 != sha256:
            raise MigrationError(f"{ours[number].name} changed after it was applied; write a new migration instead")
