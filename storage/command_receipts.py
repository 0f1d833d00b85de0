"""Commands that were already carried out, by the idempotency key their sender gave them."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class CommandKey:
    """A command as its sender names it. `request_sha256` tells a repetition from another command under the same name."""

    key_id: str
    idempotency_key: str
    request_sha256: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender was told: an HTTP status and a JSON body."""

    status: int
    body: bytes


class ReusedKeyError(Exception):
    """The key already names another command."""


async def find(work: Work, command: CommandKey) -> Answer | None:
    """The answer of the first time, or None if this is it. Until the transaction ends nobody else can use the key.

    Raises ReusedKeyError.
    """
    await work.execute(queries("command_receipts")["lock"], command.key_id, command.idempotency_key)
    row = await work.fetchrow(queries("command_receipts")["find"], command.key_id, command.idempotency_key)
    if row is None:
        return None
    if row["request_sha256"] != command.request_sha256:
        raise ReusedKeyError
    return Answer(row["status"], row["body"])


async def add(work: Work, command: CommandKey, answer: Answer, now: datetime) -> None:
    """Remember what the sender was told, in the transaction that did it."""
    await work.execute(
        queries("command_receipts")["add"],
        *(command.key_id, command.idempotency_key, command.request_sha256),
        *(answer.status, answer.body, now),
    )
