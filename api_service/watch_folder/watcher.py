"""The role: look, receive, report, move; again and again until told to stop.

Folders are looked at, not listened to: what comes over SFTP or lies on a network share sends no events that one could trust.

What is wrong with a file moves it to `failed`. What is wrong with the world (no database, no disk, too much at once) leaves it
where it is, to be tried again.
"""

import asyncio
import contextlib
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api_service import intake
from api_service.context import AppContext
from api_service.intake import Incoming
from api_service.logs import failure
from api_service.principal import Principal
from api_service.problems import OverloadedError, RefusalError
from api_service.reading import BodyKind
from api_service.watch_folder import files, report
from api_service.watch_folder.files import FileChangedError, FileTooLargeError, Waiting
from api_service.watch_folder.report import FileReport, PartReport
from parsers.forms import Form, form_of
from parsers.mail import is_mail, read_mail
from parsers.table.workbook import WORKBOOK_MAGIC
from schemas.roles import Role
from storage.database import StoreUnavailableError

KEY_ID = "watch-folder"
"""What submissions and the audit trail name in place of a key: whoever may write into the folder."""

RETRY_SECONDS_MIN = 1.0
RETRY_SECONDS_MAX = 30.0
"""Between rounds while the world is wrong: soon at first, then seldom enough to keep the log readable."""

SWEEP_SECONDS = 600.0
"""Between two looks for reports that are too old; retention counts in hours."""

DONE, FAILED = "done", "failed"
_CARRIER = re.compile(r"[A-Za-z0-9]{2,3}", re.ASCII)
_WAIT = (StoreUnavailableError, OverloadedError, OSError)
"""The world is wrong, the file is not."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What to watch. `carrier` None: each sub-folder is the carrier's whose code is its name."""

    directory: Path
    carrier: str | None
    poll_seconds: float = 1.0
    settle_seconds: float = 3.0


@dataclass(frozen=True, slots=True)
class _Box:
    """A folder with one carrier's files; `carrier` None: nobody knows whose they are."""

    directory: Path
    carrier: str | None


class FolderWatcher:
    """Watches one folder. There may be only one watcher of a folder at a time; the caller sees to that."""

    def __init__(self, context: AppContext, folder: Folder) -> None:
        self._context = context
        self._folder = folder
        self._seen: dict[Path, Waiting] = {}
        self._retry_seconds = 0.0
        self._swept = float("-inf")

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set; the file in hand is finished first."""
        while not stopping.is_set():
            try:
                await self.round(stopping)
                self._retry_seconds = 0.0
            except _WAIT as error:
                self._retry_seconds = min(max(self._retry_seconds * 2, RETRY_SECONDS_MIN), RETRY_SECONDS_MAX)
                self._context.logger.warning("files wait", seconds=self._retry_seconds, **failure(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), max(self._retry_seconds, self._folder.poll_seconds))

    async def round(self, stopping: asyncio.Event) -> None:
        """One look at every box. Raises StoreUnavailableError, OverloadedError, OSError: the files wait."""
        now = time.monotonic()
        boxes = list(self._boxes())
        found = {box: files.look(box.directory, self._seen, now) for box in boxes}
        self._seen = {path: waiting for seen in found.values() for path, waiting in seen.items()}
        trouble: OSError | None = None
        for box, seen in found.items():
            for path in files.complete(seen, now, self._folder.settle_seconds):
                if stopping.is_set():
                    return
                try:
                    await self._take(box, path, seen[path])
                except OSError as error:  # of this file, or of the disk: the others have their turn first
                    trouble = error
        self._sweep(boxes)
        if trouble is not None:
            raise trouble

    def _boxes(self) -> Iterator[_Box]:
        directory = self._folder.directory
        yield _Box(directory, self._folder.carrier)
        if self._folder.carrier is None:
            for inner in sorted(directory.iterdir()):
                if _CARRIER.fullmatch(inner.name) and inner.is_dir() and not inner.is_symlink():
                    yield _Box(inner, inner.name.upper())

    async def _take(self, box: _Box, path: Path, waiting: Waiting) -> None:
        try:
            data = await asyncio.to_thread(files.read, path, waiting.signature, self._context.settings.submission_bytes_max)
        except FileChangedError:
            return
        except FileTooLargeError:
            made = FileReport(files.shown_name(path), "", problem="the file has too many bytes")
        else:
            made = await self._received(box, files.shown_name(path), data)
        if files.unchanged(path, waiting.signature):
            await asyncio.to_thread(_put_away, box, path, made)
            self._context.logger.info("file received", outcome=DONE if made.done else FAILED, bytes=waiting.signature.size)

    async def _received(self, box: _Box, name: str, data: bytes) -> FileReport:
        """The report, even where we fail: a file that we stumble over must not stand in the way of the others for ever."""
        try:
            return await self._receive(box, name, data)
        except _WAIT:
            raise
        except Exception as error:
            self._context.logger.error("a file could not be received", **failure(error))
            return FileReport(
                name, hashlib.sha256(data).hexdigest(), problem="the service failed; please send it again or tell us"
            )

    async def _receive(self, box: _Box, name: str, data: bytes) -> FileReport:
        digest = hashlib.sha256(data).hexdigest()
        if box.carrier is None:
            return FileReport(name, digest, problem="the file does not lie in the sub-folder of a carrier")
        principal = Principal(KEY_ID, Role.CARRIER, box.carrier)
        if not is_mail(data):
            return FileReport(name, digest, [await self._submit(None, data, principal)])
        mail = await asyncio.to_thread(read_mail, data)
        if mail.fault is not None or not mail.parts:
            return FileReport(name, digest, (), mail.left_out, mail.fault or "the e-mail holds no manifest")
        parts = [await self._submit(part.name, part.data, principal) for part in mail.parts]
        return FileReport(name, digest, parts, mail.left_out)

    async def _submit(self, name: str | None, data: bytes, principal: Principal) -> PartReport:
        form = form_of(data) or Form.EDIFACT  # whose reader says best what is missing
        incoming = Incoming(data, BodyKind(form.value), _media_type(form, data))
        try:
            result = await intake.receive(self._context, incoming, principal)
        except OverloadedError:
            raise
        except RefusalError as error:
            return PartReport(name, problem=error.detail)
        return PartReport(name, result.receipt, result.usable, result.replayed)

    def _sweep(self, boxes: list[_Box]) -> None:
        """Files and reports are kept as long as the messages in the database."""
        if time.monotonic() - self._swept < SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        before = time.time() - self._context.settings.retention_hours * 3600
        removed = files.remove_older([box.directory / name for box in boxes for name in (DONE, FAILED)], before)
        if removed:
            self._context.logger.info("old files removed", count=removed)


_MEDIA_TYPES = {Form.EDIFACT: "application/edifact", Form.JSON: "application/json", Form.TABLE: "text/csv"}


def _media_type(form: Form, data: bytes) -> str:
    if form is Form.TABLE and data.startswith(WORKBOOK_MAGIC):
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _MEDIA_TYPES[form]


def _put_away(box: _Box, path: Path, made: FileReport) -> None:
    """The reports first, the file last: while it is where it was, it counts as not yet received."""
    target = box.directory / (DONE if made.done else FAILED)
    target.mkdir(exist_ok=True)
    place = files.place_for(path, target, made.sha256 or "too-large")
    files.write_whole(place.with_name(f"{place.name}.receipt.json"), report.as_json(made))
    files.write_whole(place.with_name(f"{place.name}.report.txt"), report.as_text(made))
    files.move(path, place)
