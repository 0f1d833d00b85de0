"""Legal holds: an alert that is kept, with its traveller's part of the messages, until somebody lifts the hold."""

from datetime import datetime

from storage.database import Work
from storage.sql import queries


async def place(work: Work, alert_id: str, reason: str, by: str, now: datetime) -> bool:
    """Hold an alert; False where it is held already."""
    return await work.fetchval(queries("retention")["place_hold"], alert_id, reason, by, now) is not None


async def lift(work: Work, alert_id: str) -> bool:
    """End a hold; False where there is none."""
    return await work.fetchval(queries("retention")["lift_hold"], alert_id) is not None
