"""Flights for the worker, ready to be stored: made once, and stored under many numbers, for making up persons takes long."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from benchmarks.people import flights
from schemas.flight import Flight
from schemas.identifiers import flight_id
from schemas.manifest import Function, Manifest
from schemas.traveller import Traveller
from storage.bodies import deflate, inflate
from storage.database import Database, Work

_NUMBER = "00000000"
"""Stands in a body for the flight's own number."""
_KEPT = timedelta(days=1)
_COPIED_AT_ONCE = 200


class Stored(NamedTuple):
    """A flight as it goes into the store."""

    manifest_id: str
    flight_key: str
    travellers: int
    body: bytes


def ready(seed: int, alike: int, extra: Sequence[Traveller] = ()) -> Iterator[Stored]:
    """Flights without end, numbered; so many one after the other have the same travellers. `extra`: on the first one, too."""
    number, added = 1, tuple(extra)
    for people in flights(1_000_000, seed):
        aboard, added = (*people, *added), ()
        template = Stored(f"man{seed}x{_NUMBER}", f"XX{_NUMBER}", len(aboard), deflate(_template(seed, aboard)))
        for _ in range(alike):
            yield renumbered(template, number)
            number += 1


def renumbered(one: Stored, number: int) -> Stored:
    """The same travellers on another flight."""
    old, new = one.flight_key.removeprefix("XX"), f"{number:08d}"
    body = deflate(inflate(one.body).replace(old.encode(), new.encode()))
    return Stored(one.manifest_id.replace(old, new), f"XX{new}", one.travellers, body)


def _template(seed: int, people: Sequence[Traveller]) -> bytes:
    named = [one.model_copy(update={"traveller_id": f"{_NUMBER}-{place}"}) for place, one in enumerate(people)]
    manifest = Manifest(
        manifest_id=f"man{seed}x{_NUMBER}",
        submission_id=f"sub{_NUMBER}",
        function=Function.PASSENGER_LIST,
        flight=Flight(flight_key=f"XX{_NUMBER}"),
        travellers=tuple(named),
    )
    return manifest.model_dump_json().encode()


async def store(work: Work, some: Iterable[Stored]) -> None:
    """Submissions and manifests, in bulk, without an outbox row."""
    now = datetime.now(UTC)
    purge, rows = now + _KEPT, list(some)
    await work.copy_records_to_table(
        "submissions",
        records=[
            (f"sub-{one.manifest_id}", "XX", "key", now, one.manifest_id.encode(), "text/plain", b"", b"", True, purge)
            for one in rows
        ],
    )
    await work.copy_records_to_table(
        "manifests",
        columns=(
            *("manifest_id", "submission_id", "message_index", "flight_id", "flight_key", "function"),
            *("traveller_count", "test", "received_at", "purge_at", "body"),
        ),
        records=[
            (
                *(one.manifest_id, f"sub-{one.manifest_id}", 0, flight_id(one.flight_key), one.flight_key),
                *(Function.PASSENGER_LIST.value, one.travellers, False, now, purge, one.body),
            )
            for one in rows
        ],
    )


async def send(work: Work, one: Stored) -> None:
    """Store a flight and have it screened."""
    await store(work, (one,))
    await work.execute(
        "INSERT INTO manifest_outbox (flight_key, manifest_id, occasion) VALUES ($1, $2, 'received')",
        *(one.flight_key, one.manifest_id),
    )
    await work.execute("SELECT pg_notify('kulla_manifests', '')")


async def seed_store(database: Database, source: Iterator[Stored], travellers: int, version: int) -> int:
    """Store flights that count as screened with this version of the lists; how many flights."""
    stored = aboard = 0
    while aboard < travellers:
        some = []
        while aboard < travellers and len(some) < _COPIED_AT_ONCE:
            some.append(next(source))
            aboard += some[-1].travellers
        async with database.unit_of_work() as work:
            await store(work, some)
            marks = [(one.manifest_id, datetime.now(UTC), version, "seeded") for one in some]
            await work.copy_records_to_table("manifest_screenings", records=marks)
        stored += len(some)
    return stored
