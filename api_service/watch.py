"""Use case: a list is made, and one record of it changes. Files are taken in by `api_service.list_import`.

A list of four eyes does not change before a second person has approved: what is put or removed becomes a proposal.
"""

import math
import secrets
from dataclasses import dataclass
from datetime import datetime

from api_service import problems
from schemas.base import Noun
from schemas.watchlist import ListKind, Record, Watchlist
from storage import audit, list_proposals, list_staging, publications, watchlists
from storage.database import Database, Work
from storage.list_staging import Differences
from storage.publications import Import, Intent, StagedRecord
from storage.watchlists import ListState, StoredRecord

_NUL = "\\u0000"  # as JSON writes it; the database cannot hold it
_TEXT_FAULT = "Some text cannot be kept: it has the character NUL, or half a character."


def list_fault(watchlist: Watchlist) -> str:
    """Why a list cannot be kept; "" where it can."""
    if not watchlist.title.strip():
        return "A list needs a title."
    if watchlist.threshold_bits is not None and not math.isfinite(watchlist.threshold_bits):
        return "threshold_bits must be a number."
    if watchlist.threshold_bits is not None and watchlist.false_alerts_per_1000 is not None:
        return "Say threshold_bits or false_alerts_per_1000, not both."
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


_NEEDS = {
    ListKind.PERSON: ("names", "A record of a person list needs a name."),
    ListKind.DOCUMENT: ("documents", "A record of a document list needs a document."),
    ListKind.READMISSION: ("readmission", "A record of a readmission list needs its readmission case."),
}


def record_fault(record: Record, kind: ListKind | None) -> str:
    """Why a record cannot stand on a list of this kind; "" where it can. None: of a part of a record only its texts count."""
    if kind is None:
        return "" if _storable(record) else _TEXT_FAULT
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


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record to be put (or, `record` None, removed). `expected_version`: the version the caller saw; None = not asked."""

    list_id: str
    record_id: str
    record: Record | None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The record as it now is (None = removed), whether it was new, and the proposal that waits where the list wants one."""

    record: StoredRecord | None
    new: bool
    proposal_id: str | None = None


async def change_record(database: Database, change: RecordChange, by: str, now: datetime) -> Changed:
    """Put or remove one record, or propose it. Raises NotFoundError (no such list, nothing to remove), StaleVersionError,
    InvalidRequestError."""
    async with database.unit_of_work() as work:
        await publications.lock(work)
        state = await find_list(work, change.list_id)
        before = await watchlists.record(work, change.list_id, change.record_id)
        _check_change(change, state.watchlist.kind, before)
        proposal_id = await _publish_one(work, (change, state.watchlist), by, now)
        after = await watchlists.record(work, change.list_id, change.record_id)
        return Changed(after, before is None, proposal_id)


def _check_change(change: RecordChange, kind: ListKind, before: StoredRecord | None) -> None:
    version = 0 if before is None else before.record_version
    if change.record is None and before is None:
        raise problems.NotFoundError("There is no such record.")
    if change.expected_version not in (None, version):
        raise problems.StaleVersionError("The record has changed since.", {"record_version": version})
    fault = "" if change.record is None else record_fault(change.record, kind)
    if fault:
        raise problems.InvalidRequestError(fault)


async def _publish_one(work: Work, what: tuple[RecordChange, Watchlist], by: str, now: datetime) -> str | None:
    change, watchlist = what
    prepared = Import(secrets.token_hex(16), change.list_id, replace=False, staged_count=1)
    intent = Intent.REMOVE if change.record is None else Intent.PUT
    await publications.stage(work, prepared.import_id, [StagedRecord(change.record_id, change.record, 1, intent)], now)
    if watchlist.four_eyes:
        await propose(work, prepared, by, now)
    else:
        await publications.publish(work, prepared, by, now)
    await publications.discard(work, prepared.import_id, now)
    return prepared.import_id if watchlist.four_eyes else None


async def propose(work: Work, prepared: Import, by: str, now: datetime) -> Differences:
    """Keep a staged import until a second person has looked. What it would change."""
    found = await list_staging.differences(work, prepared)
    await list_proposals.propose(work, prepared, found, by, now)
    details = {"proposal_id": prepared.import_id, **found.counts}
    await audit.append(work, audit.Line(now, by, "watchlist.propose", "watchlist", prepared.list_id, details))
    return found
