"""What people found of the alerts of a list: the counts from which its true precision follows."""

from dataclasses import dataclass
from datetime import datetime

from storage.database import Work
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many alerts ended how: dismissed by an analyst, or by what an officer reported."""

    no_match: int
    right_person: int
    wrong_person: int
    not_found: int
    not_travelled: int
    referred: int
    protection_referral: int


async def verdicts(work: Work, list_id: str, since: datetime | None, until: datetime | None) -> Verdicts:
    """Of alerts decided between the two (`since` inclusive, `until` exclusive, None = open)."""
    row = await work.fetchrow(queries("precision")["verdicts"], list_id, since, until)
    assert row is not None, "counting always gives a row"
    return Verdicts(**row)
