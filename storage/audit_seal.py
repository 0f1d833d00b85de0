"""The sealer of the audit trail: puts committed lines into blocks, one process at a time, in short transactions.

Writers never wait for it: they add to a queue in their own transactions, and share no lock. What is committed but not yet
sealed is covered a round later (a second); until then somebody with the database's own rights could take it back unnoticed.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from storage.audit_chain import BEGINNING, Block, ChainedLine, seal
from storage.database import Database, Work
from storage.sql import queries

LINES_MAX = 1_000
"""In a block: some 5 ms of hashing, and 40 kB of digests that say where something was touched."""


async def seal_next(database: Database, now: datetime, lines_max: int = LINES_MAX) -> Block | None:
    """Seal the oldest lines that wait; None where none do, or another process is at it."""
    sql = queries("audit_seal")
    async with database.unit_of_work() as work:
        if not await work.fetchval(sql["try_lead"]):
            return None
        lines = [line_of(row) for row in await work.fetch(sql["take"], lines_max)]
        return await _write(work, lines, now) if lines else None


async def seal_all(database: Database, now: datetime) -> Block | None:
    """Seal until nothing waits; the newest block that was made."""
    newest = None
    while block := await seal_next(database, now):
        newest = block
    return newest


async def _write(work: Work, lines: Sequence[ChainedLine], now: datetime) -> Block:
    before = await work.fetchrow(queries("audit_seal")["newest_block"])
    number, previous = (before["block"], before["hash"]) if before else (0, BEGINNING)
    block = seal(number + 1, previous, lines, now)
    values = (block.block, list(block.positions), block.digests, block.first_at, block.last_at)
    await work.execute(queries("audit_seal")["add_block"], *values, block.sealed_at, block.previous_hash, block.hash)
    return block


def line_of(row: asyncpg.Record) -> ChainedLine:
    """A line as it was read."""
    return ChainedLine(**row)
