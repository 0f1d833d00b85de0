"""Lists as the screeners read them: only what is current, with the right versions, in one view."""

import json

from storage_makers import NOW

from schemas.watchlist import ListKind, Record, RecordName, Watchlist
from storage.database import Database, Work
from storage.list_source import PostgresListSource
from storage.memory import MemoryListSource

WANTED = Watchlist(list_id="wanted", kind=ListKind.PERSON, title="Wanted", threshold_bits=12.5)


def a_record(record_id: str, surname: str) -> Record:
    return Record(record_id=record_id, names=(RecordName(surname=surname),))


async def open_row(work: Work, record: Record, number: int, versions: tuple[int, int | None]) -> None:
    row = ("wanted", record.record_id, number, *versions, record.model_dump_json())
    await work.execute("INSERT INTO records VALUES ($1, $2, $3, $4, $5, '', $6::text::jsonb)", *row)


async def test_only_current_records_of_the_newest_version(database: Database) -> None:
    source = PostgresListSource(database)
    assert await source.newest_version() == 0
    assert (await source.load()).records == ()
    async with database.unit_of_work() as work:
        await work.execute(
            "INSERT INTO watchlists VALUES ('wanted', 'person', 'Wanted', NULL, NULL, 'medium', 12.5, $1, 'k')", NOW
        )
        await work.executemany(
            "INSERT INTO list_versions VALUES ($1, 'wanted', $2, 'k', $3)", [(n, NOW, json.dumps({})) for n in (1, 2, 3)]
        )
        await open_row(work, a_record("r1", "Hoxha"), 1, (1, 2))
        await open_row(work, a_record("r1", "Hoxhaj"), 2, (2, None))
        await open_row(work, a_record("r2", "Dibra"), 1, (1, 3))
        await open_row(work, a_record("r3", "Leka"), 1, (3, None))
    assert await source.newest_version() == 3
    snapshot = await source.load()
    assert (snapshot.version, snapshot.lists) == (3, (WANTED,))
    found = [
        (row.record.record_id, row.record.names[0].surname, row.record_version, row.list_version) for row in snapshot.records
    ]
    assert found == [("r1", "Hoxhaj", 2, 2), ("r3", "Leka", 1, 3)]
    assert all(row.watchlist == WANTED for row in snapshot.records)


async def test_the_one_in_memory_counts_alike() -> None:
    source = MemoryListSource()
    assert await source.newest_version() == 0
    source.publish(WANTED, [a_record("r1", "Hoxha"), a_record("r2", "Dibra")])
    source.publish(WANTED, [a_record("r1", "Hoxhaj"), a_record("r2", "Dibra")])
    assert source.publish(WANTED, [a_record("r1", "Hoxhaj"), a_record("r3", "Leka")]) == 3
    snapshot = await source.load()
    found = [
        (row.record.record_id, row.record.names[0].surname, row.record_version, row.list_version) for row in snapshot.records
    ]
    assert (snapshot.version, snapshot.lists) == (3, (WANTED,))
    assert found == [("r1", "Hoxhaj", 2, 2), ("r3", "Leka", 1, 3)]
    source.publish(WANTED, [a_record("r2", "Dibra")])
    (back,) = (await source.load()).records
    assert back.record_version == 2
