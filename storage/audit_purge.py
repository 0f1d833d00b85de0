"""Audit lines whose retention has ended: removed block by block, from the oldest on, with a line that says up to which block.

The blocks stay, with the digests of their lines: the chain goes on being verified, and a block that is empty without such a
line is a fault (`storage.audit_verify`).
"""

from datetime import datetime

from storage import audit
from storage.database import Database, Work
from storage.sql import queries

BATCH_BLOCKS = 5
"""In one transaction: at most five thousand lines."""


async def purge(database: Database, before: datetime, author: tuple[datetime, str], *, dry_run: bool) -> int:
    """Remove the lines of all blocks that are wholly older than `before`; how many. `author`: now, and who says so."""
    done = 0
    while True:
        async with database.unit_of_work() as work:
            if not await work.fetchval(queries("retention")["try_lead"]):
                return done
            through = await work.fetchval(queries("audit_seal")["purged_through"])
            rows_max = None if dry_run else BATCH_BLOCKS
            blocks = await work.fetch(queries("retention")["due_audit_blocks"], before, rows_max, through)
            positions = [position for block in blocks for position in block["positions"]]
            if dry_run or not blocks:
                return done + len(positions)
            await _remove(work, positions)
            details = {"through_block": blocks[-1]["block"], "lines": len(positions)}
            await audit.append(work, audit.Line(author[0], author[1], "audit.purged", "audit", "*", details))
        done += len(positions)


async def _remove(work: Work, positions: list[int]) -> None:
    sql = queries("retention")
    await work.execute(sql["allow_audit_purge"])
    await work.execute(sql["remove_audit_lines"], positions)
    await work.execute(sql["forbid_audit_purge"])
