"""How long what is kept. The defaults are those of a border check; a site sets its own, and its own for each legal basis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

ALERT_DAYS_MIN = 5
"""An alert must outlive its manifests (96 hours), or screening them again would raise it anew."""


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """Days after which an alert expires: an ordinary one, and one that was a hit (confirmed, or closed other than as the wrong
    person)."""

    alert_days: int
    hit_days: int


@dataclass(frozen=True, slots=True)
class Policy:
    """`travellers` and `no_show` count from receipt, `audit` and `statistics` from the line or the fact, `persons` from when
    somebody of the identity provider was last seen. `by_legal_basis`:
    terms of alerts whose record (or list) names this basis, in lower case; others have `alerts`."""

    travellers: timedelta = timedelta(hours=48)
    no_show: timedelta = timedelta(hours=96)
    alerts: AlertTerms = AlertTerms(30, 365)
    audit: timedelta = timedelta(days=1826)
    statistics: timedelta = timedelta(days=1826)
    persons: timedelta = timedelta(days=30)
    by_legal_basis: Mapping[str, AlertTerms] = field(default_factory=dict)

    def kept(self, what: str) -> timedelta:
        """How long before now something of this kind became due."""
        return {
            "at_due_time": timedelta(0),
            "travellers": self.travellers,
            "alerts": timedelta(days=self.alerts.alert_days),
            "statistics": self.statistics,
            "persons": self.persons,
        }[what]
