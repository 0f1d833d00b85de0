"""Receive a submission: the use case behind `POST /v1/manifests`. It knows keys, bytes and the store, but no HTTP.

One transaction writes the raw bytes, the receipt, every accepted manifest, its outbox row and the audit line. The flights'
locks are taken before the first write, so that what happens to a flight leaves the outbox in the order in which it was stored.

Repeating is harmless: who sends the same bytes again, for whatever reason, gets the first receipt. That is also the answer to a
commit whose outcome nobody learned, because the connection broke.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api_service.context import AppContext
from api_service.principal import Principal
from api_service.problems import BodyTooLargeError, ForbiddenError, OverloadedError
from api_service.reading import BodyKind, Reading, ReadingRules
from storage import outbox, submission_answers, submissions
from storage.submissions import SubmissionRow

FLIGHTS_MAX = 1000
"""Flights in one submission. Each takes a place in the database's table of locks, which holds some 6,000 for everybody; the
country's record day has 298 flights."""
SEALED_INLINE_BYTES_MAX = 128 * 1024
"""Compressing and encrypting this much takes two milliseconds."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A body as it came in. `answered`: its sender wants the answer in EDIFACT (`parsers.answers`)."""

    body: bytes
    kind: BodyKind
    media_type: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """`receipt` as JSON. Not `usable`: kept as evidence, but nothing of it will be screened. `answer` in EDIFACT, where it was
    wanted and there is anything to answer."""

    receipt: bytes
    usable: bool
    replayed: bool = False
    answer: bytes = b""


async def validate(context: AppContext, incoming: Incoming, principal: Principal) -> IntakeResult:
    """What `receive` would say, with nothing stored. Raises ForbiddenError, BodyTooLargeError, OverloadedError."""
    reading = await _read(context, incoming, _rules(context, incoming, principal))
    return IntakeResult(reading.receipt, reading.usable, answer=reading.answer)


async def receive(context: AppContext, incoming: Incoming, principal: Principal) -> IntakeResult:
    """Store a submission and give its receipt.

    Raises as `validate`, and StoreUnavailableError: then nothing is half-written.
    """
    rules = _rules(context, incoming, principal)
    reading = await _read(context, incoming, rules)
    purge_at = rules.received_at + timedelta(hours=context.settings.retention_hours)
    row = _row(incoming, rules, principal, reading, purge_at)
    row, reading = await _sealed(context, row, reading)
    result = await _store(context, row, reading)
    if result.replayed and incoming.answered:
        result = replace(result, answer=await _first_answer(context, incoming, rules, row))
    _count(context, result, reading, len(incoming.body))
    return result


def _rules(context: AppContext, incoming: Incoming, principal: Principal) -> ReadingRules:
    hours = context.settings.late_after_hours
    return ReadingRules(principal.owner, principal.carrier, context.clock(), hours, incoming.answered)


async def _read(context: AppContext, incoming: Incoming, rules: ReadingRules) -> Reading:
    reading = await context.reading_pool.read(incoming.body, incoming.kind, rules)
    if reading.foreign_carrier is not None:
        raise ForbiddenError(
            f"This key is for the carrier {rules.carrier}; nothing was stored.", {"carrier": reading.foreign_carrier}
        )
    if len({manifest.flight_key for manifest in reading.manifests}) > FLIGHTS_MAX:
        raise BodyTooLargeError(
            f"At most {FLIGHTS_MAX} flights in one submission; nothing was stored.", {"flights_max": FLIGHTS_MAX}
        )
    return reading


def _row(incoming: Incoming, rules: ReadingRules, principal: Principal, reading: Reading, purge_at: datetime) -> SubmissionRow:
    return SubmissionRow(
        submission_id=reading.submission_id,
        owner=principal.owner,
        key_id=principal.key_id,
        received_at=rules.received_at,
        sha256=reading.sha256,
        media_type=incoming.media_type,
        raw=incoming.body,
        receipt=reading.receipt,
        usable=reading.usable,
        purge_at=purge_at,
        raw_bytes=len(incoming.body),
    )


async def _sealed(context: AppContext, row: SubmissionRow, reading: Reading) -> tuple[SubmissionRow, Reading]:
    """Encrypted as they will rest. A usual message takes a millisecond; for a large one others do not wait."""
    arguments = (context.database.vault, row, reading.manifests)
    if row.raw_bytes <= SEALED_INLINE_BYTES_MAX:
        sealed, manifests = submissions.resting(*arguments)
    else:
        sealed, manifests = await asyncio.to_thread(submissions.resting, *arguments)
    return sealed, replace(reading, manifests=tuple(manifests))


async def _store(context: AppContext, row: SubmissionRow, reading: Reading) -> IntakeResult:
    async with context.database.unit_of_work() as work:
        if not await submissions.add(work, row, reading.manifests, reading.facts):
            first = await submissions.first_receipt(work, row.owner, row.sha256)
            if first is None:  # purged between the two statements
                raise OverloadedError("Please send it again.")
            return IntakeResult(*first, replayed=True)
        if reading.answer:
            await submission_answers.keep(work, row.submission_id, row.received_at, reading.answer)
        live = [manifest for manifest in reading.manifests if not manifest.test]
        if live:
            await outbox.publish_manifests(work, [(manifest.manifest_id, manifest.flight_key) for manifest in live])
    return IntakeResult(row.receipt, row.usable, answer=reading.answer)


async def _first_answer(context: AppContext, incoming: Incoming, rules: ReadingRules, row: SubmissionRow) -> bytes:
    """The answer these bytes got when they came first. Where only the receipt was wanted then, it is made now, as of then."""
    async with context.database.reading() as work:
        first = await submission_answers.first(work, row.owner, row.sha256)
    if first is not None and first.answer is None:
        reading = await _read(context, incoming, replace(rules, received_at=first.received_at))
        if not reading.answer:
            return b""
        async with context.database.unit_of_work() as work:
            first = await submission_answers.keep(work, row.submission_id, first.received_at, reading.answer)
    if first is None or first.answer is None:  # purged in the meantime
        raise OverloadedError("Please send it again.")
    return first.answer


def _count(context: AppContext, result: IntakeResult, reading: Reading, body_bytes: int) -> None:
    metrics = context.metrics
    metrics.submissions.labels("replayed" if result.replayed else "stored" if result.usable else "unusable").inc()
    if result.replayed:
        return
    metrics.submission_bytes.inc(body_bytes)
    metrics.travellers.inc(sum(manifest.traveller_count for manifest in reading.manifests))
    for status in reading.statuses:
        metrics.messages.labels(status.value).inc()
