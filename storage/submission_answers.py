"""Answers in EDIFACT at rest: what was answered once is answered again, to the byte."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from storage.database import Work, vault_of
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """`answer` None: nobody has asked for one yet. `received_at` is that of the first submission of these bytes."""

    received_at: datetime
    answer: bytes | None


async def keep(work: Work, submission_id: str, received_at: datetime, answer: bytes) -> FirstAnswer | None:
    """Keep the answer to a submission of this moment, unless it has one; the one that it has then. None where there is no such
    submission."""
    row = await work.fetchrow(
        queries("submission_answers")["keep_answer"], submission_id, vault_of(work).seal(received_at, answer)
    )
    return None if row is None else _first(work, row)


async def first(work: Work, owner: str, sha256: bytes) -> FirstAnswer | None:
    """The answer these bytes of this owner got. None where they never came, or were purged."""
    row = await work.fetchrow(queries("submission_answers")["first_answer"], owner, sha256)
    return None if row is None else _first(work, row)


def _first(work: Work, row: asyncpg.Record) -> FirstAnswer:
    answer = row["answer"]
    return FirstAnswer(row["received_at"], None if answer is None else vault_of(work).open(answer))
