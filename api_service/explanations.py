"""Use case: explain an alert. What it was scored from is read, the score worked out again, and the look written down."""

from dataclasses import dataclass
from datetime import datetime

from schemas.alert import Alert, AlertRecord
from screening.explain import Explanation, Ingredients, MatcherVersion, explain, explain_other
from screening.model import MODEL, Model
from screening.rarity import Rarity
from storage import alert_rows, audit
from storage.database import Database
from storage.list_source import PostgresListSource


@dataclass(frozen=True, slots=True)
class Explained:
    """An alert, its own record's explanation, and those of its other records in their order."""

    alert: Alert
    own: Explanation
    others: tuple[Explanation, ...]

    @property
    def reproduced(self) -> bool:
        """Whether all came out the same, to the bit."""
        return all(one.reproduced for one in (self.own, *self.others))


async def explain_alert(database: Database, alert_id: str, by: str, now: datetime) -> Explained | None:
    """The alert and its explanations; None where there is no such alert. Raises StoreUnavailableError."""
    async with database.unit_of_work() as work:
        alert = await alert_rows.load(work, alert_id)
        if alert is None:
            return None
        await audit.append(work, audit.Line(now, by, "alert.explain", "alert", alert_id, {"version": alert.version}))
    own = explain(alert, await _ingredients(database, alert, alert.record))
    others = [explain_other(alert, other, await _ingredients(database, alert, other)) for other in alert.other_records]
    return Explained(alert, own, tuple(others))


async def _ingredients(database: Database, alert: Alert, about: AlertRecord, model: Model = MODEL) -> Ingredients:
    source = PostgresListSource(database)
    record = await source.record_version((about.list_id, about.record_id), about.record_version)
    digest = MatcherVersion.read(alert.matcher_version).rarity
    kept = await source.find_rarity(digest) if digest else None
    return Ingredients(record, None if kept is None else Rarity.from_bytes(kept.body, model.rarity), model)
