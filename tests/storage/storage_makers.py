"""Synthetic things to store."""

from datetime import UTC, datetime, timedelta

from schemas import identifiers
from schemas.alert import Alert, AlertFlight, AlertRecord, AlertTraveller
from schemas.evidence import Band, Lane
from schemas.flight import Flight
from schemas.manifest import Function, Manifest
from schemas.travel_document import TravelDocument
from schemas.watchlist import AlertSeverity, ListKind, RecordName
from storage.bodies import deflate
from storage.database import Work

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def make_manifest(flight_key: str, number: int) -> Manifest:
    """A manifest without travellers; `number` makes it one of its own."""
    return Manifest(
        manifest_id=identifiers.manifest_id(f"sub_{flight_key}_{number}", 0),
        submission_id=f"sub_{flight_key}_{number}",
        function=Function.PASSENGER_LIST,
        flight=Flight(flight_key=flight_key, arrival_port="TIA"),
    )


async def store_manifest(work: Work, manifest: Manifest, test: bool = False) -> None:
    """What intake writes, less its outbox row."""
    await work.execute(
        "INSERT INTO submissions VALUES ($1, 'OR', 'key', $2, $3, 'application/edifact', '', '', true, $4)",
        manifest.submission_id,
        NOW,
        manifest.manifest_id.encode(),
        NOW + timedelta(hours=48),
    )
    await work.execute(
        "INSERT INTO manifests (manifest_id, submission_id, message_index, flight_id, flight_key, function, traveller_count,"
        " test, received_at, purge_at, body) VALUES ($1, $2, 0, $3, $4, $9, 0, $5, $6, $7, $8)",
        manifest.manifest_id,
        manifest.submission_id,
        identifiers.flight_id(manifest.flight.flight_key),
        manifest.flight.flight_key,
        test,
        NOW,
        NOW + timedelta(hours=48),
        deflate(manifest.model_dump_json().encode()),
        manifest.function,
    )


def make_alert(
    surname: str = "Hoxha", flight_key: str = "OR260-AMS-2026-03-01", version_id: str = "v1", record_id: str = "r1"
) -> Alert:
    """An alert about a traveller of this surname."""
    traveller = identifiers.traveller_id(flight_key, surname)
    return Alert(
        alert_id=identifiers.alert_id(traveller, version_id, "wanted", record_id, 1),
        severity=AlertSeverity.MEDIUM,
        lanes=(Lane.NAME, Lane.DOCUMENT),
        score=17.25,
        band=Band.STRONG,
        created_at=NOW,
        updated_at=NOW,
        due_at=NOW + timedelta(hours=1),
        flight=AlertFlight(
            flight_id=identifiers.flight_id(flight_key),
            flight_key=flight_key,
            designator="OR260",
            departure_port="AMS",
            arrival_port="TIA",
            scheduled_arrival=NOW + timedelta(hours=2),
        ),
        traveller=AlertTraveller(
            traveller_id=traveller,
            version_id=version_id,
            surname=surname,
            given_names="Arta",
            nationality="ALB",
            documents=(TravelDocument(type="P", number="BA1234567", issuing_country="ALB"),),
        ),
        record=AlertRecord(
            record_id=record_id,
            names=(RecordName(surname=surname),),
            list_id="wanted",
            list_kind=ListKind.PERSON,
            record_version=1,
            list_version=3,
        ),
        matcher_version="m1",
        list_version=3,
        manifest_id="man_x",
    )
