"""Bases on disk: built once for a machine, mapped by every process, swapped while screening goes on."""

import asyncio
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api_service.lists_on_disk import build, files, readers, shelf
from api_service.lists_on_disk.build import build_newest
from api_service.lists_on_disk.shelf import DiskShelf, Shelf, lists_in_force
from api_service.settings import Settings
from schemas.roles import Role
from schemas.traveller import Traveller
from schemas.watchlist import ListKind, Record, RecordName, Watchlist
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.layered import LayeredIndex
from screening.index.packed.packed_index import PackedIndex
from screening.lists_in_force import ListsBehindError, ListsInForce, MemoryShelf
from screening.model import MODEL
from screening.prepared import prepare_list
from storage import publications
from storage.database import Database
from storage.list_source import PostgresListSource
from storage.memory import MemoryListSource
from tests.screened_flights import alerts_of, put_records, screen_waiting, send_flight

WANTED = Watchlist(list_id="wanted", kind=ListKind.PERSON, title="Wanted")
MANY = [
    Record(record_id=f"M{number:03}", names=(RecordName(surname=f"{'ABCDEFGH'[number % 8]}SURNAME"),)) for number in range(90)
]
ARDIT = Record(record_id="R1", names=(RecordName(surname="KRASHTAJ", given_names="ARDIT"),), birth_dates=("1981-04-17",))
LISTED = Traveller(traveller_id="t1", surname="KRASHTAJ", given_names="ARDIT", birth_date="1981-04-17")
DAY = date(2026, 3, 1)


async def at_once(build: Any) -> Any:
    return build()


def found(index: Any) -> list[str]:
    return [match.record.record.record_id for match in screen([LISTED], index, DAY)]


async def test_a_base_is_built_from_a_stream_and_weighs_with_the_rarity_in_force(tmp_path: Path) -> None:
    source = MemoryListSource()
    source.publish(WANTED, [*MANY, ARDIT], in_force=False)
    assert await build_newest(tmp_path, source, MODEL) == 1
    assert await source.newest_version() == 1, "a version is in force when its base stands"
    opened = files.open_newest(tmp_path, MODEL)
    assert opened is not None
    base = opened[1]
    kept = await source.rarity(MODEL.version)
    assert kept is not None
    assert (base.listed.version, base.listed.record_count, base.listed.rarity.digest) == (1, 91, kept.digest)
    whole = ExhaustiveIndex(prepare_list(await source.load(), MODEL, base.listed.rarity))
    assert screen([LISTED], base, DAY) == screen([LISTED], whole, DAY) != []


async def test_names_that_several_processes_have_read_make_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = MemoryListSource()
    source.publish(WANTED, [*MANY, ARDIT], in_force=False)
    monkeypatch.setattr(readers, "CHUNK_RECORDS", 20)
    await build_newest(tmp_path / "alone", source, MODEL)
    monkeypatch.setattr(build, "RECORDS_FOR_SEVERAL_MIN", 91)
    await build_newest(tmp_path / "together", source, MODEL, processes=2)
    alone, together = (files.path_of(tmp_path / one, 1).read_bytes() for one in ("alone", "together"))
    assert alone == together


async def test_older_bases_go_and_whoever_has_one_mapped_keeps_it(tmp_path: Path) -> None:
    source = MemoryListSource()
    source.publish(WANTED, [ARDIT])
    await build_newest(tmp_path, source, MODEL)
    mapped = files.open_newest(tmp_path, MODEL)
    assert mapped is not None
    source.publish(WANTED, MANY)
    await build_newest(tmp_path, source, MODEL)
    assert [path.name for path in files.newest_first(tmp_path)] == ["000000000003.index"], (
        "lists ten times as long are a recount too"
    )
    assert found(mapped[1]) == ["R1"]


async def test_nothing_is_built_where_a_base_stands(tmp_path: Path) -> None:
    source = MemoryListSource()
    source.publish(WANTED, [ARDIT])
    await build_newest(tmp_path, source, MODEL)
    before = files.path_of(tmp_path, 1).stat()
    await build_newest(tmp_path, source, MODEL)
    assert files.path_of(tmp_path, 1).stat().st_ino == before.st_ino


async def test_one_builds_and_the_others_wait_and_use_it(tmp_path: Path) -> None:
    source = MemoryListSource()
    source.publish(WANTED, MANY)
    builds: list[int] = []
    named = source.named

    def counted(version: int) -> Any:
        builds.append(version)
        return named(version)

    source.named = counted  # type: ignore[method-assign]  # one method of this one source is watched
    await asyncio.gather(*(build_newest(tmp_path, source, MODEL) for _ in range(3)))
    assert builds == [1]


@pytest.mark.parametrize("damage", [b"", b"no index", None])
async def test_a_file_that_does_not_fit_is_passed_over(tmp_path: Path, damage: bytes | None) -> None:
    source = MemoryListSource()
    source.publish(WANTED, [ARDIT])
    await build_newest(tmp_path, source, MODEL)
    content = files.path_of(tmp_path, 1).read_bytes()
    files.path_of(tmp_path, 2).write_bytes(content[: len(content) // 2] if damage is None else damage)
    opened = files.open_newest(tmp_path, MODEL)
    assert opened is not None
    assert opened[1].listed.version == 1


def shelf_of(directory: Path, source: MemoryListSource, started: asyncio.Event) -> Shelf:
    async def build() -> None:
        await started.wait()
        await build_newest(directory, source, MODEL)

    return Shelf(source, MemoryShelf(source, MODEL, at_once), DiskShelf(directory, MODEL, build))


async def test_screening_goes_on_while_lists_outgrow_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "IN_MEMORY_RECORDS_MAX", 10)
    source, started = MemoryListSource(), asyncio.Event()
    stand = shelf_of(tmp_path, source, started)
    lists = ListsInForce(source, stand, at_once)
    source.publish(WANTED, [ARDIT])
    assert found(await lists.newest()) == ["R1"]
    source.publish(WANTED, MANY, in_force=False)
    for _ in range(5):
        assert found(await lists.newest()) == ["R1"], "what waits for its index is not in force, and nobody waits for it"
    started.set()
    async with asyncio.timeout(60):
        while await source.newest_version() < 2:  # noqa: ASYNC110 - the builder tells nobody
            await asyncio.sleep(0.01)
    index = await lists.newest()
    assert isinstance(index, PackedIndex)
    assert (index.listed.version, found(index)) == (3, []), "and a recount of rarity with it"
    source.publish(WANTED, [*MANY, ARDIT])
    layered = await lists.newest()
    assert isinstance(layered, LayeredIndex)
    assert found(layered) == ["R1"], "a change is there at once, over the mapped base"
    await lists.close()


async def test_where_nothing_can_be_built_it_is_said(tmp_path: Path) -> None:
    async def build() -> None:
        raise OSError("the disk is full")

    with pytest.raises(ListsBehindError):
        await DiskShelf(tmp_path, MODEL, build).newest()


async def test_a_large_import_is_put_in_force_by_a_builder_of_its_own(
    service: Any, database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way, with a real builder process; what is large is made small."""
    monkeypatch.setattr(publications, "IN_FORCE_AT_ONCE_MAX", 2)
    monkeypatch.setattr(shelf, "IN_MEMORY_RECORDS_MAX", 2)
    await send_flight(service)
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=database_url)
    source = PostgresListSource(database)
    lists = lists_in_force(settings, source)
    await screen_waiting(database, service.context.clock, lists)
    await put_records(service)
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        rows = "".join(f"M{number},NOBODY,KNOWN{number},1950-02-0{number}\n" for number in range(1, 8))
        table = "record_id,surname,given_names,birth_date\nR1,BERISHA,ARTA,1970-01-10\n" + rows
        sent = await owner.post("/v1/watchlists/wanted/imports", params={"format": "csv"}, content=table.encode())
        assert (sent.status_code, sent.json()["list_version"]) == (200, 2)
    assert (await source.newest_version(), await source.published_version()) == (1, 2)
    await lists.newest()
    async with asyncio.timeout(120):
        while await source.newest_version() < 2:  # noqa: ASYNC110 - the builder tells nobody
            await asyncio.sleep(0.05)
    index = await lists.newest()
    assert isinstance(index, PackedIndex)
    assert index.listed.version == 3, "lists eight times as long: the recount of rarity is a version of its own"
    assert [path.name for path in files.newest_first(tmp_path / shelf.DIRECTORY)] == ["000000000003.index"]
    await screen_waiting(database, service.context.clock, lists)
    [alert] = await alerts_of(service)
    assert alert["record"]["record_version"] >= 1
    assert os.listdir(tmp_path / shelf.DIRECTORY)
    await lists.close()
