"""A list of documents beside the index of names on disk: imported, built, screened, changed, withdrawn, explained."""

import asyncio
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from api_service.cli import app
from api_service.lists_on_disk import build, documents, files, shelf
from api_service.lists_on_disk.build import build_newest
from api_service.lists_on_disk.shelf import DiskShelf, lists_in_force
from api_service.settings import Settings
from schemas.roles import Role
from schemas.traveller import Traveller
from schemas.watchlist import ListKind, Record, RecordDocument, RecordName, Watchlist
from screening.engine import screen
from screening.exhaustive import ExhaustiveIndex
from screening.index.documents import DocumentedIndex
from screening.index.layered import LayeredIndex
from screening.index.port import Index
from screening.lists_in_force import ListsInForce
from screening.model import MODEL
from screening.prepared import prepare_list
from storage import publications
from storage.database import Database
from storage.list_source import PostgresListSource
from storage.memory import MemoryListSource
from tests.screened_flights import alerts_of, screen_waiting, send_flight

DAY = date(2026, 3, 1)
WANTED = Watchlist(list_id="wanted", kind=ListKind.PERSON, title="Wanted")
STOLEN = Watchlist(list_id="stolen", kind=ListKind.DOCUMENT, title="Stolen")
PEOPLE = [
    Record(record_id=f"M{number:03}", names=(RecordName(surname=f"{'ABCDEFGH'[number % 8]}SURNAME"),)) for number in range(30)
]
NAMED = Traveller(traveller_id="named", surname="KRASHTAJ", given_names="ARDIT")


def document(number: int, named: bool = False, paper: int | None = None) -> Record:
    """A record with a document, and with a name or without."""
    shown = RecordDocument(type="P", number=f"AB{number if paper is None else paper:07}", issuing_country="ALB")
    given = (RecordName(surname="KRASHTAJ", given_names="ARDIT"),) if named else ()
    return Record(record_id=f"D{number:03}", names=given, documents=(shown,))


DOCUMENTS = [document(number) for number in range(200)]


async def nothing() -> None:
    """Builds no base: the test does."""


async def at_once(made: Any) -> Any:
    return made()


def asked(number: int) -> Traveller:
    document = {"type": "P", "number": f"AB{number:07}", "issuing_country": "ALB"}
    return Traveller.model_validate({"traveller_id": f"t{number}", "documents": [document]})


def found(index: Any, *numbers: int) -> list[str]:
    return [one.record.record.record_id for one in screen(map(asked, numbers), index, DAY)]


def shelf_of(directory: Path, source: MemoryListSource) -> DiskShelf:
    async def build() -> None:
        await build_newest(directory, source, MODEL)

    return DiskShelf(directory, MODEL, build)


def opened(directory: Path) -> Index:
    base = files.open_newest(directory, MODEL)
    assert base is not None
    return base[1]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != "building.lock")


async def test_documents_stand_beside_the_index_and_change_over_it(tmp_path: Path) -> None:
    source = MemoryListSource()
    source.publish(WANTED, PEOPLE)
    source.publish(STOLEN, DOCUMENTS)
    lists = ListsInForce(source, shelf_of(tmp_path, source), at_once)
    index = await lists.newest()
    assert isinstance(index, DocumentedIndex)
    assert (index.listed.version, index.listed.record_count) == (2, 230)
    kept = await source.rarity(MODEL.version)
    assert kept is not None
    assert kept.people == 30
    assert names(tmp_path) == [f"000000000002.{kind}" for kind in ("documents", "index", "layer", "records")]
    assert found(index, 3, 199, 500) == ["D003", "D199"]
    changed = DOCUMENTS[4].model_copy(
        update={"documents": (RecordDocument(type="P", number="AB0000500", issuing_country="ALB"),)}
    )
    source.publish(STOLEN, [*DOCUMENTS[:3], changed, *DOCUMENTS[5:]])
    over = await lists.newest()
    assert over.listed.record_count == 229
    assert found(over, 3, 4, 5, 500) == ["D005", "D004"], "withdrawn, changed, as it was, new"
    again = ListsInForce(source, shelf_of(tmp_path, source), at_once)
    assert found(await again.newest(), 3, 4, 5, 500) == ["D005", "D004"], "after a restart"
    await again.close()
    await lists.close()


async def test_a_newer_base_takes_the_place_of_the_older_whole(tmp_path: Path) -> None:
    source = MemoryListSource()
    source.publish(STOLEN, DOCUMENTS)
    await build_newest(tmp_path, source, MODEL)
    older = opened(tmp_path)
    source.publish(STOLEN, DOCUMENTS[:20])
    (tmp_path / "000000000001.documents.parts").mkdir()
    (tmp_path / "000000000001.records.new").write_bytes(b"left by a builder that was killed")
    await build_newest(tmp_path, source, MODEL)
    assert names(tmp_path) == [f"000000000002.{kind}" for kind in ("documents", "index", "layer", "records")]
    assert (found(older, 150), found(opened(tmp_path), 150), found(opened(tmp_path), 7)) == (["D150"], [], ["D007"])
    source.publish(STOLEN, [])
    await build_newest(tmp_path, source, MODEL)
    assert names(tmp_path) == ["000000000003.index", "000000000003.layer"]


@pytest.mark.parametrize("kind", ["documents", "records", "layer"])
@pytest.mark.parametrize("damage", [b"nothing", None])
async def test_nobody_screens_by_names_and_forgets_the_documents(tmp_path: Path, kind: str, damage: bytes | None) -> None:
    source = MemoryListSource()
    source.publish(STOLEN, DOCUMENTS)
    await build_newest(tmp_path, source, MODEL)
    file = tmp_path / f"000000000001.{kind}"
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage)
    assert files.open_newest(tmp_path, MODEL) is None
    lists = ListsInForce(source, shelf_of(tmp_path, source), at_once)
    assert found(await lists.newest(), 7) == ["D007"], "it is built again"
    await lists.close()


async def test_a_builder_that_fails_leaves_the_older_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = MemoryListSource()
    source.publish(STOLEN, DOCUMENTS)
    await build_newest(tmp_path, source, MODEL)
    source.publish(STOLEN, DOCUMENTS[:20])

    def failing(*_: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(build, "build_from_chunks", failing)
    with pytest.raises(OSError, match="full"):
        await build_newest(tmp_path, source, MODEL)
    assert found(opened(tmp_path), 150) == ["D150"]
    source.publish(STOLEN, DOCUMENTS[:21])
    monkeypatch.setattr(build, "set_documents_aside", failing)
    with pytest.raises(OSError, match="full"):
        await build_newest(tmp_path, source, MODEL)
    assert found(opened(tmp_path), 150) == ["D150"]
    assert names(tmp_path) == [f"000000000001.{kind}" for kind in ("documents", "index", "layer", "records")], "no piles"


async def test_the_files_serve_the_next_bases_until_too_much_has_changed(tmp_path: Path) -> None:
    source, records = MemoryListSource(), list(DOCUMENTS)
    source.publish(STOLEN, records)
    await build_newest(tmp_path, source, MODEL)
    whole = (tmp_path / "000000000001.records").stat().st_ino
    kinds = {number: [f"{number:012}.{kind}" for kind in ("documents", "index", "layer", "records")] for number in range(1, 9)}
    for version in (2, 3, 4):
        records = [*records[1:], document(500 + version)]
        source.publish(STOLEN, records)
        await build_newest(tmp_path, source, MODEL)
        index = opened(tmp_path)
        assert names(tmp_path) == [kinds[1][0], kinds[1][3], *kinds[version]]
        assert (tmp_path / "000000000001.records").stat().st_ino == whole
        assert index.listed.record_count == 200
        assert found(index, 0, version - 2, version - 1, 502, 500 + version) == [
            f"D{version - 1:03}",
            *sorted({"D502", f"D{500 + version}"}),
        ] + (["D502"] if version == 2 else [])
    source.publish(STOLEN, records[30:])
    await build_newest(tmp_path, source, MODEL)
    assert names(tmp_path) == kinds[5]
    assert found(opened(tmp_path), 32, 33, 504) == ["D033", "D504"]


ROWS = st.dictionaries(st.integers(0, 11), st.tuples(st.booleans(), st.integers(0, 3)), max_size=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(ROWS, st.booleans()), min_size=1, max_size=5))
async def test_after_any_publications_and_builds_it_is_one_index_over_what_is_listed(edits: Any) -> None:
    with TemporaryDirectory() as temporary, pytest.MonkeyPatch.context() as patched:
        patched.setattr(documents, "CHANGED_SHARE_MAX", 1.0)
        patched.setattr(documents, "REPLACED_MAX", 5)
        directory, source = Path(temporary), MemoryListSource()
        source.publish(STOLEN, [])
        await build_newest(directory, source, MODEL)
        lists = ListsInForce(source, DiskShelf(directory, MODEL, nothing), at_once)
        for rows, built in edits:
            source.publish(STOLEN, [document(number, named, paper) for number, (named, paper) in rows.items()])
            if built:
                await build_newest(directory, source, MODEL)
            index = await lists.newest()
            whole = ExhaustiveIndex(prepare_list(await source.load(), MODEL, index.listed.rarity))
            everybody = [*map(asked, range(-1, 4)), NAMED]
            assert screen(everybody, index, DAY, 1.0) == screen(everybody, whole, DAY, 1.0)
            assert isinstance(index, LayeredIndex) or index.listed.record_count == len(rows)
        await lists.close()


async def test_from_the_file_to_an_alert_that_is_explained(
    service: Any, database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publications, "IN_FORCE_AT_ONCE_MAX", 2)
    monkeypatch.setattr(shelf, "IN_MEMORY_RECORDS_MAX", 2)
    rows = "".join(f"P;AB{number:07};ALB;lost\n" for number in range(50))
    table = f"document_type;document_number;issuing_country;status\n{rows}P;NX0000000;NLD;stolen\n"
    async with service.client(await service.key(Role.LIST_OWNER)) as owner:
        made = await owner.post("/v1/watchlists", json=STOLEN.model_dump(mode="json"))
        assert made.status_code == 201, made.text
        sent = await owner.post("/v1/watchlists/stolen/imports", params={"format": "documents"}, content=table.encode())
        assert sent.status_code == 200, sent.text
    source = PostgresListSource(database)
    await build_newest(tmp_path / shelf.DIRECTORY, source, MODEL)
    lists = lists_in_force(Settings(_env_file=None, data_dir=tmp_path, database_url=database_url), source)
    assert isinstance(await lists.newest(), DocumentedIndex)
    await send_flight(service)
    await screen_waiting(database, service.context.clock, lists)
    [alert] = await alerts_of(service)
    assert (alert["record"]["record_id"], alert["record"]["action"]) == ("NLD-P-NX0000000", "seize_document")
    environment = {"KULLA_DATABASE_URL": database_url}
    done = await asyncio.to_thread(CliRunner(env=environment).invoke, app, ["explain", alert["alert_id"]])
    assert done.stdout.splitlines()[-1] == "reproduced", done.output
    await lists.close()
