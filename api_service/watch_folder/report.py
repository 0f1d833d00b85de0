"""Reports beside a file: one for programs (JSON), one for people (text). Neither holds passenger data: receipts have none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from schemas.finding import Finding, Location
from schemas.receipt import MessageReceipt, MessageStatus, Receipt

FINDINGS_SHOWN_MAX = 200
"""Of one message, in the text; the JSON has them all."""


@dataclass(frozen=True, slots=True)
class PartReport:
    """What became of one part of a file: the file itself (`name` None), or an attachment of a mail.

    `receipt` as JSON, None where there is none, because of `problem`.
    """

    name: str | None
    receipt: bytes | None = None
    usable: bool = False
    replayed: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of a file. `left_out`: attachments that are no manifests."""

    name: str
    sha256: str
    parts: Sequence[PartReport] = ()
    left_out: Sequence[str] = ()
    problem: str | None = None

    @property
    def done(self) -> bool:
        """Whether every part was received and could be used."""
        return self.problem is None and bool(self.parts) and all(part.usable for part in self.parts)


def as_json(report: FileReport) -> bytes:
    """`{"file", "sha256", "outcome", "problem", "parts": [PART], "left_out"}`; PART has the fields of `PartReport`."""
    parts = [
        {
            "name": part.name,
            "usable": part.usable,
            "replayed": part.replayed,
            "problem": part.problem,
            "receipt": orjson.Fragment(part.receipt) if part.receipt is not None else None,
        }
        for part in report.parts
    ]
    fields: dict[str, Any] = {"file": report.name, "sha256": report.sha256, "outcome": _outcome(report)}
    fields |= {"problem": report.problem, "parts": parts, "left_out": list(report.left_out)}
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def as_text(report: FileReport) -> bytes:
    """The same for people."""
    return ("\n".join(_lines(report)) + "\n").encode()


def _outcome(report: FileReport) -> str:
    return "done" if report.done else "failed"


def _lines(report: FileReport) -> Iterator[str]:
    yield f"{report.name}: {_outcome(report)}"
    yield f"SHA-256 {report.sha256}"
    if report.problem is not None:
        yield f"Nothing was stored: {report.problem}"
    for part in report.parts:
        yield from _part_lines(part)
    for name in report.left_out:
        yield f"Left out, because it is no manifest: {name}"


def _part_lines(part: PartReport) -> Iterator[str]:
    yield ""
    if part.name is not None:
        yield f"Attachment {part.name}"
    if part.receipt is None:
        yield f"Nothing was stored: {part.problem}"
        return
    receipt = Receipt.model_validate_json(part.receipt)
    again = " (these bytes came before; this is the first receipt)" if part.replayed else ""
    yield f"Submission {receipt.submission_id}, received {receipt.received_at.isoformat(timespec='seconds')}{again}"
    for number, message in enumerate(receipt.messages, 1):
        yield from _message_lines(number, message)


_STATUSES = {
    MessageStatus.ACCEPTED: "accepted",
    MessageStatus.ACCEPTED_WITH_FINDINGS: "accepted, with findings",
    MessageStatus.REJECTED: "REJECTED",
}


def _message_lines(number: int, message: MessageReceipt) -> Iterator[str]:
    flight = message.flight.flight_key if message.flight is not None else "no flight"
    yield ""
    yield f"{number}. {flight}: {_STATUSES[message.status]}, {message.travellers} travellers"
    for finding in message.findings[:FINDINGS_SHOWN_MAX]:
        yield from _finding_lines(finding)
    if len(message.findings) > FINDINGS_SHOWN_MAX:
        yield f"   ... and {len(message.findings) - FINDINGS_SHOWN_MAX} more; the JSON has them all"


def _finding_lines(finding: Finding) -> Iterator[str]:
    place = _place(finding.location)
    yield f"   {finding.severity.value}{', ' + place if place else ''}: {finding.message} ({finding.code})"
    yield f"      {finding.remedy}"


def _place(location: Location) -> str:
    names = ("row", "column", "segment", "tag", "element", "component")
    return ", ".join(f"{name} {value}" for name in names if (value := getattr(location, name)) is not None)
