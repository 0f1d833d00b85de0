"""A command with an idempotency key is carried out once: whoever sends it again gets the first answer again.

The answer is remembered in the transaction that did the work. A command that was refused is not, and may be sent again.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import orjson

from api_service import problems
from storage import command_receipts
from storage.command_receipts import Answer, CommandKey
from storage.database import Database, Work


@dataclass(frozen=True, slots=True)
class Command:
    """Who asks for what, and when. `parts` are what makes two requests the same command; `idempotency_key` None = not said."""

    by: str
    at: datetime
    idempotency_key: str | None
    parts: tuple[object, ...]

    @property
    def fingerprint(self) -> bytes:
        """Tells a repetition from another command under the same name."""
        return hashlib.sha256(orjson.dumps(self.parts)).digest()


async def carry_out_once(database: Database, command: Command, do: Callable[[Work], Awaitable[Answer]]) -> Answer:
    """`do` in one transaction, or the first answer again. Raises InvalidRequestError where the key names another command."""
    if command.idempotency_key is None:
        async with database.unit_of_work() as work:
            return await do(work)
    key = CommandKey(command.by, command.idempotency_key, command.fingerprint)
    async with database.unit_of_work() as work:
        answer = await _earlier_answer(work, key)
        if answer is None:
            answer = await do(work)
            await command_receipts.add(work, key, answer, command.at)
        return answer


async def _earlier_answer(work: Work, key: CommandKey) -> Answer | None:
    try:
        return await command_receipts.find(work, key)
    except command_receipts.ReusedKeyError as error:
        raise problems.InvalidRequestError("This Idempotency-Key was already used for another command.") from error
