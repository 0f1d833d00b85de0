"""Changes of a list that wait for a second person, and the history of those that were made.

A proposal holds exactly what its maker sent. Approving it publishes that, against the list as it then is; what the change comes
to is counted anew by the publication. A second wall stands in the database (migration 0061): a list of four eyes takes no
version without an approver who is somebody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg
import orjson

from storage.database import Work
from storage.list_staging import Differences
from storage.publications import Import, Publication
from storage.sql import queries


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change somebody proposed. `state` is open, approved or rejected; `summary` counts what it would have done then;
    `settings`: the list's own fields that it changes, as they shall be; None = records."""

    proposal_id: str
    list_id: str
    replace: bool
    note: str | None
    summary: Mapping[str, int]
    proposed_at: datetime
    proposed_by: str
    state: str
    decided_at: datetime | None
    decided_by: str | None
    decision_note: str | None
    list_version: int | None
    settings: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who approved or rejected, when, and why."""

    by: str
    at: datetime
    note: str | None


async def propose(work: Work, prepared: Import, found: Differences, by: str, now: datetime) -> None:
    """Keep a staged import as a proposal of the same id."""
    area, summary = queries("list_proposals"), orjson.dumps(found.counts).decode()
    arguments = (prepared.import_id, prepared.list_id, prepared.replace, prepared.note, summary, now, by, None)
    await work.execute(area["propose"], *arguments)
    await work.execute(area["keep_records"], prepared.import_id)


async def propose_settings(
    work: Work, list_id: str, told: tuple[str, Mapping[str, Any], str | None], by: str, now: datetime
) -> None:
    """Keep changed fields of a list as a proposal. `told`: its id, the fields as they shall be, and why."""
    proposal_id, settings, note = told
    arguments = (proposal_id, list_id, False, note, "{}", now, by, orjson.dumps(settings).decode())
    await work.execute(queries("list_proposals")["propose"], *arguments)


async def lock(work: Work, proposal_id: str) -> Proposal | None:
    """The proposal, nobody else's until the transaction ends; None where there is none."""
    row = await work.fetchrow(queries("list_proposals")["lock"], proposal_id)
    return None if row is None else _proposal(row)


async def stage_again(work: Work, proposal: Proposal, by: str, now: datetime) -> Import:
    """What was proposed, ready to be published with this approver."""
    area = queries("list_proposals")
    await work.execute(area["stage_again"], proposal.proposal_id, now)
    return Import(
        import_id=proposal.proposal_id,
        list_id=proposal.list_id,
        replace=proposal.replace,
        staged_count=await work.fetchval(area["count_staged"], proposal.proposal_id),
        note=proposal.note,
        approved_by=by,
    )


async def decide(work: Work, proposal_id: str, decision: Decision, done: Publication | None) -> None:
    """Close a proposal: approved with what was published, or rejected with None. Its records are not needed any more."""
    area, state = queries("list_proposals"), "rejected" if done is None else "approved"
    version = None if done is None else done.list_version
    await work.execute(area["decide"], proposal_id, state, decision.at, decision.by, decision.note, version)
    await work.execute(area["drop_records"], proposal_id)


async def every(work: Work, list_id: str | None, state: str | None, limit: int) -> list[Proposal]:
    """Proposals, the newest first."""
    return [_proposal(row) for row in await work.fetch(queries("list_proposals")["list"], list_id, state, limit)]


async def versions(work: Work, list_id: str, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Publications of a list, the newest first: when, by whom, approved by whom, why, and what they did."""
    rows = await work.fetch(queries("list_proposals")["versions"], list_id, before, limit)
    return [_with_json(row) for row in rows]


async def version_exists(work: Work, list_id: str, version: int) -> bool:
    """Whether this publication changed this list."""
    return bool(await work.fetchval(queries("list_proposals")["version_exists"], list_id, version))


async def changes(work: Work, list_id: str, version: int, page: tuple[str, int]) -> list[dict[str, Any]]:
    """What one publication did, record by record. `page`: behind which id, and how many."""
    rows = await work.fetch(queries("list_proposals")["changes"], list_id, version, *page)
    return [_change(row) for row in rows]


async def due(work: Work, list_id: str, until: date, page: tuple[str, int]) -> Sequence[Mapping[str, Any]]:
    """Records whose review or end is due. `page`: behind which id, and how many."""
    return [dict(row) for row in await work.fetch(queries("list_proposals")["due"], list_id, until, *page)]


def _proposal(row: asyncpg.Record) -> Proposal:
    return Proposal(**_with_json(row))


def _with_json(row: asyncpg.Record) -> dict[str, Any]:
    return {**dict(row), **{name: row[name] and orjson.loads(row[name]) for name in ("summary", "settings")}}


def _change(row: asyncpg.Record) -> dict[str, Any]:
    before, after = (None if row[name] is None else orjson.loads(row[name]) for name in ("before", "after"))
    kind = "added" if before is None else "removed" if after is None else "changed"
    fields = _differing(before, after) if before is not None and after is not None else set()
    return {
        "record_id": row["record_id"],
        "change": kind,
        "before_version": row["before_version"],
        "after_version": row["after_version"],
        "fields": sorted(fields),
        "before": before,
        "after": after,
    }


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}
