"""Verification of the audit trail: every block against its lines, every block against the one before, anchors against blocks.

What it finds: a line edited, moved, removed or put in; a block altered or taken out; a chain rewritten as a whole (by anchors).
What it cannot find: a line taken back before it was sealed, within a second or two of its commit. It reads page by page and
never holds a transaction for long; the trail may grow meanwhile.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage.anchors import Anchor
from storage.audit_chain import BEGINNING, Block, Fault, FaultKind, faults_of
from storage.audit_seal import line_of
from storage.database import Database, Work
from storage.sql import queries

PAGE_BLOCKS = 10
"""Blocks read at a time: 10,000 lines of some 300 bytes."""
FAULTS_MAX = 1_000
"""After this many the trail is lost anyway, and the answer should still be readable."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which blocks: those with a line of between `since` (inclusive) and `until` (exclusive); None = from the first, to the
    last.

    `blocks_max`: no more than this many, the oldest first."""

    since: datetime | None = None
    until: datetime | None = None
    blocks_max: int | None = None


@dataclass(slots=True)
class Verification:
    """What was looked at and what was wrong. `complete`: all of the span; else go on behind `last_at`. `unsealed`: lines that
    wait for the sealer. `purged`: lines whose retention has ended. `head`: the newest block's hash."""

    blocks: int = 0
    lines: int = 0
    purged: int = 0
    unsealed: int = 0
    anchors: int = 0
    complete: bool = True
    last_at: datetime | None = None
    head: bytes | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults


async def verify(database: Database, span: Span, anchors: Iterable[Anchor] = ()) -> Verification:
    """Look at everything in the span. Raises StoreUnavailableError."""
    done = Verification()
    async with database.snapshot() as work:
        found = await work.fetchrow(queries("audit_seal")["span"], span.since, span.until)
        assert found is not None
        first, last = found["first"] or 1, found["last"] or 0
        chain = _Chain(first, await _hash_before(work, first), await work.fetchval(queries("audit_seal")["purged_through"]))
    if span.blocks_max is not None and last >= first + span.blocks_max:
        last, done.complete = first + span.blocks_max - 1, False
    while chain.next_block <= last:
        await _page(database, chain, last, done)
    async with database.snapshot() as work:
        await _strangers(work, span, done)
        await _anchored(work, list(anchors), done)
        done.unsealed = await work.fetchval(queries("audit_seal")["count_unsealed"])
    del done.faults[FAULTS_MAX:]
    return done


@dataclass(slots=True)
class _Chain:
    """How far we are. `previous_hash` None: the block before is not there."""

    next_block: int
    previous_hash: bytes | None
    purged_through: int


async def _hash_before(work: Work, block: int) -> bytes | None:
    if block == 1:
        return BEGINNING
    row = await work.fetchrow(queries("audit_seal")["list_block_heads"], [block - 1])
    return None if row is None else row["hash"]


async def _page(database: Database, chain: _Chain, last: int, done: Verification) -> None:
    """Look at the next blocks, and note those that should be there."""
    sql, until = queries("audit_seal"), min(last, chain.next_block + PAGE_BLOCKS - 1)
    async with database.snapshot() as work:
        blocks = {
            row["block"]: Block(**row) for row in await work.fetch(sql["list_blocks"], chain.next_block, until, PAGE_BLOCKS)
        }
        positions = [position for block in blocks.values() for position in block.positions]
        lines = {row["position"]: line_of(row) for row in await work.fetch(sql["list_lines"], positions)}
    for number in range(chain.next_block, until + 1):
        block = blocks.get(number)
        if block is None:
            done.faults.append(Fault(FaultKind.BLOCK_MISSING, number))
        else:
            purged = number <= chain.purged_through
            done.faults += faults_of(block, chain.previous_hash, lines, purged)
            _count(block, sum(position in lines for position in block.positions), purged, done)
        chain.previous_hash = block.hash if block else None
    chain.next_block = until + 1


def _count(block: Block, present: int, purged: bool, done: Verification) -> None:
    done.blocks += 1
    done.lines += present
    done.purged += len(block.positions) - present if purged else 0
    done.last_at, done.head = block.last_at, block.hash


async def _strangers(work: Work, span: Span, done: Verification) -> None:
    until = span.until if done.complete else done.last_at
    for row in await work.fetch(queries("audit_seal")["list_strangers"], span.since, until, FAULTS_MAX):
        done.faults.append(Fault(FaultKind.INSERTED, position=row["position"]))


async def _anchored(work: Work, anchors: Sequence[Anchor], done: Verification) -> None:
    rows = await work.fetch(queries("audit_seal")["list_block_heads"], [anchor.block for anchor in anchors])
    heads = {row["block"]: row["hash"] for row in rows}
    for anchor in anchors:
        done.anchors += 1
        if not anchor.genuine:
            done.faults.append(Fault(FaultKind.ANCHOR_FORGED, anchor.block))
        elif heads.get(anchor.block) != anchor.hash:
            done.faults.append(Fault(FaultKind.ANCHOR_DIFFERS, anchor.block))
