"""What every source of lists promises: versions in force, records as of a version, what has changed, and rarities by digest."""

from collections.abc import Sequence

import pytest
from storage_makers import NOW

from schemas.watchlist import KeptRarity, ListKind, Record, RecordDocument, RecordName, VersionedRecord, Watchlist
from screening.ports import WatchlistSource
from storage import list_source, publications, watchlists
from storage.database import Database
from storage.list_source import PostgresListSource
from storage.memory import MemoryListSource
from storage.publications import Import, StagedRecord

WANTED = Watchlist(list_id="wanted", kind=ListKind.PERSON, title="Wanted", threshold_bits=12.5)
SECOND = Watchlist(list_id="second", kind=ListKind.PERSON, title="Second")


def a_record(record_id: str, surname: str) -> Record:
    return Record(record_id=record_id, names=(RecordName(surname=surname),))


class MemoryLists:
    def __init__(self) -> None:
        self.memory = self.source = MemoryListSource()

    async def publish(self, watchlist: Watchlist, *records: Record) -> int:
        return self.memory.publish(watchlist, records)


class PostgresLists:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.source = PostgresListSource(database)

    async def publish(self, watchlist: Watchlist, *records: Record) -> int:
        rows = [StagedRecord(record.record_id, record, number) for number, record in enumerate(records, 1)]
        async with self.database.unit_of_work() as work:
            await watchlists.add(work, watchlist, "test", NOW)
            await publications.stage(work, "import", rows, NOW)
            done = await publications.publish(work, Import("import", watchlist.list_id, True, len(rows)), "test", NOW)
            await publications.discard(work, "import", NOW)
        return done.list_version


Lists = MemoryLists | PostgresLists


@pytest.fixture(params=["memory", "postgres"])
def lists(request: pytest.FixtureRequest) -> Lists:
    return MemoryLists() if request.param == "memory" else PostgresLists(request.getfixturevalue("database"))


def seen(records: Sequence[VersionedRecord]) -> list[tuple[str, str, int, int]]:
    return [(row.record.record_id, str(row.record.names[0].surname), row.record_version, row.list_version) for row in records]


async def as_of(source: WatchlistSource, version: int) -> list[tuple[str, str, int, int]]:
    return seen([record async for chunk in source.records(version) for record in chunk])


async def test_records_as_of_any_version(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_source, "ROWS_PER_PAGE", 2)
    assert await as_of(lists.source, 0) == []
    assert await lists.publish(WANTED, a_record("r1", "Hoxha"), a_record("r2", "Dibra"), a_record("r3", "Leka")) == 1
    assert await lists.publish(SECOND, a_record("r1", "Gashi")) == 2
    assert await lists.publish(WANTED, a_record("r1", "Hoxhaj"), a_record("r3", "Leka"), a_record("r4", "Topi")) == 3
    assert await as_of(lists.source, 1) == [("r1", "Hoxha", 1, 1), ("r2", "Dibra", 1, 1), ("r3", "Leka", 1, 1)]
    newest = [("r1", "Gashi", 1, 2), ("r1", "Hoxhaj", 2, 3), ("r3", "Leka", 1, 1), ("r4", "Topi", 1, 3)]
    assert await as_of(lists.source, 3) == newest
    assert [row.list_id for row in await lists.source.lists()] == ["second", "wanted"]
    assert await lists.source.newest_version() == await lists.source.published_version() == 3


async def test_what_has_changed_since_a_version(lists: Lists) -> None:
    await lists.publish(WANTED, a_record("r1", "Hoxha"), a_record("r2", "Dibra"), a_record("r3", "Leka"))
    await lists.publish(WANTED, a_record("r1", "Hoxhaj"), a_record("r3", "Leka"), a_record("r9", "Brief"))
    await lists.publish(WANTED, a_record("r1", "Hoxhaj"), a_record("r3", "Leka"), a_record("r4", "Topi"))
    changes = await lists.source.changes(1, 10)
    assert changes is not None
    assert (changes.version, seen(changes.changed)) == (3, [("r1", "Hoxhaj", 2, 2), ("r4", "Topi", 1, 3)])
    assert changes.removed == (("wanted", "r2"),), "what came and went in between is not told of"
    assert changes.changed[0].watchlist == WANTED
    assert await lists.source.changes(1, 2) is None
    newest = await lists.source.changes(3, 10)
    assert newest is not None
    assert (newest.changed, newest.removed, newest.lists) == ((), (), (WANTED,))


async def test_a_record_that_comes_back_is_told_of(lists: Lists) -> None:
    await lists.publish(WANTED, a_record("r1", "Hoxha"), a_record("r2", "Dibra"))
    await lists.publish(WANTED, a_record("r2", "Dibra"))
    gone = await lists.source.changes(1, 10)
    await lists.publish(WANTED, a_record("r1", "Hoxha"), a_record("r2", "Dibra"))
    back = await lists.source.changes(2, 10)
    assert gone is not None
    assert back is not None
    assert (gone.changed, gone.removed) == ((), (("wanted", "r1"),))
    assert (seen(back.changed), back.removed) == ([("r1", "Hoxha", 2, 3)], ())


async def test_every_version_of_a_record_is_kept(lists: Lists) -> None:
    await lists.publish(WANTED, a_record("r1", "Hoxha"))
    await lists.publish(WANTED, a_record("r1", "Hoxhaj"))
    await lists.publish(WANTED, a_record("r2", "Dibra"))
    found = [await lists.source.record_version(("wanted", "r1"), number) for number in (1, 2, 3)]
    assert seen([one for one in found if one is not None]) == [("r1", "Hoxha", 1, 1), ("r1", "Hoxhaj", 2, 2)]


async def test_rarities_are_kept_by_digest_and_the_newest_of_a_model_is_in_force(lists: Lists) -> None:
    assert await lists.source.rarity("m1") is None
    older, newer, other = (KeptRarity(f"{number}abc", model, 1, 5, b"x") for number, model in ((1, "m1"), (2, "m1"), (3, "m2")))
    for one in (older, newer, other, older):
        await lists.source.keep_rarity(one)
    assert await lists.source.rarity("m1") == newer
    assert await lists.source.find_rarity("1a") == older
    assert await lists.source.find_rarity("9") is None


async def test_a_version_waits_until_it_is_put_in_force(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    await lists.publish(WANTED, a_record("r1", "Hoxha"))
    monkeypatch.setattr(publications, "IN_FORCE_AT_ONCE_MAX", 1)
    many = [a_record("r1", "Hoxhaj"), a_record("r2", "Dibra"), a_record("r3", "Leka")]
    if isinstance(lists, MemoryLists):
        lists.memory.publish(WANTED, many, in_force=False)
    else:
        await lists.publish(WANTED, *many)
        await lists.publish(SECOND, a_record("r1", "Gashi"))
        assert await lists.source.published_version() == 3
        assert await lists.source.newest_version() == 1, "whoever comes behind one that waits waits as well"
    changes = await lists.source.changes(0, 10)
    assert changes is not None
    assert (changes.version, seen(changes.changed)) == (1, [("r1", "Hoxha", 1, 1)])
    newest = await lists.source.published_version()
    await lists.source.put_in_force(newest)
    await lists.source.put_in_force(newest)
    assert await lists.source.newest_version() == newest
    assert await lists.source.count(newest) == newest + 1
    assert await lists.source.count(1) == 1


async def test_how_long_each_list_is(lists: Lists) -> None:
    await lists.publish(WANTED, a_record("r1", "Hoxha"), a_record("r2", "Dibra"))
    await lists.publish(SECOND, a_record("r1", "Gashi"))
    await lists.publish(WANTED, a_record("r2", "Dibra"))
    assert dict(await lists.source.sizes(2)) == {"wanted": 2, "second": 1}
    assert dict(await lists.source.sizes(3)) == {"wanted": 1, "second": 1}


async def test_no_changes_lead_over_a_recount_and_only_one_waits(lists: Lists) -> None:
    await lists.publish(WANTED, a_record("r1", "Hoxha"))
    assert await lists.source.publish_recount() == 2
    assert await lists.source.publish_recount() == 2
    assert (await lists.source.newest_version(), await lists.source.published_version()) == (1, 2)
    before = await lists.source.changes(1, 10)
    assert before is not None
    assert before.version == 1
    await lists.source.put_in_force(2)
    assert await lists.source.changes(1, 10) is None
    after = await lists.source.changes(2, 10)
    assert after is not None
    assert (after.version, after.changed, await lists.source.sizes(2)) == (2, (), {"wanted": 1})
    assert await lists.source.publish_recount() == 3


async def test_people_are_records_with_a_name(lists: Lists) -> None:
    documents = [Record(record_id=f"d{number}", documents=(RecordDocument(number="AB12345"),)) for number in range(5)]
    assert await lists.publish(WANTED, a_record("r1", "Hoxha"), a_record("r2", "Dibra"), *documents) == 1
    assert await lists.publish(WANTED, a_record("r2", "Dibra"), *documents[:3]) == 2
    assert [(await lists.source.count(version), await lists.source.people(version)) for version in (0, 1, 2)] == [
        (0, 0),
        (7, 2),
        (4, 1),
    ]


async def test_records_with_a_name_and_without_are_read_apart(lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_source, "ROWS_PER_PAGE", 2)
    papers = [Record(record_id=f"d{number}", documents=(RecordDocument(number=f"AB1234{number}"),)) for number in range(6)]
    people = [a_record("r1", "Hoxha"), a_record("r2", "Dibra"), a_record("a3", "Leka")]
    changed = papers[1].model_copy(update={"reason": "found"})
    renamed = papers[2].model_copy(update={"names": people[0].names})
    await lists.publish(WANTED, *people, *papers[:5])
    await lists.publish(WANTED, *people[:2], papers[0], changed, renamed, papers[4], papers[5])
    await lists.publish(WANTED, *people, papers[0], changed, renamed, papers[3], papers[4], papers[5])

    async def named(version: int) -> list[str]:
        return [one.versioned().record.record_id for chunk in [c async for c in lists.source.named(version)] for one in chunk]

    async def unnamed(version: int, since: int) -> list[str]:
        return sorted(
            one.versioned().record.record_id
            for chunk in [c async for c in lists.source.unnamed(version, since)]
            for one in chunk
        )

    assert [await named(version) for version in (1, 2, 3)] == [["a3", "r1", "r2"], ["d2", "r1", "r2"], ["a3", "d2", "r1", "r2"]]
    assert await unnamed(1, 0) == ["d0", "d1", "d2", "d3", "d4"]
    assert (await unnamed(3, 0), await unnamed(3, 1), await unnamed(3, 2)) == (
        ["d0", "d1", "d3", "d4", "d5"],
        ["d1", "d3", "d5"],
        ["d3"],
    )
    ended = await lists.source.unnamed_ended(1, 3, 3)
    assert ended is not None
    assert sorted(ended) == [("wanted", "d1"), ("wanted", "d2"), ("wanted", "d3")], "d3 came back, as another version"
    assert await lists.source.unnamed_ended(1, 3, 2) is None
    assert await lists.source.unnamed_ended(2, 3, 2) == ()
    assert (await lists.source.changed_between(1, 3) >= 6, await lists.source.changed_between(3, 3)) == (True, 0)
