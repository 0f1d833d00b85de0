"""What the store says of its own health."""

from collections.abc import Sequence
from datetime import timedelta

from stored_manifests import LONG_AGO, store

from schemas.delivery import Cursor, Delivery
from schemas.events import Occasion
from storage.database import Database, Work
from storage.health import look
from storage.ledger import PostgresLedger


async def _screen(work: Work, manifest_id: str) -> None:
    await work.execute(
        "INSERT INTO manifest_screenings (manifest_id, screened_at, list_version, matcher_version) VALUES ($1, $2, 1, 'm')",
        manifest_id, LONG_AGO,
    )  # fmt: skip


async def _age(database: Database, screened: Sequence[str] = ()) -> float:
    async with database.unit_of_work() as work:
        for manifest_id in screened:
            await _screen(work, manifest_id)
    async with database.reading() as work:
        return (await look(work)).stream_age_seconds


async def test_a_manifest_waits_until_it_is_screened(database: Database) -> None:
    assert await _age(database) == 0
    stored = await store(database, ["XX1-TIA-2026-03-01"])
    assert await _age(database) > 0
    assert await _age(database, stored) == 0


async def test_another_flight_of_the_partition_says_nothing_about_this_one(database: Database) -> None:
    """Screeners of a topic share the flights out otherwise than the outbox does, so one may well overtake the other."""
    keys = [f"XX{number}-TIA-2026-03-01" for number in range(17)]  # 16 partitions: two of them lie in one
    stored = await store(database, keys)
    assert await _age(database, stored[1:]) > 0
    assert await _age(database, stored[:1]) == 0


async def test_what_was_passed_over_no_longer_waits(database: Database) -> None:
    key = "XX1-TIA-2026-03-01"
    stored = await store(database, [key, key])
    assert await _age(database, stored[1:]) == 0, "a later one of the flight was screened"


async def test_what_is_in_quarantine_no_longer_waits(database: Database) -> None:
    await store(database, ["XX1-TIA-2026-03-01"])
    delivery = Delivery(
        partition=0, cursor=Cursor(1, 1), key="XX1-TIA-2026-03-01", body=b"{}", occasion=Occasion.RECEIVED, list_version=0
    )
    async with database.reading() as work:
        now = await work.fetchval("SELECT clock_timestamp()")
    ledger = PostgresLedger(database, "screener", lambda: now + timedelta(seconds=1))
    assert await _age(database) > 0
    await ledger.quarantine(delivery, "unreadable")
    assert await _age(database) == 0
