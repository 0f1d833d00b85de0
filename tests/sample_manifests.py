"""Rows of manifests, for tests that need one to be there and do not care what it says."""

from datetime import UTC, datetime, timedelta

from storage import outbox
from storage.database import Work

RECEIVED = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


async def place_manifest(work: Work, manifest_id: str, flight_key: str = "OR260-AMS-2026-03-01") -> None:
    """A submission with one manifest into Tirana, arriving four hours after it was received, and sent to be screened."""
    purge_at = RECEIVED + timedelta(hours=48)
    await work.execute(
        "INSERT INTO submissions VALUES ($1, 'OR', 'test', $2, $3, 'application/edifact', '', '', true, $4)",
        *(f"sub_{manifest_id}", RECEIVED, manifest_id.encode(), purge_at),
    )
    await work.execute(
        "INSERT INTO manifests VALUES ($1, $2, 0, $3, $4, 'OR', 'AMS', 'TIA', $5, $6, 'passenger_list', 1, false, $5, $7, '')",
        *(manifest_id, f"sub_{manifest_id}", f"flt_{flight_key}", flight_key),
        *(RECEIVED, RECEIVED + timedelta(hours=4), purge_at),
    )
    await outbox.publish_manifest(work, manifest_id, flight_key)
