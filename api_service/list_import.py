"""Use case: a file of a list is taken in.

A file is read as it arrives: each entry is judged, and what is good is staged in small transactions that nobody sees. Only when
the whole file has been read is it published, in one short transaction or, where it is very long, part by part
(`storage.long_publications`): all of it or nothing, unless the sender asked for `partial`. However long the file, memory holds
two batches of it: one is staged while the next is read.

    read and stage ... -> add supplements ... -> preview   what it would change is counted and shown; nothing changes
                                              -> propose   the list wants four eyes: it waits for a second person
                                              -> publish
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from api_service import problems
from api_service.context import Clock
from api_service.watch import find_list, propose, record_fault
from parsers.lists import ListFileError, ListFormat, ListRow, reader_for
from schemas.watchlist import ListKind, Record
from storage import list_staging, long_publications, publications
from storage.database import Database, StoreUnavailableError
from storage.list_staging import Differences, Supplement
from storage.publications import Import, Intent, Publication, StagedRecord

BATCH_ROWS = 500
"""Some 250 kB a batch: enough that the round trip does not count, little enough that no transaction lasts."""
CHUNK_BYTES = 32 * 1024
"""Read at once, some 5 ms of work; then whoever else is served by this process gets a turn."""
ERRORS_SHOWN_MAX = 1_000
"""Whoever has more errors than this fixes the first thousand first. All of them are counted."""
IMPORT_BYTES_MAX = 2 * 1024 * 1024 * 1024
"""Several million persons, or some forty million documents; a longer list comes in several files."""


class Mode(StrEnum):
    """`merge`: records the file does not name stay. `replace`: they are removed."""

    MERGE = "merge"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to do with a file. `partial`: publish the good rows although there are bad ones. `preview`: change nothing, tell
    what would change. `note`: why the list changes; `remark`: what its owner should know of a good record."""

    list_id: str
    by: str
    mode: Mode = Mode.MERGE
    partial: bool = False
    file_format: ListFormat = ListFormat.CSV
    preview: bool = False
    note: str | None = None
    remark: Callable[[Record], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why an entry was rejected, or what to know of it. In a table the header is row 1; else entries are counted from 1."""

    row: int
    message: str


@dataclass(slots=True)
class Tally:
    """What has been read of a file so far. `skipped`: entries that are no persons, by what they are; `warnings`: of
    entries that were good all the same, of which `warned` counts all."""

    staged: int = 0
    kept: int = 0
    rejected: int = 0
    errors: list[Rejection] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    warned: int = 0
    warnings: list[Rejection] = field(default_factory=list)

    def warn(self, row: int, message: str) -> None:
        """Count an entry with a warning; remember why as long as there is room."""
        self.warned += 1
        if len(self.warnings) < ERRORS_SHOWN_MAX:
            self.warnings.append(Rejection(row, message))

    def reject(self, row: int, message: str) -> None:
        """Count a bad entry; remember why as long as there is room."""
        self.rejected += 1
        if len(self.errors) < ERRORS_SHOWN_MAX:
            self.errors.append(Rejection(row, message))


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file. One of `publication`, `proposal_id` and a preview; `found` unless it was published."""

    tally: Tally
    publication: Publication | None = None
    proposal_id: str | None = None
    found: Differences | None = None


async def import_file(database: Database, order: ImportOrder, chunks: AsyncIterable[bytes], clock: Clock) -> Imported:
    """Read a file and do as ordered. Raises RefusalError (with what is wrong, row by row), StoreUnavailableError."""
    async with database.reading() as work:
        watchlist = (await find_list(work, order.list_id)).watchlist
    staging = _Staging(database, watchlist.kind, order.remark, clock)
    try:
        tally = await staging.stage(order.file_format, _limited(chunks))
        _refuse_unless_whole(order, tally)
        replace = order.mode is Mode.REPLACE
        prepared = Import(staging.import_id, order.list_id, replace, tally.staged, order.note)
        if not order.preview and not watchlist.four_eyes:
            return Imported(tally, await long_publications.publish(database, prepared, order.by, clock))
        return await _show(database, (order, prepared), tally, clock())
    except ListFileError as error:
        raise problems.InvalidRequestError(
            error.message, {"errors": [{"row": error.number, "message": error.message}]}
        ) from error
    finally:
        await staging.discard()


async def _show(database: Database, what: tuple[ImportOrder, Import], tally: Tally, now: datetime) -> Imported:
    """What it would change: to whoever asked for a preview, or to a second person."""
    order, prepared = what
    async with database.unit_of_work() as work:
        if order.preview:
            return Imported(tally, found=await list_staging.differences(work, prepared))
        found = await propose(work, prepared, order.by, now)
        return Imported(tally, proposal_id=prepared.import_id, found=found)


def _refuse_unless_whole(order: ImportOrder, tally: Tally) -> None:
    shown = {"rejected": tally.rejected, "errors": [{"row": error.row, "message": error.message} for error in tally.errors]}
    if tally.rejected and not order.partial and not order.preview:
        raise problems.InvalidRequestError("Some rows are wrong; nothing was imported.", shown)
    if order.mode is Mode.REPLACE and tally.staged == tally.kept:
        raise problems.InvalidRequestError("No good row: this would empty the list. Nothing was imported.", shown)


async def _limited(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The file in small pieces, up to its limit."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > IMPORT_BYTES_MAX:
            raise problems.BodyTooLargeError(
                f"At most {IMPORT_BYTES_MAX} bytes are read.", {"import_bytes_max": IMPORT_BYTES_MAX}
            )
        for start in range(0, len(chunk), CHUNK_BYTES):
            yield chunk[start : start + CHUNK_BYTES]
            await asyncio.sleep(0)


class _Staging:
    """One import on its way into the staging tables."""

    def __init__(self, database: Database, kind: ListKind, remark: Callable[[Record], str], clock: Clock) -> None:
        self.import_id = secrets.token_hex(16)
        self._remark = remark
        self._database = database
        self._kind = kind
        self._clock = clock
        self._tally = Tally()
        self._staging: asyncio.Task[None] | None = None

    async def stage(self, file_format: ListFormat, chunks: AsyncIterator[bytes]) -> Tally:
        reader, batch = reader_for(file_format), list[ListRow]()
        try:
            async for chunk in chunks:
                batch += reader.feed(chunk)
                while len(batch) >= BATCH_ROWS:
                    await self._stage_beside(batch[:BATCH_ROWS])
                    del batch[:BATCH_ROWS]
            await self._stage_beside([*batch, *reader.close()])
        finally:
            await self._staged_beside()
        await self._add_supplements()
        return self._tally

    async def _stage_beside(self, rows: Sequence[ListRow]) -> None:
        """Stage a batch while the next one is read; one at a time, so that of two rows of one id the earlier stands."""
        await self._staged_beside()
        self._staging = asyncio.create_task(self._stage_batch(rows))

    async def _staged_beside(self) -> None:
        staging, self._staging = self._staging, None
        if staging is not None:
            await staging

    async def discard(self) -> None:
        """Best effort: what is left behind is dropped by a later import."""
        try:
            more = True
            while more:
                async with self._database.unit_of_work() as work:
                    more = await publications.discard(work, self.import_id, self._clock())
            async with self._database.unit_of_work() as work:
                await list_staging.discard_supplements(work, self.import_id, self._clock())
        except StoreUnavailableError:
            return

    async def _stage_batch(self, rows: Sequence[ListRow]) -> None:
        faults = {row.number: fault for row in rows if (fault := self._fault(row))}
        to_stage = [one for row in rows if (one := _staged(row, faults)) is not None]
        extra = [_supplement(row) for row in rows if row.supplement and row.record is not None and row.number not in faults]
        async with self._database.unit_of_work() as work:
            doubles = await publications.stage(work, self.import_id, to_stage, self._clock()) if to_stage else set()
            if extra:
                await list_staging.supplement(work, self.import_id, extra, self._clock())
        self._count(rows, faults, doubles)
        staged = [row for row in to_stage if row.row_number not in doubles]
        self._tally.staged += len(staged)
        self._tally.kept += sum(row.intent is Intent.KEEP for row in staged)

    def _fault(self, row: ListRow) -> str:
        if row.fault or row.record is None:
            return row.fault
        return record_fault(row.record, None if row.supplement else self._kind)

    def _count(self, rows: Sequence[ListRow], faults: dict[int, str], doubles: set[int]) -> None:
        for row in rows:
            if row.skipped:
                self._tally.skipped[row.skipped] += 1
            elif row.number in faults:
                self._tally.reject(row.number, faults[row.number])
            elif row.number in doubles and not row.supplement:
                self._tally.reject(row.number, "An earlier row has the same record_id.")
            elif row.record is not None and (remark := self._remark(row.record)):
                self._tally.warn(row.number, remark)

    async def _add_supplements(self) -> None:
        after: str | None = ""
        while after is not None:
            async with self._database.unit_of_work() as work:
                after = await list_staging.add_supplements(work, self.import_id, after)
        async with self._database.reading() as work:
            if alone := await list_staging.orphans(work, self.import_id):
                self._tally.skipped["supplement of an entry that is not in the file"] = alone


def _supplement(row: ListRow) -> Supplement:
    assert row.record is not None and row.record_id is not None  # noqa: PT018  a supplement has both
    return Supplement(row.record_id, row.record, row.number)


def _staged(row: ListRow, faults: dict[int, str]) -> StagedRecord | None:
    """The row to stage; a bad one whose id is known keeps its record as it is; None where there is nothing to stage."""
    if row.supplement or row.skipped:
        return None
    if row.number not in faults and row.record is not None:
        return StagedRecord(row.record.record_id, row.record, row.number)
    if row.record_id and "\x00" not in row.record_id:
        return StagedRecord(row.record_id, None, row.number, Intent.KEEP)
    return None
