"""Publications below HTTP: what a crash may leave behind, and who waits for whom."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from schemas.watchlist import ListKind, Record, RecordName, Watchlist
from storage import publications, watchlists
from storage.database import Database, StoreUnavailableError
from storage.publications import Import, Intent, StagedRecord

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
async def wanted(database: Database) -> Database:
    async with database.unit_of_work() as work:
        assert await watchlists.add(work, Watchlist(list_id="wanted", kind=ListKind.PERSON, title="Wanted"), "test", NOW)
        assert not await watchlists.add(work, Watchlist(list_id="wanted", kind=ListKind.PERSON, title="Other"), "test", NOW)
    return database


def row(number: int, surname: str = "PERSON", intent: Intent = Intent.PUT) -> StagedRecord:
    record = Record(record_id=f"R{number}", names=(RecordName(surname=surname),)) if intent is Intent.PUT else None
    return StagedRecord(f"R{number}", record, number, intent)


async def publish(database: Database, *rows: StagedRecord, replace: bool = False) -> publications.Publication:
    async with database.unit_of_work() as work:
        assert not await publications.stage(work, "import", rows, NOW)
        prepared = Import("import", "wanted", replace, len(rows))
        done = await publications.publish(work, prepared, "test", NOW)
        await publications.discard(work, "import", NOW)
    return done


async def test_counts_of_every_kind(wanted: Database) -> None:
    assert await publish(wanted, row(1), row(2), row(3), row(4)) == publications.Publication(1, added=4)
    rows = (
        row(1),
        row(2, "CHANGED"),
        row(3, intent=Intent.REMOVE),
        row(5),
        row(6, intent=Intent.REMOVE),
        row(4, intent=Intent.KEEP),
    )
    done = await publish(wanted, *rows)
    assert (done.list_version, done.added, done.changed, done.removed) == (2, 1, 1, 1)
    async with wanted.reading() as work:
        assert [stored.record.record_id for stored in await watchlists.page(work, "wanted", "", 10)] == ["R1", "R2", "R4", "R5"]
        changed = await watchlists.record(work, "wanted", "R2")
    assert changed is not None
    assert (changed.record_version, changed.list_version, changed.record.names[0].surname) == (2, 2, "CHANGED")


async def test_nothing_changed_is_no_version(wanted: Database) -> None:
    await publish(wanted, row(1))
    assert await publish(wanted, row(1), replace=True) == publications.Publication(1, unchanged=1)


async def test_an_import_whose_rows_went_missing_publishes_nothing(wanted: Database) -> None:
    """Staged rows do not survive a crash of the server; replacing a list with what is left would empty it."""
    await publish(wanted, row(1), row(2))
    async with wanted.unit_of_work() as work:
        await publications.stage(work, "lost", [row(1)], NOW)
        await work.execute("TRUNCATE staged_records")
    with pytest.raises(StoreUnavailableError):
        async with wanted.unit_of_work() as work:
            await publications.publish(work, Import("lost", "wanted", replace=True, staged_count=1), "test", NOW)
    async with wanted.reading() as work:
        assert len(await watchlists.page(work, "wanted", "", 10)) == 2
        assert await publications.newest_version(work) == 1


async def test_what_an_interrupted_import_left_is_dropped_by_a_later_one(wanted: Database) -> None:
    async with wanted.unit_of_work() as work:
        await publications.stage(work, "interrupted", [row(1)], NOW - publications.STAGED_AGE_MAX - timedelta(seconds=1))
        await publications.stage(work, "running", [row(1)], NOW - timedelta(minutes=1))
        await publications.discard(work, "mine", NOW)
        rows = await work.fetch("SELECT import_id FROM staged_records")
    assert [left["import_id"] for left in rows] == ["running"]


async def test_a_second_publisher_waits_for_the_first(wanted: Database) -> None:
    async with wanted.unit_of_work() as work:
        await publications.lock(work)
        waiting = asyncio.create_task(publish(wanted, row(1)))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
    assert (await waiting).list_version == 1


async def test_the_same_content_has_the_same_hash_whatever_is_left_at_its_default() -> None:
    plain = Record(record_id="R1", names=(RecordName(surname="PERSON"),))
    assert publications.content_hash(plain) == publications.content_hash(Record(**plain.model_dump()))
    assert publications.content_hash(plain) != publications.content_hash(plain.model_copy(update={"sex": "F"}))
