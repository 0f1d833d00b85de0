"""A long import in parts does what it would do in one, and can be sent again where it was interrupted."""

from datetime import UTC, datetime
from random import Random

import pytest

from schemas.watchlist import ListKind, Record, RecordDocument, Watchlist
from storage import list_proposals, long_publications, publications, watchlists
from storage.database import Database, StoreUnavailableError
from storage.list_source import PostgresListSource
from storage.publications import Import, Intent, Publication, StagedRecord

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NUMBERS = ("AB123450", "AB123451")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_publications, "PART_ROWS", 4)
    monkeypatch.setattr(publications, "DISCARDED_ROWS", 3)


async def stage(database: Database, list_id: str, rows: list[StagedRecord], replace: bool) -> Import:
    async with database.unit_of_work() as work:
        await watchlists.add(work, Watchlist(list_id=list_id, kind=ListKind.DOCUMENT, title="T"), "test", NOW)
        await publications.stage(work, f"import-{list_id}", rows, NOW)
    return Import(f"import-{list_id}", list_id, replace, len(rows), "why")


async def discard(database: Database, prepared: Import) -> int:
    """How many transactions it took."""
    for taken in range(1, 99):
        async with database.unit_of_work() as work:
            if not await publications.discard(work, prepared.import_id, NOW):
                return taken
    raise AssertionError("never done")


def row(number: int, random: Random) -> StagedRecord:
    record_id = f"D{number:02}"
    intent = random.choice([Intent.PUT, Intent.PUT, Intent.PUT, Intent.REMOVE, Intent.KEEP])
    paper = RecordDocument(number=random.choice(NUMBERS))
    return StagedRecord(
        record_id, Record(record_id=record_id, documents=(paper,)) if intent is Intent.PUT else None, number, intent
    )


async def listed(database: Database, list_id: str) -> list[Record]:
    async with database.reading() as work:
        return [one.record for one in await watchlists.page(work, list_id, "", 100)]


@pytest.mark.parametrize("replace", [False, True])
async def test_in_parts_and_in_one_come_to_the_same(database: Database, replace: bool) -> None:
    random = Random(11)
    for _ in range(4):
        rows = [row(number, random) for number in sorted(random.sample(range(30), 17), key=lambda _: random.random())]
        in_parts, in_one = await stage(database, "parts", rows, replace), await stage(database, "one", rows, replace)
        several = await long_publications.publish(database, in_parts, "test", lambda: NOW)
        async with database.unit_of_work() as work:
            whole = await publications.publish(work, in_one, "test", NOW)
        assert await listed(database, "parts") == await listed(database, "one") != []
        counts = [(one.added, one.changed, one.removed, one.unchanged) for one in (several, whole)]
        assert counts[0] == counts[1]
        assert await discard(database, in_parts) == await discard(database, in_one) == 6
    assert await PostgresListSource(database).newest_version() == 0, "parts wait for an index, however little they change"
    async with database.reading() as work:
        notes = [one["note"] for one in await list_proposals.versions(work, "parts", None, 100)]
        assert await work.fetchval("SELECT count(*) FROM staged_records") == 0
    assert {f"why (part {number} of 5)" for number in range(1, 6)} >= set(notes)
    assert len(notes) > 8


async def test_what_was_interrupted_is_finished_when_it_is_sent_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [StagedRecord(f"D{number:02}", Record(record_id=f"D{number:02}"), number) for number in range(10)]
    prepared = await stage(database, "parts", rows, True)
    publish, taken = publications.publish, []

    async def failing(*arguments: object) -> Publication:
        taken.append(arguments)
        if len(taken) == 2:
            raise StoreUnavailableError("the database is gone")
        return await publish(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(publications, "publish", failing)
    with pytest.raises(StoreUnavailableError):
        await long_publications.publish(database, prepared, "test", lambda: NOW)
    assert len(await listed(database, "parts")) == 4
    done = await long_publications.publish(database, prepared, "test", lambda: NOW)
    assert (done.added, done.unchanged, len(await listed(database, "parts"))) == (6, 4, 10)


async def test_rows_that_went_missing_are_noticed_in_every_part(database: Database) -> None:
    rows = [StagedRecord(f"D{number:02}", Record(record_id=f"D{number:02}"), number) for number in range(10)]
    prepared = await stage(database, "parts", rows, False)
    async with database.unit_of_work() as work:
        await work.execute("DELETE FROM staged_records WHERE record_id = 'D09'")
    with pytest.raises(StoreUnavailableError):
        await long_publications.publish(database, prepared, "test", lambda: NOW)
    assert len(await listed(database, "parts")) == 8


def documents(number: int) -> list[StagedRecord]:
    return [StagedRecord(f"D{place:02}", Record(record_id=f"D{place:02}"), place) for place in range(number)]


@pytest.mark.parametrize("waiting", [False, True])
async def test_many_rows_that_change_little_are_in_force_at_once_unless_another_version_waits(
    database: Database, monkeypatch: pytest.MonkeyPatch, waiting: bool
) -> None:
    monkeypatch.setattr(long_publications, "PART_ROWS", 100)
    monkeypatch.setattr(long_publications, "IN_FORCE_AT_ONCE_MAX", 3)
    prepared = await stage(database, "one", documents(6), True)
    first = await long_publications.publish(database, prepared, "test", lambda: NOW)
    await discard(database, prepared)
    source = PostgresListSource(database, lambda: NOW)
    assert await source.newest_version() == 0, "six changes wait for an index"
    if not waiting:
        await source.put_in_force(first.list_version)
    second = await stage(database, "one", [*documents(5), StagedRecord("E", Record(record_id="E"), 9)], True)
    done = await long_publications.publish(database, second, "test", lambda: NOW)
    assert (done.added, done.removed, done.unchanged) == (1, 1, 5)
    assert await source.newest_version() == (0 if waiting else done.list_version)
