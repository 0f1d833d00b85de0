"""The chain of the audit trail, worked out on values: what a line's digest covers, how lines make a block, what is wrong with
one.

    h0 = hash of the block before            (of the first: 32 zero bytes)
    hi = SHA-256(h(i-1), position of line i, digest of line i)
    hash of the block = SHA-256(h of its last line, number of the block, number of its lines, when it was sealed)

The digest of a line covers its content but not its position, so that a line which was moved is told from one which was edited.
Blocks keep the digests: a block whose hash no longer fits its lines says which of them was touched. Who would rewrite the trail
has to rewrite every later block; that is what anchors outside the database are for (`storage.anchors`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import orjson

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGEST_BYTES = 32
BEGINNING = bytes(DIGEST_BYTES)
"""What the first block stands on."""
MISSING = hashlib.sha256(b"a line that was gone before it was sealed").digest()


@dataclass(frozen=True, slots=True)
class ChainedLine:
    """A line as the store has it. `details` is the store's own text of it; `at` None: the line is gone."""

    position: int
    at: datetime | None
    actor: str | None
    action: str | None
    subject_kind: str | None
    subject_id: str | None
    details: str | None

    @property
    def digest(self) -> bytes:
        """SHA-256 over everything but the position."""
        if self.at is None:
            return MISSING
        content = [_microseconds(self.at), self.actor, self.action, self.subject_kind, self.subject_id, self.details]
        return hashlib.sha256(orjson.dumps(content)).digest()


@dataclass(frozen=True, slots=True)
class Block:
    """Lines sealed together. `digests`: 32 bytes a line, in the order of `positions`."""

    block: int
    positions: Sequence[int]
    digests: bytes
    first_at: datetime
    last_at: datetime
    sealed_at: datetime
    previous_hash: bytes
    hash: bytes


class FaultKind(StrEnum):
    """What can be wrong. `edited`, `moved`, `removed`, `inserted` are lines; the others blocks and anchors."""

    EDITED = "edited"
    MOVED = "moved"
    REMOVED = "removed"
    INSERTED = "inserted"
    BLOCK_ALTERED = "block_altered"
    BLOCK_MISSING = "block_missing"
    ANCHOR_DIFFERS = "anchor_differs"
    ANCHOR_FORGED = "anchor_forged"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: the line's position, the block's number (None = in no block)."""

    kind: FaultKind
    block: int | None = None
    position: int | None = None


def seal(number: int, previous_hash: bytes, lines: Sequence[ChainedLine], now: datetime) -> Block:
    """The block of these lines."""
    assert lines, "a block without lines says nothing"
    times = [line.at for line in lines if line.at is not None] or [now]
    positions = tuple(line.position for line in lines)
    digests = b"".join(line.digest for line in lines)
    sealed = Block(number, positions, digests, min(times), max(times), now, previous_hash, b"")
    return Block(number, positions, digests, min(times), max(times), now, previous_hash, hash_of(sealed))


def hash_of(block: Block) -> bytes:
    """What the block's hash must be."""
    running = block.previous_hash
    for position, digest in zip(block.positions, _split(block.digests), strict=False):
        running = hashlib.sha256(running + position.to_bytes(8) + digest).digest()
    head = [block.block, len(block.positions), len(block.digests), _microseconds(block.sealed_at)]
    return hashlib.sha256(running + orjson.dumps(head)).digest()


def _microseconds(at: datetime) -> int:
    """Since 1970: what the store keeps of a time, whatever zone it is shown in."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _split(digests: bytes) -> list[bytes]:
    return [digests[place : place + DIGEST_BYTES] for place in range(0, len(digests), DIGEST_BYTES)]


def faults_of(block: Block, previous_hash: bytes | None, lines: Mapping[int, ChainedLine], purged: bool) -> list[Fault]:
    """What is wrong with a block and its lines. `previous_hash`: of the block before it, None where there is none.

    `purged`: the trail says that this block's lines were removed when their retention had ended.
    """
    found = _line_faults(block, lines, purged)
    if hash_of(block) != block.hash or (previous_hash is not None and block.previous_hash != previous_hash):
        found.append(Fault(FaultKind.BLOCK_ALTERED, block.block))
    return found


def _line_faults(block: Block, lines: Mapping[int, ChainedLine], purged: bool) -> list[Fault]:
    sealed = dict(zip(block.positions, _split(block.digests), strict=False))
    kinds = [(position, _fault_at(position, sealed, lines.get(position), purged)) for position in block.positions]
    return [Fault(kind, block.block, position) for position, kind in kinds if kind]


def _fault_at(position: int, sealed: Mapping[int, bytes], line: ChainedLine | None, purged: bool) -> FaultKind | None:
    if line is None:
        return None if purged else FaultKind.REMOVED
    if line.digest == sealed.get(position):
        return None
    return FaultKind.MOVED if line.digest in sealed.values() else FaultKind.EDITED
