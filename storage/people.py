"""Who works here: the persons an alert can be given to.

They have a key, or sign in with the identity provider. Of those we know their name there (`issuer#subject`), their role, and
when they were last here; nothing else. Whoever stays away is forgotten by the purge, and can be given nothing any more; whoever
comes back is known again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.roles import INCLUDES, Role
from storage import keys
from storage.database import Work
from storage.sql import queries

SEEN_NOTED_EVERY = timedelta(minutes=10)
"""A console asks every few seconds; nobody needs to know it that well, and a row rewritten each time costs a write."""

NOBODY_TO_GIVE_TO = "Alerts can be given to analysts and supervisors: with a valid key, or who have signed in of late."


@dataclass(frozen=True, slots=True)
class SeenPerson:
    """Somebody of the identity provider."""

    role: Role
    last_seen_at: datetime


async def may_hold_alerts(work: Work, person: str, now: datetime) -> bool:
    """Whether this is somebody who decides alerts, now: an analyst (or who includes one) with a valid key, or who was seen."""
    key = await keys.find(work, person)
    if key is None:
        seen = await _find(work, person)
        return seen is not None and Role.ANALYST in INCLUDES[seen.role]
    return Role.ANALYST in INCLUDES[key.role] and key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


async def note_seen(work: Work, person: str, role: Role, now: datetime) -> None:
    """Remember that this person of the identity provider was here, in this role. A role that changed is known at once."""
    known = await _find(work, person)
    if known is None or known.role is not role or now - known.last_seen_at > SEEN_NOTED_EVERY:
        await work.execute(queries("people")["note_seen"], person, role, now)


async def _find(work: Work, person: str) -> SeenPerson | None:
    row = await work.fetchrow(queries("people")["find_seen"], person)
    return None if row is None else SeenPerson(Role(row["role"]), row["last_seen_at"])
