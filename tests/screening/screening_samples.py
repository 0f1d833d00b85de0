"""Synthetic people, lists and messages for the tests of this room."""

from datetime import UTC, date, datetime

from schemas.flight import Flight
from schemas.manifest import Function, Manifest
from schemas.travel_document import TravelDocument
from schemas.traveller import Traveller
from schemas.watchlist import (
    ListKind,
    NameKind,
    NameQuality,
    Record,
    RecordDocument,
    RecordName,
    VersionedRecord,
    Watchlist,
    WatchlistSnapshot,
)

DAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ARRIVAL = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FLIGHT = Flight(flight_key="OR260-AMS-2026-03-01", designator="OR260", arrival_port="TIA", scheduled_arrival=ARRIVAL)
PERSONS = Watchlist(list_id="persons", kind=ListKind.PERSON, title="Persons")


def traveller(surname=None, given=None, birth_date=None, *, traveller_id="t1", documents=(), **fields):
    papers = tuple(TravelDocument(type=kind, number=number, issuing_country=country) for kind, number, country in documents)
    return Traveller(
        traveller_id=traveller_id, surname=surname, given_names=given, birth_date=birth_date, documents=papers, **fields
    )


def name(surname=None, given=None, *, weak=False, kind=NameKind.PRIMARY):
    return RecordName(surname=surname, given_names=given, kind=kind, quality=NameQuality.LOW if weak else NameQuality.GOOD)


def record(record_id, *names, documents=(), **fields):
    papers = tuple(RecordDocument(type=kind, number=number, issuing_country=country) for kind, number, country in documents)
    return Record(record_id=record_id, names=names, documents=papers, **fields)


def snapshot(*records, watchlist=PERSONS, version=1, record_version=1):
    listed = (
        VersionedRecord(watchlist=watchlist, record=one, record_version=record_version, list_version=version) for one in records
    )
    return WatchlistSnapshot(version, (watchlist,), tuple(listed))


def manifest(*travellers, function=Function.PASSENGER_LIST, manifest_id="man_1", flight=FLIGHT, test=False):
    return Manifest(manifest_id=manifest_id, function=function, flight=flight, travellers=travellers, test=test)


ARDIT = record(
    "R1",
    name("KRASHTAJ", "ARDIT"),
    name("KRASHTAI", "ARDI", weak=True, kind=NameKind.ALIAS),
    birth_dates=("1981-04-17",),
    nationalities=("ALB",),
    sex="M",
    documents=(("P", "BA1234567", "ALB"),),
)
"""A listed person with a rare name."""

FILLERS = tuple(
    record(f"F{number}", name(surname, given), birth_dates=(f"19{50 + number}-0{1 + number % 9}-12",))
    for number, (surname, given) in enumerate(
        [("HOXHA", "ILIR"), ("PETROVIC", "MARKO"), ("AL MASRI", "MOHAMED ALI"), ("DEMIR", "AYSE"), ("VAN DEN BERG", "JAN")]
    )
)
"""Others on the same list."""
