"""The outbox, written: what happened goes into the same transaction as the thing itself, and readers are woken by its commit.

Channels of NOTIFY carry no payload: they say "look", the tables say what.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from schemas.alert import Alert
from schemas.flight_state import REPORTING
from storage.database import Work
from storage.json_text import json_text
from storage.sql import queries

MANIFEST_CHANNEL = "kulla_manifests"
ALERT_CHANNEL = "kulla_alerts"
LIVE_AFTER_ARRIVAL = timedelta(hours=12)
"""How long after its scheduled arrival a flight may still matter at the border: delays, diversions, slow queues."""


async def publish_manifest(work: Work, manifest_id: str, flight_key: str) -> None:
    """Send one stored manifest to be screened."""
    await publish_manifests(work, [(manifest_id, flight_key)])


async def publish_manifests(work: Work, manifests: Sequence[tuple[str, str]]) -> None:
    """Send stored manifests, as (manifest_id, flight_key), in this order, in one round trip.

    The caller holds the flights' advisory locks since before its first write.
    """
    identifiers, flights = [row[0] for row in manifests], [row[1] for row in manifests]
    await work.execute(queries("outbox")["publish_manifests"], identifiers, flights)


async def promise_no_manifests(work: Work) -> None:
    """From here on this transaction sends no manifest, and readers of manifests do not wait for its end."""
    await work.execute(queries("outbox")["promise_no_manifests"])


async def republish_live(work: Work, list_version: int, now: datetime) -> int:
    """Send every live manifest to be screened again with this list version or a newer one; returns how many."""
    row = await work.fetchrow(queries("outbox")["republish_live"], list_version, now, LIVE_AFTER_ARRIVAL, SCREENED)
    assert row is not None
    return int(row["manifests"])


async def publish_alert(work: Work, alert: Alert) -> None:
    """Tell consoles and the topic about this version of an alert."""
    await publish_alerts(work, [alert])


async def publish_alerts(work: Work, alerts: Sequence[Alert]) -> None:
    """Tell several, in this order, in one round trip."""
    await work.execute(queries("outbox")["publish_alerts"], json_text([_row(alert) for alert in alerts]))


SCREENED = sorted(REPORTING)
"""Functions of messages that report travellers. The others only take some away, and did so when they came."""


def _row(alert: Alert) -> dict[str, object]:
    return {
        "flight_key": alert.flight.flight_key,
        "port": alert.flight.arrival_port,
        "alert_id": alert.alert_id,
        "alert_version": alert.version,
        "payload": orjson.Fragment(alert.model_dump_json()),
    }
