"""The end of a day: its key is destroyed as soon as nothing that was sealed with it has to be kept.

What a hold keeps is sealed anew with today's key first, so that a hold on one traveller does not keep a whole day readable.
"""

from datetime import UTC, date, datetime, time, timedelta

from storage.database import Database, Work
from storage.policies import Policy
from storage.sql import queries
from storage.vault import sealed_on

BATCH_MANIFESTS = 50
MARGIN = timedelta(hours=1)
"""Clocks of several machines differ."""


async def destroy_keys(database: Database, policy: Policy, now: datetime, *, dry_run: bool) -> int:
    """Destroy the keys of days whose retention has ended; how many."""
    keys, done = database.vault.keys, 0
    for day in keys.days() if keys else ():
        ended = datetime.combine(day, time.min, UTC) + timedelta(days=1)
        if ended + policy.no_show + MARGIN > now:
            break
        if dry_run:
            done += 1
        elif keys is not None and await _emptied(database, day, ended, now):
            keys.destroy(day)
            done += 1
    return done


async def _emptied(database: Database, day: date, ended: datetime, now: datetime) -> bool:
    """Seal anew what is kept of this day; whether its key is needed no more."""
    behind = ""
    while True:
        async with database.unit_of_work() as work:
            rows = await work.fetch(queries("retention")["old_manifests"], ended, behind, BATCH_MANIFESTS)
            for row in rows:
                if sealed_on(row["body"]) == day:
                    await _reseal(database, work, (row["manifest_id"], row["body"]), now)
            if len(rows) < BATCH_MANIFESTS:
                return not await work.fetchval(queries("retention")["still_sealed"], ended)
            behind = rows[-1]["manifest_id"]


async def _reseal(database: Database, work: Work, manifest: tuple[str, bytes], now: datetime) -> None:
    manifest_id, body = manifest
    await work.execute(
        queries("retention")["reseal_manifest"], manifest_id, database.vault.seal(now, database.vault.open(body))
    )
