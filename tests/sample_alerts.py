"""Alerts about people who do not exist, as the screener would write them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.alert import Alert, AlertFlight, AlertRecord, AlertTraveller
from schemas.evidence import Band, Evidence, Lane
from schemas.identifiers import alert_id, flight_id
from schemas.travel_document import TravelDocument
from schemas.watchlist import AlertSeverity, ListKind, RecordName
from storage import alert_rows, outbox
from storage.database import Database, Work

CREATED = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def sample_alert(number: int = 1, **changes: Any) -> Alert:
    """The alert of traveller `number` on OR260 to Tirana. `severity`, `port`, `record_id`, `surname`, ... change it."""
    fields = {
        "severity": AlertSeverity.MEDIUM,
        "port": "TIA",
        "list_id": "wanted",
        "record_id": f"R{number}",
        "surname": f"PERSON{number}",
        "created_at": CREATED + timedelta(minutes=number),
        "documents": (TravelDocument(type="P", number=f"XX{number:06}", issuing_country="UTO"),),
        "birth_date": "1980-01-02",
        "nationality": "UTO",
        "score": 20.0,
        "lanes": (Lane.NAME,),
        "flight_key": "OR260-AMS-2026-03-01",
    }
    assert not set(changes) - set(fields), "a field that samples do not have"
    return _alert(number, {**fields, **changes})


def _alert(number: int, fields: dict[str, Any]) -> Alert:
    flight_key = fields["flight_key"]
    traveller = f"trv_{number}"
    return Alert(
        alert_id=alert_id(traveller, "v1", fields["list_id"], fields["record_id"], 1),
        severity=fields["severity"],
        lanes=fields["lanes"],
        score=fields["score"],
        band=Band.STRONG,
        created_at=fields["created_at"],
        updated_at=fields["created_at"],
        due_at=fields["created_at"] + timedelta(hours=1),
        flight=AlertFlight(
            flight_id=flight_id(flight_key),
            flight_key=flight_key,
            designator=flight_key.split("-")[0],
            departure_port="AMS",
            arrival_port=fields["port"],
            scheduled_arrival=CREATED + timedelta(hours=4),
        ),
        traveller=AlertTraveller(
            traveller_id=traveller,
            version_id="v1",
            surname=fields["surname"],
            given_names="SAMPLE",
            birth_date=fields["birth_date"],
            nationality=fields["nationality"],
            documents=fields["documents"],
        ),
        record=AlertRecord(
            list_id=fields["list_id"],
            list_kind=ListKind.PERSON,
            list_title="SECRET TITLE",
            record_id=fields["record_id"],
            record_version=1,
            list_version=1,
            category="SECRET CATEGORY",
            reason="SECRET REASON",
            authority="SECRET AUTHORITY",
            names=(RecordName(surname=fields["surname"]),),
        ),
        evidence=(Evidence(feature="surname", outcome="same", score=1.0, weight=20.0, explanation="SECRET EXPLANATION"),),
        matcher_version="test",
        list_version=1,
        manifest_id="man_sample",
    )


async def write(work: Work, *alerts: Alert) -> None:
    """What the ledger does with new alerts."""
    await alert_rows.insert_all(work, alerts)
    await outbox.publish_alerts(work, alerts)


async def place(database: Database, *alerts: Alert) -> None:
    """Alerts that are simply there."""
    async with database.unit_of_work() as work:
        await write(work, *alerts)
