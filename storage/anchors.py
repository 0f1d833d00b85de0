"""Anchors: the newest block's hash, signed, in a file outside the database (and in the log, which is somebody else's disk).

Whoever can rewrite the whole database can rewrite the whole chain. He cannot rewrite what was written down elsewhere: a chain
that lacks an anchored block, or has another hash for it, was rewritten. The signature (Ed25519) keeps him from writing anchors
of his own, as long as he has not the key; the public key stands in every anchor and in the log, so that others can check.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from storage.audit_chain import Block
from storage.audit_key import AuditKey

_FILES = "anchors-*.ndjson"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A block's hash as it was at a time. `genuine`: signed with our key."""

    block: int
    hash: bytes
    at: datetime
    genuine: bool


class AnchorBook:
    """The anchors of one directory, a file a year; lines are only ever added."""

    def __init__(self, directory: Path, key: AuditKey) -> None:
        self._directory = directory
        self._key = key

    def write(self, block: Block, now: datetime) -> None:
        """Anchor this block; it is on the disk when this returns. Raises OSError."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        told: dict[str, object] = {"block": block.block, "hash": block.hash.hex(), "at": now.isoformat()}
        signed = told | {"public_key": self._key.public.hex(), "signature": self._key.sign(_told(told)).hex()}
        path = self._directory / f"anchors-{now.year}.ndjson"
        with path.open("ab") as file:
            file.write(orjson.dumps(signed) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> Iterator[Anchor]:
        """Every anchor, oldest first. A line that cannot be read is none of ours: it comes as one that is not genuine."""
        for path in sorted(self._directory.glob(_FILES)):
            for line in path.read_bytes().splitlines():
                yield self._read(line)

    def _read(self, line: bytes) -> Anchor:
        try:
            told = orjson.loads(line)
            signature = bytes.fromhex(told["signature"])
            content = {name: told[name] for name in ("block", "hash", "at")}
            genuine = self._key.signed(_told(content), signature)
            return Anchor(int(told["block"]), bytes.fromhex(told["hash"]), datetime.fromisoformat(told["at"]), genuine)
        except (ValueError, KeyError, TypeError):
            return Anchor(0, b"", datetime.min.replace(tzinfo=UTC), genuine=False)


def _told(content: dict[str, object]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
