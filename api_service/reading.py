"""Bytes to everything that will be stored and answered: the part of intake that costs processor time, and nothing else.

It is one pure function of the bytes, the rules and the time, so that it can run in this process or in another; what comes back
is bytes and short texts, cheap to hand over. It knows neither the database nor the alerts: a receipt cannot depend on them.

Four things may be wrong with a message that reads well:

    its carrier is another than the key's      the whole submission is refused (403), nothing is stored
    it names no carrier, and the key has one   the message is rejected with a finding
    its flight has a name that cannot be one   the message is rejected with a finding
    its flight departed too long ago           the message is rejected with a finding
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from api_service.message_facts import facts_of
from parsers import ReadMessage, read_manifests
from parsers.answers import write_answers
from parsers.manifest_json import read_manifest_json
from parsers.subject import Judged
from parsers.table import read_manifest_table
from schemas import identifiers
from schemas.finding import Finding, Severity
from schemas.finding_codes import finding
from schemas.flight import Flight
from schemas.manifest import Manifest
from schemas.receipt import Interchange, MessageReceipt, MessageStatus, Receipt
from storage.bodies import deflate
from storage.message_facts import as_json
from storage.submissions import ManifestRow

FLIGHT_CHARACTERS_MAX = 100
"""Five times the longest key of a real flight."""


class BodyKind(StrEnum):
    """Which reader a body goes to."""

    EDIFACT = "edifact"
    JSON = "json"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """Who sent it, when, and what is too late. `carrier` None = any carrier; `late_after_hours` None = never.

    `answered`: the answer is wanted in EDIFACT too.
    """

    owner: str
    carrier: str | None
    received_at: datetime
    late_after_hours: float | None
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a submission is. `receipt` is `schemas.receipt.Receipt` as JSON; `manifests` only those that are accepted.

    `facts`: what is remembered of each message, also of those rejected (`storage.message_facts.as_json`).
    `foreign_carrier`: the first carrier that is not the key's, if any; nothing may be stored then.
    """

    submission_id: str
    sha256: bytes
    receipt: bytes
    usable: bool
    statuses: tuple[MessageStatus, ...]
    manifests: tuple[ManifestRow, ...]
    facts: str
    foreign_carrier: str | None = None
    answer: bytes = b""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A message with the verdict on it; `manifest` None = rejected. `index` is its place in the submission, from 0."""

    index: int
    receipt: MessageReceipt
    manifest: Manifest | None


def read_submission(body: bytes, kind: BodyKind, rules: ReadingRules) -> Reading:
    """Read, judge and write down a submission. Never raises on any input."""
    submission = identifiers.submission_id(rules.owner, body)
    messages = list(_read(body, kind, rules, submission))
    judged = [_judge(message, rules) for message in messages]
    digest = hashlib.sha256(body).digest()
    receipt = Receipt(
        submission_id=submission,
        received_at=rules.received_at,
        sha256=digest.hex(),
        interchange=messages[0].interchange if messages else Interchange(),
        messages=tuple(message.receipt for message in judged),
    )
    return Reading(
        submission_id=submission,
        sha256=digest,
        receipt=receipt.model_dump_json().encode(),
        usable=receipt.usable,
        statuses=tuple(message.receipt.status for message in judged),
        manifests=tuple(_row(one.index, one.manifest, rules.received_at) for one in judged if one.manifest is not None),
        facts=as_json([facts_of(message.index, message.receipt, message.manifest, rules.carrier) for message in judged]),
        foreign_carrier=_foreign_carrier(messages, rules.carrier),
        answer=_answer(messages, judged, rules, submission) if rules.answered else b"",
    )


def _read(body: bytes, kind: BodyKind, rules: ReadingRules, submission: str) -> Iterable[ReadMessage]:
    read = _READERS[kind]
    return read(body, received_on=rules.received_at.date(), submission_id=submission)


_READERS = {BodyKind.EDIFACT: read_manifests, BodyKind.JSON: read_manifest_json, BodyKind.TABLE: read_manifest_table}


def _answer(messages: Iterable[ReadMessage], judged: Iterable[_Judged], rules: ReadingRules, submission: str) -> bytes:
    """In EDIFACT: of the same verdicts as the receipt."""
    pairs = zip(messages, judged, strict=True)
    subjects = (Judged(message, one.manifest is not None, one.receipt.findings) for message, one in pairs)
    return write_answers(subjects, rules.received_at, submission)


def _foreign_carrier(messages: Iterable[ReadMessage], carrier: str | None) -> str | None:
    if carrier is None:
        return None
    named = (message.manifest.flight.carrier for message in messages if message.manifest is not None)
    return next((other for other in named if other is not None and other != carrier), None)


def _judge(message: ReadMessage, rules: ReadingRules) -> _Judged:
    manifest = message.manifest
    refusal = None if manifest is None else _refusal(manifest, rules)
    findings = (*message.findings, refusal) if refusal else tuple(message.findings)
    accepted = manifest if refusal is None else None
    receipt = MessageReceipt(
        message_reference=message.message_reference,
        manifest_id=accepted.manifest_id if accepted else None,
        status=_status(accepted, findings),
        function=manifest.function if manifest else message.function,
        flight=manifest.flight if manifest else None,
        travellers=len(manifest.travellers) if manifest else 0,
        findings=findings,
    )
    return _Judged(message.index, receipt, accepted)


def _refusal(manifest: Manifest, rules: ReadingRules) -> Finding | None:
    if not _presentable(manifest.flight):
        return finding("flight_unprintable")
    if rules.carrier is not None and manifest.flight.carrier is None:
        return finding("carrier_absent")
    departure = manifest.flight.scheduled_departure
    hours = rules.late_after_hours
    if hours is not None and departure is not None and rules.received_at > departure + timedelta(hours=hours):
        return finding("flight_departed", hours=f"{hours:g}")
    return None


def _presentable(flight: Flight) -> bool:
    """Whether the flight can be a row: the database refuses NUL, and a key of a megabyte is nobody's flight."""
    texts = (flight.flight_key, flight.carrier, flight.departure_port, flight.arrival_port)
    return all(text is None or (text.isprintable() and len(text) <= FLIGHT_CHARACTERS_MAX) for text in texts)


def _status(accepted: Manifest | None, findings: Iterable[Finding]) -> MessageStatus:
    if accepted is None:
        return MessageStatus.REJECTED
    told = any(item.severity is not Severity.INFO for item in findings)
    return MessageStatus.ACCEPTED_WITH_FINDINGS if told else MessageStatus.ACCEPTED


def _row(index: int, manifest: Manifest, received_at: datetime) -> ManifestRow:
    flight = manifest.flight
    stored = manifest.model_copy(update={"received_at": received_at})
    return ManifestRow(
        manifest_id=manifest.manifest_id,
        message_index=index,
        flight_id=identifiers.flight_id(flight.flight_key),
        flight_key=flight.flight_key,
        carrier=flight.carrier,
        departure_port=flight.departure_port,
        arrival_port=flight.arrival_port,
        scheduled_departure=flight.scheduled_departure,
        scheduled_arrival=flight.scheduled_arrival,
        function=manifest.function.value,
        traveller_count=len(manifest.travellers),
        test=manifest.test,
        body=deflate(stored.model_dump_json().encode()),
    )
