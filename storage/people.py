"""Who works here: the persons an alert can be given to."""

from datetime import datetime

from schemas.roles import INCLUDES, Role
from storage import keys
from storage.database import Work


async def may_hold_alerts(work: Work, person: str, now: datetime) -> bool:
    """Whether this is somebody who decides alerts, now: the id of a valid key of an analyst (or who includes one)."""
    key = await keys.find(work, person)
    if key is None or Role.ANALYST not in INCLUDES[key.role]:
        return False
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)
