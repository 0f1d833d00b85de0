"""The drop folder in this process: what is received, what fails, what waits, and what is left beside the files."""

import asyncio
import json
import os
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from interchanges import interchange

from api_service.watch_folder import files
from api_service.watch_folder.watcher import Folder, FolderWatcher
from parsers.table import template_csv, template_xlsx
from storage.database import Database, StoreUnavailableError

GO_ON = asyncio.Event()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    directory = tmp_path / "drop"
    directory.mkdir()
    return directory


@pytest.fixture
def watcher(service: Any, drop: Path) -> FolderWatcher:
    return FolderWatcher(service.context, Folder(drop, "OR", settle_seconds=0))


async def one_round(watcher: FolderWatcher) -> None:
    await watcher.round(asyncio.Event())


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir()) if directory.is_dir() else []


def report_of(place: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(place.with_name(f"{place.name}.receipt.json").read_bytes())
    return loaded


async def submissions(database: Database) -> int:
    async with database.reading() as work:
        return int(await work.fetchval("SELECT count(*) FROM submissions"))


@pytest.mark.parametrize("data", [template_csv(), template_xlsx(), interchange()], ids=["csv", "xlsx", "edifact"])
async def test_every_form_is_received_whatever_its_name(
    watcher: FolderWatcher, drop: Path, database: Database, data: bytes
) -> None:
    (drop / "list.dat").write_bytes(data)
    await one_round(watcher)
    assert names(drop) == ["done"]
    assert names(drop / "done") == ["list.dat", "list.dat.receipt.json", "list.dat.report.txt"]
    assert (drop / "done" / "list.dat").read_bytes() == data
    report = report_of(drop / "done" / "list.dat")
    assert (report["outcome"], report["parts"][0]["replayed"]) == ("done", False)
    assert report["parts"][0]["receipt"]["messages"][0]["flight"]["flight_key"] == "OR260-AMS-2026-03-01"
    text = (drop / "done" / "list.dat.report.txt").read_text()
    assert "OR260-AMS-2026-03-01: accepted" in text
    assert await submissions(database) == 1
    async with database.reading() as work:
        assert await work.fetchval("SELECT owner FROM submissions") == "OR"


async def test_the_same_bytes_again_are_said_to_be_a_repetition(watcher: FolderWatcher, drop: Path, database: Database) -> None:
    for name in ("one.csv", "two.csv", "one.csv"):
        (drop / name).write_bytes(template_csv())
        await one_round(watcher)
    assert len([name for name in names(drop / "done") if name.endswith(".csv")]) == 3
    assert report_of(drop / "done" / "two.csv")["parts"][0]["replayed"] is True
    assert "came before" in (drop / "done" / "two.csv.report.txt").read_text()
    assert await submissions(database) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"what is this", "interchange_absent"),
        (template_csv().replace(b"Carrier,OR", b"Carrier,ZZ"), "for the carrier OR"),
        (b"Message-ID: <1>\nSubject: hello\n\nhello\n", "holds no manifest"),
    ],
)
async def test_what_cannot_be_used_fails_with_a_reason(watcher: FolderWatcher, drop: Path, data: bytes, said: str) -> None:
    (drop / "list.csv").write_bytes(data)
    await one_round(watcher)
    assert names(drop) == ["failed"]
    assert (drop / "failed" / "list.csv").read_bytes() == data
    assert said in (drop / "failed" / "list.csv.report.txt").read_text()
    assert report_of(drop / "failed" / "list.csv")["outcome"] == "failed"


async def test_a_file_that_is_too_large_fails_unread(make_service: Any, drop: Path) -> None:
    service = make_service(submission_bytes_max=1024)
    (drop / "list.csv").write_bytes(b"x" * 1025)
    await one_round(FolderWatcher(service.context, Folder(drop, "OR", settle_seconds=0)))
    assert names(drop) == ["failed"]
    assert "too many" in (drop / "failed" / "list.csv.report.txt").read_text()


async def test_mails_with_attachments(watcher: FolderWatcher, drop: Path, database: Database) -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "operations@example.com", "<1@example.com>"
    message.set_content("Two lists.")
    message.add_attachment(template_csv(), maintype="text", subtype="csv", filename="list.csv")
    message.add_attachment(interchange(), maintype="application", subtype="edifact", filename="list.edi")
    message.add_attachment(b"\x89PNG\0", maintype="image", subtype="png", filename="logo.png")
    (drop / "mail.eml").write_bytes(message.as_bytes())
    await one_round(watcher)
    report = report_of(drop / "done" / "mail.eml")
    assert [part["name"] for part in report["parts"]] == ["list.csv", "list.edi"]
    assert report["left_out"] == ["logo.png"]
    assert await submissions(database) == 2


async def test_sub_folders_are_carriers(service: Any, drop: Path, database: Database) -> None:
    (drop / "or").mkdir()
    (drop / "KL").mkdir()
    (drop / "not a carrier").mkdir()
    for place in (drop / "or" / "a.csv", drop / "KL" / "b.csv", drop / "c.csv", drop / "not a carrier" / "d.csv"):
        place.write_bytes(template_csv())
    await one_round(FolderWatcher(service.context, Folder(drop, None, settle_seconds=0)))
    assert "a.csv" in names(drop / "or" / "done")
    assert "b.csv" in names(drop / "KL" / "failed")
    assert "c.csv" in names(drop / "failed")
    assert names(drop / "not a carrier") == ["d.csv"]
    assert await submissions(database) == 1


async def test_what_is_still_being_written_is_left_alone(service: Any, drop: Path) -> None:
    watcher = FolderWatcher(service.context, Folder(drop, "OR", settle_seconds=0.15))
    data = template_csv()
    path = drop / "list.csv"
    for end in (100, 400, len(data)):
        path.write_bytes(data[:end])
        await one_round(watcher)
        await asyncio.sleep(0.05)
    for name in (".hidden.csv", "list.csv.part", "list.tmp", "empty.csv"):
        (drop / name).write_bytes(data if "empty" not in name else b"")
    (drop / "link.csv").symlink_to(path)
    os.mkfifo(drop / "pipe.csv")
    await one_round(watcher)
    assert "done" not in names(drop)
    while "done" not in names(drop):
        await one_round(watcher)
        await asyncio.sleep(0.02)
    assert names(drop) == [".hidden.csv", "done", "empty.csv", "link.csv", "list.csv.part", "list.tmp", "pipe.csv"]
    assert (drop / "done" / "list.csv").read_bytes() == data


async def test_a_file_that_changes_while_it_is_received_is_received_again(
    watcher: FolderWatcher, drop: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop / "list.csv"
    path.write_bytes(template_csv())
    before = files.unchanged
    monkeypatch.setattr(files, "unchanged", lambda *_: path.write_bytes(template_csv() + b"\n") < 0)
    await one_round(watcher)
    assert names(drop) == ["list.csv"]
    monkeypatch.setattr(files, "unchanged", before)
    await one_round(watcher)
    await one_round(watcher)
    assert (drop / "done" / "list.csv").read_bytes() == template_csv() + b"\n"
    assert await submissions(database) == 2


async def test_without_a_database_files_wait(
    watcher: FolderWatcher, drop: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drop / "list.csv").write_bytes(template_csv())

    def gone() -> None:
        raise StoreUnavailableError("away")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "unit_of_work", lambda _self: gone())
        with pytest.raises(StoreUnavailableError):
            await one_round(watcher)
    assert names(drop) == ["list.csv"]
    await one_round(watcher)
    assert names(drop) == ["done"]


async def test_one_file_that_cannot_be_read_stops_no_other(
    watcher: FolderWatcher, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drop / "a.csv").write_bytes(template_csv())
    (drop / "b.csv").write_bytes(template_csv())
    os.utime(drop / "a.csv", (1, 1))
    before = files.read

    def read(path: Path, *rest: Any) -> bytes:
        if path.name == "a.csv":
            raise PermissionError
        return before(path, *rest)

    monkeypatch.setattr(files, "read", read)
    with pytest.raises(PermissionError):
        await one_round(watcher)
    assert names(drop) == ["a.csv", "done"]


async def test_the_log_names_no_file(service: Any, watcher: FolderWatcher, drop: Path) -> None:
    (drop / "list of HOXHA ARBEN.csv").write_bytes(template_csv())
    await one_round(watcher)
    assert '"outcome": "done"' in service.log.getvalue()
    assert "HOXHA" not in service.log.getvalue()
    assert "TESTERI" not in (drop / "done" / "list of HOXHA ARBEN.csv.receipt.json").read_text()


async def test_done_is_kept_as_long_as_messages_are(watcher: FolderWatcher, drop: Path) -> None:
    (drop / "list.csv").write_bytes(template_csv())
    os.utime(drop / "list.csv", (1, 1))
    await one_round(watcher)
    assert len(names(drop / "done")) == 3  # it counts from the move, not from when the carrier wrote it
    old = time.time() - 48 * 3600 - 60
    for name in names(drop / "done"):
        os.utime(drop / "done" / name, (old, old))
    watcher._swept = float("-inf")
    await one_round(watcher)
    assert names(drop / "done") == []


@pytest.mark.parametrize("name", ["é" * 120 + ".csv", "x" * 251 + ".csv", "\udcff\udc80.csv", "done", "-rf", "a\nb.csv"])
async def test_odd_names(watcher: FolderWatcher, drop: Path, name: str) -> None:
    inner = drop / ("file" if name == "done" else name)
    inner.write_bytes(template_csv())
    await one_round(watcher)
    assert names(drop) == ["done"]
    assert len(names(drop / "done")) == 3
