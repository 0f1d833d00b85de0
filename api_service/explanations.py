"""Use case: explain an alert. What it was scored from is read, the score worked out again, and the look written down."""

from datetime import datetime

from schemas.alert import Alert
from screening.explain import Explanation, Ingredients, MatcherVersion, explain
from screening.model import MODEL, Model
from screening.rarity import Rarity
from storage import alert_rows, audit
from storage.database import Database
from storage.list_source import PostgresListSource


async def explain_alert(database: Database, alert_id: str, by: str, now: datetime) -> tuple[Alert, Explanation] | None:
    """The alert and its explanation; None where there is no such alert. Raises StoreUnavailableError."""
    async with database.unit_of_work() as work:
        alert = await alert_rows.load(work, alert_id)
        if alert is None:
            return None
        await audit.append(work, audit.Line(now, by, "alert.explain", "alert", alert_id, {"version": alert.version}))
    return alert, explain(alert, await _ingredients(database, alert, MODEL))


async def _ingredients(database: Database, alert: Alert, model: Model) -> Ingredients:
    source = PostgresListSource(database)
    record = await source.record_version((alert.record.list_id, alert.record.record_id), alert.record.record_version)
    digest = MatcherVersion.read(alert.matcher_version).rarity
    kept = await source.find_rarity(digest) if digest else None
    return Ingredients(record, None if kept is None else Rarity.from_bytes(kept.body, model.rarity), model)
