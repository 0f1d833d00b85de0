"""Lists and records (contract, section 7)."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api_service import problems, watch
from api_service.authentication import Principal, require
from api_service.context import AppContext, Context, context_of
from api_service.cursors import decode_cursor, encode_cursor
from api_service.errors import documented
from api_service.list_import import Imported, ImportOrder, Mode, import_file
from api_service.list_settings import SettingsOrder, change_list
from api_service.parameters import PRINTABLE, IfMatch, ListId, RecordId, etag, version_required, version_seen
from api_service.watch import RecordChange
from parsers.lists import ListFormat
from schemas.readmission import ReadmissionClock
from schemas.roles import Role
from schemas.watchlist import AlertSeverity, Record, Watchlist
from screening.model import MODEL
from screening.thresholds import expected_false_alerts, threshold_in_force
from storage import watchlists
from storage.watchlists import ListState, StoredRecord

router = APIRouter(prefix="/v1/watchlists", tags=["watchlists"], responses=documented(401, 403, 503))

ListOwner = Annotated[Principal, Depends(require(Role.LIST_OWNER))]
Reader = Annotated[Principal, Depends(require(Role.LIST_OWNER, Role.ANALYST, Role.SUPERVISOR))]
MetadataReader = Annotated[Principal, Depends(require(Role.LIST_OWNER, Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR))]

PAGE_MAX = 1_000
"""A record is some 500 bytes of JSON."""


PROPOSED: dict[int | str, dict[str, Any]] = {
    202: {"description": "The list wants four eyes: the change waits for a second person"}
}


@dataclass(frozen=True, slots=True)
class RecordPath:
    """Which record of which list."""

    list_id: ListId
    record_id: RecordId


Where = Annotated[RecordPath, Depends()]


class RecordBody(Record):
    """A record to put. Its id may be left out, the path has it; the versions and the clock of a record that was
    read are left aside."""

    record_id: str = Field(default="", max_length=200)
    record_version: int | None = None
    list_version: int | None = None
    readmission_clock: ReadmissionClock | None = None


@router.post("", status_code=201, responses={200: {"description": "The same list exists already"}, **documented(409, 422)})
async def create(watchlist: Watchlist, response: Response, who: ListOwner, context: Context) -> dict[str, Any]:
    """A new list. 200 where the very same one exists already."""
    fault = watch.list_fault(watchlist)
    if fault:
        raise problems.InvalidRequestError(fault)
    if not await watch.create_list(context.database, watchlist, who.key_id, context.clock()):
        response.status_code = 200
    async with context.database.reading() as work:
        return _shown_list(await watch.find_list(work, watchlist.list_id))


@router.get("")
async def every(_who: MetadataReader, context: Context) -> dict[str, Any]:
    """All lists, without their records."""
    async with context.database.reading() as work:
        return {"items": [_shown_list(state) for state in await watchlists.every(work)]}


@router.get("/{list_id}", responses=documented(404))
async def one(list_id: ListId, _who: MetadataReader, context: Context) -> Response:
    """One list, without its records. Its ETag is what a change of it is made upon."""
    async with context.database.reading() as work:
        return _list_answer(await watch.find_list(work, list_id))


class ListChange(BaseModel):
    """What shall be otherwise; what is left out stays. null clears what may be unknown. `note`: why; kept with the version."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, max_length=500)
    authority: str | None = None
    legal_basis: str | None = None
    severity: AlertSeverity | None = None
    threshold_bits: float | None = None
    false_alerts_per_1000: float | None = None
    four_eyes: bool | None = None
    note: str | None = Field(default=None, max_length=500, pattern=PRINTABLE)

    def order(self, list_id: str, expected_version: int) -> SettingsOrder:
        """Only what was said."""
        fields = self.model_dump(exclude_unset=True, exclude={"note"})
        return SettingsOrder(list_id, fields, expected_version, self.note)


@router.patch("/{list_id}", responses={**PROPOSED, **documented(404, 412, 422, 428)})
async def change(list_id: ListId, body: ListChange, who: ListOwner, context: Context, if_match: IfMatch = None) -> Response:
    """Change what holds for a whole list; If-Match holds the ETag of the list as you saw it.

    A version of the lists without changed records. A changed title, severity or threshold is in force when an index with it
    stands; live travellers are then screened again. A list of four eyes waits for a second person, also to lose its four eyes.
    """
    order = body.order(list_id, version_required(if_match))
    done = await change_list(context.database, order, who.key_id, context.clock())
    return _list_answer(done.state) if done.proposal_id is None else proposed(done.proposal_id)


class RecordQuery(BaseModel):
    """A page of records."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=1_000)
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


@router.get("/{list_id}/records", responses=documented(404, 422))
async def records(list_id: ListId, query: Annotated[RecordQuery, Query()], _who: Reader, context: Context) -> dict[str, Any]:
    """Current records, in the order of their ids."""
    after = "" if query.cursor is None else str(decode_cursor(query.cursor, (str,))[0]).replace("\x00", "")
    async with context.database.snapshot() as work:
        await watch.find_list(work, list_id)
        found = await watchlists.page(work, list_id, after, query.limit + 1)
    more = len(found) > query.limit
    page = found[: query.limit]
    return {
        "items": [_shown_record(stored, context) for stored in page],
        "next_cursor": encode_cursor(page[-1].record.record_id) if more else None,
    }


@router.get("/{list_id}/records/{record_id:path}", responses=documented(404))
async def record(where: Where, _who: Reader, context: Context) -> Response:
    """The current version of one record."""
    async with context.database.reading() as work:
        stored = await watchlists.record(work, where.list_id, where.record_id)
    if stored is None:
        raise problems.NotFoundError("There is no such record.")
    return _record_answer(stored, 200, context)


@router.put(
    "/{list_id}/records/{record_id:path}", responses={201: {"description": "Created"}, **PROPOSED, **documented(404, 412, 422)}
)
async def put(where: Where, body: RecordBody, who: ListOwner, context: Context, if_match: IfMatch = None) -> Response:
    """Write a record. With If-Match only if it is still that version. Live travellers are screened again."""
    if body.record_id not in ("", where.record_id):
        raise problems.InvalidRequestError("The record_id of the body differs from that of the path.")
    fields = body.model_dump(exclude={"record_version", "list_version", "readmission_clock"})
    written = Record.model_validate({**fields, "record_id": where.record_id})
    change = RecordChange(where.list_id, where.record_id, written, version_seen(if_match))
    done = await watch.change_record(context.database, change, who.key_id, context.clock())
    if done.proposal_id is not None:
        return proposed(done.proposal_id)
    assert done.record is not None, "what was put is there"
    return _record_answer(done.record, 201 if done.new else 200, context)


@router.delete("/{list_id}/records/{record_id:path}", status_code=204, responses={**PROPOSED, **documented(404, 412)})
async def delete(where: Where, who: ListOwner, context: Context, if_match: IfMatch = None) -> Response:
    """Take a record off its list. Open alerts on it are withdrawn at once."""
    change = RecordChange(where.list_id, where.record_id, None, version_seen(if_match))
    done = await watch.change_record(context.database, change, who.key_id, context.clock())
    return Response(status_code=204) if done.proposal_id is None else proposed(done.proposal_id)


def proposed(proposal_id: str) -> Response:
    """The answer to a change that waits for a second person."""
    content = {"proposal_id": proposal_id, "state": "open"}
    return Response(orjson.dumps(content), 202, media_type="application/json")


class ImportQuery(BaseModel):
    """How to take a file in. `preview`: only tell what it would change. `note`: why the list changes; kept with the version."""

    model_config = ConfigDict(extra="forbid")

    format: ListFormat = ListFormat.CSV
    mode: Mode = Mode.MERGE
    partial: bool = False
    preview: bool = False
    note: str | None = Field(default=None, max_length=500, pattern=PRINTABLE)


_IMPORT_BODY = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/{list_id}/imports", responses={**PROPOSED, **documented(404, 413, 415, 422)}, openapi_extra=_IMPORT_BODY)
async def imports(
    list_id: ListId, query: Annotated[ImportQuery, Query()], who: ListOwner, request: Request, response: Response
) -> dict[str, Any]:
    """Import a file, sent as the body: all of it or nothing, unless `partial`."""
    check_plain_file(request)
    context = context_of(request)
    how = (query.mode, query.partial, query.format, query.preview, query.note)
    order = ImportOrder(list_id, who.key_id, *how, context.agreements.remark)
    done = await import_file(context.database, order, request.stream(), context.clock)
    response.status_code = 200 if done.proposal_id is None else 202
    return _shown_import(done)


def _shown_import(done: Imported) -> dict[str, Any]:
    tally = done.tally
    read = {
        "rejected": tally.rejected,
        "errors": [asdict(error) for error in tally.errors],
        "skipped": dict(tally.skipped),
        "warned": tally.warned,
        "warnings": [asdict(warning) for warning in tally.warnings],
    }
    if done.publication is not None:
        return {**asdict(done.publication), **read}
    assert done.found is not None, "what was not published was counted"
    waits = {"preview": True} if done.proposal_id is None else {"proposal_id": done.proposal_id, "state": "open"}
    return {**done.found.counts, **read, **waits, "differences": done.found.records}


def check_plain_file(request: Request) -> None:
    """The body is the file itself, not a form around it, and not compressed. Raises UnsupportedMediaTypeError."""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise problems.UnsupportedMediaTypeError("Send the file itself as the body, not a form.")
    if request.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise problems.UnsupportedMediaTypeError("Send the file uncompressed.")


def _list_answer(state: ListState) -> Response:
    headers = {"ETag": etag(state.settings_version)}
    return Response(orjson.dumps(_shown_list(state)), 200, headers, "application/json")


def _shown_list(state: ListState) -> dict[str, Any]:
    return {
        **state.watchlist.model_dump(mode="json"),
        "threshold": _threshold(state),
        "record_count": state.record_count,
        "list_version": state.list_version,
        "published_at": state.published_at,
        "created_at": state.created_at,
        "created_by": state.created_by,
        "settings_version": state.settings_version,
    }


def _threshold(state: ListState) -> dict[str, float]:
    """What holds now, in bits and in what it is expected to cost."""
    bits = threshold_in_force(state.watchlist, state.record_count, MODEL)
    expected = expected_false_alerts(state.watchlist, state.record_count, bits, MODEL)
    return {"bits": bits, "expected_false_alerts_per_1000": round(expected, 3)}


def _record_answer(stored: StoredRecord, status: int, context: AppContext) -> Response:
    headers = {"ETag": etag(stored.record_version)}
    return Response(orjson.dumps(_shown_record(stored, context)), status, headers, "application/json")


def _shown_record(stored: StoredRecord, context: AppContext) -> dict[str, Any]:
    """With its versions and, of a readmission case, the clock as of today."""
    versions = {"record_version": stored.record_version, "list_version": stored.list_version}
    clock = context.agreements.shown(stored.record.readmission, context.clock().date())
    clocks = {} if stored.record.readmission is None else {"readmission_clock": clock}
    return {**orjson.loads(stored.record.model_dump_json()), **versions, **clocks}
