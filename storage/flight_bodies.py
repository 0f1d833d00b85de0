"""What a re-screen delivers: of each manifest, only the travellers who were last reported by it.

When a list changes, every live manifest goes to the screeners again. Delivered as it was sent, an old message would bring back
travellers who have left the flight, or versions of them that were corrected since. So a flight's messages are read together,
and each is cut down to what still holds (`schemas.flight_state`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from schemas.events import Occasion
from schemas.flight_state import current_parts
from schemas.identifiers import flight_id
from schemas.manifest import Manifest
from storage.bodies import deflate, inflate
from storage.database import Connection, Work
from storage.sql import queries

Row = Mapping[str, Any]


async def with_current_bodies(connection: Connection | Work, rows: Sequence[asyncpg.Record]) -> Sequence[Row]:
    """The rows, those of a re-screen with their bodies cut down. Rows have occasion, flight_key, manifest_id and body."""
    flights = {row["flight_key"] for row in rows if row["body"] is not None and row["occasion"] == Occasion.RESCREEN}
    bodies = await _current_bodies(connection, flights) if flights else {}
    return [_cut_down(row, bodies) for row in rows]


def _cut_down(row: asyncpg.Record, bodies: Mapping[str, bytes]) -> Row:
    if row["occasion"] != Occasion.RESCREEN or row["manifest_id"] not in bodies:
        return dict(row)
    return {**row, "body": bodies[row["manifest_id"]]}


async def _current_bodies(connection: Connection | Work, flight_keys: set[str]) -> Mapping[str, bytes]:
    """Stored bodies by manifest id."""
    by_flight: dict[str, list[Manifest]] = {}
    for row in await connection.fetch(queries("flight_bodies")["of_flights"], sorted(map(flight_id, flight_keys))):
        by_flight.setdefault(row["flight_id"], []).append(Manifest.model_validate_json(inflate(row["body"])))
    parts = (current_parts(manifests) for manifests in by_flight.values())
    return {found: deflate(part.model_dump_json().encode()) for flight in parts for found, part in flight.items()}
