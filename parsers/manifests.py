"""Bytes to manifests: the interchange reader and the message readers put together.

Findings about the envelope go to the message they concern: those before a message to it, those after it to it as well, which
is why the last message is held back until what follows it is known. Findings of an interchange without any message, and of
input without any interchange, go to an item of their own: nothing is ever silent.
"""

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from parsers.cusres.opening import opening_of
from parsers.edifact.events import (
    Event,
    GroupEnded,
    InputUnreadable,
    InterchangeEnded,
    InterchangeHeader,
    InterchangeStarted,
    MessageRead,
    component,
)
from parsers.edifact.reader import InterchangeReader, NeedData
from parsers.message import Origin, ReadMessage
from parsers.paxlst.reader import Context, prepared_at, read_message
from schemas.finding import Finding
from schemas.identifiers import derive, manifest_id
from schemas.receipt import Interchange

CHUNK_BYTES = 1 << 20
"""How much of a whole body is handed to the reader at once."""


class ManifestReader:
    """Reads a body as it comes: `feed` and `close` return the messages that are complete by then, in order.

    `submission_id` names the manifests; `received_on` helps to complete two-digit years where the message has no date.
    """

    def __init__(self, submission_id: str, *, received_on: date | None = None, carries_id: bool = True) -> None:
        self._submission_id = submission_id
        self._carried_id = submission_id if carries_id else None
        self._received_on = received_on
        self._reader = InterchangeReader()
        self._header: InterchangeHeader | None = None
        self._interchange = Interchange()
        self._pending: list[Finding] = []
        self._held: ReadMessage | None = None
        self._ready: deque[ReadMessage] = deque()
        self._index = self._interchange_number = 0

    def feed(self, data: bytes) -> list[ReadMessage]:
        """More bytes."""
        self._reader.feed(data)
        return self._drain()

    def close(self) -> list[ReadMessage]:
        """The end of the input: at least one item came out by now."""
        self._reader.close()
        self._drain_into_ready()
        self._release()
        if self._pending:
            self._put_alone()
        return self._take_ready()

    def _drain(self) -> list[ReadMessage]:
        self._drain_into_ready()
        return self._take_ready()

    def _drain_into_ready(self) -> None:
        while not isinstance(event := self._reader.next_event(), NeedData):
            self._accept(event)

    def _take_ready(self) -> list[ReadMessage]:
        ready = list(self._ready)
        self._ready.clear()
        return ready

    def _accept(self, event: Event) -> None:
        match event:
            case InterchangeStarted():
                self._release()
                self._header = event.header
                self._interchange = interchange_of(event.header)
                self._pending = list(event.findings)
            case MessageRead():
                self._release()
                self._held = self._read(event)
            case GroupEnded():
                self._attach(event.findings)
            case InterchangeEnded():
                self._attach(event.findings)
                self._release()
                if self._pending:
                    self._put_alone()
                self._header, self._interchange = None, Interchange()
                self._interchange_number += 1
            case InputUnreadable():
                self._release()
                self._pending.extend(event.findings)
                self._put_alone()
            case _:
                pass

    def _read(self, message: MessageRead) -> ReadMessage:
        message.findings = [*self._pending, *message.findings]
        self._pending = []
        context = Context(self._header, self._received_on, manifest_id(self._submission_id, self._index), self._carried_id)
        reading = read_message(message, context)
        read = ReadMessage(
            manifest=reading.manifest,
            findings=tuple(reading.report.findings),
            index=self._index,
            message_reference=message.reference,
            message_type=component(message.header, 2).upper() or None,
            function=reading.function,
            interchange=self._interchange,
            origin=self._origin(message),
        )
        self._index += 1
        return read

    def _origin(self, message: MessageRead) -> Origin:
        opening = opening_of(message, self._header)
        return Origin(self._interchange_number, self._header, message.group, message.header, opening)

    def _attach(self, findings: tuple[Finding, ...]) -> None:
        if self._held is None:
            self._pending.extend(findings)
        elif findings:
            together = (*self._held.findings, *findings)
            manifest = self._held.manifest
            whole = manifest.model_copy(update={"findings": together}) if manifest is not None else None
            self._held = replace(self._held, findings=together, manifest=whole)

    def _release(self) -> None:
        if self._held is not None:
            self._ready.append(self._held)
            self._held = None

    def _put_alone(self) -> None:
        origin = Origin(self._interchange_number, self._header) if self._header is not None else None
        alone = ReadMessage(None, tuple(self._pending), self._index, interchange=self._interchange, origin=origin)
        self._ready.append(alone)
        self._pending = []
        self._index += 1


def interchange_of(header: InterchangeHeader) -> Interchange:
    """The envelope as receipts show it."""
    return Interchange(
        sender=header.sender,
        recipient=header.recipient,
        control_reference=header.control_reference,
        prepared_at=prepared_at(header),
        origin=header.origin,
    )


def read_manifests(data: bytes, *, received_on: date | None = None, submission_id: str | None = None) -> Iterator[ReadMessage]:
    """Every message of a body, in order; at least one item, whatever the body is. Never raises on any input.

    Without a `submission_id`, manifests are named after the bytes alone, and say so by having none.
    """
    name = submission_id or derive("sub", hashlib.sha256(data).digest())
    reader = ManifestReader(name, received_on=received_on, carries_id=submission_id is not None)
    for begin in range(0, len(data), CHUNK_BYTES):
        yield from reader.feed(data[begin : begin + CHUNK_BYTES])
    yield from reader.close()
