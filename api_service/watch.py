"""Use case: a list changes.

A file is read as it arrives: each row is judged, and what is good is staged in small transactions that nobody sees. Only when
the whole file has been read is it published, in one short transaction (`storage.publications`): all of it or nothing, unless
the sender asked for `partial`. However long the file, memory holds one batch of it.
"""

import asyncio
import math
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import ValidationError

from api_service import problems
from api_service.context import Clock
from api_service.list_csv import CsvRow, ListFormatError, csv_rows
from schemas.base import Noun
from schemas.watchlist import ListKind, Record, Watchlist
from schemas.watchlist_csv import RowError, record_from_row
from storage import audit, publications, watchlists
from storage.database import Database, StoreUnavailableError, Work
from storage.publications import Import, Intent, Publication, StagedRecord
from storage.watchlists import ListState, StoredRecord

BATCH_ROWS = 500
"""Some 250 kB a batch: enough that the round trip does not count, little enough that no transaction lasts."""
BREATH_ROWS = 50
"""After so many rows, some 5 ms of work, whoever else is served by this process gets a turn."""
ERRORS_SHOWN_MAX = 1_000
"""Whoever has more errors than this fixes the first thousand first. All of them are counted."""
IMPORT_BYTES_MAX = 2 * 1024 * 1024 * 1024
"""Several million records; no authority keeps a longer list."""


_NUL = "\\u0000"  # as JSON writes it; the database cannot hold it
_TEXT_FAULT = "Some text cannot be kept: it has the character NUL, or half a character."


class Mode(StrEnum):
    """`merge`: records the file does not name stay. `replace`: they are removed."""

    MERGE = "merge"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to do with a file. `partial`: publish the good rows although there are bad ones."""

    list_id: str
    by: str
    mode: Mode = Mode.MERGE
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row was rejected. The header is row 1."""

    row: int
    message: str


@dataclass(slots=True)
class Tally:
    """What has been read of a file so far."""

    staged: int = 0
    kept: int = 0
    rejected: int = 0
    errors: list[Rejection] = field(default_factory=list)

    def reject(self, row: int, message: str) -> None:
        """Count a bad row; remember why as long as there is room."""
        self.rejected += 1
        if len(self.errors) < ERRORS_SHOWN_MAX:
            self.errors.append(Rejection(row, message))


def list_fault(watchlist: Watchlist) -> str:
    """Why a list cannot be kept; "" where it can."""
    if not watchlist.title.strip():
        return "A list needs a title."
    if watchlist.threshold_bits is not None and not math.isfinite(watchlist.threshold_bits):
        return "threshold_bits must be a number."
    return "" if _storable(watchlist) else _TEXT_FAULT


async def create_list(database: Database, watchlist: Watchlist, by: str, now: datetime) -> bool:
    """Keep a new list. False if the same list exists already; raises ConflictError if one with other data does."""
    async with database.unit_of_work() as work:
        if await watchlists.add(work, watchlist, by, now):
            details = {"kind": watchlist.kind, "severity": watchlist.severity}
            await audit.append(work, audit.Line(now, by, "watchlist.create", "watchlist", watchlist.list_id, details))
            return True
        existing = await find_list(work, watchlist.list_id)
    if existing.watchlist != watchlist:
        raise problems.ConflictError("A list with this list_id exists already, with other data.")
    return False


async def find_list(work: Work, list_id: str) -> ListState:
    """The list. Raises NotFoundError."""
    state = await watchlists.find(work, list_id)
    if state is None:
        raise problems.NotFoundError("There is no such list.")
    return state


async def import_csv(
    database: Database, order: ImportOrder, chunks: AsyncIterable[bytes], clock: Clock
) -> tuple[Publication, Tally]:
    """Read a file and publish it. Raises RefusalError (with what is wrong, row by row), StoreUnavailableError."""
    async with database.reading() as work:
        kind = (await find_list(work, order.list_id)).watchlist.kind
    import_id = secrets.token_hex(16)
    try:
        tally = await _stage_all(database, import_id, _judged_rows(chunks, kind), clock)
        _refuse_unless_whole(order, tally)
        async with database.unit_of_work() as work:
            prepared = Import(import_id, order.list_id, order.mode is Mode.REPLACE, tally.staged, tally.kept)
            return await publications.publish(work, prepared, order.by, clock()), tally
    except ListFormatError as error:
        raise problems.InvalidRequestError(
            error.message, {"errors": [{"row": error.row_number, "message": error.message}]}
        ) from error
    finally:
        await _discard(database, import_id, clock())


async def _discard(database: Database, import_id: str, now: datetime) -> None:
    """Best effort: what is left behind is dropped by a later import."""
    try:
        async with database.unit_of_work() as work:
            await publications.discard(work, import_id, now)
    except StoreUnavailableError:
        return


def _refuse_unless_whole(order: ImportOrder, tally: Tally) -> None:
    shown = {"rejected": tally.rejected, "errors": [{"row": error.row, "message": error.message} for error in tally.errors]}
    if tally.rejected and not order.partial:
        raise problems.InvalidRequestError("Some rows are wrong; nothing was imported.", shown)
    if order.mode is Mode.REPLACE and tally.staged == tally.kept:
        raise problems.InvalidRequestError("No good row: this would empty the list. Nothing was imported.", shown)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row, and why it is rejected ("" = it is good). `staged` None: not even its record id is known."""

    number: int
    staged: StagedRecord | None
    fault: str = ""


async def _judged_rows(chunks: AsyncIterable[bytes], kind: ListKind) -> AsyncIterator[_Judged]:
    async for row in csv_rows(_limited(chunks)):
        yield _judge(row, kind)
        if row.number % BREATH_ROWS == 0:
            await asyncio.sleep(0)


async def _limited(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > IMPORT_BYTES_MAX:
            raise problems.BodyTooLargeError(
                f"At most {IMPORT_BYTES_MAX} bytes are read.", {"import_bytes_max": IMPORT_BYTES_MAX}
            )
        yield chunk


def _judge(row: CsvRow, kind: ListKind) -> _Judged:
    if row.fault:
        return _Judged(row.number, None, row.fault)
    try:
        record = record_from_row(row.cells)
    except ValidationError as error:
        fault = sentence(error)
    except RowError as error:
        fault = str(error)
    else:
        fault = record_fault(record, kind)
        if not fault:
            return _Judged(row.number, StagedRecord(record.record_id, record, row.number))
    record_id = row.cells["record_id"]
    keep = StagedRecord(record_id, None, row.number, Intent.KEEP) if record_id and "\x00" not in record_id else None
    return _Judged(row.number, keep, fault)


def sentence(error: ValidationError) -> str:
    """What is wrong, field by field, without the values."""
    return "; ".join(f"{'.'.join(map(str, row['loc'])) or 'row'}: {row['msg']}" for row in error.errors(include_input=False))


_NEEDS = {
    ListKind.PERSON: ("names", "A record of a person list needs a name."),
    ListKind.DOCUMENT: ("documents", "A record of a document list needs a document."),
    ListKind.READMISSION: ("readmission", "A record of a readmission list needs its readmission case."),
}


def record_fault(record: Record, kind: ListKind) -> str:
    """Why a record cannot stand on a list of this kind; "" where it can."""
    needed, message = _NEEDS[kind]
    if not getattr(record, needed):
        return message
    if record.readmission is not None and kind is not ListKind.READMISSION:
        return "A readmission case belongs on a readmission list."
    return "" if _storable(record) else _TEXT_FAULT


def _storable(noun: Noun) -> bool:
    """Whether the database can hold every text in it: JSON may carry NUL and lone surrogates, PostgreSQL neither."""
    try:
        return _NUL not in noun.model_dump_json()
    except ValueError:  # a lone surrogate
        return False


async def _stage_all(database: Database, import_id: str, rows: AsyncIterator[_Judged], clock: Clock) -> Tally:
    tally, batch = Tally(), list[_Judged]()
    async for row in rows:
        batch.append(row)
        if len(batch) >= BATCH_ROWS:
            await _stage_batch(database, import_id, (batch, tally), clock())
            batch = []
    await _stage_batch(database, import_id, (batch, tally), clock())
    return tally


async def _stage_batch(database: Database, import_id: str, batch: tuple[Sequence[_Judged], Tally], now: datetime) -> None:
    rows, tally = batch
    to_stage = [row.staged for row in rows if row.staged is not None]
    async with database.unit_of_work() as work:
        doubles = await publications.stage(work, import_id, to_stage, now)
    for row in rows:
        if row.fault:
            tally.reject(row.number, row.fault)
        elif row.number in doubles:
            tally.reject(row.number, "An earlier row has the same record_id.")
    staged = [row for row in to_stage if row.row_number not in doubles]
    tally.staged += len(staged)
    tally.kept += sum(row.intent is Intent.KEEP for row in staged)


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record to be put (or, `record` None, removed). `expected_version`: the version the caller saw; None = not asked."""

    list_id: str
    record_id: str
    record: Record | None
    expected_version: int | None = None


async def change_record(database: Database, change: RecordChange, by: str, now: datetime) -> tuple[StoredRecord | None, bool]:
    """Put or remove one record: the record as it then is (None = removed), and whether it was new.

    Raises NotFoundError (no such list, nothing to remove), StaleVersionError, InvalidRequestError.
    """
    async with database.unit_of_work() as work:
        await publications.lock(work)
        state = await find_list(work, change.list_id)
        before = await watchlists.record(work, change.list_id, change.record_id)
        _check_change(change, state.watchlist.kind, before)
        await _publish_one(work, change, by, now)
        return await watchlists.record(work, change.list_id, change.record_id), before is None


def _check_change(change: RecordChange, kind: ListKind, before: StoredRecord | None) -> None:
    version = 0 if before is None else before.record_version
    if change.record is None and before is None:
        raise problems.NotFoundError("There is no such record.")
    if change.expected_version not in (None, version):
        raise problems.StaleVersionError("The record has changed since.", {"record_version": version})
    fault = "" if change.record is None else record_fault(change.record, kind)
    if fault:
        raise problems.InvalidRequestError(fault)


async def _publish_one(work: Work, change: RecordChange, by: str, now: datetime) -> None:
    import_id = secrets.token_hex(16)
    intent = Intent.REMOVE if change.record is None else Intent.PUT
    await publications.stage(work, import_id, [StagedRecord(change.record_id, change.record, 1, intent)], now)
    await publications.publish(work, Import(import_id, change.list_id, replace=False, staged_count=1), by, now)
    await publications.discard(work, import_id, now)
