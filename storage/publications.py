"""Publications: the one way records change.

    stage ... stage        short transactions, any number of batches; nobody sees anything yet
    publish                one transaction: versions, alerts withdrawn, audit line; and, where it is small, put in force
    put_in_force           one transaction: screeners may use it, live manifests are sent to be screened again
    discard

Everything that can be prepared is prepared before `publish`, because a transaction that writes holds back every tail of the
outbox until it ends. Publications are serialised by an advisory lock, so that version numbers grow in the order of commits: a
screener that has version n has everything that was ever published up to n.

A change of one record is an import of one row. Publishing what is there already changes nothing and makes no version.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from schemas.alert import LIVE_STATES, Alert, Command
from schemas.alert_step import MACHINE, Step, advance
from schemas.watchlist import Record, Watchlist
from storage import alert_rows, audit, outbox, watchlists
from storage.database import StoreUnavailableError, Work
from storage.sql import queries

STAGED_AGE_MAX = timedelta(hours=6)
"""No import is still being sent after that; what it staged belongs to a connection long gone."""

IN_FORCE_AT_ONCE_MAX = 2_000
"""Changed records that screeners take into a delta in less than a second. A larger publication waits for its index."""

DISCARDED_ROWS = 200_000
"""Staged rows that one statement drops: a second, some hundred megabytes."""

RECORD_REVOKED = "record_revoked"
"""Reason code of an alert that is withdrawn because its record was taken off the list."""


class Intent(StrEnum):
    """What a row of an import wants: that its record is there as it says, or is gone, or stays whatever it is now (a row that
    could not be read, in a file that replaces the list: a typing error must not take anybody off)."""

    PUT = "put"
    REMOVE = "remove"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class StagedRecord:
    """One row of an import. `record` is None unless the intent is to put it."""

    record_id: str
    record: Record | None
    row_number: int = 1
    intent: Intent = Intent.PUT


@dataclass(frozen=True, slots=True)
class Import:
    """A prepared import. `replace`: records it does not name are removed. `staged_count`: rows that went in.
    `note`: why the list changes; `approved_by`: the second person; `waits`: it is in force when an index of it stands, however
    little it changes."""

    import_id: str
    list_id: str
    replace: bool
    staged_count: int
    note: str | None = None
    approved_by: str | None = None
    waits: bool = False


class Part(NamedTuple):
    """The rows of an import behind the record id `after`, up to and with `until` (None: to the end): so many `rows` (None: all
    of the import)."""

    after: str = ""
    until: str | None = None
    rows: int | None = None


WHOLE = Part()


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication did. `list_version` is the newest version after it."""

    list_version: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    alerts_withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class ListSettings:
    """A change of a list's own fields. `record_count`: how many records it holds for; the rest as of an import."""

    before: Watchlist
    after: Watchlist
    record_count: int
    note: str | None = None
    approved_by: str | None = None

    @property
    def differences(self) -> dict[str, dict[str, Any]]:
        """By field, what it was and what it is."""
        before, after = self.before.model_dump(mode="json"), self.after.model_dump(mode="json")
        return {name: {"before": before[name], "after": after[name]} for name in after if before[name] != after[name]}


SCREENED_FIELDS = frozenset({"title", "severity", "threshold_bits", "false_alerts_per_1000"})
"""What screeners read of a list: matches, and what alerts say, depend on it."""


async def lock(work: Work) -> None:
    """Become the only publisher until the transaction ends. `publish` takes it too; taking it twice is harmless."""
    await work.execute(queries("publications")["lock"])


async def newest_version(work: Work) -> int:
    """The newest version of all lists together; 0 before the first publication."""
    return int(await work.fetchval(queries("publications")["newest_version"]))


async def stage(work: Work, import_id: str, rows: Sequence[StagedRecord], now: datetime) -> set[int]:
    """Put rows aside for `publish`. Returns the row numbers whose record id an earlier row had already: they are left out."""
    bodies = [None if row.record is None else stored_body(row.record) for row in rows]
    taken = await work.fetch(
        queries("publications")["stage"],
        import_id,
        [row.record_id for row in rows],
        [row.row_number for row in rows],
        [b"" if row.intent is Intent.KEEP else content_hash(row.record) for row in rows],
        bodies,
        now,
    )
    return {row.row_number for row in rows} - {row["row_number"] for row in taken}


def stored_body(record: Record) -> str:
    """A record as it is kept. What is not known is left out: of a listed document half the bytes."""
    return record.model_dump_json(exclude_none=True)


def content_hash(record: Record | None) -> bytes:
    """SHA-256 of what a record says. Fields left at their default do not count: a new field changes no stored record."""
    return hashlib.sha256(b"" if record is None else record.model_dump_json(exclude_defaults=True).encode()).digest()


async def discard(work: Work, import_id: str, now: datetime) -> bool:
    """Drop what an import staged, and what interrupted ones left behind; says whether there may be more of it."""
    own = await work.fetch(queries("publications")["discard"], import_id, DISCARDED_ROWS)
    old = await work.fetch(queries("publications")["discard_old"], now - STAGED_AGE_MAX, DISCARDED_ROWS)
    return max(len(own), len(old)) == DISCARDED_ROWS


async def publish(work: Work, prepared: Import, by: str, now: datetime, part: Part = WHOLE) -> Publication:
    """Make a prepared import, or a part of it, the truth. Raises StoreUnavailableError when a crash of the server took staged
    rows with it."""
    await lock(work)
    previous = await newest_version(work)
    done = await _change_records(work, prepared, previous + 1, part)
    if not (done.added or done.changed or done.removed):
        return Publication(previous, unchanged=done.unchanged)
    return await _announce(work, prepared, done, (by, now))


async def _change_records(work: Work, prepared: Import, version: int, part: Part) -> Publication:
    sql, arguments = queries("publications"), (prepared.import_id, prepared.list_id, version, part.after, part.until)
    counted = await work.fetchrow(sql["count_staged"], prepared.import_id, part.after, part.until)
    assert counted is not None
    if counted["staged"] != (prepared.staged_count if part.rows is None else part.rows):
        raise StoreUnavailableError("the staged rows of an import are gone")
    closed = await work.fetchrow(sql["close_staged"], *arguments)
    assert closed is not None
    removed = closed["removed"]
    if prepared.replace:
        removed += await work.fetchval(sql["close_missing"], *arguments)
    opened = await work.fetchval(sql["open_staged"], *arguments)
    return Publication(
        list_version=version,
        added=opened - closed["changed"],
        changed=closed["changed"],
        removed=removed,
        unchanged=counted["staged"] - counted["kept"] - opened - closed["removed"],
    )


async def _announce(work: Work, prepared: Import, done: Publication, author: tuple[str, datetime]) -> Publication:
    """The version, its audit line, the alerts it takes the ground from, and every live manifest to be screened again."""
    (by, now), list_id = author, prepared.list_id
    version = done.list_version
    summary = {"added": done.added, "changed": done.changed, "removed": done.removed, "unchanged": done.unchanged}
    why = (prepared.note, prepared.approved_by)
    at_once = not prepared.waits and done.added + done.changed + done.removed <= IN_FORCE_AT_ONCE_MAX
    row = (version, list_id, now, by, json.dumps(summary), *why, at_once, None, False)
    in_force = await work.fetchval(queries("publications")["add_version"], *row)
    withdrawn = await _withdraw_alerts(work, list_id, version, now) if done.removed else 0
    details = {**summary, "list_version": version, "alerts_withdrawn": withdrawn, "approved_by": prepared.approved_by}
    await audit.append(work, audit.Line(now, by, "watchlist.publish", "watchlist", list_id, details))
    if in_force:
        await _rescreen(work, version, now)
    return Publication(**{**asdict(done), "alerts_withdrawn": withdrawn})


async def put_in_force(work: Work, version: int, now: datetime) -> bool:
    """Put versions up to this one in force, now that an index of it stands; False where they are already."""
    await lock(work)
    waited = await work.fetch(queries("publications")["put_in_force"], version, now)
    if waited:
        await _rescreen(work, max(row["version"] for row in waited), now)
    return bool(waited)


async def put_in_force_alone(work: Work, version: int, now: datetime) -> bool:
    """Put this one version in force without an index of it; False where an earlier one waits for its index, and it with it."""
    await lock(work)
    waited = await work.fetch(queries("publications")["put_in_force_alone"], version, now)
    if waited:
        await _rescreen(work, version, now)
    return bool(waited)


async def publish_recount(work: Work, now: datetime) -> int:
    """A version in which rarity is counted anew, unless one waits; live travellers are screened again when it is in
    force, which it is when an index of it stands."""
    await lock(work)
    newest = await newest_version(work)
    if await work.fetchval(queries("list_source")["recount_waits"]):
        return newest
    row = (newest + 1, None, now, MACHINE, "{}", "Rarity of names counted anew", None, False, None, True)
    await work.fetchval(queries("publications")["add_version"], *row)
    await audit.append(work, audit.Line(now, MACHINE, "watchlist.recount", "watchlist", "*", {"list_version": newest + 1}))
    return newest + 1


async def publish_settings(work: Work, change: ListSettings, by: str, now: datetime) -> int:
    """Make changed fields of a list the truth; the version. Where screening reads them, it waits for an index, and live
    travellers are then screened again."""
    await lock(work)
    version, list_id = await newest_version(work) + 1, change.after.list_id
    summary = {"added": 0, "changed": 0, "removed": 0, "unchanged": change.record_count}
    why = (change.note, change.approved_by)
    resets = not SCREENED_FIELDS.isdisjoint(change.differences)
    told = json.dumps(change.differences)
    row = (version, list_id, now, by, json.dumps(summary), *why, not resets, told, resets)
    await work.fetchval(queries("publications")["add_version"], *row)
    await watchlists.change(work, change.after)
    details = {**change.differences, "list_version": version, "approved_by": change.approved_by}
    await audit.append(work, audit.Line(now, by, "watchlist.change", "watchlist", list_id, details))
    return version


async def _rescreen(work: Work, version: int, now: datetime) -> None:
    """Every live manifest to be screened again. From here to the commit no new one can slip in between."""
    await work.execute(queries("publications")["hold_intake"])
    await outbox.republish_live(work, version, now)


async def _withdraw_alerts(work: Work, list_id: str, version: int, now: datetime) -> int:
    """Withdraw at once what hangs on removed records, not only when the flight is screened again."""
    rows = await work.fetch(queries("publications")["alerts_on_removed"], list_id, version, sorted(LIVE_STATES))
    locked = await alert_rows.lock_all(work, [row["alert_id"] for row in rows])
    step = Step(Command.WITHDRAW, MACHINE, now, RECORD_REVOKED)
    # Whoever closed one while we waited for its row has left nothing open: `advance` says None to it.
    withdrawn = [after for after in (advance(alert, step) for alert in locked.values()) if after is not None]
    if withdrawn:
        await alert_rows.save_all(work, withdrawn, {after.alert_id: after.version - 1 for after in withdrawn})
        await outbox.publish_alerts(work, withdrawn)
        for after in withdrawn:
            await audit.append(work, _withdrawal_line(after, version, now))
    return len(withdrawn)


def _withdrawal_line(alert: Alert, version: int, now: datetime) -> audit.Line:
    details = {"version": alert.version, "to": alert.state, "reason_code": RECORD_REVOKED, "list_version": version}
    return audit.Line(now, MACHINE, "alert.withdraw", "alert", alert.alert_id, details)
