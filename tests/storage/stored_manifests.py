"""Manifests in the store for tests of what comes after intake: synthetic, small, written by the shortest way."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from schemas.flight import Flight
from schemas.identifiers import flight_id, manifest_id, submission_id
from schemas.manifest import Function, Manifest
from storage.bodies import deflate
from storage.database import Database

LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)


def manifest_of(flight_key: str, number: int) -> Manifest:
    """The manifest that `store` writes under this number."""
    submission = submission_id("XX", str(number).encode())
    return Manifest(
        manifest_id=manifest_id(submission, 0),
        submission_id=submission,
        function=Function.PASSENGER_LIST,
        document_number=str(number),
        flight=Flight(flight_key=flight_key),
    )


async def store(database: Database, flight_keys: Sequence[str], first_number: int = 0) -> list[str]:
    """One transaction: a submission, a manifest and an outbox row for each flight named. Returns the manifests' ids."""
    manifests = [manifest_of(key, number) for number, key in enumerate(flight_keys, first_number)]
    async with database.unit_of_work() as work:
        for manifest in manifests:
            await work.execute(
                """INSERT INTO submissions VALUES ($1, 'XX', 'key', $2, $3, 'text/plain', '', '', true, $4)""",
                manifest.submission_id, LONG_AGO, manifest.submission_id.encode(), datetime.now(UTC) + timedelta(days=1),
            )  # fmt: skip
            await work.execute(
                """INSERT INTO manifests (manifest_id, submission_id, message_index, flight_id, flight_key, function,
                traveller_count, test, received_at, purge_at, body) VALUES ($1, $2, 0, $3, $4, $5, 0, false, $6, $7, $8)""",
                manifest.manifest_id, manifest.submission_id, flight_id(manifest.flight.flight_key), manifest.flight.flight_key,
                manifest.function, LONG_AGO, datetime.now(UTC) + timedelta(days=1), deflate(manifest.model_dump_json().encode()),
            )  # fmt: skip
            await work.execute(
                "INSERT INTO manifest_outbox (flight_key, manifest_id, occasion) VALUES ($1, $2, 'received')",
                manifest.flight.flight_key, manifest.manifest_id,
            )  # fmt: skip
    return [manifest.manifest_id for manifest in manifests]
