"""Submissions at rest: the bytes as received, the receipt as sent, and the manifests read in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

import asyncpg

from storage.bodies import deflate, inflate
from storage.database import Work
from storage.sql import queries
from storage.vault import Vault, sealed_on


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """What a carrier sent, and what it was told. `raw`: as it is stored (`resting`); `sha256` and `raw_bytes` (the size) of
    what came. `receipt` as JSON, to the byte."""

    submission_id: str
    owner: str
    key_id: str
    received_at: datetime
    sha256: bytes
    media_type: str
    raw: bytes
    receipt: bytes
    usable: bool
    purge_at: datetime
    raw_bytes: int


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One accepted message. `body` is `schemas.manifest.Manifest` as JSON, deflated; sealed by the time it is stored."""

    manifest_id: str
    message_index: int
    flight_id: str
    flight_key: str
    carrier: str | None
    departure_port: str | None
    arrival_port: str | None
    scheduled_departure: datetime | None
    scheduled_arrival: datetime | None
    function: str
    traveller_count: int
    test: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class KnownSubmission:
    """A submission as its owner may see it."""

    submission_id: str
    received_at: datetime
    receipt: bytes
    usable: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of submissions, newest first."""

    received_at: datetime
    submission_id: str


_submission_values = attrgetter(*SubmissionRow.__slots__[:-1])
_MANIFEST_COLUMNS = ManifestRow.__slots__
NO_FACTS = "[]"


def resting(
    vault: Vault, submission: SubmissionRow, manifests: Sequence[ManifestRow]
) -> tuple[SubmissionRow, Sequence[ManifestRow]]:
    """What came, as it rests: raw bytes and bodies sealed with the key of the day."""
    at = submission.received_at
    raw = submission.raw if vault.keys is None else vault.seal(at, deflate(submission.raw))
    return replace(submission, raw=raw), [replace(row, body=vault.seal(at, row.body)) for row in manifests]


def as_received(vault: Vault, raw: bytes) -> bytes:
    """What a carrier sent, to the byte, from what is stored. Raises KeyDestroyedError."""
    return raw if sealed_on(raw) is None else inflate(vault.open(raw))


async def add(work: Work, submission: SubmissionRow, manifests: Sequence[ManifestRow], facts: str = NO_FACTS) -> bool:
    """Write a submission, its manifests and its audit line, and hold the manifests' flights until the transaction ends.

    `facts` are those of its messages (`storage.message_facts.as_json`): they stay when the rest is purged.
    It is the first write of its transaction, because a flight's lock must be older than the transaction's id. False, and
    nothing written, where its owner sent these bytes before.
    """
    columns = [[getattr(row, name) for row in manifests] for name in _MANIFEST_COLUMNS]
    flight_keys = sorted({row.flight_key for row in manifests})
    added = await work.fetchval(
        queries("submissions")["add_submission"],
        *_submission_values(submission),
        *columns,
        flight_keys,
        facts,
        submission.raw_bytes,
    )
    return added is not None


async def first_receipt(work: Work, owner: str, sha256: bytes) -> tuple[bytes, bool] | None:
    """The receipt these bytes got when they came first, and whether they were usable."""
    row = await work.fetchrow(queries("submissions")["first_receipt"], owner, sha256)
    return None if row is None else (row["receipt"], row["usable"])


async def find(work: Work, submission_id: str, owner: str | None) -> KnownSubmission | None:
    """One submission; None where there is none, or not of this owner (None = any owner)."""
    row = await work.fetchrow(queries("submissions")["find_submission"], submission_id, owner)
    return None if row is None else _known(row)


async def newest(work: Work, owner: str | None, before: Place | None, rows_max: int) -> Sequence[KnownSubmission]:
    """Submissions, newest first."""
    received_at, submission_id = (before.received_at, before.submission_id) if before else (None, None)
    rows = await work.fetch(queries("submissions")["list_submissions"], owner, received_at, submission_id, rows_max)
    return [_known(row) for row in rows]


def _known(row: asyncpg.Record) -> KnownSubmission:
    return KnownSubmission(row["submission_id"], row["received_at"], row["receipt"], row["usable"])
