"""Use case: the standing schedule. Import a file; say which flights are due, late and missing.

A file is read as it comes and its legs are kept in memory until it ends: a season of the largest airline is some 60,000 legs,
50 MB. Then they replace, in one transaction, everything that the carriers in the file had. A record that cannot be read is
reported with its line; the others count all the same, because half a schedule still finds missing manifests.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from api_service import problems
from api_service.context import Clock
from api_service.schedule_changes import FollowedSchedule
from parsers.schedule import ScheduleFault, ScheduleReader, SsimReader, TableReader
from schemas.alert_clocks import DueTerms
from schemas.schedule import DAYS_AHEAD_MAX, ExpectedFlight, ScheduledLeg, arriving, departing
from storage import audit, schedules
from storage.alerts import Arrival
from storage.database import Database, Work
from storage.message_facts import Scope
from storage.schedules import Provenance

IMPORT_BYTES_MAX = 64 * 1024 * 1024
"""More than 300,000 records of SSIM."""
LEGS_MAX = 150_000
"""Twice the season of the largest airline."""
FAULTS_SHOWN_MAX = 1_000
_SLICE_BYTES = 32 * 1024
"""Some 160 records, 3 ms of work: then others get a turn."""
_DAYS_BEFORE = timedelta(days=DAYS_AHEAD_MAX + 1)
_DAYS_AFTER = timedelta(days=2)
"""How far the first day of a flight may lie from the instant of one of its legs: later legs, and the clocks of the world."""

_Expand = Callable[[ScheduledLeg, datetime, datetime], Iterator[ExpectedFlight]]


class Format(StrEnum):
    """What the file is: our table, or IATA SSIM chapter 7."""

    CSV = "csv"
    SSIM = "ssim"


_READERS: dict[Format, type[ScheduleReader]] = {Format.CSV: TableReader, Format.SSIM: SsimReader}


@dataclass(frozen=True, slots=True)
class ScheduleOrder:
    """Who imports what. `terms`: by when alerts have to be decided whose flight has other times then."""

    format: Format
    by: str
    terms: DueTerms = field(default_factory=DueTerms)


@dataclass(slots=True)
class ScheduleImport:
    """What became of a file: legs a carrier, duplicates left out, lines that were not used."""

    carriers: dict[str, int] = field(default_factory=dict)
    legs: int = 0
    duplicates: int = 0
    rejected: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, fault: ScheduleFault) -> None:
        """Count a line; remember why as long as there is room."""
        self.rejected += 1
        if len(self.errors) < FAULTS_SHOWN_MAX:
            self.errors.append({"row": fault.line, "message": fault.message})


async def import_schedule(
    database: Database, order: ScheduleOrder, chunks: AsyncIterable[bytes], clock: Clock
) -> ScheduleImport:
    """Read a file and put it in place. Raises InvalidRequestError where no leg can be read, BodyTooLargeError."""
    done, reader, legs = ScheduleImport(), _READERS[order.format](), list[ScheduledLeg]()
    async for piece in _slices(chunks):
        _sort(reader.feed(piece), legs, done)
    _sort(reader.close(), legs, done)
    done.legs, done.duplicates = len(legs), reader.duplicates
    if not legs:
        raise problems.InvalidRequestError("The file has no leg that can be read; nothing was changed.", asdict(done))
    async with database.unit_of_work() as work:
        followed = await FollowedSchedule.before(work, {leg.carrier for leg in legs}, clock())
        done.carriers = dict(await schedules.replace(work, legs, Provenance(clock(), order.by, order.format)))
        moved = await followed.after(work, order.terms)
        details = {"carriers": done.carriers, "duplicates": done.duplicates, "rejected": done.rejected, "alerts": moved}
        await audit.append(work, audit.Line(clock(), order.by, "schedule.imported", "schedule", order.format, details))
    return done


async def _slices(chunks: AsyncIterable[bytes]) -> AsyncIterable[bytes]:
    total = 0
    async for chunk in chunks:
        total += len(chunk)
        if total > IMPORT_BYTES_MAX:
            raise problems.BodyTooLargeError(f"At most {IMPORT_BYTES_MAX} bytes are read.", {"bytes_max": IMPORT_BYTES_MAX})
        for start in range(0, len(chunk), _SLICE_BYTES):
            yield chunk[start : start + _SLICE_BYTES]
            await asyncio.sleep(0)


def _sort(items: Iterable[ScheduledLeg | ScheduleFault], legs: list[ScheduledLeg], done: ScheduleImport) -> None:
    for item in items:
        if isinstance(item, ScheduleFault):
            done.reject(item)
        else:
            legs.append(item)
    if len(legs) > LEGS_MAX:
        raise problems.BodyTooLargeError(f"At most {LEGS_MAX} legs are read.", {"legs_max": LEGS_MAX})


async def due_flights(work: Work, scope: Scope, now: datetime) -> Sequence[ExpectedFlight] | None:
    """The carrier's scheduled flights of this time whose lists are due by now; None where nobody knows its schedule."""
    if not await schedules.has_schedule(work, scope.carrier):
        return None
    legs = await schedules.of_carrier(work, scope.carrier, *_days(scope.since, scope.until))
    until = min(scope.until, now + timedelta(minutes=scope.due_minutes))
    return await asyncio.to_thread(_expanded, departing, legs, scope.since, until)


async def expected_arrivals(work: Work, port: str, since: datetime, until: datetime) -> Sequence[ExpectedFlight]:
    """Flights into the port by the schedules, `since` inclusive, `until` exclusive."""
    legs = await schedules.into_port(work, port, *_days(since, until))
    return await asyncio.to_thread(_expanded, arriving, legs, since, until)


def _days(since: datetime, until: datetime) -> tuple[date, date]:
    return (since.astimezone(UTC) - _DAYS_BEFORE).date(), (until.astimezone(UTC) + _DAYS_AFTER).date()


def _expanded(expand: _Expand, legs: Sequence[ScheduledLeg], since: datetime, until: datetime) -> list[ExpectedFlight]:
    """A thousand flights take some 30 ms, so this runs in a thread: others get their turns."""
    return [flight for leg in legs for flight in expand(leg, since, until)]


class ManifestState(StrEnum):
    """A flight's passenger list. `expected`: not due yet. `late`: due. `missing`: the flight has departed without it."""

    RECEIVED = "received"
    EXPECTED = "expected"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Now, and how long before departure a list is due."""

    now: datetime
    due: timedelta

    def unreported(self, departure: datetime | None) -> ManifestState:
        """The state of a flight without a passenger list."""
        if departure is None or self.now < departure - self.due:
            return ManifestState.EXPECTED
        return ManifestState.LATE if self.now < departure else ManifestState.MISSING


def arrivals_board(
    received: Sequence[Arrival], expected: Sequence[ExpectedFlight], punctuality: Punctuality
) -> list[dict[str, Any]]:
    """Flights of which something was received, and those of the schedule of which nothing was; by scheduled arrival."""
    by_key = {key: flight for flight in expected for key in flight.flight_keys}
    known = {arrival.flight_key for arrival in received}
    rows = [_received_row(arrival, arrival.flight_key in by_key, punctuality) for arrival in received]
    rows += [_expected_row(flight, punctuality) for flight in expected if known.isdisjoint(flight.flight_keys)]
    return sorted(rows, key=lambda row: (row["scheduled_arrival"] is None, row["scheduled_arrival"], row["flight_key"]))


def _received_row(arrival: Arrival, scheduled: bool, punctuality: Punctuality) -> dict[str, Any]:
    state = ManifestState.RECEIVED if arrival.passenger_lists else punctuality.unreported(arrival.scheduled_departure)
    return {**asdict(arrival), "manifest": state, "scheduled": scheduled}


def _expected_row(flight: ExpectedFlight, punctuality: Punctuality) -> dict[str, Any]:
    return {
        "flight_id": None,
        "flight_key": flight.flight_keys[0],
        "carrier": flight.carrier,
        "departure_port": flight.departure_port,
        "arrival_port": flight.arrival_port,
        "scheduled_departure": flight.scheduled_departure,
        "scheduled_arrival": flight.scheduled_arrival,
        "first_received_at": None,
        "manifests": 0,
        "passenger_lists": 0,
        "cancelled": False,
        "open_alerts": 0,
        "open_protection_alerts": 0,
        "outcomes_overdue": 0,
        "manifest": punctuality.unreported(flight.scheduled_departure),
        "scheduled": True,
    }
